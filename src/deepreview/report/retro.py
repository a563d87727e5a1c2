"""What can be counted about the reviewers: computed from the records, never asked of anybody."""

from collections.abc import Iterable, Sequence

from deepreview.model.claim import Claim, ClaimId, Severity
from deepreview.model.finding import Dropped, Finding
from deepreview.model.report import Fate, Tally
from deepreview.model.round import Completed, Run, Skipped


def fates(findings: Sequence[Finding], dropped: Sequence[Dropped]) -> tuple[Fate, ...]:
    """Where each claim ended, sorted by claim."""
    shown = [Fate(claim=c, finding=f.fingerprint, dropped=-1) for f in findings for c in f.claims]
    gone = [Fate(claim=c, finding="", dropped=i) for i, d in enumerate(dropped) for c in d.claims]
    return tuple(sorted((*shown, *gone), key=lambda fate: fate.claim))


def tallies(
    runs: Sequence[Run], findings: Sequence[Finding], dropped: Sequence[Dropped], claims: Iterable[Claim]
) -> tuple[Tally, ...]:
    """One column for each reviewer that ran."""
    by_claim = {claim.id: claim for claim in claims}
    return tuple(_tally(run, findings, dropped, by_claim) for run in runs if not isinstance(run, Skipped))


def _tally(run: Run, findings: Sequence[Finding], dropped: Sequence[Dropped], claims: dict[ClaimId, Claim]) -> Tally:
    own = [finding for finding in findings if run.reviewer in finding.reviewers]

    def of(severity: Severity) -> int:
        return sum(finding.severity is severity for finding in own)

    said = [claim for claim in claims.values() if claim.reviewer == run.reviewer]
    lowered = {
        claim
        for finding in own
        for claim in finding.claims
        if claims[claim].reviewer == run.reviewer and claims[claim].severity.weight > finding.severity.weight
    }
    return Tally(
        reviewer=run.reviewer,
        claims=len(said),
        critical=of(Severity.CRITICAL),
        important=of(Severity.IMPORTANT),
        suggestions=of(Severity.SUGGESTION),
        unique=sum(len(finding.reviewers) == 1 for finding in own),
        downgraded=len(lowered),
        dropped=sum(claims[c].reviewer == run.reviewer for d in dropped for c in d.claims),
        files=len(run.reading.read) if isinstance(run, Completed) else 0,
    )


def reconciliation(findings: Sequence[Finding], dropped: Sequence[Dropped], claims: Iterable[Claim]) -> tuple[str, ...]:
    """One sentence for each claim that was lowered, merged or dropped, in the order of the claims."""
    by_claim = {claim.id: claim for claim in claims}
    told: dict[str, str] = {}
    for finding in findings:
        for number, claim_id in enumerate(finding.claims):
            claim = by_claim[claim_id]
            changes = [f"merged into {finding.alias}"] if number else []
            changes += [f"{finding.alias}: {reason}" for reason in finding.reasons if not number]
            if changes:
                told[claim_id] = _sentence(claim, "; ".join(changes))
    for gone in dropped:
        for claim_id in gone.claims:
            claim = by_claim[claim_id]
            told[claim_id] = _sentence(claim, f"dropped by the step {gone.step} ({gone.reason.removesuffix('.')})")
    return tuple(told[claim_id] for claim_id in sorted(told))


def _sentence(claim: Claim, what: str) -> str:
    return f"{claim.reviewer} “{claim.title}”: {what.removesuffix('.')}."
