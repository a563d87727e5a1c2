"""Which claims speak of different places in words that would fit both: the same defect, made twice."""

from collections.abc import Mapping, Sequence

from deepreview.consolidate.linkage import Pair
from deepreview.consolidate.naming import Naming, subjects
from deepreview.consolidate.words import Said
from deepreview.model.claim import Claim

_NEAR = 3
"""Lines by which two may be off who mean the same."""
_SHORT = 16
"""Words up to which a text says little of which case it is about."""


def elsewhere(
    claims: Sequence[Claim], read: Sequence[Said], scores: Mapping[Pair, float], naming: Naming
) -> list[Pair]:
    """The pairs taken for one whose lines are far apart, and whose words do not say which case they are about.

    Two rules point at the line they mean. Of prose, a few words that name a common defect fit every case of it, unless
    both mark the same code or quote it.
    """

    def general(pair: Pair) -> bool:
        one, other = read[pair[0]], read[pair[1]]
        if not (one.spots and other.spots) or _near(one, other):
            return False
        if one.ruled and other.ruled:
            return True
        if min(len(one.stems), len(other.stems)) > _SHORT or not (naming[pair[0]] and naming[pair[1]]):
            return False
        if one.ruled or other.ruled:
            return True
        defects = naming[pair[0]] | naming[pair[1]]
        mine, theirs = (subjects(claims[index].title, defects) for index in pair)
        return mine.isdisjoint(theirs) and one.quote.isdisjoint(other.quote)

    return [pair for pair, score in scores.items() if score > 0 and general(pair)]


def _near(one: Said, other: Said) -> bool:
    return any(
        path == near and first <= end + _NEAR and begin <= last + _NEAR
        for path, first, last in one.spots
        for near, begin, end in other.spots
    )
