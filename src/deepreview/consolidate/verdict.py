"""May it be merged? Derived from the open findings, and from whether anybody read the change at all."""

from collections.abc import Collection, Mapping, Sequence

from deepreview.consolidate.features import number, voices
from deepreview.model.claim import SAID, Claim, ClaimId, Severity
from deepreview.model.finding import Finding
from deepreview.model.life import Previous
from deepreview.model.round import Basis, Completed, Failed, Run
from deepreview.model.verdict import Verdict, VerdictValue

_BLIND = "; no model read it, so nobody judged what the code means"
_NAMED = 5


def conclude(
    findings: Sequence[Finding],
    runs: Sequence[Run],
    claims: Mapping[ClaimId, Claim] | None = None,
    readers: Collection[str] = (),
    *,
    previous: Sequence[Previous] = (),
) -> Verdict:
    """Rework with an open critical finding, fixes with an important one, else merge; none where nothing was read.

    Where agents were asked and none of them came to its end, checks do not approve in their place.
    `claims` holds all that was said; `readers` are reviewers that judge in prose, for when they had nothing to say.
    """
    completed = [run for run in runs if isinstance(run, Completed)]
    if not completed:
        return Verdict(value=VerdictValue.NONE, reason="No reviewer completed.")
    if not (findings or any(run.reading.read for run in completed)):
        return Verdict(value=VerdictValue.NONE, reason=_nothing_read(completed))
    said = claims or {}
    judged = any(claim.kind == SAID for claim in said.values()) or any(run.reviewer in readers for run in completed)
    blind = "" if judged else _BLIND
    opened = [finding for finding in findings if finding.counts]
    left = [row for row in previous if row.waits]
    lost = [run.reviewer for run in runs if isinstance(run, Failed)]
    missing = f" {_listed(lost)} failed and may have said more." if lost else ""
    if heavy := _heavy(opened, left, said if judged else {}, blind, missing):
        return heavy
    waiting = _waiting(left)
    value = VerdictValue.NONE if _unheard(runs, readers) else VerdictValue.MERGE
    if opened:
        few = f"Only suggestions are open ({_aliases(opened)}){blind}."
        return Verdict(value=value, reason=few + missing + waiting)
    who = "reviewers" if judged else "checks"
    nothing = (
        f"Nothing that counts in this round was found by {who}"
        if any(one.held for one in findings)
        else f"Nothing was found by {who}"
    )
    return Verdict(value=value, reason=f"{nothing}{blind}.{missing}{waiting}")


def _nothing_read(completed: Sequence[Completed]) -> str:
    """Why nobody's silence is praise: a review that only says that there is nothing does not show that it looked."""
    unsaid = [run.reviewer for run in completed if run.reading.basis in {Basis.STATED, Basis.NAMED}]
    if not unsaid:
        return "No reviewer could read any file of this change."
    does = "finds nothing and names no file" if len(unsaid) == 1 else "find nothing and name no file"
    return f"{_listed(unsaid)} {does} of this change, so nothing shows that any was read."


def _unheard(runs: Sequence[Run], readers: Collection[str]) -> bool:
    """Whether agents were lost and nobody else judged to the end: an outage is no approval."""
    lost = any(isinstance(run, Failed) and run.record for run in runs)
    return lost and not any(isinstance(run, Completed) and (run.record or run.reviewer in readers) for run in runs)


def _heavy(
    opened: Sequence[Finding], left: Sequence[Previous], said: Mapping[ClaimId, Claim], blind: str, missing: str
) -> Verdict | None:
    """The verdict of what is more than a suggestion, here or left over from earlier rounds; None where nothing is."""
    for severity, value in ((Severity.CRITICAL, VerdictValue.REWORK), (Severity.IMPORTANT, VerdictValue.FIXES)):
        waiting = _waiting([row for row in left if row.severity is severity])
        if heavy := [finding for finding in opened if finding.severity is severity]:
            more = f"; also {severity.value}: {_aliases(heavy[1:])}" if heavy[1:] else ""
            told = f"{heavy[0].title} ({heavy[0].alias}){_agreed(heavy[0], said)}{more}{blind}.{missing}{waiting}"
            return Verdict(value=value, reason=told)
        if waiting:
            return Verdict(value=value, reason=f"{waiting.strip()}{missing}")
    return None


def _waiting(left: Sequence[Previous]) -> str:
    """What earlier rounds found, that is neither in this report nor known to be gone."""
    if not left:
        return ""
    first, *others = left
    names = f"{first.name}: {first.title}"
    more = f"; and {len(others)} more" if others else ""
    return f" Open since an earlier round, and not said again ({names}{more})."


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
