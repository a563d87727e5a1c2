"""Which claims are worth comparing: time and memory are linear in the claims."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from deepreview.consolidate.linkage import Pair
from deepreview.consolidate.words import Said, Vocabulary

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


def candidates(claims: Sequence[Said], vocabulary: Vocabulary) -> Iterator[Pair]:
    """All pairs of few claims, else those that share rare words or code.

    Each claim is held against those before it, by its rarest terms.
    """
    size = len(claims)
    if size <= _ALL:
        yield from ((one, other) for other in range(size) for one in range(other))
        return
    index = _Index(claims, vocabulary)
    most = max(_FEWEST, _PAIRS // size)
    for number, claim in enumerate(claims):
        for near in index.partners(number, claim, most):
            yield near, number


class _Index:
    """The claims so far, by their rarest terms: the rarest has rank 1, and what only one claim says has 0."""

    def __init__(self, claims: Sequence[Said], vocabulary: Vocabulary) -> None:
        counts = Counter(chain.from_iterable([chain(claim.stems, claim.quote) for claim in claims]))
        text = list(vocabulary.numbers)
        shared = sorted([(count, text[term], term) for term, count in counts.items() if count > 1])
        self._rank = dict.fromkeys(counts, 0)
        self._rank.update((term, rank) for rank, (_, _, term) in enumerate(shared, 1))
        self._worth = [0.0, *(1.0 / count for count, _, _ in shared)]
        self._holders: list[list[int]] = [[] for _ in self._worth]

    def partners(self, number: int, claim: Said, most: int) -> Sequence[int]:
        """Those that share most, looked for by the rarest terms until enough was looked at; then it is known itself."""
        every, worths = self._holders, self._worth
        ranks = sorted(filter(None, map(self._rank.__getitem__, chain(claim.stems, claim.quote))))
        left = _TOUCHES
        sums = defaultdict[int, float](float)
        for rank in ranks:
            if holders := every[rank]:
                left -= len(holders)
                if left < 0:
                    break
                worth = worths[rank]
                for near in holders:
                    sums[near] += worth
        for rank in ranks[:_INDEXED]:
            every[rank].append(number)
        return _best(sums, most)


def _best(sums: Mapping[int, float], most: int) -> Sequence[int]:
    if len(sums) <= _FEWEST:
        return list(sums)
    enough = max(sums.values()) * _SHARE
    near = sorted([(-shared, number) for number, shared in sums.items() if shared >= enough])
    return [number for _, number in near[:most]]
