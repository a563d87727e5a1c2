"""What a reviewer says has become of earlier findings, finding by finding."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from deepreview.parse.lines import MOST_CHARACTERS
from deepreview.parse.outline import outline
from deepreview.parse.vocabulary import Part

WORDS = ("partly fixed", "not fixed", "fixed", "worse", "gone with its code", "still declined", "still open")
"""Longer ones first, so that the shorter are not found in them."""
_NAME = re.compile(r"\bR(?P<round>\d{1,4})-(?P<alias>[CIS]\d{1,3})\b", re.IGNORECASE)
_LOOSE = re.compile(r"\bround\s+(?P<round>\d{1,4})\W{1,3}(?P<alias>[CIS]\d{1,3})\b", re.IGNORECASE)
_WORD = re.compile(rf"\b({'|'.join(WORDS)})\b", re.IGNORECASE)
_LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One row of a reviewer's table of earlier findings."""

    name: str
    """`R2-I1`."""
    word: str
    """One of `WORDS`."""
    text: str
    """What stands behind the word: the line that shows it."""


def judged(text: str) -> tuple[Judged, ...]:
    """The rows that name an earlier finding and use one of the words; the first for each finding."""
    found: dict[str, Judged] = {}
    for chapter in outline(text[:MOST_CHARACTERS]):
        if chapter.part is Part.PREVIOUS:
            for line in chapter.lines:
                for one in _row(line.text) if not line.fenced else ():
                    found.setdefault(one.name, one)
    return tuple(found.values())


def _row(line: str) -> Iterator[Judged]:
    named = _NAME.search(line) or _LOOSE.search(line)
    word = _WORD.search(line, named.end()) if named else None
    if named and word:
        rest = line[word.end() :].strip(" |*_.:;,—–-\t")
        yield Judged(
            name=f"R{int(named['round'])}-{named['alias'].upper()}", word=word[1].lower(), text=rest[:_LONGEST]
        )
