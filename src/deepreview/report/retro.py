"""What can be counted about the reviewers: computed from the records, never asked of anybody."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from deepreview.consolidate.base import Slate
from deepreview.model.claim import Claim, Observation, Section, Severity
from deepreview.model.finding import Dropped, Finding
from deepreview.model.report import Agreement, Fate, Tally
from deepreview.model.round import Completed, Run, Skipped

_MOVE = re.compile(r"^(?:Critical|Important|Suggestion) → \w+: (?P<why>.*)$", re.DOTALL)
ON_EVIDENCE = frozenset({"placed", "refuted"})
"""Steps that drop a claim because of what was looked up."""


def fates(findings: Sequence[Finding], dropped: Sequence[Dropped]) -> tuple[Fate, ...]:
    """Where each claim ended, sorted by claim."""
    shown = [Fate(claim=c, finding=f.fingerprint, dropped=-1) for f in findings for c in f.claims]
    gone = [Fate(claim=c, finding="", dropped=i) for i, d in enumerate(dropped) for c in d.claims]
    return tuple(sorted((*shown, *gone), key=lambda fate: fate.claim))


def tallies(runs: Sequence[Run], slate: Slate, observations: Iterable[Observation] = ()) -> tuple[Tally, ...]:
    """One column for each reviewer that ran; what each number means is said at `Tally`."""
    noted = Counter((one.reviewer, one.section) for one in observations)
    return tuple(_tally(run, slate, noted) for run in runs if not isinstance(run, Skipped))


def _tally(run: Run, slate: Slate, noted: Mapping[tuple[str, Section], int]) -> Tally:
    name = run.reviewer
    own = [finding for finding in slate.findings if name in finding.reviewers]
    severities = Counter(finding.severity for finding in own)
    family = next((claim.family for claim in slate.claims.values() if claim.reviewer == name), name)
    alone = sum({slate.claims[claim].family for claim in finding.claims} == {family} for finding in own)
    moved = [(slate.claims[c].severity, f.severity) for f in own for c in f.claims if slate.claims[c].reviewer == name]
    lowered = [(old, new) for old, new in moved if old.weight > new.weight]
    gone = [gone.step for gone in slate.dropped for c in gone.claims if slate.claims[c].reviewer == name]
    read = set(run.reading.read) if isinstance(run, Completed) else set()
    told = {place.path for finding in own for place in finding.locations}
    return Tally(
        reviewer=name,
        claims=sum(claim.reviewer == name for claim in slate.claims.values()),
        critical=severities[Severity.CRITICAL],
        important=severities[Severity.IMPORTANT],
        suggestions=severities[Severity.SUGGESTION],
        unique=alone,
        shared=len(own) - alone,
        downgraded=len(lowered),
        raised=sum(old.weight < new.weight for old, new in moved),
        dropped=len(gone),
        refuted=sum(step in ON_EVIDENCE for step in gone),
        concerns=noted.get((name, Section.CONCERN), 0),
        strengths=noted.get((name, Section.STRENGTH), 0),
        files=len(read),
        misses=len({finding.path for finding in slate.findings if finding.path in read - told}),
        transitions=tuple(f"{old.value[0].upper()}→{new.value[0].upper()}" for old, new in lowered),
    )


def agreement(runs: Sequence[Run], findings: Sequence[Finding]) -> tuple[Agreement, ...]:
    """How far each pair of reviewers says the same, in the order of the reviewers."""
    said = {
        run.reviewer: {finding.fingerprint for finding in findings if run.reviewer in finding.reviewers}
        for run in runs
        if not isinstance(run, Skipped)
    }
    return tuple(
        Agreement(one=one, other=other, both=len(said[one] & said[other]), either=len(said[one] | said[other]))
        for one, other in combinations(said, 2)
        if said[one] | said[other]
    )


def reconciliation(findings: Sequence[Finding], dropped: Sequence[Dropped], claims: Iterable[Claim]) -> tuple[str, ...]:
    """One sentence for each claim that was lowered, merged or dropped, in the order of the claims."""
    by_claim = {claim.id: claim for claim in claims}
    told: dict[str, str] = {}
    for finding in findings:
        for number, claim_id in enumerate(finding.claims):
            claim = by_claim[claim_id]
            changes = [f"merged into {finding.alias}"] if number else []
            changes += _moved(claim, finding)
            changes += [] if number else [f"{finding.alias}: {why}" for why in finding.reasons if not _MOVE.match(why)]
            if changes:
                told[claim_id] = _sentence(claim, "; ".join(changes))
    for gone in dropped:
        for claim_id in gone.claims:
            claim = by_claim[claim_id]
            told[claim_id] = _sentence(claim, f"dropped by the step {gone.step} ({gone.reason.removesuffix('.')})")
    return tuple(told[claim_id] for claim_id in sorted(told))


def _moved(claim: Claim, finding: Finding) -> list[str]:
    """How the claim's severity is not that of its finding, and why that has the one it has."""
    if claim.severity is finding.severity:
        return []
    why = next((found["why"] for reason in finding.reasons if (found := _MOVE.match(reason))), "")
    if claim.severity.weight < finding.severity.weight:
        why = "others rate it higher"
    because = f": {why}" if why else ""
    return [f"{finding.alias}: {claim.severity.value.capitalize()} → {finding.severity.value}{because}"]


def _sentence(claim: Claim, what: str) -> str:
    return f"{claim.reviewer} “{claim.title}”: {what.removesuffix('.')}."
