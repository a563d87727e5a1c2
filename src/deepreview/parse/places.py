"""Places as reviewers write them: `path:1-3,9`, a link to a file, a bare path with a line."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from deepreview.model.claim import Place

_NUMBER = r"L?\d{1,7}"
_RANGE = rf"{_NUMBER}(?:[ ]?[-–—:][ ]?{_NUMBER})?"
_RANGES = rf"{_RANGE}(?:[ ]?[,;+&][ ]?{_RANGE}){{0,40}}"
_SPELT = re.compile(
    rf"^(?P<path>[^\s:`][^:`\n]{{0,400}}?)(?:(?::|#)\s?(?P<ranges>{_RANGES})|\((?:lines? )?(?P<called>{_RANGES})\))?$"
)
_ONLY = re.compile(rf"^:?(?:lines? )?({_RANGES})$", re.IGNORECASE)
_AFTER = re.compile(rf"^(?::|\s?\(?(?:at )?lines? |\s?\(?(?=L\d))(?P<ranges>{_RANGES})", re.IGNORECASE)
_PIECE = re.compile(
    r"(?P<link>\[(?P<text>[^\[\]\n]{1,400})\]\((?P<target>[^()\s]{1,600}(?:\([^()\s]{0,60}\))?)\))"
    r"|(?P<ticks>`+)(?P<code>[^`\n]{1,400})(?P=ticks)"
    rf"|(?P<bare>(?<![\w/.@`-])(?:[\w.@+-]+/){{0,30}}[\w.@+-]+\.\w{{1,12}}:{_RANGES})"
    r"|(?P<plain>(?<![\w/.@`:-])(?:[\w.@+-]+/){1,30}[\w.@+-]+\.\w{1,12}(?![\w/(:]))"
)
_PATHLIKE = re.compile(
    r"^(?:[^\s*<>|\"'()=,;]+/[^\s*<>|\"'=,;]*|[\w@+.\[\]-]*\.(?!\d+$)[A-Za-z]\w{0,11}"
    r"|[A-Z][\w-]*file(?:\.\w+)?|LICENSE|NOTICE|README|CHANGELOG|CODEOWNERS|VERSION|Makefile|makefile|\.[\w.-]+)$"
)
_COMMIT = re.compile(r"^[0-9a-f]{7,40}$")
_LINES_OF_LINK = re.compile(r"#L(\d+)(?:C\d+)?(?:-L?(\d+))?")
_MOST = 200
_LONGEST = 400


def places_in(text: str) -> tuple[Place, ...]:
    """The places in a heading's tail, in order, each once; spans that name no file are passed over."""
    found, path = list[Place](), ""
    for piece in _PIECE.finditer(text[:20_000]):
        after = text[piece.end() : piece.end() + 200]
        if piece["link"]:
            spelt, ranges = _linked(piece["text"].strip("`* "), piece["target"], after)
        else:
            spelt, ranges = _spelt((piece["code"] or piece["bare"] or piece["plain"]).strip(), after)
        if spelt or (ranges and path):
            path = spelt or path
            found += [Place(path=path, first=first, last=last) for first, last in ranges or ((0, 0),)]
    return tuple(dict.fromkeys(found[:_MOST]))


def _spelt(code: str, after: str) -> tuple[str, Sequence[tuple[int, int]]]:
    """Path and ranges; a span of numbers alone goes on with the path before."""
    if only := _ONLY.match(code):
        return "", _ranges(only[1])
    told = _SPELT.match(code)
    if told is None or not is_path(told["path"]):
        return "", ()
    given = told["ranges"] or told["called"] or ((more["ranges"]) if (more := _AFTER.match(after)) else "")
    return told["path"].removeprefix("./"), _ranges(given)


def _linked(text: str, target: str, after: str) -> tuple[str, Sequence[tuple[int, int]]]:
    path, ranges = _spelt(text, after)
    if not path:
        inside = unquote(target.partition("#")[0])
        if text and not _COMMIT.match(text) and not target.startswith(("http:", "https:")) and is_path(inside):
            path = inside
    if path and not ranges and (lines := _LINES_OF_LINK.search(target)):
        ranges = _ranges(f"{lines[1]}-{lines[2] or lines[1]}")
    return path, ranges


def is_path(text: str) -> bool:
    """Whether it reads like a file or folder of a repository: no commit, no call, no bare word."""
    return len(text) <= _LONGEST and not _COMMIT.match(text) and "://" not in text and bool(_PATHLIKE.match(text))


def _ranges(text: str) -> tuple[tuple[int, int], ...]:
    found = []
    for part in re.split(r"[,;+&]", text):
        numbers = [int(number) for number in re.findall(r"\d+", part)][:2]
        if numbers and numbers[0]:
            first, last = numbers[0], numbers[-1]
            columns = ":" in part.strip(": ")
            found.append((first, first if columns or last < first else last))
    return tuple(found)


def written(places: Iterable[Place]) -> str:
    """The places as code spans, neighbouring ranges of one file in one span: `a.py:1-3,9`, `b.py`."""
    spans = list[tuple[str, list[str]]]()
    for place in places:
        told = (
            "" if not place.first else f"{place.first}" if place.first == place.last else f"{place.first}-{place.last}"
        )
        if spans and spans[-1][0] == place.path and told and spans[-1][1][-1:] != [""]:
            spans[-1][1].append(told)
        else:
            spans.append((place.path, [told]))
    return ", ".join(f"`{path}{':' if ranges[0] else ''}{','.join(ranges)}`" for path, ranges in spans)
