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


EVEN = 0.8
"""What evens out the weights of words where a place is not named: the share of claims that every word is as good as in.

Short texts of many reviewers are told apart by the words that most of them share, which rarity alone makes light.
"""
Weight = tuple[Mapping[int, float], float, float, float]
"""Of a claim: its words with what each weighs, their length as a vector, the weight of its title and of its names.

Where it has no words or no title, the length or the weight is 1.
"""


class Scale(dict[int, Weight]):
    """What each claim weighs by its words, of which rare ones tell most; made by asking."""

    def __init__(self, claims: Sequence[Said], counts: Mapping[int, int], even: float) -> None:
        super().__init__()
        size = len(claims)
        added = 0.5 + even * size
        rarity = {count: math.log(1 + (size + 2) / (count + added)) for count in set(counts.values())}
        self.words = {word: rarity[count] for word, count in counts.items()}
        self._claims = claims

    def __missing__(self, index: int) -> Weight:
        claim, weight = self._claims[index], self.words
        vector = _vector(claim.words, weight)
        long, title = math.hypot(*vector.values()), _mass(claim.title, weight)
        self[index] = found = vector, long or 1.0, title or 1.0, _mass(claim.names, weight)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """Claims with the weight of each word among them."""

    claims: Sequence[Said]
    placed: Scale
    """For two claims that both name a place."""
    told: Scale
    """For two of which one names none: flatter."""


def weigh(claims: Sequence[Said], even: float = EVEN) -> Weighed:
    """Inverse document frequency over these claims, smoothed so that two claims alone can be told apart too."""
    counts = Counter(chain.from_iterable([claim.stems for claim in claims]))
    counts.update(chain.from_iterable([claim.names - claim.stems for claim in claims]))
    return Weighed(claims=claims, placed=Scale(claims, counts, 0.0), told=Scale(claims, counts, even))


def _vector(words: Mapping[int, int], weight: Mapping[int, float]) -> dict[int, float]:
    return {word: weight[word] if count == 1 else _TIMES[min(count, 9)] * weight[word] for word, count in words.items()}


_TIMES = tuple(1 + math.log(count) if count else 0.0 for count in range(10))


def features(among: Weighed, one: int, other: int) -> Features | None:
    """None for two claims that cannot be one: too little in common, or of different files and not close."""
    a, b = among.claims[one], among.claims[other]
    scale = among.placed if a.placed and b.placed else among.told
    (x, long_x, title_x, names_x), (y, long_y, title_y, names_y) = scale[one], scale[other]
    shared = a.stems & b.stems
    words = sum([x[word] * y[word] for word in shared]) / (long_x * long_y)
    if words < _SOME or (words < _CLOSE and not a.meets(b)):
        return None
    weight = scale.words.__getitem__
    mine, theirs = sum(map(weight, a.title & shared)), sum(map(weight, b.title & shared))
    title = (mine / title_x + theirs / title_y) / 2
    names = 0.0
    if common := a.names & b.names:
        names = sum(map(weight, common))
        names /= names_x + names_y - names
    if not (a.placed and b.placed):
        return words, names, title
    quote = len(a.quote & b.quote) / min(len(a.quote), len(b.quote)) if a.quote and b.quote else 0.0
    return words, names, title, quote, abs(a.severity - b.severity) / 2


def _mass(words: Iterable[int], weight: Mapping[int, float]) -> float:
    return sum(map(weight.__getitem__, words))
