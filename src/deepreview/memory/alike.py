"""Whether two short texts say the same, or the opposite, by their words."""

import re
from collections.abc import Iterable
from dataclasses import replace

from deepreview.consolidate.words import Vocabulary
from deepreview.model.memory import Note

SAME = 0.7
"""Common stems as a share of both texts' mean: from here on it is one note, or one reason."""
OPPOSED = 0.6
"""The same for a contradiction, without the words that turn a sense."""
_LEAST = 2
"""Stems that both texts must have: `fix it` is like everything."""
_PIECE = re.compile(r"[\w.]{1,200}")
_TURN = re.compile(
    r"\b(?:not|never|no|don't|dont|doesn't|cannot|can't|avoid\w*|forbid\w*|forbidden|disallow\w*|prohibit\w*|without)\b",
    re.IGNORECASE,
)
_TONE = re.compile(
    r"\b(?:always|must|should|shall|may|can|allow\w*|permit\w*|please|require\w*|prefer\w*)\b", re.IGNORECASE
)


def together(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Each note once, with all who say it."""
    words, found = Words(), list[Note]()
    for note in notes:
        for at, known in enumerate(found):
            if words.one(known, note):
                found[at] = replace(known, reviewers=tuple(dict.fromkeys((*known.reviewers, *note.reviewers))))
                break
        else:
            found.append(note)
    return tuple(found)


class Words:
    """Texts, taken apart once each."""

    def __init__(self) -> None:
        self._vocabulary = Vocabulary()
        self._stems: dict[str, frozenset[int]] = {}

    def same(self, one: str, other: str) -> bool:
        """Whether they say the same: alike in words, and of one sense."""
        return one == other or (self._like(one, other) >= SAME and _turned(one) == _turned(other))

    def one(self, known: Note, note: Note) -> bool:
        """Whether they are one note."""
        return (known.verb, known.target) == (note.verb, note.target) and self.same(known.text, note.text)

    def opposed(self, one: str, other: str) -> bool:
        """Whether they say opposite things: alike in words, and exactly one of them forbids."""
        return _turned(one) != _turned(other) and self._like(one, other) >= OPPOSED

    def _like(self, one: str, other: str) -> float:
        mine, theirs = self._of(one), self._of(other)
        if min(len(mine), len(theirs)) < _LEAST:
            return 0.0
        return 2 * len(mine & theirs) / (len(mine) + len(theirs))

    def _of(self, text: str) -> frozenset[int]:
        if text not in self._stems:
            bare = _TONE.sub(" ", _TURN.sub(" ", text))
            pieces = _PIECE.findall(bare)
            self._stems[text] = frozenset(number for piece in pieces for number in self._vocabulary[piece])
        return self._stems[text]


def _turned(text: str) -> bool:
    return len(_TURN.findall(text)) % 2 == 1
