"""Which claims are about the same defect: average linkage over what a fitted model says of each pair.

`docs/consolidation.md` has the method and its figures; `bench/fit_merging.py` makes `merging.json`.
"""

import heapq
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain

from deepreview.consolidate.linkage import Pair, average_linkage, unbridged
from deepreview.consolidate.pairs import Weighed, features, weigh
from deepreview.consolidate.words import said
from deepreview.model.claim import SAID, Claim

FLOOR = -0.4
"""What two claims that were not compared count for in the mean of a cluster: a probability of 0."""
_TOUCHES = 200
"""Entries of the index that one claim may look at, the rarest terms first: what keeps time linear."""
_INDEXED = 40
"""Terms of a claim by which later ones may find it, the rarest first."""
_PAIRS = 20_000
_FEWEST = 6
_SHARE = 0.3
"""Claims that share less than this of what the best one shares are not compared."""
_ALL = 200
"""Claims up to which every pair is compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Weights of the features of a pair, for its probability of being one defect."""

    bias: float
    weights: Mapping[str, float]
    threshold: float
    """The mean probability from which on two clusters are one."""
    repeat: float
    """What is taken off for two claims of one reviewer: it has said it once."""

    def probability(self, found: Mapping[str, float]) -> float:
        """That two claims with these features are about one defect."""
        return 1 / (1 + math.exp(-self.bias - sum(weight * found[name] for name, weight in self.weights.items())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Two models: for claims that both name a place, and for those of which one names none."""

    placed: Model
    told: Model

    def score(self, found: Mapping[str, float], *, same_reviewer: bool) -> float:
        """How far two claims are above the threshold; below 0 where they are rather two."""
        model = self.placed if "severity" in found else self.told
        return model.probability(found) - model.threshold - (model.repeat if same_reviewer else 0.0)


@cache
def default_weights() -> Weights:
    """Those that the corpus gave."""
    read = json.loads(files("deepreview.consolidate").joinpath("merging.json").read_text(encoding="utf-8"))
    return Weights(placed=Model(**read["placed"]), told=Model(**read["told"]))


def cluster(claims: Sequence[Claim], weights: Weights | None = None) -> tuple[tuple[int, ...], ...]:
    """Each index in exactly one cluster; as sets of claims the same in whatever order they are given."""
    order = sorted(range(len(claims)), key=lambda index: (claims[index].id, index))
    among = weigh([said(claims[index], ruled=claims[index].kind != SAID) for index in order])
    model = weights or default_weights()
    scores = {pair: score for pair in candidates(among) if (score := _score(among, pair, model)) is not None}
    joined = average_linkage(len(order), scores, FLOOR)
    found = [part for members in joined for part in unbridged(members, scores)]
    return tuple(sorted(tuple(sorted(order[index] for index in members)) for members in found))


def _score(among: Weighed, pair: Pair, weights: Weights) -> float | None:
    """Of a pair, above or below 0; None for one that cannot be."""
    one, other = among.claims[pair[0]], among.claims[pair[1]]
    same = one.reviewer == other.reviewer
    if one.ruled and other.ruled and (same or not one.files & other.files):
        return None
    found = features(among, *pair)
    if found is None:
        return None
    return weights.score(found, same_reviewer=same)


def candidates(among: Weighed) -> Iterable[Pair]:
    """The pairs that are worth comparing: all of few claims, else those that share rare words or code.

    Each claim is held against those before it, by its rarest terms, so that time is linear in the claims.
    """
    size = len(among.claims)
    if size <= _ALL:
        yield from ((one, other) for other in range(size) for one in range(other))
        return
    terms = [[*claim.words, *claim.quote] for claim in among.claims]
    counts = Counter(chain.from_iterable(terms))
    shared = sorted((count, term) for term, count in counts.items() if count > 1)
    rank = {term: number for number, (_, term) in enumerate(shared)}
    value = [1.0 / count for count, _ in shared]
    index: list[list[int]] = [[] for _ in shared]
    most = max(_FEWEST, _PAIRS // size)
    for number, own in enumerate(terms):
        ranks = sorted([rank[term] for term in own if term in rank])
        for near in _partners(ranks, value, index, most):
            yield near, number
        for term in ranks[:_INDEXED]:
            index[term].append(number)


def _partners(ranks: Sequence[int], value: Sequence[float], index: Sequence[Sequence[int]], most: int) -> list[int]:
    """Those that share most, looked for by the rarest terms until enough was looked at."""
    shared: dict[int, float] = {}
    spent = 0
    for term in ranks:
        found = index[term]
        spent += len(found)
        if spent > _TOUCHES:
            break
        worth = value[term]
        for number in found:
            shared[number] = shared.get(number, 0.0) + worth
    if len(shared) <= _FEWEST:
        return list(shared)
    enough = max(shared.values()) * _SHARE
    near = [(-worth, number) for number, worth in shared.items() if worth >= enough]
    return [number for _, number in heapq.nsmallest(most, near)]
