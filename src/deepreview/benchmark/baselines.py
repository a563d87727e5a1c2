"""The ways of merging that peers use, to compare with."""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence

from deepreview.consolidate.linkage import Pair, average_linkage
from deepreview.model.claim import Claim

_WORD = re.compile(r"[a-z0-9_]{2,}")
_NEAR = 3
_JACCARD = 0.6
_IDF_OVERLAP = 0.24
_COSINE = 0.27
"""Thresholds as published by those who use them, or best on their own data."""


def exact_key(claims: Sequence[Claim]) -> list[list[int]]:
    """File, line and title, letter by letter."""
    found: dict[tuple[object, ...], list[int]] = {}
    for index, claim in enumerate(claims):
        place = claim.main
        key = (place.path, place.first, claim.title.lower()) if place else ("", 0, claim.title.lower())
        found.setdefault(key, []).append(index)
    return list(found.values())


def near_and_alike(claims: Sequence[Claim]) -> list[list[int]]:
    """The same file, at most three lines apart, and 0.6 of the words in common; single linkage."""
    words = [_words(claim) for claim in claims]

    def same(one: int, other: int) -> bool:
        a, b = claims[one].main, claims[other].main
        if a and b and (a.path != b.path or abs(a.first - b.first) > _NEAR):
            return False
        union = words[one] | words[other]
        return bool(union) and len(words[one] & words[other]) / len(union) >= _JACCARD

    return _single(len(claims), same)


def idf_single(claims: Sequence[Claim]) -> list[list[int]]:
    """IDF-weighted overlap of words from 0.24 on, single linkage."""
    words = [_words(claim) for claim in claims]
    weight = _idf(words)

    def same(one: int, other: int) -> bool:
        smaller = min(sum(weight[w] for w in words[one]), sum(weight[w] for w in words[other]))
        return bool(smaller) and sum(weight[w] for w in words[one] & words[other]) / smaller >= _IDF_OVERLAP

    return _single(len(claims), same)


def tfidf_average(claims: Sequence[Claim]) -> list[list[int]]:
    """Cosine of TF-IDF vectors, average linkage from 0.27 on."""
    counts = [Counter(_WORD.findall(f"{claim.title} {claim.body}".lower())) for claim in claims]
    weight = _idf([set(count) for count in counts])
    vectors = []
    for count in counts:
        vector = {word: (1 + math.log(number)) * weight[word] for word, number in count.items()}
        length = math.sqrt(sum(value * value for value in vector.values())) or 1.0
        vectors.append({word: value / length for word, value in vector.items()})
    scores: dict[Pair, float] = {}
    for other in range(len(claims)):
        for one in range(other):
            cosine = sum(value * vectors[other].get(word, 0.0) for word, value in vectors[one].items())
            scores[one, other] = cosine - _COSINE
    return average_linkage(len(claims), scores, -_COSINE)


def _words(claim: Claim) -> set[str]:
    return set(_WORD.findall(f"{claim.title} {claim.body}".lower()))


def _idf(texts: Sequence[set[str]]) -> dict[str, float]:
    """Smoothed as scikit-learn does by default."""
    counts = Counter(word for words in texts for word in words)
    return {word: math.log((1 + len(texts)) / (1 + count)) + 1 for word, count in counts.items()}


def _single(size: int, same: Callable[[int, int], bool]) -> list[list[int]]:
    parent = list(range(size))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for other in range(size):
        for one in range(other):
            if root(one) != root(other) and same(one, other):
                parent[root(other)] = root(one)
    found: dict[int, list[int]] = {}
    for index in range(size):
        found.setdefault(root(index), []).append(index)
    return list(found.values())


BASELINES: dict[str, Callable[[Sequence[Claim]], Sequence[Sequence[int]]]] = {
    "exact key": exact_key,
    "path + 3 lines + Jaccard 0.6": near_and_alike,
    "IDF overlap, single linkage": idf_single,
    "TF-IDF, average linkage": tfidf_average,
}
