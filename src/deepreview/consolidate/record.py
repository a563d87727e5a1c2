"""A reviewer's record: how often what it said was kept at the severity that it said. Data, given from outside."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from deepreview.model.claim import Claim, Severity

_PRIOR = 4
"""Claims that a reviewer's own record must outweigh before it says more than nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What became of a reviewer's claims that were answered, by the severity that it declared."""

    held: Mapping[Severity, int]
    """Kept at that severity."""
    answered: Mapping[Severity, int]
    """Kept at whatever severity, or declined; never less than `held`."""

    def counts(self, severity: Severity) -> tuple[int, int]:
        """How many held of how many that were answered."""
        return self.held.get(severity, 0), self.answered.get(severity, 0)


Records = Mapping[str, Record]
"""By reviewer; who is not in it is met without prejudice."""
NO_RECORDS: Records = {}


def tally(settled: Iterable[tuple[Claim, Severity | None]]) -> Records:
    """The records that follow from claims and the severity that each ended at, None for one that was declined.

    Give it what a person stood behind (a published or resolved round): counting one's own untouched output would teach
    the next round nothing but this one's habits.
    """
    held: dict[str, Counter[Severity]] = {}
    answered: dict[str, Counter[Severity]] = {}
    for claim, severity in settled:
        answered.setdefault(claim.reviewer, Counter())[claim.severity] += 1
        held.setdefault(claim.reviewer, Counter())[claim.severity] += claim.severity is severity
    return {name: Record(held=held[name], answered=answered[name]) for name in answered}


def standing(claim: Claim, records: Records) -> float:
    """How much more often than everybody's such claims of this reviewer held, between -1 and 1.

    Shrunk towards no difference where little is known; 0 for a reviewer without a record.
    """
    every = [record.counts(claim.severity) for record in records.values()]
    everybody = sum(answered for _, answered in every)
    if claim.reviewer not in records or not everybody:
        return 0.0
    held, answered = records[claim.reviewer].counts(claim.severity)
    return (held - answered * sum(held for held, _ in every) / everybody) / (answered + _PRIOR)
