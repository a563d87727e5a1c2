import pytest

from deepreview.consolidate.verdict import conclude
from deepreview.model.change import RepoPath
from deepreview.model.claim import Severity
from deepreview.model.finding import Finding, State
from deepreview.model.report import VerdictValue
from deepreview.model.round import Completed, Failed, Reading, Run, Skipped
from deepreview.testing.builders import make_finding


def done(*read: str) -> Completed:
    paths = tuple(RepoPath(path) for path in read)
    return Completed(
        reviewer="names", claims=0, seconds=0.1, reading=Reading(read=paths, unread=(), checked=(), gaps=())
    )


SKIPPED = Skipped(reviewer="paths", reason="no path")
FAILED = Failed(reviewer="static", failure="timeout", error="stopped after 1 s", claims=0, seconds=1)
CRITICAL, IMPORTANT, SUGGESTION = (
    make_finding(n, severity=severity, alias=f"{severity.name[0]}1", title=severity.value)
    for n, severity in enumerate(Severity, 1)
)
DECLINED = make_finding(4, severity=Severity.CRITICAL, state=State.DECLINED)


@pytest.mark.parametrize(
    ("findings", "runs", "value", "reason"),
    [
        ([], [], VerdictValue.NONE, "No reviewer completed."),
        ([], [SKIPPED, FAILED], VerdictValue.NONE, "No reviewer completed."),
        ([CRITICAL], [FAILED], VerdictValue.NONE, "No reviewer completed."),
        ([], [done()], VerdictValue.NONE, "No reviewer could read any file of this change."),
        (
            [CRITICAL, IMPORTANT, SUGGESTION],
            [done("a")],
            VerdictValue.REWORK,
            "critical (C1); no model read it, so nobody judged what the code means.",
        ),
        (
            [IMPORTANT, SUGGESTION],
            [done("a")],
            VerdictValue.FIXES,
            "important (I1); no model read it, so nobody judged what the code means.",
        ),
        ([IMPORTANT] * 5, [done("a")], VerdictValue.FIXES, "important (I1, I1, I1, I1, I1); no model"),
        ([IMPORTANT] * 6, [done("a")], VerdictValue.FIXES, "important (I1, I1, I1, I1 and 2 more); no model"),
        (
            [IMPORTANT],
            [done("a"), FAILED],
            VerdictValue.FIXES,
            "what the code means. static failed and may have said more.",
        ),
        ([SUGGESTION], [done("a")], VerdictValue.MERGE, "Only suggestions are open (S1); "),
        ([SUGGESTION], [done("a"), FAILED], VerdictValue.MERGE, "static failed and may have said more."),
        ([DECLINED], [done("a")], VerdictValue.MERGE, "Nothing was found by checks; "),
        ([], [done(), done("a")], VerdictValue.MERGE, "no model read it, so nobody judged what the code means."),
        ([], [done("a"), FAILED, SKIPPED], VerdictValue.MERGE, "static failed and may have said more."),
    ],
)
def test_the_verdict_follows_from_the_open_findings(
    findings: list[Finding], runs: list[Run], value: VerdictValue, reason: str
) -> None:
    verdict = conclude(findings, runs)
    assert verdict.value is value
    assert reason in verdict.reason
    assert verdict.reason.endswith(".")
