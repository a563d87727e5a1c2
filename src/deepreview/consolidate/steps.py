"""The steps, in order, and the small ones among them."""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace

from deepreview.consolidate import severity
from deepreview.consolidate.base import Slate, Step, drop
from deepreview.model.claim import Severity
from deepreview.model.evidence import Outcome
from deepreview.model.finding import Finding, OriginKind

MOST_OF_A_KIND = 5
"""Suggestions of one kind that are shown; the others are listed as dropped, with their places."""

_ORIGINS = list(OriginKind)


def _suppressed(slate: Slate) -> Slate:
    why = {
        finding.fingerprint: "; ".join(dict.fromkeys(claim.suppressed for claim in slate.claims_of(finding)))
        for finding in slate.findings
        if all(claim.suppressed for claim in slate.claims_of(finding))
    }
    return drop(slate, why, "suppressed")


def _refuted(slate: Slate) -> Slate:
    why = {
        finding.fingerprint: f"{evidence.check}: {evidence.summary}"
        for finding in slate.findings
        for evidence in finding.evidence
        if evidence.outcome is Outcome.REFUTES
    }
    return drop(slate, why, "refuted")


def _excused(slate: Slate) -> Slate:
    """What would only be a suggestion, and the author has answered it in the code."""
    why = {
        finding.fingerprint: f"a comment or message there explains the choice: “{slate.main_claim(finding).excuse}”"
        for finding in slate.findings
        if all(claim.excuse and claim.severity is Severity.SUGGESTION for claim in slate.claims_of(finding))
    }
    return drop(slate, why, "excused")


def switched_off(kinds: Collection[str]) -> Step:
    """Drops what the settings do not want to see: kinds (`stale-name`, `ruff:F821`), or all of one tool (`ruff`)."""

    def run(slate: Slate) -> Slate:
        why = {
            finding.fingerprint: "switched off in the settings"
            for finding in slate.findings
            if {finding.kind, finding.kind.partition(":")[0]} & set(kinds)
        }
        return drop(slate, why, "switched-off")

    return Step(name="switched-off", run=run)


def _order(finding: Finding) -> tuple[int, int, int, str, int, str]:
    return (
        -finding.severity.weight,
        -len(finding.reviewers),
        _ORIGINS.index(finding.origin.kind),
        finding.path,
        finding.first,
        finding.kind,
    )


def _ranked(slate: Slate) -> Slate:
    return replace(slate, findings=tuple(sorted(slate.findings, key=_order)))


def _capped(slate: Slate) -> Slate:
    seen: Counter[str] = Counter()
    why = {}
    for finding in slate.findings:
        if finding.severity is Severity.SUGGESTION:
            seen[finding.kind] += 1
            if seen[finding.kind] > MOST_OF_A_KIND:
                why[finding.fingerprint] = f"{MOST_OF_A_KIND} findings of the kind {finding.kind} are shown already"
    return drop(slate, why, "capped")


def _named(slate: Slate) -> Slate:
    seen: Counter[Severity] = Counter()
    named = []
    for finding in slate.findings:
        seen[finding.severity] += 1
        named.append(replace(finding, alias=f"{finding.severity.value[0].upper()}{seen[finding.severity]}"))
    return replace(slate, findings=tuple(named))


STEPS = (
    Step(name="suppressed", run=_suppressed),
    Step(name="refuted", run=_refuted),
    Step(name="excused", run=_excused),
    severity.step(),
    Step(name="ranked", run=_ranked, after=("severity",)),
    Step(name="capped", run=_capped, after=("ranked",)),
    Step(name="named", run=_named, after=("ranked", "capped")),
)
