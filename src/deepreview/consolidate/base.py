"""Steps that judge: each takes the slate and returns it; nothing is deleted, order is data."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from deepreview.model.claim import Claim, ClaimId
from deepreview.model.finding import Dropped, Finding, Fingerprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Slate:
    """All that was claimed, sorted into what is shown and what is not."""

    findings: tuple[Finding, ...]
    dropped: tuple[Dropped, ...]
    claims: Mapping[ClaimId, Claim]

    def claims_of(self, finding: Finding) -> tuple[Claim, ...]:
        """The claims that a finding holds, the one whose words are shown first."""
        return tuple(self.claims[claim] for claim in finding.claims)

    def main_claim(self, finding: Finding) -> Claim:
        """The claim whose words are shown."""
        return self.claims[finding.claims[0]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One judgement; the steps named in `after` must come before it."""

    name: str
    run: Callable[[Slate], Slate]
    after: tuple[str, ...] = ()


def settle(slate: Slate, steps: Sequence[Step]) -> Slate:
    """The slate after all steps; that no claim is lost or doubled is asserted after each."""
    assert_conserved(slate, "start")
    for step in steps:
        slate = step.run(slate)
        assert_conserved(slate, step.name)
    return slate


def assert_conserved(slate: Slate, step: str) -> None:
    """Every claim ends in exactly one place, a finding or a drop; anything else is a bug in `step`."""
    ends = Counter(claim for finding in slate.findings for claim in finding.claims)
    ends.update(claim for gone in slate.dropped for claim in gone.claims)
    wrong = [claim for claim in slate.claims if ends[claim] != 1] + [
        claim for claim in ends if claim not in slate.claims
    ]
    if wrong:  # not an assert statement: this holds in every run, under -O too
        raise AssertionError(f"step {step!r} lost or doubled the claims {wrong[:3]}")


def drop(slate: Slate, why: Mapping[Fingerprint, str], step: str) -> Slate:
    """Move the findings whose fingerprints are in `why` to `dropped`, with their reasons."""
    gone = tuple(
        Dropped(
            claims=finding.claims,
            title=finding.title,
            path=finding.path,
            first=finding.first,
            step=step,
            reason=why[finding.fingerprint],
        )
        for finding in slate.findings
        if finding.fingerprint in why
    )
    kept = tuple(finding for finding in slate.findings if finding.fingerprint not in why)
    return replace(slate, findings=kept, dropped=(*slate.dropped, *gone))
