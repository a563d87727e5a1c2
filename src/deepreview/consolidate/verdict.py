"""May it be merged? Derived from the open findings, and from whether anybody read the change at all."""

from collections.abc import Sequence

from deepreview.model.claim import Severity
from deepreview.model.finding import Finding, State
from deepreview.model.report import Verdict, VerdictValue
from deepreview.model.round import Completed, Failed, Run

_BLIND = "no model read it, so nobody judged what the code means"
_NAMED = 5


def conclude(findings: Sequence[Finding], runs: Sequence[Run]) -> Verdict:
    """Rework with an open critical finding, fixes with an important one, else merge; none where nothing was read."""
    completed = [run for run in runs if isinstance(run, Completed)]
    if not completed:
        return Verdict(value=VerdictValue.NONE, reason="No reviewer completed.")
    if not any(run.reading.read for run in completed):
        return Verdict(value=VerdictValue.NONE, reason="No reviewer could read any file of this change.")
    opened = [finding for finding in findings if finding.state is State.OPEN]
    lost = [run.reviewer for run in runs if isinstance(run, Failed)]
    missing = f" {_listed(lost)} failed and may have said more." if lost else ""
    for severity, value in ((Severity.CRITICAL, VerdictValue.REWORK), (Severity.IMPORTANT, VerdictValue.FIXES)):
        if heavy := [finding for finding in opened if finding.severity is severity]:
            return Verdict(value=value, reason=f"{heavy[0].title} ({_aliases(heavy)}); {_BLIND}.{missing}")
    if opened:
        few = f"Only suggestions are open ({_aliases(opened)}); {_BLIND}."
        return Verdict(value=VerdictValue.MERGE, reason=few + missing)
    return Verdict(value=VerdictValue.MERGE, reason=f"Nothing was found by checks; {_BLIND}.{missing}")


def _aliases(findings: Sequence[Finding]) -> str:
    few = findings if len(findings) <= _NAMED else findings[: _NAMED - 1]  # never "and 1 more"
    shown = ", ".join(finding.alias for finding in few)
    return shown + (f" and {len(findings) - len(few)} more" if len(findings) > len(few) else "")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
