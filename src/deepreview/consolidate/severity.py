"""Severity by rubric: it starts at what was declared, and each change of it has a reason.

The loudest claim never decides. What a rule claims starts at the rule's own severity; what is said in prose starts at
what such claims were worth in published reviews (`rating.py`), which weighs word against word: where evidence stands
behind it and nobody rates it lower, it starts at what is claimed. Nothing here rates above every claim of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from deepreview.consolidate.base import Slate, Step
from deepreview.consolidate.rating import claimed_by, judged
from deepreview.consolidate.record import NO_RECORDS, Records
from deepreview.consolidate.shipped import shipped
from deepreview.model.claim import SAID, Answer, Claim, Severity
from deepreview.model.evidence import Rung
from deepreview.model.finding import Finding, Fingerprint, Location, OriginKind, Rubric

_ABOUT_TESTS = ("focused-test", "noFocusedTests", "no-only-tests")
_NEAR = 50
"""Findings before one on the same lines that are looked at: more are never told."""
_RUN = frozenset({Rung.EXECUTED, Rung.REPRODUCED, Rung.MUTATED})
_BROUGHT = {
    OriginKind.INTRODUCED: Answer.YES,
    OriginKind.NEWLY_EXPOSED: Answer.YES,
    OriginKind.MOVED: Answer.NO,
    OriginKind.PRE_EXISTING: Answer.NO,
    OriginKind.UNKNOWN: Answer.UNKNOWN,
}


def rate(finding: Finding, claims: Sequence[Claim], records: Records = NO_RECORDS, near: Sequence[str] = ()) -> Finding:
    """The finding with its rubric answered, its severity, and the reasons for each change; the shown claim is first.

    `near` are other reviewers who have another finding on the same lines.
    """
    ruled = [claim for claim in claims if claim.kind != SAID]
    judge = ruled[0] if ruled else claims[0]
    rubric = Rubric(
        reachable=judge.reachable,
        silent=judge.silent,
        shipped=shipped(finding.path) if finding.path else Answer.UNKNOWN,
        introduced=_BROUGHT[finding.origin.kind],
        proven=Answer.YES if finding.proof in _RUN else Answer.NO,
    )
    prose = len(ruled) < len(claims)
    severity, reason = (
        judged(claims, records, near=near) if prose and not _shown(finding, claims) else (judge.severity, "")
    )
    reasons = [reason] if reason else []
    for lowered, why in _objections(finding, judge, rubric, prose=prose):
        if lowered.weight < severity.weight:
            reasons.append(f"{severity.value.capitalize()} → {lowered.value}: {why}")
            severity = lowered
    if reasons and (who := claimed_by(claims)):
        reasons[0] = f"{reasons[0].removesuffix('.')}; {who}."
    return replace(finding, rubric=rubric, severity=severity, reasons=(*finding.reasons, *reasons))


def _shown(finding: Finding, claims: Sequence[Claim]) -> bool:
    """Whether more than word stands behind what all rate alike: something that was run, or of mere prose, a parser.

    Of a rule, a parser may say no more than that the file parses.
    """
    evident = finding.proof in _RUN or (finding.kind == SAID and finding.proof is Rung.PARSED)
    return evident and len({claim.severity for claim in claims}) == 1


def _objections(finding: Finding, claim: Claim, rubric: Rubric, *, prose: bool) -> list[tuple[Severity, str]]:
    """What speaks for a lower severity, and how far down it speaks for.

    That something does not ship is no objection to prose: of defects in tests and documents that reviewers called
    important, most were published as important (`docs/severity.md`).
    """
    found = []
    if claim.excuse:
        found.append((Severity.SUGGESTION, f"a comment nearby explains the choice: “{claim.excuse}”."))
    if rubric.introduced is Answer.NO:
        found.append((Severity.SUGGESTION, f"this change did not write it ({finding.origin.kind.value})."))
    if not prose and rubric.shipped is Answer.NO and not finding.kind.endswith(_ABOUT_TESTS):
        found.append((Severity.SUGGESTION, "it is in tests, examples or documents, which do not ship."))
    if rubric.reachable is Answer.NO:
        found.append((Severity.SUGGESTION, "nothing reaches it today."))
    if rubric.silent is Answer.NO:
        found.append((Severity.IMPORTANT, "when it happens, it is loud."))
    return found


def neighbours(findings: Iterable[Finding]) -> Mapping[Fingerprint, Sequence[str]]:
    """By finding: the reviewers who did not say it and have another finding on lines of its main place."""
    placed = [(place, finding) for finding in findings if (place := finding.main) and place.first]
    placed.sort(key=lambda one: (one[0].path, one[0].side.value, one[0].first, one[1].fingerprint))
    near: dict[Fingerprint, set[str]] = {}
    reaching: list[tuple[Location, Finding]] = []
    for place, finding in placed:
        reaching = [
            (other, known)
            for other, known in reaching[-_NEAR:]
            if (other.path, other.side) == (place.path, place.side) and other.last >= place.first
        ]
        for _, other in reaching:
            for one, neighbour in ((finding, other), (other, finding)):
                near.setdefault(one.fingerprint, set()).update({*neighbour.reviewers} - {*one.reviewers})
        reaching.append((place, finding))
    return {found: tuple(sorted(names)) for found, names in near.items()}


def step(records: Records = NO_RECORDS) -> Step:
    """Rates every finding, given what became of the reviewers' earlier claims."""

    def run(slate: Slate) -> Slate:
        near = neighbours(slate.findings)
        rated = (
            rate(finding, slate.claims_of(finding), records, near.get(finding.fingerprint, ()))
            for finding in slate.findings
        )
        return replace(slate, findings=tuple(rated))

    return Step(name="severity", run=run, after=("suppressed", "refuted", "declined", "excused"))
