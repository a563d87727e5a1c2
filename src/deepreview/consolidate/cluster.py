"""Which claims are about the same defect: average linkage over what a fitted model says of each pair.

`docs/consolidation.md` has the method and its figures; `bench/fit_merging.py` makes `merging.json`.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from operator import mul

from deepreview.collector import without_collector
from deepreview.consolidate.candidates import candidates
from deepreview.consolidate.elsewhere import elsewhere
from deepreview.consolidate.linkage import Once, Pair, average_linkage, unbridged
from deepreview.consolidate.namesakes import namesakes
from deepreview.consolidate.naming import Naming
from deepreview.consolidate.pairs import PLACED, TOLD, Features, Weighed, features, weigh
from deepreview.consolidate.words import Said, Vocabulary, said
from deepreview.model.claim import SAID, Claim

FLOOR = -0.4
"""What two claims that were not compared count for in the mean of a cluster: a probability of 0."""
_NEXT_TO_NONE = 0.04
_COPIED, _COPY = 0.9, 1.0
"""Likeness of words from which on a voice says the same of the same lines and code twice, and the score of such two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Weights of the features of a pair, for its probability of being one defect."""

    bias: float
    weights: Mapping[str, float]
    threshold: float
    """The mean probability from which on two clusters are one."""
    repeat: float
    """What is taken off for two claims of one pass of a reviewer: it has said it once."""
    crowd: float = 0.0
    """Over the root of the number of voices it is the threshold, where that is less; 0 where voices do not matter."""

    def among(self, voices: int) -> "Model":
        """The same with the threshold for so many voices: a mean over many claims errs less than over few."""
        if not self.crowd:
            return self
        return replace(self, threshold=min(self.threshold, self.crowd / math.sqrt(max(voices, 1))))

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
    loss: float
    few: float
    """Of `Once`; this is for each voice."""
    namesake: float
    """How far above the threshold two claims are at least that name one defect on the same lines."""

    def score(self, found: Features) -> float:
        """How far two claims with these features are above the threshold; below 0 where they are rather two."""
        names, model = (PLACED, self.placed) if len(found) == len(PLACED) else (TOLD, self.told)
        return model.scoring(names)(found)

    def once(self, voices: Sequence[int]) -> Once:
        """What clusters lose for voices that they share."""
        return Once(voices=voices, loss=self.loss, few=self.few * len(set(voices)))

    def floor(self, claims: Sequence[Said]) -> float:
        """What a pair without a score counts for: next to no probability, by the model for most of the claims."""
        told = sum(not claim.placed for claim in claims) * 2 > len(claims)
        return max(FLOOR, -self.told.threshold - _NEXT_TO_NONE) if told else FLOOR


@cache
def default_weights() -> Weights:
    """Those that the corpus gave."""
    read = json.loads(files("deepreview.consolidate").joinpath("merging.json").read_text(encoding="utf-8"))
    return Weights(placed=Model(**read.pop("placed")), told=Model(**read.pop("told")), **read)


@without_collector()
def cluster(claims: Sequence[Claim], weights: Weights | None = None) -> tuple[tuple[int, ...], ...]:
    """Each index in exactly one cluster; as sets of claims the same in whatever order they are given."""
    order = sorted(range(len(claims)), key=lambda index: (claims[index].id, index))
    vocabulary = Vocabulary()
    ordered = [claims[index] for index in order]
    read = [said(claim, vocabulary, ruled=claim.kind != SAID) for claim in ordered]
    numbers = dict[tuple[str, str], int]()
    voices = [numbers.setdefault(claim.voice, len(numbers)) for claim in read]
    weights = weights or default_weights()
    weights = replace(weights, told=weights.told.among(len(numbers)))
    scores = scored(weigh(read), candidates(read, vocabulary), weights)
    naming = Naming(ordered)
    scores.update(dict.fromkeys(elsewhere(ordered, read, scores, naming), FLOOR))
    for pair in namesakes(ordered, read, naming):
        scores[pair] = max(scores.get(pair, FLOOR), weights.namesake)
    joined = average_linkage(len(order), scores, weights.floor(read), weights.once(voices))
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
        if same and found[0] >= _COPIED and one.spots == other.spots != () and one.quote == other.quote:
            scores[pair] = _COPY
            continue
        if one.placed and other.placed:
            scores[pair] = placed(found) - taken_off if same else placed(found)
        else:
            scores[pair] = told(found) - taken_off_told if same else told(found)
    return scores
