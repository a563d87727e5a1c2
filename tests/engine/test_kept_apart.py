"""What an agent did to its checkout is on record with its review, which stands and is marked."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from deepreview.agents.base import Agent, Guest, Invocation, Question, Spec, Wire
from deepreview.consolidate.steps import STEPS
from deepreview.context.brief import Brief
from deepreview.engine.fanout import Seats
from deepreview.engine.host import Hospitality
from deepreview.engine.pipeline import Crew, Surroundings, review
from deepreview.guests.guest import Account
from deepreview.guests.isolation import Isolation
from deepreview.model.agent import AgentEvent, Answered, Record
from deepreview.model.report import Report
from deepreview.model.round import Completed, Reading
from deepreview.render.catalog import KEPT
from deepreview.reviewers.base import Desk, Recorded
from deepreview.testing.builders import make_claim
from deepreview.testing.reviewers import Scripted, read_all
from deepreview.testing.rounds import NOON, Stage, environ
from deepreview.testing.sandbox import Sandbox
from deepreview.verify.catalog import CHECKS


@dataclass
class Shell:
    """An agent that runs one command in its checkout."""

    command: str
    spec: Spec = Spec(agent="player")  # noqa: RUF009 - frozen
    family: str = "player"
    program: str = ""
    wires: tuple[Wire, ...] = ()

    async def ask(self, question: Question, guest: Guest) -> AsyncGenerator[AgentEvent]:
        del question
        async with guest.start(Invocation(argv=("sh", "-c", self.command))) as running:
            await running.end()
        yield Answered(text="Done.", data="")


@dataclass(eq=False, kw_only=True)
class Asking(Scripted):
    """Asks its agent, then says what it was given."""

    agent: Agent

    async def review(self, brief: Brief, desk: Desk) -> Reading:
        async with aclosing(desk.ask(self.agent, Question(prompt="Review."))) as events:
            assert [type(event) async for event in events] == [Answered]
        await super().review(brief, desk)
        return Recorded(
            read=read_all(brief).read, unread=(), checked=(), gaps=(), record=Record(agent=str(self.agent.spec))
        )


def reviewed(tmp_path: Path, command: str) -> Report:
    box = Sandbox(tmp_path / "repo")
    box.commit("start", {"src/boiler.py": "a = 1\n"})
    box.git("checkout", "-q", "-b", "topic")
    box.commit("change", {"src/boiler.py": "a = 1\nb = 2\n# see read_gauge\n"})
    folder, plan = Stage(box=box).plan()
    signed_in = tmp_path / "sign-in"
    signed_in.touch()
    crew = Crew(
        seats=Seats(reviewers=(Asking(name="names", said=(make_claim(),), agent=Shell(command)),)),
        checks=CHECKS,
        steps=STEPS,
        terms=Hospitality(isolation=Isolation.NONE, accounts={"player": Account(file=signed_in, at=".sign-in")}),
    )
    around = Surroundings(environ=environ(tmp_path / "home"), now=lambda: NOON, emit=lambda _: None)
    return asyncio.run(review(plan, folder, crew, around))


def test_changed_files_are_told_and_what_was_said_stands(tmp_path: Path) -> None:
    report = reviewed(tmp_path, "echo 'c = 3' >>src/boiler.py; echo x >.git/HEAD; touch new.py")
    (run,) = report.runs
    assert isinstance(run, Completed)
    assert run.record is not None
    assert run.record.violations == ("It changed .git/HEAD.", "It changed src/boiler.py.")
    assert len(report.findings) == 1
    assert all("about code that only it has seen" in gap for gap in run.reading.gaps[-1:])
    for renderer in KEPT:
        assert "only it has seen" in renderer.render(report), renderer.suffix
        assert "src/boiler.py" in renderer.render(report)


def test_who_changed_nothing_is_not_marked(tmp_path: Path) -> None:
    (run,) = reviewed(tmp_path, "git status; git log; cat src/boiler.py; touch new.py").runs
    assert isinstance(run, Completed)
    assert run.record is not None
    assert (run.record.violations, run.reading.gaps) == ((), ())
