from dataclasses import replace

import pytest

from deepreview.consolidate.verdict import conclude
from deepreview.model.agent import Failure, Record
from deepreview.model.change import RepoPath
from deepreview.model.claim import SAID, Claim, Severity
from deepreview.model.finding import Finding, State
from deepreview.model.round import Basis, Completed, Failed, Reading, Run, Skipped
from deepreview.model.verdict import VerdictValue
from deepreview.testing.builders import make_claim, make_finding


def done(*read: str) -> Completed:
    paths = tuple(RepoPath(path) for path in read)
    return Completed(
        reviewer="names", claims=0, seconds=0.1, reading=Reading(read=paths, unread=(), checked=(), gaps=())
    )


SKIPPED = Skipped(reviewer="paths", reason="no path")
FAILED = Failed(reviewer="static", failure=Failure.TIMEOUT, error="stopped after 1 s", claims=0, seconds=1)
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
        ([IMPORTANT] * 5, [done("a")], VerdictValue.FIXES, "important (I1); also important: I1, I1, I1, I1; no model"),
        ([IMPORTANT] * 7, [done("a")], VerdictValue.FIXES, "(I1); also important: I1, I1, I1, I1 and 2 more; no model"),
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


AGENT = replace(FAILED, reviewer="claude", failure=Failure.QUOTA, record=Record(agent="claude"))


@pytest.mark.parametrize(
    ("findings", "runs", "value", "reason"),
    [
        ([], [done("a"), AGENT], VerdictValue.NONE, "Nothing was found by checks; no model read it"),
        ([SUGGESTION], [done("a"), AGENT], VerdictValue.NONE, "Only suggestions are open (S1); no model read it"),
        ([IMPORTANT], [done("a"), AGENT], VerdictValue.FIXES, "important (I1); no model read it"),
        ([], [done("a"), AGENT, replace(done("a"), record=Record(agent="codex"))], VerdictValue.MERGE, "Nothing"),
        ([], [replace(done("a"), reviewer="prose"), AGENT], VerdictValue.MERGE, "Nothing was found by reviewers."),
    ],
)
def test_checks_do_not_approve_in_the_place_of_agents_that_were_lost(
    findings: list[Finding], runs: list[Run], value: VerdictValue, reason: str
) -> None:
    verdict = conclude(findings, runs, readers={"prose"})
    assert verdict.value is value
    assert verdict.reason.startswith(reason)
    assert verdict.reason.endswith("claude failed and may have said more.")


def said(number: int, family: str, kind: str = SAID) -> Claim:
    return make_claim(number, reviewer=f"r{number}", family=family, kind=kind)


@pytest.mark.parametrize(
    ("families", "agreed"),
    [
        (("a",), "important (I1); one reviewer says so."),
        (("a", "a"), "important (I1); one reviewer says so."),
        (("a", "b"), "important (I1); two reviewers say so independently."),
        (("a", "b", "b", "c"), "important (I1); three reviewers say so independently."),
    ],
)
def test_where_somebody_read_it_the_verdict_says_how_many_agree(families: tuple[str, ...], agreed: str) -> None:
    each = [said(number, family) for number, family in enumerate(families)]
    claims = {claim.id: claim for claim in each}
    verdict = conclude([replace(IMPORTANT, claims=tuple(claims))], [done("a")], claims)
    assert (verdict.value, verdict.reason) == (VerdictValue.FIXES, agreed)


def test_a_review_that_only_says_that_there_is_nothing_is_no_approval() -> None:
    silent = replace(done(), reviewer="codex", reading=replace(done().reading, basis=Basis.NAMED))
    verdict = conclude([], [silent])
    assert verdict.value is VerdictValue.NONE
    assert verdict.reason == "codex finds nothing and names no file of this change, so nothing shows that any was read."
    both = conclude([], [silent, replace(silent, reviewer="claude")]).reason
    assert both.startswith("codex, claude find nothing and name no file")


def test_where_only_rules_spoke_nobody_read_it() -> None:
    rule = said(1, "static", kind="typos")
    verdict = conclude([replace(IMPORTANT, claims=(rule.id,))], [done("a")], {rule.id: rule})
    assert verdict.reason == "important (I1); no model read it, so nobody judged what the code means."


def test_a_reader_who_found_nothing_has_read_it_all_the_same() -> None:
    assert conclude([], [done("a")], {}, readers={"names"}).reason == "Nothing was found by reviewers."
    assert conclude([SUGGESTION], [done("a"), FAILED], {}, readers={"names"}).reason == (
        "Only suggestions are open (S1). static failed and may have said more."
    )
    assert "no model read it" in conclude([], [done("a")], {}, readers={"static"}).reason
