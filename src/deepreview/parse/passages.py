"""Pieces of a section as text, with their own headings kept below those of the report."""

import re
from collections.abc import Iterable, Sequence

from deepreview.model.published import Passage
from deepreview.parse.items import is_nothing
from deepreview.parse.lines import Line, closed
from deepreview.parse.outline import trimmed
from deepreview.parse.vocabulary import BOLD, heading

_HIGH = re.compile(r"^ {0,3}#{1,3}(?=[ \t]+\S)")


def lowered(lines: Iterable[Line]) -> str:
    """The text of lines, headings at the fourth level at most; empty where it only says none."""
    kept = [Line(line.text if line.fenced else _HIGH.sub("####", line.text), line.fenced, line.opens) for line in lines]
    text = closed("\n".join(line.text for line in trimmed(kept)))
    return "" if is_nothing(text) else text


def split_passages(lines: Sequence[Line]) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    """Titles and lines of the pieces that the highest headings in a section open; the first may have no title."""
    titled = [None if line.fenced else _heading(line.text) for line in lines]
    top = min((found[0] for found in titled if found), default=0)
    pieces = list[tuple[str, list[Line]]]([("", [])])
    for line, found in zip(lines, titled, strict=True):
        if found and found[0] == top:
            pieces.append((found[1], []))
        else:
            pieces[-1][1].append(line)
    return tuple((title, tuple(piece)) for title, piece in pieces)


def _heading(line: str) -> tuple[int, str] | None:
    found = heading(line)
    return found if found and found[0] < BOLD else None


def passages(lines: Sequence[Line]) -> tuple[Passage, ...]:
    """The pieces as text; those without a title and without text are left out."""
    told = ((title, lowered(piece)) for title, piece in split_passages(lines))
    return tuple(Passage(title=title, text=text) for title, text in told if title or text)
