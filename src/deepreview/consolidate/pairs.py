"""How much two claims speak of one defect: what they share in words, names, code and place."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from deepreview.consolidate.words import Said

PLACED = ("words", "names", "title", "quote", "severity")
"""Features of two claims that both name a place."""
TOLD = PLACED[:3]
"""Features of two claims of which one names none."""
Features = tuple[float, ...]
"""Of a pair, in the order of `PLACED` or `TOLD`."""
_CLOSE = 0.3
"""Cosine below which two claims are never one where a file is named and no file is common."""
_SOME = 0.08


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """Claims with the weight of each word among them: rare words tell most."""

    claims: Sequence[Said]
    weight: Mapping[int, float]
    vectors: Sequence[Mapping[int, float]]
    lengths: Sequence[float]
    """Of the vectors."""
    titles: Sequence[float]
    """The weight of all words of each title, 1 where it has none."""
    names: Sequence[float]
    """The weight of all names of each claim."""


def weigh(claims: Sequence[Said]) -> Weighed:
    """Inverse document frequency over these claims, smoothed so that two claims alone can be told apart too."""
    counts = Counter(chain.from_iterable([claim.stems for claim in claims]))
    counts.update(chain.from_iterable([claim.names - claim.stems for claim in claims]))
    size = len(claims) + 2
    rarity = {count: math.log(1 + size / (count + 0.5)) for count in set(counts.values())}
    weight = {word: rarity[count] for word, count in counts.items()}
    vectors = [_vector(claim.words, weight) for claim in claims]
    return Weighed(
        claims=claims,
        weight=weight,
        vectors=vectors,
        lengths=[math.hypot(*vector.values()) or 1.0 for vector in vectors],
        titles=[_mass(claim.title, weight) or 1.0 for claim in claims],
        names=[_mass(claim.names, weight) for claim in claims],
    )


def _vector(words: Mapping[int, int], weight: Mapping[int, float]) -> dict[int, float]:
    return {word: weight[word] if count == 1 else _TIMES[min(count, 9)] * weight[word] for word, count in words.items()}


_TIMES = tuple(1 + math.log(count) if count else 0.0 for count in range(10))


def features(among: Weighed, one: int, other: int) -> Features | None:
    """None for two claims that cannot be one: too little in common, or of different files and not close."""
    a, b = among.claims[one], among.claims[other]
    shared = a.stems & b.stems
    x, y = among.vectors[one], among.vectors[other]
    words = sum([x[word] * y[word] for word in shared]) / (among.lengths[one] * among.lengths[other])
    if words < _SOME or (words < _CLOSE and not a.meets(b)):
        return None
    weight = among.weight.__getitem__
    mine, theirs = sum(map(weight, a.title & shared)), sum(map(weight, b.title & shared))
    title = (mine / among.titles[one] + theirs / among.titles[other]) / 2
    names = 0.0
    if common := a.names & b.names:
        names = sum(map(weight, common))
        names /= among.names[one] + among.names[other] - names
    if not (a.placed and b.placed):
        return words, names, title
    quote = len(a.quote & b.quote) / min(len(a.quote), len(b.quote)) if a.quote and b.quote else 0.0
    return words, names, title, quote, abs(a.severity - b.severity) / 2


def _mass(words: Iterable[int], weight: Mapping[int, float]) -> float:
    return sum(map(weight.__getitem__, words))
