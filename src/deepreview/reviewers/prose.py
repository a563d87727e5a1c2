"""Markdown for what a reviewer quotes: text from the change never ends the fence that it stands in."""

import re
from collections.abc import Sequence

from deepreview.model.claim import Place

_TICKS = re.compile(r"`+")
LONGEST = 300
"""Characters of a quoted line in a text; the quote of a claim is never cut."""


def code(text: str) -> str:
    """The text as inline code on one line."""
    flat = " ".join(text.split())[:LONGEST]
    ticks = "`" * (1 + max((len(run) for run in _TICKS.findall(flat)), default=0))
    space = " " if flat[:1] == "`" or flat[-1:] == "`" else ""
    return f"{ticks}{space}{flat}{space}{ticks}"


def block(lines: Sequence[str]) -> str:
    """The lines as a fenced block."""
    shown = [line.rstrip("\r")[:LONGEST] for line in lines]
    longest = max((len(run) for line in shown for run in _TICKS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join((fence, *shown, fence))


def where(path: str, line: int) -> str:
    """A place as inline code."""
    return code(f"{path}:{line}")


def listed(places: Sequence[Place]) -> str:
    """The places as inline code with commas."""
    return ", ".join(where(place.path, place.first) for place in places)


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 line`, `1,285 files`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
