"""Whether two short texts say the same, or the opposite, by their words.

The merging of findings is no measure for rules: of four pairs of rules that say opposite or other things it took three
for one, `Always close the file handle` and `Never close the file handle` among them; this took none.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from math import ceil

from deepreview.consolidate.words import Vocabulary
from deepreview.model.memory import Note, Verb

SAME = 0.7
"""Common stems as a share of both texts' mean: from here on it is one note, or one reason."""
OPPOSED = 0.6
"""The same for a contradiction, without the words that turn a sense."""
_ROUNDING = 1e-9
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
    known, found = Known(Words()), list[Note]()
    for note in notes:
        at = known.number(note)
        if at is None:
            known.add(len(found), note)
            found.append(note)
        else:
            names = (*found[at].reviewers, *note.reviewers)
            found[at] = replace(found[at], reviewers=tuple(dict.fromkeys(names)))
    return tuple(found)


class Words:
    """Texts, taken apart once each."""

    def __init__(self) -> None:
        self._vocabulary = Vocabulary()
        self._stems: dict[str, frozenset[int]] = {}

    def same(self, one: str, other: str) -> bool:
        """Whether they say the same: alike in words, and of one sense."""
        return one == other or (self._like(one, other) >= SAME and _turned(one) == _turned(other))

    def opposed(self, one: str, other: str) -> bool:
        """Whether they say opposite things: alike in words, and exactly one of them forbids."""
        return _turned(one) != _turned(other) and self._like(one, other) >= OPPOSED

    def _like(self, one: str, other: str) -> float:
        mine, theirs = self.stems(one), self.stems(other)
        if min(len(mine), len(theirs)) < _LEAST:
            return 0.0
        return 2 * len(mine & theirs) / (len(mine) + len(theirs))

    def stems(self, text: str) -> frozenset[int]:
        """What its words begin with, without those that turn or tone a sense."""
        if text not in self._stems:
            bare = _TONE.sub(" ", _TURN.sub(" ", text))
            pieces = _PIECE.findall(bare)
            self._stems[text] = frozenset(number for piece in pieces for number in self._vocabulary[piece])
        return self._stems[text]


class Known:
    """Notes by number, in which one that says the same is found without a look at all.

    Two texts that are alike share a stem among the first of each, in whatever order all stems stand: the shared ones
    are too many to be among the last alone (prefix filtering, Chaudhuri, Ganti and Kaushik, 2006). The order is from
    those that few notes have had so far, so that few notes are looked at.
    """

    def __init__(self, words: Words, notes: Iterable[Note] = ()) -> None:
        """Of `notes` only the words are taken, so that it is known which are rare among all that will be asked for."""
        self._words = words
        self._times = Counter(chain.from_iterable(words.stems(note.text) for note in notes))
        self._texts: dict[int, list[str]] = {}
        self._numbers: dict[tuple[Verb, str, str | int], list[int]] = defaultdict(list)

    def add(self, number: int, note: Note) -> None:
        """Know one more under that number, or another text of it."""
        self._texts.setdefault(number, []).append(note.text)
        for key in self._keys(note):
            self._numbers[key].append(number)

    def number(self, note: Note) -> int | None:
        """The lowest number under which one is known that says the same; None for none."""
        near = {number for key in self._keys(note) for number in self._numbers.get(key, ())}
        same = self._words.same
        return next((n for n in sorted(near) if any(same(text, note.text) for text in self._texts[n])), None)

    def _keys(self, note: Note) -> Iterator[tuple[Verb, str, str | int]]:
        """By what it is found: its whole text, and its rarest stems."""
        yield note.verb, note.target, note.text
        stems = sorted(self._words.stems(note.text), key=lambda stem: (self._times[stem], stem))
        shared = ceil(len(stems) * SAME / (2 - SAME) - _ROUNDING)
        for stem in stems[: len(stems) - shared + 1]:
            yield note.verb, note.target, stem


def _turned(text: str) -> bool:
    return len(_TURN.findall(text)) % 2 == 1
