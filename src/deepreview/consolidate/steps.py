"""The steps, in order, and the small ones among them."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace

from deepreview.consolidate import severity
from deepreview.consolidate.base import Slate, Step, drop
from deepreview.consolidate.features import voices
from deepreview.consolidate.record import NO_RECORDS, Records
from deepreview.model.claim import SAID, Claim, DefectClass, Severity
from deepreview.model.evidence import Outcome, Rung
from deepreview.model.finding import Finding, Fingerprint, OriginKind

MOST_OF_A_KIND = 5
"""Suggestions of one kind that are shown; the others are listed as dropped, with their places."""

_ORIGINS = list(OriginKind)
_RUNGS = list(Rung)
_TIMES = ("", "", "twice", "three times", "four times")


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


def declined(resolutions: Mapping[Fingerprint, str]) -> Step:
    """Drops what was declined in an earlier round, with the reason given then.

    The fingerprint holds the quoted code, so that a finding comes back as soon as its code changes. A finding in prose
    that no code stands behind has nothing to tell it from the next one about that file, and is never dropped so.
    """

    def run(slate: Slate) -> Slate:
        why = {
            finding.fingerprint: f"settled earlier, and its code has not changed since: {reason}"
            for finding in slate.findings
            if (reason := resolutions.get(finding.fingerprint)) is not None
            and (finding.kind != SAID or (finding.main and finding.main.quote.strip()))
        }
        return drop(slate, why, "declined")

    return Step(name="declined", run=run, after=("suppressed", "refuted"))


def _repeated(slate: Slate) -> Slate:
    """Notes who says one thing several times: it is one voice, however often it speaks."""
    told = ((finding, _repeats(slate.claims_of(finding))) for finding in slate.findings)
    noted = (replace(finding, reasons=(*finding.reasons, *why)) if why else finding for finding, why in told)
    return replace(slate, findings=tuple(noted))


def _repeats(claims: Collection[Claim]) -> list[str]:
    if len(claims) == 1:
        return []
    said = Counter(claim.reviewer for claim in claims if claim.kind == SAID)
    return [
        f"{reviewer} says it {_TIMES[times] if times < len(_TIMES) else f'{times} times'}, which counts once."
        for reviewer, times in sorted(said.items())
        if times > 1
    ]


def _classed(slate: Slate) -> Slate:
    return replace(slate, findings=tuple(_class_of(finding) for finding in slate.findings))


def _class_of(finding: Finding) -> Finding:
    """A regression that git says was there before is a gap."""
    if finding.defect is not DefectClass.REGRESSION or finding.origin.kind is not OriginKind.PRE_EXISTING:
        return finding
    why = f"Regression → gap: {finding.origin.reason}"
    return replace(finding, defect=DefectClass.GAP, reasons=(*finding.reasons, why))


OFF_BY_DEFAULT = frozenset({"dangling-path", "unused-definition"})
"""Kinds of which fewer than three in four were true on merges that nothing was tuned on (`docs/field-notes.md`)."""


def switched_off(kinds: Collection[str], enabled: Collection[str] = ()) -> Step:
    """Drops what the settings do not want to see: kinds (`stale-name`, `ruff:F821`), or all of one tool (`ruff`).

    What somebody else says too, in prose or under another name, stays.
    """
    off = OFF_BY_DEFAULT - set(enabled)

    def reason(finding: Finding, slate: Slate) -> str:
        said = {claim.kind for claim in slate.claims_of(finding)}
        if all({kind, kind.partition(":")[0]} & set(kinds) for kind in said):
            return "switched off in the settings"
        return f"off unless it is enabled: --enable {finding.kind}" if said <= off else ""

    def run(slate: Slate) -> Slate:
        why = {finding.fingerprint: told for finding in slate.findings if (told := reason(finding, slate))}
        return drop(slate, why, "switched-off")

    return Step(name="switched-off", run=run)


def _order(slate: Slate, finding: Finding) -> tuple[int, bool, int, int, int, str, int, str, str]:
    """Weight, then what counts in this round, then independent voices, then proof, then what this change wrote.

    The rest only makes the order total.

    How loud or long a text is counts for nothing, and nothing is ever dropped for want of agreement.
    """
    return (
        -finding.severity.weight,
        bool(finding.held),
        -len(voices(slate.claims_of(finding))),
        -_RUNGS.index(finding.proof),
        _ORIGINS.index(finding.origin.kind),
        finding.path,
        finding.first,
        finding.kind,
        finding.fingerprint,
    )


def _ranked(slate: Slate) -> Slate:
    return replace(slate, findings=tuple(sorted(slate.findings, key=lambda finding: _order(slate, finding))))


def _capped(slate: Slate) -> Slate:
    """Prose is never capped: that somebody made it is no kind of defect."""
    seen: Counter[str] = Counter()
    why = {}
    for finding in slate.findings:
        if finding.severity is Severity.SUGGESTION and finding.kind != SAID:
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


def arranged(slate: Slate) -> Slate:
    """The findings in the order of a report, under the names that this order gives them."""
    return _named(_ranked(slate))


def steps(records: Records = NO_RECORDS, resolutions: Mapping[Fingerprint, str] | None = None) -> tuple[Step, ...]:
    """All steps in their order, given what earlier rounds know: reviewers' records, and what was declined and why."""
    return (
        Step(name="repeated", run=_repeated),
        Step(name="suppressed", run=_suppressed),
        Step(name="refuted", run=_refuted),
        declined(resolutions or {}),
        Step(name="excused", run=_excused),
        severity.step(records),
        Step(name="class", run=_classed, after=("refuted",)),
        Step(name="ranked", run=_ranked, after=("severity",)),
        Step(name="capped", run=_capped, after=("ranked",)),
        Step(name="named", run=_named, after=("ranked", "capped")),
    )


STEPS = steps()
"""The steps of a first round."""
