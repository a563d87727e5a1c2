"""How much two claims speak of one defect: what they share in words, names, code and place."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from deepreview.consolidate.words import Said

PLACED = ("words", "names", "title", "quote", "severity")
"""Features of two claims that both name a place."""
TOLD = ("words", "names", "title")
"""Features of two claims of which one names none."""
_CLOSE = 0.3
"""Cosine below which two claims are never one where a file is named and no file is common."""
_SOME = 0.08


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """Claims with the weight of each word among them: rare words tell most."""

    claims: Sequence[Said]
    weight: Mapping[str, float]
    vectors: Sequence[Mapping[str, float]]
    """Of length one."""


def weigh(claims: Sequence[Said]) -> Weighed:
    """Inverse document frequency over these claims, smoothed so that two claims alone can be told apart too."""
    counts = Counter(chain.from_iterable([claim.words for claim in claims]))
    counts.update(chain.from_iterable([claim.names - claim.words.keys() for claim in claims]))
    size = len(claims) + 2
    weight = {word: math.log(1 + size / (count + 0.5)) for word, count in counts.items()}
    return Weighed(claims=claims, weight=weight, vectors=[_vector(claim.words, weight) for claim in claims])


def _vector(words: Mapping[str, int], weight: Mapping[str, float]) -> dict[str, float]:
    scaled = {
        word: weight[word] if count == 1 else _TIMES[min(count, 9)] * weight[word] for word, count in words.items()
    }
    length = math.hypot(*scaled.values()) or 1.0
    return {word: value / length for word, value in scaled.items()}


_TIMES = tuple(1 + math.log(count) if count else 0.0 for count in range(10))


def features(among: Weighed, one: int, other: int) -> dict[str, float] | None:
    """By name; None for two claims that cannot be one: too little in common, or of different files and not close."""
    a, b = among.claims[one], among.claims[other]
    words = _dot(among.vectors[one], among.vectors[other])
    if words < _SOME or (words < _CLOSE and (a.places or b.places) and not a.files & b.files):
        return None
    title = (_within(a.title, b.words, among.weight) + _within(b.title, a.words, among.weight)) / 2
    found = {"words": words, "names": _jaccard(a.names, b.names, among.weight), "title": title}
    if not (a.places and b.places):
        return found
    smaller = min(len(a.quote), len(b.quote))
    return found | {
        "quote": len(a.quote & b.quote) / smaller if smaller else 0.0,
        "severity": abs(a.severity - b.severity) / 2,
    }


def _dot(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    if len(one) > len(other):
        one, other = other, one
    return sum([one[word] * other[word] for word in one.keys() & other.keys()])


def _within(few: frozenset[str], many: Mapping[str, int], weight: Mapping[str, float]) -> float:
    """The share of the words, by weight, that the other text has too."""
    found = sum([weight[word] for word in few if word in many])
    return found / sum([weight[word] for word in few]) if found else 0.0


def _jaccard(one: frozenset[str], other: frozenset[str], weight: Mapping[str, float]) -> float:
    shared = one & other
    if not shared:
        return 0.0
    return sum(map(weight.__getitem__, shared)) / sum(map(weight.__getitem__, one | other))
