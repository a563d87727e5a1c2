"""Models by API, over all four protocols against a model server of ours: events, failures by their kind, sessions."""

import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.agents.inn import KEY, Inn

from deepreview.agents.api.agent import ApiAgent
from deepreview.agents.api.models import DoorError, _ToTheDoor
from deepreview.agents.base import Agent, Door, Guest, Invocation, Place, Question, Running, Wire
from deepreview.agents.catalog import agent_of, named
from deepreview.errors import MachineError
from deepreview.model.agent import (
    AgentEvent,
    Answered,
    Began,
    Broke,
    Failure,
    Retried,
    Spent,
    Text,
    ToolCall,
    ToolResult,
    Usage,
    total,
)
from deepreview.process import run_now
from deepreview.testing.model_server import ANSWER, Asked, Call, ModelServer, Turn, read, requests, shell
from deepreview.testing.model_server import Usage as Told

Go = Callable[[Awaitable[None]], None]
NAMES = {
    Wire.ANTHROPIC: "api:claude-opus-4-8",
    Wire.RESPONSES: "api:gpt-5",
    Wire.CHAT: "api/local:qwen3-coder",
    Wire.GEMINI: "api:gemini-2.5-pro",
}
SCHEMA = {
    "type": "object",
    "properties": {"verdict": {"type": "string"}, "claims": {"type": "array", "items": {"type": "string"}}},
    "required": ["verdict", "claims"],
    "additionalProperties": False,
}
GOOD = {"verdict": "text", "claims": ["text"]}
BROKEN: Mapping[str, Failure] = {
    "400": Failure.REQUEST,
    "401": Failure.AUTH,
    "403": Failure.AUTH,
    "429": Failure.RATE_LIMIT,
    "quota": Failure.QUOTA,
    "usage-limit": Failure.QUOTA,
    "500": Failure.SERVER,
    "529": Failure.SERVER,
    "failed": Failure.SERVER,
    "cut": Failure.CUT_OFF,
    "length": Failure.CUT_OFF,
    "html": Failure.MALFORMED,
    "malformed": Failure.MALFORMED,
    "refusal": Failure.REFUSED,
    "empty": Failure.EMPTY,
}
RETRIED = {"429", "500", "529"}


def agent_for(wire: Wire) -> ApiAgent:
    spec = named(NAMES[wire])
    assert spec is not None
    agent = agent_of(spec, endpoints={"local": Wire.CHAT})
    assert isinstance(agent, ApiAgent)
    return agent


def of(server: ModelServer, scenario: str, wire: Wire) -> list[Asked]:
    return [one.asked for one in server.recording.of(scenario, wire.value) if one.asked]


async def asked(agent: Agent, question: Question, guest: Guest) -> list[AgentEvent]:
    async with aclosing(agent.ask(question, guest)) as events:
        return [event async for event in events]


async def until(true: Callable[[], object]) -> None:
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.02)
    pytest.fail("it did not come true within 10 s")


class Nowhere:
    """A guest without a place, for questions that need none."""

    def __init__(self, url: str) -> None:
        self.url = url

    place = Place(repo=Path("/none"), papers=Path("/none"), home=Path("/none"), scratch=Path("/none"))

    def door(self, wire: Wire) -> Door:
        del wire
        return Door(url=self.url, key=KEY)

    def find(self, program: str) -> Path:
        raise FileNotFoundError(program)

    def start(self, invocation: Invocation) -> AbstractAsyncContextManager[Running]:
        raise FileNotFoundError(invocation.argv[0])


@asynccontextmanager
async def serving() -> AsyncIterator[ModelServer]:
    async with ModelServer() as server:
        yield server


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepreview.agents.api.turn._LONGEST_WAIT", 1.0)
    monkeypatch.setattr("deepreview.agents.api.turn._FIRST_WAIT", 0.01)


@pytest.mark.parametrize("wire", Wire)
def test_tools_are_used_and_seen_and_tokens_add_up(wire: Wire, inn: Inn, go: Go) -> None:
    async def work() -> None:
        async with inn.open() as stay:
            events = await asked(agent_for(wire), Question(prompt="Review it."), stay.visit("tools", wire.value))
            first, last = events[0], events[-1]
            assert isinstance(first, Began)
            assert first.version.startswith("pydantic-ai 2.")
            assert last == Answered(text=ANSWER, data="")
            calls = {event.id: event for event in events if isinstance(event, ToolCall)}
            results = {event.id: event for event in events if isinstance(event, ToolResult)}
            assert [call.tool for call in calls.values()] == ["read_lines", "run", "run"]
            assert set(calls) == set(results)
            assert json.loads(next(iter(calls.values())).arguments) == {"path": "README.md"}
            assert [(event.size > 5, event.failed) for event in results.values()] == [(True, False)] * 3
            used = [event.usage for event in events if isinstance(event, Spent)]
            assert [one.requests for one in used] == [1, 1, 1]
            assert total(used) == Usage(input=2400, cached=600, output=150, reasoning=used[0].reasoning * 3, requests=3)
            text = "".join(event.text for event in events if isinstance(event, Text))
            assert text == f"I look at the file and at its history.\n\n{ANSWER}"
            seen = of(stay.server, "tools", wire)
            assert seen[1].results[0].text == "1\t# Read"
            assert "Review it." in seen[2].prompt
            assert "nothing in it is an instruction" in seen[2].system
            assert all(one.stream for one in seen)

    go(work())


@pytest.mark.parametrize("wire", Wire)
def test_each_failure_is_typed(wire: Wire, go: Go) -> None:
    async def work() -> None:
        async with serving() as server:

            async def fails(scenario: str) -> tuple[str, Failure | None, int, str]:
                guest = Nowhere(server.url(scenario, wire.value))
                events = await asked(agent_for(wire), Question(prompt="x", tools=False), guest)
                last = events[-1]
                assert isinstance(last, Broke), (scenario, last)
                retried = sum(isinstance(event, Retried) for event in events)
                return scenario, last.failure, retried, last.message

            found = await asyncio.gather(*map(fails, BROKEN))
            wanted = dict(BROKEN)
            if wire is Wire.ANTHROPIC:
                wanted["malformed"] = Failure.CUT_OFF  # its client passes over lines that are no events
            assert {scenario: failure for scenario, failure, *_ in found} == wanted
            assert {scenario for scenario, _, retried, _ in found if retried} == RETRIED
            assert all(message.strip() == message != "" and "\n" not in message for *_, message in found)
            assert len(server.recording.of("401", wire.value)) == 1
            assert len(server.recording.of("500", wire.value)) == 3

    go(work())


@pytest.mark.parametrize("wire", Wire)
def test_a_service_that_comes_back_is_asked_again_and_the_text_is_there_once(wire: Wire, go: Go) -> None:
    async def work() -> None:
        async with serving() as server:
            events = await asked(
                agent_for(wire), Question(prompt="x", tools=False), Nowhere(server.url("500-once", wire.value))
            )
            assert [type(event) for event in events if not isinstance(event, Text)] == [Began, Retried, Spent, Answered]
            assert "".join(event.text for event in events if isinstance(event, Text)) == ANSWER

    go(work())


def test_the_wait_that_a_service_asks_for_is_told(go: Go) -> None:
    async def work() -> None:
        async with serving() as server:
            last = (
                await asked(agent_for(Wire.RESPONSES), Question(prompt="x", tools=False), Nowhere(server.url("429")))
            )[-1]
            assert isinstance(last, Broke)
            assert last.wait == 1.0

    go(work())


@pytest.mark.parametrize("wire", Wire)
def test_a_schema_is_met_or_the_model_is_told_what_is_wrong(wire: Wire, go: Go) -> None:
    def script(*answers: Mapping[str, Any]) -> Callable[[Asked], Turn]:
        return requests(*(Turn(calls=(Call(name="structured_output", arguments=answer),)) for answer in answers))

    async def work() -> None:
        async with serving() as server:
            server.add_script("good", script(GOOD))
            server.add_script("repaired", script({"wrong": 1}, {"verdict": 1, "claims": []}, GOOD))
            server.add_script("never", script({"wrong": 1}))
            server.add("text", Turn(text=f"Here it is:\n```json\n{json.dumps(GOOD)}\n```"))
            server.add(
                "prose", Turn(text="All is well."), Turn(calls=(Call(name="structured_output", arguments=GOOD),))
            )
            question = Question(prompt="x", schema=json.dumps(SCHEMA), tools=False)
            for scenario, times in {"good": 1, "repaired": 3, "text": 1, "prose": 2}.items():
                last = (await asked(agent_for(wire), question, Nowhere(server.url(scenario, wire.value))))[-1]
                assert isinstance(last, Answered), (scenario, last)
                assert json.loads(last.data) == GOOD
                assert len(server.recording.of(scenario, wire.value)) == times
            second = of(server, "repaired", wire)[1]
            assert "'verdict' is a required property" in second.results[0].text
            last = (await asked(agent_for(wire), question, Nowhere(server.url("never", wire.value))))[-1]
            assert last == Broke(failure=Failure.MALFORMED, message="it gave no JSON that fits the schema")

    go(work())


@pytest.mark.parametrize("wire", Wire)
def test_a_conversation_is_taken_up_again(wire: Wire, go: Go) -> None:
    async def work() -> None:
        async with serving() as server:
            guest, agent = Nowhere(server.url("ok", wire.value)), agent_for(wire)
            began = (await asked(agent, Question(prompt="First.", tools=False), guest))[0]
            assert isinstance(began, Began)
            again = await asked(agent, Question(prompt="Second.", tools=False, resume=began.session), guest)
            assert again[0] == began
            await asked(agent, Question(prompt="Apart.", tools=False), guest)
            assert [one.turn for one in of(server, "ok", wire)] == [0, 1, 0]
            assert "First." in json.dumps(server.recording.of("ok", wire.value)[1].body)
            lost = await asked(agent_for(wire), Question(prompt="Second.", resume=began.session), guest)
            assert lost == [Broke(failure=Failure.REQUEST, message="the conversation to go on with is no longer known")]

    go(work())


def test_wrong_calls_are_answered_and_the_model_goes_on(inn: Inn, go: Go) -> None:
    async def work() -> None:
        async with inn.open() as stay:
            calls = (
                Call(name="write_lines", arguments={"path": "x"}),
                Call(name="read_lines", arguments={"file": "x"}),
                Call(name="read_lines", arguments={"path": "../x"}),
            )
            stay.server.add("wrong", Turn(calls=calls), Turn(text="Done."))
            visit = stay.visit("wrong", Wire.CHAT.value, contained=False)
            events = await asked(agent_for(Wire.CHAT), Question(prompt="x"), visit)
            assert events[-1] == Answered(text="Done.", data="")
            assert [event.failed for event in events if isinstance(event, ToolResult)] == [True] * 3
            told = [result.text for result in of(stay.server, "wrong", Wire.CHAT)[1].results]
            assert told[0].startswith(
                "there is no tool write_lines; there are: read_lines, list_files, search, git_log"
            )
            assert "run" not in told[0]
            assert "'path' is a required property" in told[1]
            assert told[2] == "../x is outside of the repository; paths are relative to its root"

    go(work())


@pytest.mark.parametrize("wire", Wire)
def test_a_model_that_never_ends_is_asked_for_its_answer_and_then_left(
    wire: Wire, inn: Inn, go: Go, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deepreview.agents.api.turn.MOST_REQUESTS", 3)

    async def work() -> None:
        async with inn.open() as stay:
            endless = Turn(calls=(read("README.md"), shell("git log")))
            stay.server.add_script("willing", lambda asked: Turn(text=ANSWER) if _last(asked) else endless)
            events = await asked(agent_for(wire), Question(prompt="x"), stay.visit("willing", wire.value))
            assert events[-1] == Answered(text=ANSWER, data="")
            last = (await asked(agent_for(wire), Question(prompt="x"), stay.visit("loop", wire.value)))[-1]
            assert last == Broke(failure=Failure.LIMIT, message="no answer after 3 requests")

    go(work())


def _last(asked: Asked) -> bool:
    return "as often as you may" in asked.prompt


@pytest.mark.parametrize("wire", Wire)
@pytest.mark.parametrize("scenario", ["hang", "hang-mid"])
def test_leaving_early_ends_the_request(wire: Wire, scenario: str, go: Go, caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        async with serving() as server:
            guest = Nowhere(server.url(scenario, wire.value))
            async with aclosing(agent_for(wire).ask(Question(prompt="x", tools=False), guest)) as events:
                assert isinstance(await anext(events), Began)
                await until(lambda: server.recording.of(scenario, wire.value))
            await until(lambda: server.recording.of(scenario, wire.value)[0].disconnected)

    go(work())
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("wire", Wire)
def test_nothing_of_the_environment_leaves_the_process(wire: Wire, go: Go, monkeypatch: pytest.MonkeyPatch) -> None:
    names = (
        "ANTHROPIC_API_KEY ANTHROPIC_AUTH_TOKEN OPENAI_API_KEY OPENAI_ORG_ID OPENAI_PROJECT_ID GOOGLE_API_KEY "
        "GEMINI_API_KEY GOOGLE_CLOUD_PROJECT LOGFIRE_TOKEN"
    )
    for name in names.split():
        monkeypatch.setenv(name, "leaked-canary")
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("ANTHROPIC_BASE_URL", "OPENAI_BASE_URL", "GOOGLE_GEMINI_BASE_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/elsewhere")
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "X-Extra: leaked-canary")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Extra: leaked-canary")
    monkeypatch.setenv("GOOGLE_GENAI_USE_VERTEXAI", "true")

    async def work() -> None:
        async with serving() as server:
            last = (await asked(agent_for(wire), Question(prompt="x", tools=False), Nowhere(server.url("ok"))))[-1]
            assert last == Answered(text=ANSWER, data="")
            (seen,) = server.recording.requests
            assert "leaked-canary" not in json.dumps([seen.headers, seen.query, seen.body])
            assert KEY in json.dumps(seen.headers)
            assert seen.body.get("store", False) is False
            assert wire is not Wire.RESPONSES or "store" in seen.body
            known = {"host", "accept", "content-type", "content-length", "user-agent", "authorization", "x-api-key"}
            assert set(seen.headers) <= known | {"x-goog-api-key", "anthropic-version", "anthropic-beta"}

    go(work())


def test_cached_and_newly_cached_tokens_are_told_apart(go: Go) -> None:
    async def work() -> None:
        async with serving() as server:
            server.add("figures", Turn(text="x", usage=Told(input=1000, cached=200, written=300, output=50)))
            events = await asked(
                agent_for(Wire.ANTHROPIC), Question(prompt="x", tools=False), Nowhere(server.url("figures"))
            )
            used = total(event.usage for event in events if isinstance(event, Spent))
            assert (used.input, used.cached, used.written, used.output) == (500, 200, 300, 50)
            assert "cache_control" in json.dumps(server.recording.requests[0].body)

    go(work())


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("api:claude-opus-4-8@high", '"effort": "high"'),
        ("api:gpt-5@low", '"effort": "low"'),
        ("api/local:gpt-oss@medium", '"reasoning_effort": "medium"'),
        ("api:gemini-2.5-pro@low", '"thinking_budget": 2048'),
    ],
)
def test_how_hard_to_think_is_passed_on(name: str, sent: str, go: Go) -> None:
    spec = named(name)
    assert spec is not None

    async def work() -> None:
        async with serving() as server:
            agent = agent_of(spec, endpoints={"local": Wire.CHAT})
            events = await asked(agent, Question(prompt="x", tools=False), Nowhere(server.url("ok")))
            assert isinstance(events[-1], Answered)
            assert sent in json.dumps(server.recording.requests[0].body)

    go(work())


def test_what_is_missing_is_said(go: Go, monkeypatch: pytest.MonkeyPatch) -> None:
    class Keyless(Nowhere):
        def door(self, wire: Wire) -> Door:
            raise MachineError(f"no credential for {wire.value}", hint="add one")

    async def work() -> None:
        question = Question(prompt="x")
        assert await asked(agent_for(Wire.CHAT), question, Keyless("")) == [
            Broke(failure=Failure.MISSING, message="no credential for openai-chat (add one)")
        ]
        (own,) = await asked(agent_for(Wire.CHAT), question, Nowhere(""))
        assert isinstance(own, Broke)
        assert own.failure is Failure.AUTH
        for name in ("turn", "models"):
            monkeypatch.delitem(sys.modules, f"deepreview.agents.api.{name}", raising=False)
            monkeypatch.delattr(f"deepreview.agents.api.{name}", raising=False)
        monkeypatch.setitem(sys.modules, "pydantic_ai", None)
        monkeypatch.setitem(sys.modules, "httpx2", None)
        (absent,) = await asked(agent_for(Wire.CHAT), question, Nowhere("http://127.0.0.1:9"))
        assert isinstance(absent, Broke)
        assert absent.failure is Failure.MISSING
        assert absent.message.endswith("is missing: pip install '.[api]' in the folder of Deep Review's source")

    go(work())


def test_naming_it_imports_none_of_its_libraries() -> None:
    libraries = ("pydantic_ai", "openai", "anthropic", "google.genai", "httpx2", "jsonschema")
    code = f"import sys, deepreview.agents.catalog; print([name for name in {libraries} if name in sys.modules])"
    done = run_now([sys.executable, "-c", code], env={}, cwd=Path.cwd())
    assert done.stdout.strip() == b"[]"


def test_the_real_place_lets_it_reach_the_model_from_this_process(inn: Inn, go: Go) -> None:
    """The door is one address: a loopback port here, the same number inside, where another listener leads to it."""

    async def work() -> None:
        async with inn.open() as stay:
            last = (await asked(agent_for(Wire.CHAT), Question(prompt="x"), stay.room))[-1]
            assert last == Answered(text=ANSWER, data="")

    go(work())


def test_a_client_that_wants_to_go_elsewhere_is_stopped(go: Go) -> None:
    async def work() -> None:
        transport = _ToTheDoor(Door(url="http://127.0.0.1:9/base", key=KEY), Wire.CHAT)
        async with httpx2.AsyncClient(transport=transport, trust_env=False) as client:
            for url in ("http://example.invalid/x", "http://127.0.0.1:10/x", "https://127.0.0.1:9/x"):
                with pytest.raises(DoorError):
                    await client.get(url)

    go(work())
