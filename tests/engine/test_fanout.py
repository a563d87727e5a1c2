import asyncio
import shutil
import time
from pathlib import Path

import pytest

from deepreview import wire
from deepreview.context.brief import Brief
from deepreview.engine.fanout import Seats
from deepreview.engine.pipeline import Crew, Surroundings, review
from deepreview.errors import MachineError
from deepreview.model.agent import Failure, Record
from deepreview.model.claim import Claim, ClaimId, Observation, Section
from deepreview.model.event import ClaimMade, ReviewerEnded, ReviewerStarted, RoundStarted, StageEnded
from deepreview.model.evidence import Rung
from deepreview.model.finding import OriginKind
from deepreview.model.round import Completed, Failed, Reading, Skipped
from deepreview.model.verdict import VerdictValue
from deepreview.render.catalog import KEPT
from deepreview.reviewers.base import Desk, NoReview, NothingToDo, Recorded
from deepreview.testing.builders import make_claim
from deepreview.testing.reviewers import Scripted
from deepreview.testing.rounds import NOON, Stage, environ
from deepreview.testing.sandbox import Sandbox

NOTE = Observation(reviewer="names", section=Section.NOTE, text="3 new TODOs.")


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    box = Sandbox(tmp_path / "repo")
    box.commit("start", {"src/boiler.py": "a = 1\n"})
    box.git("checkout", "-q", "-b", "topic")
    box.commit("change", {"src/boiler.py": "a = 1\nb = 2\n# see read_gauge\n"})
    return Stage(box=box)


def test_what_a_reviewer_said_before_it_broke_is_kept(stage: Stage) -> None:
    two = (make_claim(1), make_claim(2, kind="other", quote="b = 2"))
    report = stage.run(
        Scripted(name="names", said=two, fails=ZeroDivisionError("by zero\nand more")), Scripted(name="paths")
    )
    assert len(report.findings) == 2
    broken, done = report.runs
    assert isinstance(broken, Failed)
    assert (broken.failure, broken.error, broken.claims) == (Failure.ERROR, "ZeroDivisionError: by zero", 2)
    assert isinstance(done, Completed)
    assert "names failed: ZeroDivisionError: by zero." in report.summary
    assert "names failed and may have said more." in report.verdict.reason


@pytest.mark.parametrize(
    ("fails", "error"),
    [
        (SystemExit(3), "SystemExit: 3"),
        (asyncio.CancelledError(), "CancelledError:"),
        (TimeoutError("the analyser was slow"), "TimeoutError: the analyser was slow"),
        (ExceptionGroup("tasks", [ExceptionGroup("inner", [KeyError("x")])]), "KeyError: 'x'"),
        (MachineError("no disk", hint="make room"), "no disk (make room)"),
        (AssertionError(), "AssertionError:"),
    ],
)
def test_a_reviewer_may_fail_in_any_way(stage: Stage, fails: BaseException, error: str) -> None:
    report = stage.run(Scripted(name="names", fails=fails), Scripted(name="paths"))
    assert [(run.failure, run.error) for run in report.runs if isinstance(run, Failed)] == [(Failure.ERROR, error)]
    assert report.verdict.value is VerdictValue.MERGE


@pytest.mark.parametrize(
    "said",
    [
        make_claim(1, reviewer="paths"),
        make_claim(1, id=ClaimId("elsewhere/1")),
    ],
    ids=["another reviewer", "another's id"],
)
def test_nonsense_is_refused_while_the_reviewer_can_be_blamed(stage: Stage, said: Claim) -> None:
    report = stage.run(Scripted(name="names", said=(make_claim(7), said)), Scripted(name="paths"))
    assert isinstance(report.runs[0], Failed)
    assert report.runs[0].error.startswith("ValueError: the claim ")
    assert [claim.id for claim in report.claims] == [make_claim(7).id]


def test_a_claim_about_no_file_is_a_finding_without_a_place(stage: Stage) -> None:
    report = stage.run(Scripted(name="names", said=(make_claim(1, places=(), quote=""),)))
    assert [(f.locations, f.proof, f.origin.kind) for f in report.findings] == [((), Rung.SAID, OriginKind.UNKNOWN)]
    for renderer in KEPT:
        assert "The comment names" in renderer.render(report)


def test_a_claim_said_twice_is_refused(stage: Stage) -> None:
    report = stage.run(Scripted(name="names", said=(make_claim(), make_claim())))
    assert [run.error for run in report.runs if isinstance(run, Failed)] == [
        f"ValueError: two claims are called {make_claim().id}"
    ]


def test_a_reviewer_that_returns_no_reading_failed(stage: Stage) -> None:
    class Careless(Scripted):
        async def review(self, brief: Brief, desk: Desk) -> Reading:
            await super().review(brief, desk)
            return None  # type: ignore[return-value]  # what is being tested

    (run,) = stage.run(Careless(name="names")).runs
    assert isinstance(run, Failed)
    assert run.error == "TypeError: review() returned None and no reading"


def test_a_reviewer_past_its_time_is_stopped_and_what_it_said_is_kept(stage: Stage) -> None:
    started = time.monotonic()
    report = stage.run(Scripted(name="names", said=(make_claim(),), sleeps=30), Scripted(name="paths"), timeout=1)
    assert time.monotonic() - started < 10
    assert [(r.failure, r.error, r.claims) for r in report.runs if isinstance(r, Failed)] == [
        (Failure.TIMEOUT, "stopped after 1 s", 1)
    ]
    assert len(report.findings) == 1


def test_a_thread_that_cannot_be_stopped_holds_nobody_up(stage: Stage) -> None:
    started = time.monotonic()
    report = stage.run(Scripted(name="names", blocks=20), Scripted(name="paths"), timeout=1)
    assert time.monotonic() - started < 12
    assert [type(run) for run in report.runs] == [Failed, Completed]


def test_a_reviewer_with_nothing_to_do_is_skipped_with_its_reason(stage: Stage) -> None:
    report = stage.run(Scripted(name="paths", fails=NothingToDo("no path was removed")), Scripted(name="names"))
    assert report.runs[0] == Skipped(reviewer="paths", reason="no path was removed")
    assert "paths was skipped: no path was removed." in report.summary


def test_when_nobody_completes_there_is_no_verdict(stage: Stage) -> None:
    report = stage.run(Scripted(name="names", said=(make_claim(),), fails=OSError("gone")))
    assert report.verdict.value is VerdictValue.NONE
    assert len(report.findings) == 1


def test_reviewers_work_side_by_side(stage: Stage) -> None:
    report = stage.run(*(Scripted(name=f"r{n}", sleeps=1) for n in range(6)))
    assert report.clock.stages["reviewers"] < 3


def test_events_tell_it_in_order(stage: Stage) -> None:
    stage.run(Scripted(name="names", said=(make_claim(), NOTE, make_claim(2, suppressed="generated file"))))
    assert [type(event) for event in stage.events] == [
        RoundStarted,
        StageEnded,
        ReviewerStarted,
        ClaimMade,
        ReviewerEnded,
        StageEnded,
        StageEnded,
    ]


def test_results_stand_in_the_order_of_the_reviewers_not_of_their_ends(stage: Stage) -> None:
    report = stage.run(Scripted(name="slow", sleeps=0.5), Scripted(name="fast"))
    assert [run.reviewer for run in report.runs] == ["slow", "fast"]


def test_what_was_said_is_on_disk_before_the_reviewer_ends(stage: Stage) -> None:
    folder, plan = stage.plan()
    lines: list[int] = []
    files: list[str] = []

    class Looks(Scripted):
        async def review(self, brief: Brief, desk: Desk) -> Reading:
            reading = await super().review(brief, desk)
            lines.append((folder.path / "names.said.jsonl").read_text().count("\n"))
            files.extend(path.name for path in folder.path.iterdir())
            return reading

    stage.go_on(folder, plan, [Looks(name="names", said=(make_claim(), NOTE))])
    assert lines == [2]
    assert "names.run.json" not in files
    assert (folder.path / "names.run.json").is_file()


def test_resume_runs_only_who_had_not_completed(stage: Stage) -> None:
    folder, plan = stage.plan()
    first = [Scripted(name="names", said=(make_claim(), NOTE)), Scripted(name="paths", fails=OSError("gone"))]
    stage.go_on(folder, plan, first)
    again = [Scripted(name="names"), Scripted(name="paths")]
    report = stage.go_on(folder, plan, again)
    assert [reviewer.calls for reviewer in again] == [0, 1]
    assert [type(run) for run in report.runs] == [Completed, Completed]
    assert (len(report.findings), report.observations) == (1, (NOTE,))
    assert [e.resumed for e in stage.events if isinstance(e, ReviewerEnded)] == [False, False, True, False]


@pytest.mark.parametrize(("name", "cut"), [("names.said.jsonl", 40), ("names.run.json", 10), ("names.run.json", 0)])
def test_a_record_that_was_cut_off_while_writing_is_made_anew(stage: Stage, name: str, cut: int) -> None:
    folder, plan = stage.plan()
    whole = stage.go_on(folder, plan, [Scripted(name="names", said=(make_claim(),))])
    torn = folder.path / name
    torn.write_bytes(torn.read_bytes()[:cut])
    again = Scripted(name="names", said=(make_claim(),))
    report = stage.go_on(folder, plan, [again])
    assert again.calls == 1
    assert report.findings == whole.findings
    assert (folder.path / "names.said.jsonl").read_bytes().count(b"\n") == 1


def test_a_round_folder_that_cannot_be_written_ends_the_run_in_one_line(stage: Stage) -> None:
    folder, plan = stage.plan()

    class Breaks(Scripted):
        async def review(self, brief: Brief, desk: Desk) -> Reading:
            reading = await super().review(brief, desk)
            shutil.rmtree(folder.path)
            return reading

    with pytest.raises(MachineError, match="cannot be written: No such file"):
        stage.go_on(folder, plan, [Breaks(name="names")])


RECORD = Record(agent="scripted", opened=("src/boiler.py",))


def test_a_reviewer_that_was_asked_and_gave_no_review_failed_with_all_that_is_known(stage: Stage) -> None:
    lost = NoReview(Failure.QUOTA, "no credit left\nand more", original="Half a rev", record=RECORD)
    folder, plan = stage.plan()
    report = stage.go_on(folder, plan, [Scripted(name="names", said=(make_claim(),), fails=lost)])
    (run,) = report.runs
    assert isinstance(run, Failed)
    assert (run.failure, run.error, run.claims) == (Failure.QUOTA, "no credit left", 1)
    assert (run.original, run.record) == ("Half a rev", RECORD)
    assert report.verdict.value is VerdictValue.NONE
    stored = wire.from_json(wire.RUN, (folder.path / "names.run.json").read_bytes())
    assert stored == run


class Stubborn(Scripted):
    """Makes of being stopped whatever it was given to fail with."""

    async def review(self, brief: Brief, desk: Desk) -> Reading:
        del brief
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            desk.say(make_claim())
        if self.fails is None:
            return Reading(read=(), unread=(), checked=(), gaps=())
        raise self.fails


def test_out_of_time_the_reason_is_the_clock_and_what_was_written_by_then_is_kept(stage: Stage) -> None:
    lost = NoReview(Failure.RATE_LIMIT, "429", original="Half a rev", record=RECORD)
    (run,) = stage.run(Stubborn(name="names", fails=lost), timeout=1).runs
    assert isinstance(run, Failed)
    assert (run.failure, run.error, run.claims) == (Failure.TIMEOUT, "stopped after 1 s", 1)
    assert (run.original, run.record) == ("Half a rev", RECORD)


@pytest.mark.parametrize("fails", [NoReview(Failure.TIMEOUT, "over"), None])
def test_a_round_that_is_cancelled_is_so_whatever_its_reviewers_make_of_it(
    stage: Stage, fails: NoReview | None
) -> None:
    folder, plan = stage.plan()
    stubborn = Stubborn(name="names", fails=fails)

    async def cancelled() -> None:
        crew = Crew(seats=Seats(reviewers=(stubborn,)), checks=(), steps=())
        around = Surroundings(environ=environ(stage.box.path.parent / "home"), now=lambda: NOON, emit=lambda _: None)
        async with asyncio.timeout(1):
            await review(plan, folder, crew, around)

    with pytest.raises(TimeoutError):
        asyncio.run(cancelled())
    assert not (folder.path / "names.run.json").exists()


def test_the_record_of_an_agent_stands_in_its_run(stage: Stage) -> None:
    reading = Recorded(read=(), unread=(), checked=("x",), gaps=(), original="O", record=RECORD)
    (run,) = stage.run(Scripted(name="names", reading=reading)).runs
    assert isinstance(run, Completed)
    assert (run.record, type(run.reading), run.reading.original) == (RECORD, Reading, "O")


def test_who_was_seated_unasked_and_had_nothing_to_do_is_not_told(stage: Stage) -> None:
    idle = Scripted(name="idle", fails=NothingToDo("nothing here"))
    seats = Seats(reviewers=(Scripted(name="paths"), idle), unasked=frozenset({"idle", "paths"}))
    folder, plan = stage.plan()
    around = Surroundings(environ=environ(stage.box.path.parent / "home"), now=lambda: NOON, emit=stage.events.append)
    report = asyncio.run(review(plan, folder, Crew(seats=seats, checks=(), steps=()), around))
    assert [run.reviewer for run in report.runs] == ["paths"]
    assert "idle" not in report.summary
