"""Severity by rubric: it starts at what the shown claim declared, and each change of it has a reason.

The loudest claim never decides. Nothing here raises a severity: that needs evidence, which later checks bring.
"""

from dataclasses import replace

from deepreview.consolidate.base import Slate, Step
from deepreview.consolidate.shipped import shipped
from deepreview.model.claim import Answer, Claim, Severity
from deepreview.model.evidence import Rung
from deepreview.model.finding import Finding, OriginKind, Rubric

_ABOUT_TESTS = ("focused-test", "noFocusedTests", "no-only-tests")
_BROUGHT = {
    OriginKind.INTRODUCED: Answer.YES,
    OriginKind.NEWLY_EXPOSED: Answer.YES,
    OriginKind.MOVED: Answer.NO,
    OriginKind.PRE_EXISTING: Answer.NO,
    OriginKind.UNKNOWN: Answer.UNKNOWN,
}


def rate(finding: Finding, claim: Claim) -> Finding:
    """The finding with its rubric answered, its severity, and the reasons for each change."""
    rubric = Rubric(
        reachable=claim.reachable,
        silent=claim.silent,
        shipped=shipped(finding.path) if finding.path else Answer.UNKNOWN,
        introduced=_BROUGHT[finding.origin.kind],
        proven=Answer.YES if finding.proof in {Rung.EXECUTED, Rung.REPRODUCED, Rung.MUTATED} else Answer.NO,
    )
    severity, reasons = claim.severity, list[str]()
    for lowered, reason in _objections(finding, claim, rubric):
        if lowered.weight < severity.weight:
            reasons.append(f"{severity.value.capitalize()} → {lowered.value}: {reason}")
            severity = lowered
    return replace(finding, rubric=rubric, severity=severity, reasons=tuple(reasons))


def _objections(finding: Finding, claim: Claim, rubric: Rubric) -> list[tuple[Severity, str]]:
    """What speaks for a lower severity, and how far down it speaks for."""
    found = []
    if claim.excuse:
        found.append((Severity.SUGGESTION, f"a comment nearby explains the choice: “{claim.excuse}”."))
    if rubric.introduced is Answer.NO:
        found.append((Severity.SUGGESTION, f"this change did not write it ({finding.origin.kind.value})."))
    if rubric.shipped is Answer.NO and not finding.kind.endswith(_ABOUT_TESTS):
        found.append((Severity.SUGGESTION, "it is in tests, examples or documents, which do not ship."))
    if rubric.reachable is Answer.NO:
        found.append((Severity.SUGGESTION, "nothing reaches it today."))
    if rubric.silent is Answer.NO:
        found.append((Severity.IMPORTANT, "when it happens, it is loud."))
    return found


def _run(slate: Slate) -> Slate:
    return replace(slate, findings=tuple(rate(finding, slate.main_claim(finding)) for finding in slate.findings))


STEP = Step(name="severity", run=_run, after=("suppressed", "refuted"))
