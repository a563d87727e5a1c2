"""Which claims name the same common defect on the same lines: what short texts share where they share few words.

Place alone joins nothing, as different defects stand on one line; nor does the name alone, as one defect is made at
several places.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from deepreview.consolidate.lexicon import DEFECTS, Told
from deepreview.consolidate.linkage import Pair
from deepreview.consolidate.naming import Naming, marked, plain
from deepreview.consolidate.words import Said
from deepreview.model.claim import Claim

_STATEMENT = 8
"""Lines that one statement may take; what is said of more is about no line."""
_BACK = 24
"""Claims about one defect and file that one is held against: what keeps time linear."""


@dataclass(frozen=True, slots=True, order=True)
class _Spot:
    """Lines that a claim is about."""

    file: str
    first: int
    last: int
    claim: int


def namesakes(claims: Sequence[Claim], read: Sequence[Said], naming: Naming) -> Iterator[Pair]:
    """Pairs of two voices' claims about the same lines that name the same defect, and where need be the same code."""
    rows: dict[tuple[str, int], list[_Spot]] = {}
    for spot in _met(read):
        for defect in naming[spot.claim]:
            rows.setdefault((spot.file, defect), []).append(spot)
    for (_, defect), row in rows.items():
        told = DEFECTS[defect].told
        for at, spot in enumerate(row):
            for other in row[max(0, at - _BACK) : at]:
                if other.last < spot.first or read[other.claim].voice == read[spot.claim].voice:
                    continue
                if _one(told, claims[other.claim].title, claims[spot.claim].title):
                    yield min(other.claim, spot.claim), max(other.claim, spot.claim)


def _met(read: Sequence[Said]) -> Iterable[_Spot]:
    """The lines that something else is said about too, in their order; other claims need not be looked through."""
    spots = sorted(
        _Spot(file, first, last, number)
        for number, claim in enumerate(read)
        for file, first, last in claim.spots
        if first <= last < first + _STATEMENT
    )
    met = set[_Spot]()
    furthest: _Spot | None = None
    for spot in spots:
        if furthest and furthest.file == spot.file and spot.first <= furthest.last:
            met |= {furthest, spot}
        if not furthest or furthest.file != spot.file or spot.last > furthest.last:
            furthest = spot
    return sorted(met)


def _one(told: Told, one: str, other: str) -> bool:
    """Whether two titles that name the same defect on the same lines are about one."""
    if told is Told.NOTHING:
        return True
    mine, theirs = marked(one), marked(other)
    if not (mine.isdisjoint(plain(other).split()) and theirs.isdisjoint(plain(one).split())):
        return True
    return told is Told.NAMES and not (mine and theirs)
