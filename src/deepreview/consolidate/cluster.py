"""Which claims are about the same defect: average linkage over what a fitted model says of each pair.

`docs/consolidation.md` has the method and its figures; `bench/fit_merging.py` makes `merging.json`.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from deepreview.consolidate.linkage import Pair, average_linkage, unbridged
from deepreview.consolidate.pairs import Weighed, features, weigh
from deepreview.consolidate.words import Said, said
from deepreview.model.claim import SAID, Claim

_TOUCHES = 600
"""Entries of the word index that one claim may look at, the rarest words first: what keeps time linear."""
_ALL = 60
"""Claims up to which every pair is compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Weights of the features of a pair, for its probability of being one defect."""

    bias: float
    weights: Mapping[str, float]
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
    threshold: float
    """The mean probability from which on two clusters are one."""

    def score(self, found: Mapping[str, float], *, same_reviewer: bool) -> float:
        """How far two claims are above the threshold; below 0 where they are rather two."""
        model = self.placed if "severity" in found else self.told
        return model.probability(found) - self.threshold - (model.repeat if same_reviewer else 0.0)


@cache
def default_weights() -> Weights:
    """Those that the corpus gave."""
    read = json.loads(files("deepreview.consolidate").joinpath("merging.json").read_text(encoding="utf-8"))
    return Weights(placed=Model(**read["placed"]), told=Model(**read["told"]), threshold=read["threshold"])


def cluster(claims: Sequence[Claim], weights: Weights | None = None) -> tuple[tuple[int, ...], ...]:
    """Each index in exactly one cluster; as sets of claims the same in whatever order they are given."""
    order = sorted(range(len(claims)), key=lambda index: (claims[index].id, index))
    among = weigh([said(claims[index], ruled=claims[index].kind != SAID) for index in order])
    model = weights or default_weights()
    scores = {pair: score for pair in candidates(among) if (score := _score(among, pair, model)) is not None}
    joined = average_linkage(len(order), scores, -model.threshold)
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
    """The pairs that are worth comparing: all of few claims, else those that share rare words, names or code."""
    size = len(among.claims)
    if size <= _ALL:
        return ((one, other) for other in range(size) for one in range(other))
    index: dict[str, list[int]] = {}
    terms = [_terms(claim) for claim in among.claims]
    for number, own in enumerate(terms):
        for term in own:
            index.setdefault(term, []).append(number)
    most = max(12, 20_000 // size)
    return sorted({pair for number in range(size) for pair in _partners(number, terms[number], index, among, most)})


def _terms(claim: Said) -> frozenset[str]:
    return frozenset(claim.words) | claim.quote


def _partners(
    number: int, terms: Iterable[str], index: Mapping[str, list[int]], among: Weighed, most: int
) -> Iterable[Pair]:
    """Those that share most with a claim, looked for by its rarest terms."""
    shared: dict[int, float] = {}
    spent = 0
    for length, term in sorted((len(index[term]), term) for term in terms):
        spent += length
        if spent > _TOUCHES:
            break
        if length > 1:
            value = among.weight.get(term, 1.0) ** 2
            for near in index[term]:
                shared[near] = shared.get(near, 0.0) + value
    shared.pop(number, None)
    best = sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:most]
    return ((number, near) if number < near else (near, number) for near, _ in best)
