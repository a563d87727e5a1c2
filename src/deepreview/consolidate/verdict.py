"""May it be merged? Derived from the open findings, and from whether anybody read the change at all."""

from collections.abc import Collection, Mapping, Sequence

from deepreview.consolidate.features import number, voices
from deepreview.model.claim import SAID, Claim, ClaimId, Severity
from deepreview.model.finding import Finding, State
from deepreview.model.round import Completed, Failed, Run
from deepreview.model.verdict import Verdict, VerdictValue

_BLIND = "; no model read it, so nobody judged what the code means"
_NAMED = 5


def conclude(
    findings: Sequence[Finding],
    runs: Sequence[Run],
    claims: Mapping[ClaimId, Claim] | None = None,
    readers: Collection[str] = (),
) -> Verdict:
    """Rework with an open critical finding, fixes with an important one, else merge; none where nothing was read.

    `claims` holds all that was said; `readers` are reviewers that judge in prose, for when they had nothing to say.
    """
    completed = [run for run in runs if isinstance(run, Completed)]
    if not completed:
        return Verdict(value=VerdictValue.NONE, reason="No reviewer completed.")
    if not (findings or any(run.reading.read for run in completed)):
        return Verdict(value=VerdictValue.NONE, reason="No reviewer could read any file of this change.")
    said = claims or {}
    judged = any(claim.kind == SAID for claim in said.values()) or any(run.reviewer in readers for run in completed)
    blind = "" if judged else _BLIND
    opened = [finding for finding in findings if finding.state is State.OPEN]
    lost = [run.reviewer for run in runs if isinstance(run, Failed)]
    missing = f" {_listed(lost)} failed and may have said more." if lost else ""
    for severity, value in ((Severity.CRITICAL, VerdictValue.REWORK), (Severity.IMPORTANT, VerdictValue.FIXES)):
        if heavy := [finding for finding in opened if finding.severity is severity]:
            agreed = _agreed(heavy[0], said) if judged else ""
            return Verdict(value=value, reason=f"{heavy[0].title} ({_aliases(heavy)}){agreed}{blind}.{missing}")
    if opened:
        few = f"Only suggestions are open ({_aliases(opened)}){blind}."
        return Verdict(value=VerdictValue.MERGE, reason=few + missing)
    who = "reviewers" if judged else "checks"
    return Verdict(value=VerdictValue.MERGE, reason=f"Nothing was found by {who}{blind}.{missing}")


def _agreed(finding: Finding, claims: Mapping[ClaimId, Claim]) -> str:
    """How many say so of the deciding finding; two models of one family are one."""
    count = len(voices(claims[claim] for claim in finding.claims if claim in claims))
    if count == 0:
        return ""
    who = "one reviewer says so" if count == 1 else f"{number(count)} reviewers say so independently"
    return f"; {who}"


def _aliases(findings: Sequence[Finding]) -> str:
    few = findings if len(findings) <= _NAMED else findings[: _NAMED - 1]  # never "and 1 more"
    shown = ", ".join(finding.alias for finding in few)
    return shown + (f" and {len(findings) - len(few)} more" if len(findings) > len(few) else "")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
