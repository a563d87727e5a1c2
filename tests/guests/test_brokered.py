"""A guest behind the real broker: it reaches the model, and no key."""

import json
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from tests.agents.conftest import program_of
from tests.broker.conftest import KEY, PRICE, body, credential

from deepreview.agents.base import Question, Spec, Wire
from deepreview.agents.catalog import agent_of
from deepreview.broker.base import Budgets, Denial, Metered, Sent, Told
from deepreview.broker.broker import Terms, opened
from deepreview.guests.guest import Gate
from deepreview.model.agent import Answered, Broke, Failure
from deepreview.model.budget import Budget
from deepreview.testing.guests import Lodging, ran
from deepreview.testing.model_server import ANSWER, ModelServer

Go = Callable[[Awaitable[None]], None]
MODELS = {"claude": "claude-sonnet-4-5", "codex": "fake-model", "gemini": "gemini-2.5-pro"}
PRICES = tuple(replace(PRICE, model=model) for model in MODELS.values())
ASK = """
import json, sys, urllib.request
url, key, asked = sys.argv[1:]
request = urllib.request.Request(f"{url}/v1/messages", asked.encode(), {"x-api-key": key})
print(urllib.request.urlopen(request).read().decode())
"""


def gate(told: list[Told], budget: Budget, folder: Path) -> Callable[[Path], AbstractAsyncContextManager[Gate]]:
    """The broker before a model server."""

    @asynccontextmanager
    async def open_gate(_path: Path) -> AsyncIterator[Gate]:
        terms = Terms(prices=PRICES, budgets=Budgets(run=budget), observe=told.append)
        async with ModelServer() as server, opened(folder, terms) as broker:
            key = broker.admit("guest", [credential(wire, server.url("tools")) for wire in Wire])
            yield Gate(socket=broker.socket, port=broker.port, doors=broker.doors(key))
            assert all(KEY in str(seen.headers) for seen in server.recording.requests)

    return open_gate


def test_a_guest_reaches_the_model_through_the_broker(lodging: Lodging, short_folder: Path, go: Go) -> None:
    async def visit() -> None:
        told: list[Told] = []
        async with replace(lodging, gate=gate(told, Budget(), short_folder)).open() as room:
            door = room.door(Wire.ANTHROPIC)
            asked = json.dumps(body(Wire.ANTHROPIC, stream=False))
            done = await ran(room, sys.executable, "-I", "-c", ASK, door.url, door.key, asked)
            assert done.exit.code == 0, done.exit.stderr
            assert json.loads(done.out)["model"] == "fake-model"
            assert KEY not in done.out + done.exit.stderr
        sent, metered = told
        assert isinstance(sent, Sent)
        assert isinstance(metered, Metered)
        assert (metered.reviewer, metered.usage.sent, metered.ending) == ("guest", 1000, "complete")

    go(visit())


@pytest.mark.agents
@pytest.mark.parametrize("name", list(MODELS))
@pytest.mark.parametrize("budget", [Budget(), Budget(tokens=1000)], ids=["enough", "spent"])
def test_a_real_agent_reviews_without_a_key_until_the_budget_is_spent(
    wrapped: Lodging, short_folder: Path, go: Go, name: str, budget: Budget
) -> None:
    node = Path(shutil.which("node") or "/usr/bin/node").parent
    path = f"{program_of(name).parent}:{node}:/usr/local/bin:/usr/bin:/bin"
    guest = replace(wrapped, environ={"PATH": path, "HOME": str(wrapped.repo.root)})

    async def visit() -> None:
        told: list[Told] = []
        async with replace(guest, gate=gate(told, budget, short_folder)).open() as room:
            question = Question(prompt="Review")
            events = [event async for event in agent_of(Spec(agent=name, model=MODELS[name])).ask(question, room)]
        assert KEY not in repr(events) + repr(told)
        metered = [one for one in told if isinstance(one, Metered)]
        if budget == Budget():
            assert events[-1] == Answered(text=ANSWER, data=""), events
            assert len(metered) == 3
        else:
            last = events[-1]
            assert isinstance(last, Broke)
            assert last.failure is Failure.BUDGET, last
            assert len(metered) == 1
            assert sum("deepreview budget" in one.reason for one in told if isinstance(one, Denial)) == 1

    go(visit())


@pytest.fixture
def short_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose path leaves room for a socket's name."""
    return tmp_path_factory.mktemp("b")
