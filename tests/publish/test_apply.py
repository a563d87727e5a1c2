"""Reports on pull requests, against a GitHub of our own: what is written, what not twice, what goes wrong."""

from dataclasses import replace
from typing import Any

import pytest

from deepreview.errors import UsageError
from deepreview.forge.base import ForgeError
from deepreview.model.agent import Failure
from deepreview.model.claim import Severity
from deepreview.model.finding import Fingerprint, Since, Standing, State
from deepreview.model.life import Now, Previous
from deepreview.model.report import Report
from deepreview.model.round import Completed, Failed, Reading
from deepreview.model.verdict import Verdict, VerdictValue
from deepreview.publish.apply import described
from deepreview.publish.marker import read_finding
from deepreview.publish.plan import Limits
from deepreview.testing.builders import make_finding
from deepreview.testing.fake_github import FakeGitHub, Trouble
from deepreview.testing.pull_request import publisher, report_of

ON, OFF = make_finding(2), make_finding(15, title="Something far away")


def without(report: Report, **given: Any) -> Report:
    """The next round's report, with no finding."""
    return replace(report, findings=(), claims=(), claims_map=(), dropped=(), **given)


def test_a_report_is_said_once_and_the_second_time_nothing(hub: FakeGitHub) -> None:
    told: list[str] = []
    report = report_of(ON, OFF)
    assert publisher(hub, report).apply(told=lambda action: told.append(described(action))) == 3
    assert told == [
        f"open a thread at src/boiler.py:2 for {ON.fingerprint}",
        "write the summary",
        "set the check to success: Merge as-is: 2 suggestion",
    ]
    (thread,) = hub.threads
    assert (thread["path"], thread["line"]) == ("src/boiler.py", 2)
    assert read_finding(thread["comments"][0]["body"])
    (summary,) = hub.comments
    assert "Something far away" in summary["body"]
    assert "S15. **" in summary["body"]
    writes = list(hub.writes)
    assert publisher(hub, report).plan().actions == ()
    assert publisher(hub, report).apply() == 0
    assert hub.writes == writes


def test_every_list_is_read_to_its_end(hub: FakeGitHub) -> None:
    report = report_of(*(make_finding(number) for number in (2, 3, 4, 24)), OFF)
    hub.page = 1
    hub.add_comment("Nice!", "sam")
    hub.add_thread("Hm?", "src/boiler.py", 3, "sam")
    hub.files = [{"filename": f"other{number}.py", "patch": "@@ -1 +1 @@\n-a\n+b"} for number in range(3)] + hub.files
    publisher(hub, report).apply()
    assert len(hub.threads) == 5
    assert publisher(hub, report).plan().actions == ()
    assert [line for line in hub.asked if line.endswith("/reviews")] == ["POST /repos/acme/boiler/pulls/12/reviews"]


def test_the_summary_is_updated_and_not_repeated(hub: FakeGitHub) -> None:
    publisher(hub, report_of(ON)).apply()
    publisher(hub, report_of(ON, OFF)).apply()
    assert len(hub.comments) == 1
    assert "Something far away" in hub.comments[0]["body"]


def test_a_summary_that_somebody_else_forged_or_deleted_is_not_ours(hub: FakeGitHub) -> None:
    publisher(hub, report_of(ON)).apply()
    forged = hub.comments[0] | {"id": 999, "author": "mallory"}
    hub.comments[:] = [forged]
    hub.threads[0]["comments"][0]["author"] = "mallory"
    publisher(hub, report_of(ON)).apply()
    assert [comment["author"] for comment in hub.comments] == ["mallory", "deep-review"]
    assert len(hub.threads) == 2


def test_a_comment_deleted_between_plan_and_apply_is_written_anew(hub: FakeGitHub) -> None:
    publisher(hub, report_of(ON)).apply()
    hub.troubles.append(Trouble(method="PATCH", path="comments", status=0, before=hub.comments.clear))
    publisher(hub, report_of(ON, OFF)).apply()
    assert len(hub.comments) == 1


def test_a_head_that_has_moved_stops_before_anything_is_said(hub: FakeGitHub) -> None:
    hub.head = "c" * 40
    with pytest.raises(UsageError, match="#12 is at ccccccccc, and this round reviewed aaaaaaaaa"):
        publisher(hub, report_of(ON)).plan()
    hub.head = "a" * 40

    def move() -> None:
        hub.head = "c" * 40

    hub.troubles.append(Trouble(method="GET", path="/pulls/12$", status=0, before=move))
    with pytest.raises(UsageError, match="#12 is at ccccccccc"):
        publisher(hub, report_of(ON)).apply()
    assert hub.writes == []


def test_only_the_plan_that_was_looked_at_is_carried_out(hub: FakeGitHub) -> None:
    plan = publisher(hub, report_of(ON)).plan()
    hub.add_comment("unrelated", "sam")
    assert publisher(hub, report_of(ON)).plan().hash == plan.hash
    with pytest.raises(UsageError, match=r"the plan is .* now and not"):
        publisher(hub, report_of(OFF)).apply(plan.hash)
    assert hub.writes == []
    assert publisher(hub, report_of(ON)).apply(plan.hash) == 3


def test_a_line_that_github_refuses_goes_to_the_body_and_stays_there(hub: FakeGitHub) -> None:
    report = report_of(ON, make_finding(3))
    for path in ("/reviews", "/comments"):
        hub.troubles.append(Trouble(method="POST", path=f"pulls/12{path}", status=422, body={"message": "no"}))
    publisher(hub, report).apply()
    assert [read_finding(thread["comments"][0]["body"]) is not None for thread in hub.threads] == [True]
    assert len(hub.threads) == 1
    assert hub.threads[0]["line"] == 3
    assert f"body={ON.fingerprint}" in hub.comments[0]["body"]
    assert publisher(hub, report).plan().actions == ()


def test_more_findings_than_threads_stand_in_the_summary(hub: FakeGitHub) -> None:
    report = report_of(*(make_finding(number) for number in (2, 3, 4)))
    few = replace(publisher(hub, report), limits=Limits(threads=2))
    few.apply()
    assert len(hub.threads) == 2
    assert few.plan().actions == ()


@pytest.mark.parametrize(
    ("value", "conclusion", "title"),
    [
        (VerdictValue.MERGE, "success", "Merge as-is: 1 suggestion"),
        (VerdictValue.FIXES, "neutral", "Merge with fixes: 1 suggestion"),
        (VerdictValue.REWORK, "failure", "Rework: 1 suggestion"),
        (VerdictValue.NONE, "failure", "No review took place"),
    ],
)
def test_the_check_says_what_the_verdict_says(
    hub: FakeGitHub, value: VerdictValue, conclusion: str, title: str
) -> None:
    publisher(hub, report_of(ON, verdict=Verdict(value=value, reason="So it is."))).apply()
    (run,) = hub.checks
    assert (run["conclusion"], run["output"]["title"], run["head_sha"]) == (conclusion, title, hub.head)


def test_an_outage_never_looks_like_approval(hub: FakeGitHub) -> None:
    lost = Failed(reviewer="claude", failure=Failure.QUOTA, error="no credit left", claims=0, seconds=1.0)
    nothing = Verdict(value=VerdictValue.NONE, reason="No reviewer completed.")
    publisher(hub, without(report_of(ON), runs=(lost,), verdict=nothing)).apply()
    assert hub.checks[0]["conclusion"] == "failure"
    for text in (hub.comments[0]["body"], hub.checks[0]["output"]["summary"]):
        assert "**No reviewer completed: this is no approval.**" in text
        assert "no credit left" in text


def test_a_token_that_is_no_app_sets_a_status(hub: FakeGitHub) -> None:
    hub.app = False
    publisher(hub, report_of(ON, verdict=Verdict(value=VerdictValue.NONE, reason="Nobody."))).apply()
    assert [status["state"] for status in hub.statuses] == ["failure"]
    assert publisher(hub, report_of(ON, verdict=Verdict(value=VerdictValue.NONE, reason="Nobody."))).apply() == 0


def reads(*paths: str, reviewer: str = "names", agent: bool = False) -> Completed:
    """A reviewer that came to its end."""
    reading = Reading(read=paths, unread=(), checked=(), gaps=())  # type: ignore[arg-type]  # paths
    plain = Completed(reviewer=reviewer, claims=0, seconds=1.0, reading=reading)
    return replace(plain, record=object()) if agent else plain  # type: ignore[arg-type]  # any record


def settled(hub: FakeGitHub) -> bool:
    """Whether the only thread is resolved."""
    return bool(hub.threads[0]["resolved_by"])


def test_a_thread_is_resolved_when_its_place_was_read_again_and_its_finding_is_gone(hub: FakeGitHub) -> None:
    report = report_of(ON)
    publisher(hub, report).apply()
    publisher(hub, without(report, runs=(reads("src/boiler.py"),))).apply()
    assert settled(hub)
    publisher(hub, report).apply()
    assert not settled(hub), "it is back"
    assert len(hub.threads) == 1
    publisher(hub, replace(report, findings=(replace(ON, state=State.FIXED),))).apply()
    assert settled(hub)


def test_a_thread_stays_open_when_it_may_not_be_over(hub: FakeGitHub) -> None:
    report = report_of(ON)
    publisher(hub, report).apply()
    failed = Failed(reviewer="names", failure=Failure.TIMEOUT, error="slow", claims=0, seconds=1.0)
    moved = make_finding(2, quote="other words", kind="said")
    unsettled = {
        "nobody read the file": without(report, runs=(reads("other.py"),)),
        "its reviewer failed": without(report, runs=(failed, reads("src/boiler.py", reviewer="paths"))),
        "an agent did not mention it": without(report, runs=(reads("src/boiler.py", agent=True),)),
        "it was said again and dropped": replace(
            without(report, runs=(reads("src/boiler.py"),)),
            claims=report.claims,
            dropped=tuple(replace(one, claims=(report.claims[0].id,)) for one in report.dropped),
        ),
        "something else is at its line": replace(report, findings=(moved,), runs=(reads("src/boiler.py"),)),
        "it is declined": replace(report, findings=(replace(ON, state=State.DECLINED),)),
    }
    for why, later in unsettled.items():
        publisher(hub, later).apply()
        assert not settled(hub), why
    hub.threads[1:] = []
    hub.reply(hub.threads[0], "I do not think so.", "sam")
    publisher(hub, without(report, runs=(reads("src/boiler.py"),))).apply()
    assert not settled(hub), "somebody spoke"


def test_an_agents_thread_is_resolved_once_its_code_has_changed(hub: FakeGitHub) -> None:
    report = report_of(ON)
    publisher(hub, report).apply()
    hub.threads[0]["outdated"] = True
    publisher(hub, without(report, runs=(reads("src/boiler.py", agent=True),))).apply()
    assert settled(hub)


def test_a_thread_that_somebody_else_resolved_is_left_alone(hub: FakeGitHub) -> None:
    publisher(hub, report_of(ON)).apply()
    hub.threads[0]["resolved_by"] = "sam"
    assert publisher(hub, report_of(ON)).plan().actions == ()


def test_a_thread_that_is_gone_when_it_is_resolved_is_none_of_our_business(hub: FakeGitHub) -> None:
    report = report_of(ON)
    publisher(hub, report).apply()
    later = publisher(hub, without(report, runs=(reads("src/boiler.py"),)))
    plan = later.plan()
    assert "resolve the thread" in described(plan.actions[0])
    hub.troubles.append(Trouble(method="GET", path="/pulls/12$", status=0, before=hub.threads.clear))
    assert later.apply() == len(plan.actions)


def test_a_run_that_broke_off_is_finished_by_the_next(hub: FakeGitHub) -> None:
    report = report_of(ON, OFF)
    hub.troubles.append(Trouble(method="POST", path="issues/12/comments", status=502, body={"message": "bad gateway"}))
    with pytest.raises(ForgeError, match="502"):
        publisher(hub, report).apply()
    assert (len(hub.threads), len(hub.comments)) == (1, 0)
    publisher(hub, report).apply()
    assert (len(hub.threads), len(hub.comments), len(hub.checks)) == (1, 1, 1)


def test_closed_findings_are_not_raised(hub: FakeGitHub) -> None:
    publisher(hub, report_of(replace(ON, state=State.DECLINED), replace(OFF, state=State.FIXED))).apply()
    assert hub.threads == []
    assert "Something far away" not in hub.comments[0]["body"]


def test_a_very_long_report_fits(hub: FakeGitHub) -> None:
    many = [make_finding(n, first=n + 100, severity=Severity.IMPORTANT, body="word " * 2_000) for n in range(1, 400)]
    publisher(hub, report_of(*many)).apply()
    body = hub.comments[0]["body"]
    assert 50_000 < len(body) < 65_000
    assert "more findings, in the report." in body


def earlier(name: str, now: Now, identity: str, alias: str = "") -> Previous:
    return Previous(
        identity=Fingerprint(identity),
        name=name,
        since=Since(round=1, id="20260104-101500-topic"),
        rounds=1,
        kind="said",
        severity=Severity.IMPORTANT,
        title=f"What {name} said to @sam",
        path="src/boiler.py",
        first=2,
        reviewers=("names",),
        said=State.OPEN,
        reason="",
        now=now,
        alias=alias,
        evidence=(),
    )


def test_a_later_round_says_what_is_new_what_stayed_and_what_is_gone(hub: FakeGitHub) -> None:
    publisher(hub, report_of(ON)).apply()
    since = Since(round=1, id="20260104-101500-topic")
    moved = replace(ON, fingerprint=Fingerprint("f" * 16), identity=ON.life, standing=Standing.CARRIED, since=since)
    gone = (earlier("R1-I1", Now.GONE, "a" * 16), earlier("R1-S2", Now.OPEN, ON.life, alias=ON.alias))
    second = report_of(moved, OFF, round=2, previous=gone)
    assert described(publisher(hub, second).plan().actions[0]) == "update the summary"
    publisher(hub, second).apply()
    assert len(hub.threads) == 1, "the same finding in other words has its thread already"
    body = hub.comments[0]["body"]
    assert "### Since the rounds before\n\n1 new, 1 from earlier rounds, 1 gone." in body
    assert "- Round 1 I1. **What R1-I1 said to `@sam`** — gone" in body
    assert "] (since round 1)\n" in body
    assert publisher(hub, second).plan().actions == ()


@pytest.mark.parametrize(("now", "resolved"), [(Now.UNREPEATED, False), (Now.DROPPED, False), (Now.GONE, True)])
def test_a_thread_follows_what_became_of_its_finding(hub: FakeGitHub, now: Now, *, resolved: bool) -> None:
    publisher(hub, report_of(ON)).apply()
    later = without(report_of(ON), round=2, runs=(reads("src/boiler.py"),))
    later = replace(later, previous=(earlier("R1-S2", now, ON.life),))
    publisher(hub, later).apply()
    assert bool(settled(hub)) is resolved
