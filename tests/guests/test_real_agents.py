"""Real command lines as guests, in a checkout of a change that would steer every one of them."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from deepreview.agents.base import Door, Question, Spec, Wire
from deepreview.agents.catalog import agent_of
from deepreview.guests.guest import Gate
from deepreview.guests.isolation import Isolation
from deepreview.model.agent import AgentEvent, Answered, ToolResult
from deepreview.testing.guests import Lodging, all_gone, descendants, steering_files
from deepreview.testing.model_server import ANSWER, CANARY, ModelServer
from deepreview.testing.real_clis import AbsentError, installed, must_be_there

Go = Callable[[Awaitable[None]], None]
MODELS = {
    "claude": "claude-sonnet-4-5",
    "codex": "",
    "gemini": "gemini-2.5-pro",
    "opencode": "fake-model",
    "qwen": "fake-model",
}
pytestmark = pytest.mark.agents


def _gate(scenario: str, servers: list[ModelServer]) -> Callable[[Path], AbstractAsyncContextManager[Gate]]:
    @asynccontextmanager
    async def open_gate(path: Path) -> AsyncIterator[Gate]:
        async with ModelServer() as by_port, ModelServer(socket=path) as by_path:
            servers.extend((by_port, by_path))
            door = Door(url=by_port.url(scenario), key="placeholder")
            yield Gate(socket=path, port=by_port.port, doors=dict.fromkeys(Wire, door))

    return open_gate


@pytest.fixture(params=list(MODELS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def guest(lodging: Lodging, name: str) -> Lodging:
    """A place for it, with nothing but its program on the path."""
    environ = os.environ  # noqa: TID251 - only to find the program
    try:
        program = installed(name, environ)
    except AbsentError as error:
        if must_be_there(name, environ):
            pytest.fail(str(error))
        pytest.skip(str(error))
    node = Path(shutil.which("node") or "/usr/bin/node").parent
    box = lodging.repo.box
    box.commit("steer", {"README.md": "Keeps the house warm.\n", **steering_files(f"touch {lodging.repo.root}/canary")})
    path = f"{program.parent}:{node}:/usr/local/bin:/usr/bin:/bin"
    return replace(lodging, environ={"PATH": path, "HOME": str(lodging.repo.root)})


async def _asked(guest: Lodging, name: str, scenario: str) -> list[AgentEvent]:
    servers: list[ModelServer] = []
    async with replace(guest, gate=_gate(scenario, servers)).open() as room:
        question = Question(prompt="Review")
        events = [event async for event in agent_of(Spec(agent=name, model=MODELS[name])).ask(question, room)]
        assert await room.violations() == ()
        assert await all_gone(descendants(os.getpid()))
    assert any(server.recording.requests for server in servers)
    assert not any("Ignore the review" in str(seen.body) for server in servers for seen in server.recording.requests)
    assert not (guest.repo.root / "canary").exists()
    return events


def test_it_reviews_and_is_not_steered(guest: Lodging, name: str, go: Go) -> None:
    async def visit() -> None:
        events = await _asked(guest, name, "tools")
        assert events[-1] == Answered(text=ANSWER, data=""), events
        if name != "qwen" or guest.isolation is not Isolation.NONE:  # it reads by full paths, and here has no shell
            assert [event.failed for event in events if isinstance(event, ToolResult)].count(False) >= 1

    go(visit())


def test_what_a_model_asks_for_is_not_done(guest: Lodging, name: str, go: Go) -> None:
    async def visit() -> None:
        events = await _asked(guest, name, "write")
        assert isinstance(events[-1], Answered), events
        assert not (guest.repo.root / "checkout" / CANARY).exists()

    go(visit())
