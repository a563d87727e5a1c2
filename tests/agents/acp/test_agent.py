"""Agents that speak the Agent Client Protocol: a small one of ours in every mood, and Gemini CLI itself."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

import acp.schema as protocol
import pytest
from pydantic import BaseModel
from tests.agents.conftest import program_of
from tests.agents.inn import Inn, Stay, Visit

from deepreview.agents.base import Agent, Question
from deepreview.agents.catalog import agent_of, named
from deepreview.model.agent import (
    AgentEvent,
    Answered,
    Began,
    Broke,
    Denied,
    Failure,
    Spent,
    Text,
    ToolCall,
    ToolResult,
    Unrecognised,
    Usage,
)
from deepreview.testing.guests import ENVIRON
from deepreview.testing.model_server import ANSWER

Go = Callable[[Awaitable[None]], None]
FAKE = (Path(__file__).parent / "fake.py").read_text(encoding="utf-8")
ANSWERS = '{"n": 1}'


def fake(scenario: str) -> Agent:
    spec = named("acp:mine")
    assert spec is not None
    return agent_of(spec, commands={"mine": (sys.executable, "-I", "-c", FAKE, scenario)})


async def asked(agent: Agent, question: Question, visit: Visit) -> list[AgentEvent]:
    async with aclosing(agent.ask(question, visit)) as events:
        return [event async for event in events]


async def turn(
    stay: Stay, scenario: str, question: Question | None = None, *, contained: bool = True
) -> list[AgentEvent]:
    return await asked(fake(scenario), question or Question(prompt="Review."), stay.visit("ok", contained=contained))


def sent(stay: Stay) -> list[dict[str, Any]]:
    log = stay.room.folder / "scratch" / "sent.jsonl"
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def test_a_turn_is_told_in_the_words_of_all_agents(any_inn: Inn, go: Go) -> None:
    async def work() -> None:
        async with any_inn.open() as stay:
            events = await turn(stay, "tools")
            call = '{"path": "src/a.py"}'
            assert events == [
                Began(session="session-1", model="fake-1", version="fake 1.2"),
                Text(text="I look "),
                Text(text="around."),
                ToolCall(id="t1", tool="read", arguments=call),
                ToolResult(id="t1", size=5, failed=False),
                ToolCall(id="t2", tool="execute", arguments='{"title": "ls"}'),
                ToolResult(id="t2", size=4, failed=True),
                Text(text="\n\nFound it."),
                ToolCall(id="t3", tool="other", arguments='{"title": "never taken up", "paths": ["/repo/x"]}'),
                Spent(usage=Usage(input=30, cached=10, output=20, reasoning=8, usd=0.25, priced="reported")),
                Answered(text="Found it.", data=""),
            ]

    go(work())


def test_what_we_say_is_valid_in_the_protocol(inn: Inn, go: Go) -> None:
    async def work() -> None:
        async with inn.open() as stay:
            await turn(stay, "asks")
            await turn(stay, "files", Question(prompt="Go on.", resume="session-1"))
            forms: dict[str, type[BaseModel]] = {
                "initialize": protocol.InitializeRequest,
                "session/new": protocol.NewSessionRequest,
                "session/load": protocol.LoadSessionRequest,
                "session/prompt": protocol.PromptRequest,
            }
            seen = set()
            for message in sent(stay):
                assert message.pop("jsonrpc") == "2.0"
                if method := message.get("method"):
                    forms[method].model_validate(message["params"])
                    seen.add(method)
                elif "outcome" in message.get("result", {}):
                    protocol.RequestPermissionResponse.model_validate(message["result"])
                elif "result" in message:
                    protocol.ReadTextFileResponse.model_validate(message["result"])
            assert seen == set(forms)

    go(work())


def test_only_reading_is_allowed_where_nothing_is_kept_in(inn: Inn, go: Go) -> None:
    async def work() -> None:
        async with inn.open() as stay:
            open_ = await turn(stay, "asks", contained=False)
            last = open_[-1]
            assert isinstance(last, Answered)
            answers = {"read": "yes", "search": "yes", "edit": "no", "execute": "no", "fetch": "no", "other": "no"}
            assert json.loads(last.text) == answers
            denied = [event.tool for event in open_ if isinstance(event, Denied)]
            assert denied == ["edit", "execute", "fetch", "other"]
            (*_, closed) = await turn(stay, "asks")
            assert isinstance(closed, Answered)
            assert set(json.loads(closed.text).values()) == {"yes"}
            (*_, mute) = await turn(stay, "asks", Question(prompt="x", tools=False))
            assert isinstance(mute, Answered)
            assert set(json.loads(mute.text).values()) == {"no"}

    go(work())


def test_files_are_read_in_the_repository_only(any_inn: Inn, go: Go) -> None:
    async def work() -> None:
        async with any_inn.open() as stay:
            events = await turn(stay, "files")
            last = events[-1]
            assert isinstance(last, Answered)
            found = json.loads(last.text)
            assert (found.pop("README.md"), found.pop("lines")) == ("# Read", "line 3\nline 4")
            assert all(text.startswith("error: ") and "root:" not in text for text in found.values()), found
            assert sum(isinstance(event, Denied) for event in events) == 4

    go(work())


def test_what_is_not_known_is_kept_and_not_fatal(inn: Inn, go: Go) -> None:
    async def work() -> None:
        async with inn.open() as stay:
            events = await turn(stay, "strange")
            assert events[-1] == Answered(text="-32601", data="")
            unknown = [event.what for event in events if isinstance(event, Unrecognised)]
            assert unknown == ["text", "text", "vendor/news", "session/update mood_update", "answer"]
            assert Denied(tool="terminal/create", reason="not offered") in events

    go(work())


@pytest.mark.parametrize(
    ("scenario", "failure", "message"),
    [
        ("dies", Failure.ERROR, "Error: out of memory in a made-up place"),
        ("leaves", Failure.CUT_OFF, "it gave no reason"),
        ("rate", Failure.RATE_LIMIT, "Internal error: 429 Too Many Requests"),
        ("key", Failure.AUTH, "Authentication required"),
        ("broken", Failure.ERROR, "Something went wrong"),
        ("newer", Failure.ERROR, "it speaks version 9 of the protocol"),
        ("quiet", Failure.EMPTY, "it answered nothing"),
        ("max_tokens", Failure.CUT_OFF, "the answer was cut at a limit of tokens"),
        ("max_turn_requests", Failure.LIMIT, "it asked its model as often as it may"),
        ("refusal", Failure.REFUSED, ANSWERS),
        ("cancelled", Failure.ERROR, "it ended for another reason: cancelled"),
    ],
)
def test_a_failure_is_typed(inn: Inn, go: Go, scenario: str, failure: Failure, message: str) -> None:
    async def work() -> None:
        async with inn.open() as stay:
            assert (await turn(stay, scenario))[-1] == Broke(failure=failure, message=message)

    go(work())


def test_a_program_that_is_missing_is_named(inn: Inn, go: Go) -> None:
    async def work() -> None:
        spec = named("acp:no-such-program")
        assert spec is not None
        async with inn.open() as stay:
            (last,) = await asked(agent_of(spec), Question(prompt="x"), stay.visit("ok"))
            assert last == Broke(
                failure=Failure.MISSING, message="no-such-program cannot be started: not found on the path"
            )

    go(work())


def test_an_earlier_conversation_is_taken_up_where_the_program_can(inn: Inn, go: Go) -> None:
    async def work() -> None:
        async with inn.open() as stay:
            again = Question(prompt="Go on.", resume="session-1", schema='{"type": "object"}')
            events = await turn(stay, "ok", again)
            assert events[-1] == Answered(text=ANSWERS, data='{"n": 1}')
            assert [event.text for event in events if isinstance(event, Text)] == [ANSWERS]
            assert '{"type": "object"}' in sent(stay)[-1]["params"]["prompt"][0]["text"]
            last = (await turn(stay, "no-memory", again))[-1]
            assert last == Broke(failure=Failure.ERROR, message="it cannot go on with an earlier conversation")

    go(work())


def test_one_that_is_left_is_told_to_stop_and_is_gone(inn: Inn, go: Go, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepreview.agents.acp.talk._GOODBYE", 30)  # the machine may be busy

    async def work() -> None:
        async with inn.open() as stay:
            async with aclosing(fake("silent").ask(Question(prompt="x"), stay.visit("ok"))) as events:
                assert isinstance(await anext(events), Began)
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.3):
                        await anext(events)
            assert [one["method"] for one in sent(stay)] == [
                "initialize", "session/new", "session/prompt", "session/cancel",
            ]  # fmt: skip

    go(work())


def test_it_is_told_of_every_model_that_there_is_a_key_for(inn: Inn, go: Go) -> None:
    async def work() -> None:
        async with inn.open() as stay:
            code = "import os, sys; sys.exit(' '.join(sorted(n for n in os.environ if n.endswith(('KEY', 'URL')))))"
            spec = named("acp:mine")
            assert spec is not None
            agent = agent_of(spec, commands={"mine": (sys.executable, "-I", "-c", code)})
            (last,) = await asked(agent, Question(prompt="x"), stay.visit("ok"))
            assert isinstance(last, Broke)
            assert last.message == (
                "ANTHROPIC_API_KEY ANTHROPIC_BASE_URL GEMINI_API_KEY GOOGLE_GEMINI_BASE_URL "
                "OPENAI_API_KEY OPENAI_BASE_URL"
            )

    go(work())


@pytest.mark.agents
@pytest.mark.parametrize(
    ("name", "argv", "sent"),
    [("gemini", ("--acp", "-m", "gemini-2.5-pro"), 3000), ("opencode", ("acp",), 1000)],  # one tells its last request
)
def test_real_programs_review(inn: Inn, go: Go, name: str, argv: tuple[str, ...], sent: int) -> None:
    program = program_of(name)
    path = os.environ["PATH"].split(":")  # noqa: TID251 - only to find node
    node = next((folder for folder in path if Path(folder, "node").exists()), "/usr/bin")
    inn = replace(inn, environ={**ENVIRON, "PATH": f"{program.parent}:{ENVIRON['PATH']}:{node}"})

    async def work() -> None:
        spec = named("acp:mine")
        assert spec is not None
        agent = agent_of(spec, commands={"mine": (name, *argv)})
        assert agent.family == name
        async with inn.open() as stay:
            events = await asked(agent, Question(prompt="Review."), stay.visit("tools", name))
            assert isinstance(events[0], Began), events
            assert events[-1] == Answered(text=ANSWER, data="")
            calls = [event for event in events if isinstance(event, ToolCall)]
            assert [call.tool for call in calls] == ["read", "execute", "execute"]
            assert ["README.md" in call.arguments for call in calls] == [True] * 3
            assert [event.usage.sent for event in events if isinstance(event, Spent)] == [sent]
            assert not [event for event in events if isinstance(event, Denied | Unrecognised)]

    go(work())
