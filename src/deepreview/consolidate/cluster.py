"""Which claims are about the same defect: average linkage over what a fitted model says of each pair.

`docs/consolidation.md` has the method and its figures; `bench/fit_merging.py` makes `merging.json`.
"""

import gc
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from operator import mul

from deepreview.consolidate.candidates import candidates
from deepreview.consolidate.linkage import Pair, average_linkage, unbridged
from deepreview.consolidate.pairs import PLACED, TOLD, Features, Weighed, features, weigh
from deepreview.consolidate.words import Vocabulary, said
from deepreview.model.claim import SAID, Claim

FLOOR = -0.4
"""What two claims that were not compared count for in the mean of a cluster: a probability of 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Weights of the features of a pair, for its probability of being one defect."""

    bias: float
    weights: Mapping[str, float]
    threshold: float
    """The mean probability from which on two clusters are one."""
    repeat: float
    """What is taken off for two claims of one pass of a reviewer: it has said it once."""

    def scoring(self, names: Sequence[str]) -> Callable[[Features], float]:
        """How far features of these names put a pair above the threshold; below 0 it is rather two defects."""
        bias, threshold, exp = -self.bias, self.threshold, math.exp
        factors = [self.weights.get(name, 0.0) for name in names]
        return lambda found: 1 / (1 + exp(bias - sum(map(mul, factors, found)))) - threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Two models: for claims that both name a place, and for those of which one names none."""

    placed: Model
    told: Model

    def score(self, found: Features) -> float:
        """How far two claims with these features are above the threshold; below 0 where they are rather two."""
        names, model = (PLACED, self.placed) if len(found) == len(PLACED) else (TOLD, self.told)
        return model.scoring(names)(found)


@cache
def default_weights() -> Weights:
    """Those that the corpus gave."""
    read = json.loads(files("deepreview.consolidate").joinpath("merging.json").read_text(encoding="utf-8"))
    return Weights(placed=Model(**read["placed"]), told=Model(**read["told"]))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the search for cycles, of which merging makes none: it costs a tenth where much else is in memory."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_uncollected()
def cluster(claims: Sequence[Claim], weights: Weights | None = None) -> tuple[tuple[int, ...], ...]:
    """Each index in exactly one cluster; as sets of claims the same in whatever order they are given."""
    order = sorted(range(len(claims)), key=lambda index: (claims[index].id, index))
    vocabulary = Vocabulary()
    read = [said(claims[index], vocabulary, ruled=claims[index].kind != SAID) for index in order]
    scores = scored(weigh(read), candidates(read, vocabulary), weights or default_weights())
    joined = average_linkage(len(order), scores, FLOOR)
    found = [part for members in joined for part in unbridged(members, scores)]
    return tuple(sorted(tuple(sorted(order[index] for index in members)) for members in found))


def scored(among: Weighed, pairs: Iterable[Pair], weights: Weights) -> dict[Pair, float]:
    """The pairs that can be one, each with how far it is above 0 or below."""
    claims, scores = among.claims, dict[Pair, float]()
    placed, told = weights.placed.scoring(PLACED), weights.told.scoring(TOLD)
    taken_off, taken_off_told = weights.placed.repeat, weights.told.repeat
    for pair in pairs:
        one, other = claims[pair[0]], claims[pair[1]]
        same = one.reviewer == other.reviewer and one.number == other.number
        if one.ruled and other.ruled and (same or one.files.isdisjoint(other.files)):
            continue
        found = features(among, *pair)
        if found is None:
            continue
        if one.placed and other.placed:
            scores[pair] = placed(found) - taken_off if same else placed(found)
        else:
            scores[pair] = told(found) - taken_off_told if same else told(found)
    return scores
