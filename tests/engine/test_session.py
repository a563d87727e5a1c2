"""Talks with agents: limits, endings, the journal, and what a second process need not ask again."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest

from deepreview.agents.base import Agent, Guest, Question, Spec, Wire
from deepreview.archive.journal import Journal, read_line
from deepreview.engine.session import Limits, Sessions
from deepreview.errors import MachineError
from deepreview.model.agent import AgentEvent, Answered, Began, Broke, Denied, Failure, Spent, Text, ToolCall, Usage
from deepreview.model.event import AgentActed, Event

PLAYER = Spec(agent="player")
QUESTION = Question(prompt="Review this.")
NOTHING = Usage()
DONE = (Text(text="I1. It breaks."), Answered(text="I1. It breaks.", data=""))


@dataclass
class Player:
    """Plays back events; a number is a pause in seconds, an exception is raised."""

    script: Sequence[AgentEvent | float | Exception]
    spec: Spec = PLAYER
    family: str = "player"
    program: str = ""
    wires: tuple[Wire, ...] = ()
    questions: list[Question] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    @property
    def asked(self) -> int:
        return len(self.questions)

    async def ask(self, question: Question, guest: Guest) -> AsyncGenerator[AgentEvent]:
        del guest
        self.questions.append(question)
        try:
            for one in self.script:
                match one:
                    case float():
                        await asyncio.sleep(one)
                    case Exception():
                        raise one
                    case _:
                        yield one
        finally:
            self.ended.append("left")


@dataclass
class Inn:
    """Takes guests in, and writes down when they leave."""

    refusal: str = ""
    over: str = ""
    broken: Exception | None = None
    log: list[str] = field(default_factory=list)
    used: Usage = NOTHING
    private: str = ""
    refused: list[Denied] = field(default_factory=list)

    @asynccontextmanager
    async def receive(self, reviewer: str, agent: Agent, number: int) -> AsyncIterator[Guest]:
        if self.broken:
            raise self.broken
        self.log.append(f"in {reviewer} {agent.spec} {number}")
        try:
            yield cast("Guest", None)
        finally:
            self.log.append(f"out {number}")

    def ended(self, reviewer: str) -> str:
        del reviewer
        told, self.over = self.over, ""
        return told

    def exhausted(self, reviewer: str) -> str:
        del reviewer
        return self.refusal

    def spent(self, reviewer: str) -> Usage:
        del reviewer
        return self.used

    def clean(self, text: str) -> str:
        return text.replace(self.private, "~") if self.private else text

    def denied(self, reviewer: str) -> tuple[Denied, ...]:
        del reviewer
        gone, self.refused = tuple(self.refused), []
        return gone


def sessions(folder: Path, inn: Inn, *, seconds: float = 20, silence: float = 20) -> tuple[Sessions, list[Event]]:
    seen: list[Event] = []
    journal = Journal(path=folder / "player.events.jsonl")
    limits = Limits(deadline=time.monotonic() + seconds, silence=silence)
    return Sessions(reviewer="player", host=inn, journal=journal, limits=limits, emit=seen.append), seen


def ask(talks: Sessions, player: Player, question: Question = QUESTION, number: int = 1) -> list[AgentEvent]:
    async def all_events() -> list[AgentEvent]:
        async with talks:
            return [event async for event in talks.ask(player, question, number)]

    return asyncio.run(all_events())


def test_events_are_on_disk_and_told_as_they_are(tmp_path: Path) -> None:
    inn = Inn()
    talks, seen = sessions(tmp_path, inn)
    assert ask(talks, Player(DONE)) == list(DONE)
    assert [event.event for event in seen if isinstance(event, AgentActed)] == list(DONE)
    lines = [read_line(line) for line in (tmp_path / "player.events.jsonl").read_bytes().splitlines()]
    assert [line.event if line else None for line in lines] == [None, *DONE]
    assert inn.log == ["in player player 1", "out 1"]


def test_an_answer_is_never_asked_for_twice_and_a_broken_turn_is(tmp_path: Path) -> None:
    broken = Player([Text(text="half"), Broke(failure=Failure.SERVER, message="500")])
    assert isinstance(ask(sessions(tmp_path, Inn())[0], broken)[-1], Broke)
    assert ask(sessions(tmp_path, Inn())[0], broken)[-1] == broken.script[-1]
    assert broken.asked == 2
    player, inn = Player(DONE), Inn()
    ask(sessions(tmp_path, inn)[0], player)
    assert ask(sessions(tmp_path, inn)[0], player) == list(DONE)
    assert player.asked == 1
    assert inn.log == ["in player player 1", "out 1"]
    other = Question(prompt="Something else.")
    ask(sessions(tmp_path, inn)[0], player, other)
    ask(sessions(tmp_path, inn)[0], player, number=2)
    assert player.asked == 3


def test_a_conversation_of_an_earlier_process_is_gone_and_begun_anew(tmp_path: Path) -> None:
    began = Began(session="s1", model="", version="")
    player = Player([began, *DONE])
    mending = Question(prompt="Mend it.", resume="s1", anew="Here is what was asked and said. Mend it.")

    async def both(talks: Sessions) -> None:
        async with talks:
            for question in (QUESTION, mending):
                assert [event async for event in talks.ask(player, question, 1)][-1] == DONE[-1]

    ask(sessions(tmp_path, Inn())[0], player)
    asyncio.run(both(sessions(tmp_path, Inn())[0]))
    assert player.questions[1:] == [replace(mending, prompt=mending.anew, resume="")]
    asyncio.run(both(sessions(tmp_path, Inn())[0]))
    assert player.asked == 2
    other = tmp_path / "whole"
    other.mkdir()
    asyncio.run(both(sessions(other, Inn())[0]))
    assert player.questions[2:] == [QUESTION, mending]


def test_a_journal_cut_off_in_the_middle_of_a_line_is_read_up_to_there(tmp_path: Path) -> None:
    player = Player(DONE)
    ask(sessions(tmp_path, Inn())[0], player)
    path = tmp_path / "player.events.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    assert ask(sessions(tmp_path, Inn())[0], player) == list(DONE)
    assert player.asked == 2
    assert ask(sessions(tmp_path, Inn())[0], player) == list(DONE)
    assert player.asked == 2


@pytest.mark.parametrize(
    ("script", "seconds", "silence", "failure"),
    [
        ([Text(text="a"), 30.0], 20, 0.1, Failure.SILENT),
        ([0.05] * 100 + [Text(text="late")], 0.1, 20, Failure.TIMEOUT),
        ([Text(text="a")], 20, 20, Failure.ERROR),
        ([Text(text="a"), ValueError("no such thing")], 20, 20, Failure.ERROR),
        ([TimeoutError("its own")], 20, 20, Failure.ERROR),
        ([OSError(2, "No such file")], 20, 20, Failure.MISSING),
    ],
    ids=["silent", "too long", "no end", "bug", "own timeout", "no program"],
)
def test_every_turn_has_an_end(
    tmp_path: Path, script: list[AgentEvent | float | Exception], seconds: float, silence: float, failure: Failure
) -> None:
    inn, player = Inn(), Player(script)
    last = ask(sessions(tmp_path, inn, seconds=seconds, silence=silence)[0], player)[-1]
    assert isinstance(last, Broke)
    assert last.failure is failure
    assert player.ended == ["left"]
    assert inn.log[-1] == "out 1"


def test_a_spent_budget_is_the_reason_before_and_behind_a_request(tmp_path: Path) -> None:
    player, inn = Player([Broke(failure=Failure.AUTH, message="403")]), Inn()
    inn.refusal = "5.00 USD are spent"
    assert ask(sessions(tmp_path, inn)[0], player) == [Broke(failure=Failure.BUDGET, message="5.00 USD are spent")]
    assert player.asked == 0

    class Late(Inn):
        def exhausted(self, reviewer: str) -> str:
            return "spent" if player.asked else super().exhausted(reviewer)

    assert ask(sessions(tmp_path, Late())[0], player)[-1] == Broke(failure=Failure.BUDGET, message="spent")


def test_what_our_own_watch_ended_is_told_as_that_and_what_was_answered_stands(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    killed, inn = Player([Broke(failure=Failure.KILLED, message="signal 9")]), Inn()
    inn.over = "it ran 600 processes at once"
    last = Broke(failure=Failure.RESOURCES, message="it ran 600 processes at once")
    assert ask(sessions(tmp_path / "a", inn)[0], killed)[-1] == last
    inn.over = "a tool of it was ended"
    assert ask(sessions(tmp_path / "b", inn)[0], Player(list(DONE)))[-1] == DONE[-1]
    assert inn.over == ""


def test_a_place_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    inn = Inn(broken=MachineError("no key for the model", hint="set ONE"))
    last = ask(sessions(tmp_path, inn)[0], Player(DONE))[-1]
    assert last == Broke(failure=Failure.MISSING, message="no key for the model (set ONE)")


def test_texts_are_cleaned_before_anybody_sees_them(tmp_path: Path) -> None:
    call = ToolCall(id="1", tool="Read", arguments='{"path": "/home/me/secret"}')
    talks, seen = sessions(tmp_path, Inn(private="/home/me"))
    events = ask(talks, Player([call, *DONE]))
    assert "/home/me" not in (tmp_path / "player.events.jsonl").read_text() + repr(events) + repr(seen)
    assert "~/secret" in repr(events)


@pytest.mark.parametrize(
    "pieces", [("/ho", "me/", "me"), ("see /home/", "me\nand"), tuple("x /home/me"), ("/home/me",)]
)
def test_a_secret_in_pieces_is_no_less_one(tmp_path: Path, pieces: Sequence[str]) -> None:
    talks, seen = sessions(tmp_path, Inn(private="/home/me"))
    texts = [Text(text=piece) for piece in pieces]
    events = ask(talks, Player([*texts, ToolCall(id="1", tool="Read", arguments="{}"), *DONE]))
    written = "".join(event.text for event in events if isinstance(event, Text))
    assert written == "".join(pieces).replace("/home/me", "~") + "I1. It breaks."
    assert [type(event) for event in events[-3:]] == [ToolCall, Text, Answered]
    assert not any("/home" in repr(event) for event in seen)


def test_an_agent_without_end_is_ended(tmp_path: Path) -> None:
    endless = Player([Text(text=("x" * 99_999 + "\n"))] * 1_000)
    events = ask(sessions(tmp_path, Inn())[0], endless)
    assert isinstance(events[-1], Broke)
    assert (events[-1].failure, endless.ended) == (Failure.LIMIT, ["left"])
    assert (tmp_path / "player.events.jsonl").stat().st_size < 40_000_000


def test_leaving_early_ends_the_agent(tmp_path: Path) -> None:
    player, inn = Player([Text(text="a\n"), 30.0]), Inn()
    talks, _ = sessions(tmp_path, inn)

    async def leave() -> None:
        async with talks:
            events = talks.ask(player, QUESTION, 1)
            await anext(events)
            await events.aclose()
            assert player.ended == ["left"]

    asyncio.run(asyncio.wait_for(leave(), 10))
    assert inn.log[-1] == "out 1"


def test_our_own_count_goes_before_the_tools(tmp_path: Path) -> None:
    told = Usage(input=90, output=9, usd=0.5, priced="reported")
    player = Player([Spent(usage=told), *DONE])
    inn = Inn(refused=[Denied(tool="network", reason="GET /elsewhere is not open to reviewers")])
    talks, _ = sessions(tmp_path, inn)

    async def two_turns() -> list[AgentEvent]:
        async with talks:
            first = [event async for event in talks.ask(player, QUESTION, 1)]
            inn.used = Usage(input=100, output=10, requests=2, usd=0.75, priced="list")
            second = [event async for event in talks.ask(player, Question(prompt="More."), 1)]
            inn.used = Usage(input=130, output=15, requests=3, usd=0.0, priced="none")
            return first + second + [event async for event in talks.ask(player, Question(prompt="Last."), 1)]

    events = asyncio.run(two_turns())
    assert [event.usage for event in events if isinstance(event, Spent)] == [
        told,
        Usage(input=100, output=10, requests=2, usd=0.75, priced="list"),
        Usage(input=30, output=5, requests=1, usd=0.5, priced="reported"),
    ]
    assert [event.reason for event in events if isinstance(event, Denied)] == [
        "GET /elsewhere is not open to reviewers"
    ]
    assert isinstance(events[-1], Answered)
