"""Average linkage over the pairs that are known; those that are not count as unlike as can be."""

import heapq
from collections.abc import Mapping, Sequence
from itertools import combinations

Pair = tuple[int, int]
_FEWEST, _MOST = 3, 60
UNLIKE = -0.3
"""A score at which two claims have nothing to do with each other: the probability is next to none."""


def average_linkage(size: int, scores: Mapping[Pair, float], floor: float) -> list[list[int]]:
    """Clusters of `range(size)`: the two with the highest mean score join as long as it is above 0.

    A pair without a score has `floor`. Ties are settled by the smallest members, so that only the scores matter.
    Time is that of the known pairs and their merges, never of all pairs.
    """
    clusters = {number: [number] for number in range(size)}
    sums: dict[int, dict[int, tuple[float, int]]] = {number: {} for number in range(size)}
    heap = list[tuple[float, int, int, int, int]]()
    for (one, other), score in scores.items():
        sums[one][other] = sums[other][one] = (score, 1)
        if score > 0:
            heap.append((-score, one, other, 1, 1))
    heapq.heapify(heap)
    while heap:
        _, one, other, size_one, size_other = heapq.heappop(heap)
        if len(clusters.get(one, ())) != size_one or len(clusters.get(other, ())) != size_other:
            continue
        kept, gone = (other, one) if len(sums[one]) < len(sums[other]) else (one, other)
        _join(kept, gone, clusters, sums)
        whole = size_one + size_other
        for near, (total, count) in sums[kept].items():
            part = len(clusters[near])
            above = total + floor * (whole * part - count)
            if above > 0:
                mean = above / (whole * part)
                pair = (-mean, kept, near, whole, part) if kept < near else (-mean, near, kept, part, whole)
                heapq.heappush(heap, pair)
    return sorted(sorted(cluster) for cluster in clusters.values())


def unbridged(members: Sequence[int], scores: Mapping[Pair, float]) -> list[list[int]]:
    """The cluster, or its parts where one member alone holds them together: a claim that tells of two defects.

    That member stays with the part that it is nearest to.
    """
    if not _FEWEST <= len(members) <= _MOST:
        return [list(members)]
    alike = _alike(members, scores)
    for bridge in members:
        parts = _connected([member for member in members if member != bridge], alike)
        if len(parts) > 1 and all(_score(scores, bridge, part) > 0 for part in parts):
            home = max(parts, key=lambda part: (_score(scores, bridge, part), -part[0]))
            home.append(bridge)
            return sorted(sorted(part) for part in parts)
    return [list(members)]


def _alike(members: Sequence[int], scores: Mapping[Pair, float]) -> dict[int, set[int]]:
    """Of each member, those that have something to do with it."""
    alike: dict[int, set[int]] = {member: set() for member in members}
    for one, other in combinations(sorted(members), 2):
        if scores.get((one, other), -1.0) > UNLIKE:
            alike[one].add(other)
            alike[other].add(one)
    return alike


def _connected(members: Sequence[int], alike: Mapping[int, set[int]]) -> list[list[int]]:
    parts = list[list[int]]()
    left = set(members)
    for first in members:
        if first not in left:
            continue
        left.remove(first)
        part = [first]
        for member in part:
            near = left & alike[member]
            part += near
            left -= near
        parts.append(part)
    return parts


def _score(scores: Mapping[Pair, float], one: int, part: Sequence[int]) -> float:
    return max(scores.get((min(one, other), max(one, other)), -1.0) for other in part)


def _join(kept: int, gone: int, clusters: dict[int, list[int]], sums: dict[int, dict[int, tuple[float, int]]]) -> None:
    clusters[kept] += clusters.pop(gone)
    mine = sums[kept]
    mine.pop(gone, None)
    for near, (total, count) in sums.pop(gone).items():
        if near == kept:
            continue
        theirs = sums[near]
        theirs.pop(gone)
        old = mine.get(near, (0.0, 0))
        mine[near] = theirs[kept] = (old[0] + total, old[1] + count)
