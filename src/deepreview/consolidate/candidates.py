"""Which claims are worth comparing: time and memory are linear in the claims."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, chain

from deepreview.consolidate.linkage import Pair
from deepreview.consolidate.words import Said, Vocabulary

_TOUCHES = 200
"""Entries of the index that one claim may look at, the rarest terms first: what keeps time linear."""
_INDEXED = 20
"""Terms of a claim by which later ones may find it, the rarest first."""
_MOST = 12
"""Claims that one is compared with, of those before it."""
_FEWEST = 6
"""Of them, those that need no file in common."""
_SHARE = 0.35
"""Claims that share less than this of what the best one shares are not compared."""
_ALL = 200
"""Claims up to which every pair is compared."""
_TELLING = ((2, 4), (8, 2))
"""A term of so many claims at most counts so many times, any other once."""


def candidates(claims: Sequence[Said], vocabulary: Vocabulary) -> Iterator[Pair]:
    """All pairs of few claims, else those that share rare words or code.

    Each claim is held against those before it, by its rarest terms.
    """
    size = len(claims)
    if size <= _ALL:
        yield from ((one, other) for other in range(size) for one in range(other))
        return
    index = _Index(claims, vocabulary)
    for number, claim in enumerate(claims):
        for near in index.partners(number, claim):
            yield near, number


class _Index:
    """The claims so far, by their rarest terms: the rarest has rank 1, and what only one claim says has 0."""

    def __init__(self, claims: Sequence[Said], vocabulary: Vocabulary) -> None:
        self._claims = claims
        counts = Counter(chain.from_iterable([chain(claim.stems, claim.quote) for claim in claims]))
        text = list(vocabulary.numbers)
        shared = sorted([(count, text[term], term) for term, count in counts.items() if count > 1])
        self._rank = dict.fromkeys(counts, 0)
        self._rank.update((term, rank) for rank, (_, _, term) in enumerate(shared, 1))
        self._times = [0, *(next((times for most, times in _TELLING if count <= most), 1) for count, _, _ in shared)]
        self._holders: list[list[int]] = [[] for _ in range(len(shared) + 1)]

    def partners(self, number: int, claim: Said) -> Sequence[int]:
        """Those that share most, looked for by the rarest terms until enough was looked at; then it is known itself."""
        every = self._holders
        ranks = sorted(filter(None, map(self._rank.__getitem__, chain(claim.stems, claim.quote))))
        holders = [every[rank] for rank in ranks]
        enough = bisect_right(list(accumulate(map(len, holders))), _TOUCHES)
        shared = Counter(chain.from_iterable(holders[:enough]))
        for rank in ranks[:_INDEXED]:
            every[rank] += [number] * self._times[rank]
        best = _best(shared)
        return [*best[:_FEWEST], *(near for near in best[_FEWEST:] if claim.meets(self._claims[near]))]


def _best(shared: Mapping[int, int]) -> Sequence[int]:
    if len(shared) <= _FEWEST:
        return list(shared)
    enough = max(shared.values()) * _SHARE
    near = [(-count, number) for number, count in shared.items() if count >= enough]
    return [number for _, number in sorted(near)[:_MOST]]
