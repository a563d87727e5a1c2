"""Average linkage over the pairs that are known; those that are not count as unlike as can be."""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

Pair = tuple[int, int]
_FEWEST, _MOST = 3, 60
UNLIKE = -0.3
"""A score at which two claims have nothing to do with each other: the probability is next to none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """That each voice says a thing once: clusters in which the same voices speak are rather two defects."""

    voices: Sequence[int]
    """Who said each claim."""
    loss: float
    """What is taken off the score of two clusters where each claim of the smaller one is repeated in the other."""
    few: float
    """Claims that are added to the smaller cluster: how little one repetition says."""

    def taken_off(self, one: Mapping[int, int], other: Mapping[int, int], size: int) -> float:
        """What two clusters lose, by how often each voice speaks in them and the size of the smaller one."""
        if len(one) > len(other):
            one, other = other, one
        repeated = sum([count * other[voice] for voice, count in one.items() if voice in other])
        return self.loss * repeated / (size + self.few)


def average_linkage(size: int, scores: Mapping[Pair, float], floor: float, once: Once | None = None) -> list[list[int]]:
    """Clusters of `range(size)`: the two with the highest mean score join as long as it is above 0.

    A pair without a score has `floor`. Ties are settled by the smallest members, so that only the scores matter.
    Time is that of the known pairs and their merges, never of all pairs.
    """
    once = once or Once(voices=range(size), loss=0.0, few=1.0)
    clusters = {number: [number] for number in range(size)}
    says = {number: {voice: 1} for number, voice in enumerate(once.voices)}
    sums: dict[int, dict[int, tuple[float, int]]] = {number: {} for number in range(size)}
    voices, lost = once.voices, once.loss / (1 + once.few)
    heap = list[tuple[float, int, int, int, int]]()
    for (one, other), score in scores.items():
        sums[one][other] = sums[other][one] = (score, 1)
        if score > 0 and (worth := score - lost if voices[one] == voices[other] else score) > 0:
            heap.append((-worth, one, other, 1, 1))
    heapq.heapify(heap)
    while heap:
        _, one, other, size_one, size_other = heapq.heappop(heap)
        if len(clusters.get(one, ())) != size_one or len(clusters.get(other, ())) != size_other:
            continue
        kept, gone = (other, one) if len(sums[one]) < len(sums[other]) else (one, other)
        _join(kept, gone, clusters, sums)
        mine = says[kept] = _together(says[kept], says.pop(gone))
        whole = size_one + size_other
        for near, (total, count) in sums[kept].items():
            part = len(clusters[near])
            above = total + floor * (whole * part - count)
            if above > 0:
                off = (
                    lost * mine.get(voices[near], 0)
                    if part == 1
                    else once.taken_off(mine, says[near], min(whole, part))
                )
                if (worth := above / (whole * part) - off) > 0:
                    pair = (-worth, kept, near, whole, part) if kept < near else (-worth, near, kept, part, whole)
                    heapq.heappush(heap, pair)
    return sorted(sorted(cluster) for cluster in clusters.values())


def _together(one: dict[int, int], other: dict[int, int]) -> dict[int, int]:
    """How often each voice speaks in two clusters that became one."""
    if len(one) < len(other):
        one, other = other, one
    for voice, count in other.items():
        one[voice] = one.get(voice, 0) + count
    return one


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
