"""The appendix of a published report: each reviewer's own text, verbatim."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from deepreview.model.published import Original
from deepreview.parse.lines import Line, read_lines
from deepreview.parse.outline import opens
from deepreview.parse.vocabulary import Part, heading, part_of

_ORIGINAL = re.compile(
    r"^ {0,3}#{1,4}[ \t]+\[?(?P<name>[^\]\n\[]{1,80}?)\]?[ \t]*[—–-]+[ \t]*Pass[ \t]+(?P<number>\d{1,2})\b",
    re.IGNORECASE,
)
_NAMED = re.compile(r"^ {0,3}#{1,4}[ \t]+\[(?P<name>[^\]\n\[]{1,80})\]")
_PLAIN = re.compile(r"^ {0,3}(?P<level>#{1,4})[ \t]+(?P<name>[A-Z][\w .()-]{1,60})$")
_LONG_FENCE = 4
_HIGHEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Appendix:
    """A report cut at its appendix."""

    lines: tuple[Line, ...]
    """Those before it."""
    intro: tuple[Line, ...]
    """Those in it before the first original."""
    originals: tuple[Original, ...]
    resolution: tuple[Line, ...]
    """Those of a resolution that stands behind it."""


def split_appendix(text: str) -> Appendix:
    """The report without its appendix, and what the appendix holds."""
    lines = read_lines(text, lambda line: opens(line) or bool(_ORIGINAL.match(line) or _NAMED.match(line)))
    start = next((number for number, line in enumerate(lines) if _is_part(line, Part.APPENDIX)), len(lines))
    rest = lines[start + 1 :]
    end = next((number for number in range(len(rest) - 1, -1, -1) if _is_resolution(rest, number)), len(rest))
    heads = _heads(rest[:end])
    stops = [*(at for at, _, _ in heads[1:]), end][: len(heads)]
    found = (
        Original(name=name, number=number, text=_verbatim(rest[at + 1 : stop]))
        for (at, name, number), stop in zip(heads, stops, strict=True)
    )
    return Appendix(
        lines=lines[:start],
        intro=rest[: heads[0][0]] if heads else rest[:end],
        originals=tuple(found),
        resolution=rest[end + 1 :],
    )


def _is_part(line: Line, part: Part) -> bool:
    titled = None if line.fenced else heading(line.text)
    return bool(titled and titled[0] <= _HIGHEST and part_of(titled[1]) is part)


def _is_resolution(lines: Sequence[Line], number: int) -> bool:
    """A heading with a table under it: reviewers' own texts have no such section."""
    if not _is_part(lines[number], Part.RESOLUTION):
        return False
    return any(line.text.startswith("|") for line in lines[number + 1 : number + 4])


def _heads(lines: Sequence[Line]) -> list[tuple[int, str, int]]:
    """Where originals begin, whose, and which pass; in one of three forms, the surest that occurs."""
    for pattern in (_ORIGINAL, _NAMED):
        found = [(at, mark) for at, line in enumerate(lines) if not line.fenced and (mark := pattern.match(line.text))]
        if found:
            return [
                (at, mark["name"].strip(), int(mark["number"]) if pattern is _ORIGINAL else 1) for at, mark in found
            ]
    first = next(
        (mark for line in lines if line.text.strip() and (mark := None if line.fenced else _PLAIN.match(line.text))),
        None,
    )
    if first is None or part_of(first["name"]):
        return []
    same = [(at, mark) for at, line in enumerate(lines) if not line.fenced and (mark := _PLAIN.match(line.text))]
    return [
        (at, mark["name"].strip(), 1)
        for at, mark in same
        if mark["level"] == first["level"] and not part_of(mark["name"])
    ]


def _verbatim(lines: Sequence[Line]) -> str:
    """The text between two headings; out of the long fence that our own reports put around it."""
    texts = [line.text.rstrip() for line in lines]
    while texts and texts[-1].strip("-") == "":
        texts.pop()
    while texts and not texts[0]:
        texts.pop(0)
    mark = texts[0] if texts else ""
    ticks = len(mark) - len(mark.lstrip("`"))
    if len(texts) > 1 and ticks >= _LONG_FENCE and mark[ticks:] == "markdown" and texts[-1] == "`" * ticks:
        texts = texts[1:-1]
    return "\n".join(texts).strip("\n")
