"""A broker before a model server, and requests in the four protocols."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from deepreview.agents.base import Wire
from deepreview.broker.base import Credential, Denial, Form, Metered, Told
from deepreview.broker.broker import Broker, Terms, opened
from deepreview.model.budget import Price

KEY = "sk-real-0123456789abcdef"
PRICE = Price(model="fake-model", input=1.0, output=10.0, cached=0.1, written=2.0)
FORMS = {Wire.ANTHROPIC: Form.X_API_KEY, Wire.RESPONSES: Form.BEARER, Wire.CHAT: Form.BEARER, Wire.GEMINI: Form.X_GOOG}
PATHS = {
    Wire.ANTHROPIC: "/v1/messages",
    Wire.RESPONSES: "/v1/responses",
    Wire.CHAT: "/v1/chat/completions",
    Wire.GEMINI: "/v1beta/models/fake-model:streamGenerateContent?alt=sse",
}
PLAIN = {**PATHS, Wire.GEMINI: "/v1beta/models/fake-model:generateContent"}
BODIES: Mapping[Wire, dict[str, Any]] = {
    Wire.ANTHROPIC: {"model": "fake-model", "max_tokens": 1000, "messages": [{"role": "user", "content": "Review"}]},
    Wire.RESPONSES: {"model": "fake-model", "max_output_tokens": 1000, "input": "Review"},
    Wire.CHAT: {"model": "fake-model", "max_tokens": 1000, "messages": [{"role": "user", "content": "Review"}]},
    Wire.GEMINI: {
        "contents": [{"role": "user", "parts": [{"text": "Review"}]}],
        "generationConfig": {"maxOutputTokens": 1000},
    },
}


def credential(wire: Wire, url: str, key: str = KEY) -> Credential:
    """Access to a service at this address; clients of OpenAI's protocols have the version in theirs."""
    base = f"{url}/v1" if wire in {Wire.RESPONSES, Wire.CHAT} else url
    return Credential(wire=wire, base_url=base, form=FORMS[wire], key=key)


def body(wire: Wire, *, stream: bool = True, **more: Any) -> dict[str, Any]:
    """A request that allows 1,000 tokens of output."""
    return {**BODIES[wire], **({"stream": stream} if wire is not Wire.GEMINI else {}), **more}


def showing(wire: Wire, key: str) -> dict[str, str]:
    """The header in which clients of that protocol send a key."""
    form = FORMS[wire]
    return {form.value: f"Bearer {key}" if form is Form.BEARER else key}


@dataclass
class Open:
    """An open broker, what it told, and a client."""

    broker: Broker
    client: aiohttp.ClientSession
    told: list[Told] = field(default_factory=list)

    @property
    def metered(self) -> list[Metered]:
        return [one for one in self.told if isinstance(one, Metered)]

    @property
    def denials(self) -> list[Denial]:
        return [one for one in self.told if isinstance(one, Denial)]

    def admit(self, url: str, *wires: Wire, reviewer: str = "claude") -> str:
        return self.broker.admit(reviewer, [credential(wire, url) for wire in wires or Wire])

    async def ask(self, wire: Wire, key: str, *, stream: bool = True, **more: Any) -> tuple[int, bytes]:
        path = (PATHS if stream else PLAIN)[wire]
        return await self.post(path, showing(wire, key), body(wire, stream=stream, **more))

    async def post(self, path: str, headers: Mapping[str, str], content: Any) -> tuple[int, bytes]:
        url = f"http://127.0.0.1:{self.broker.port}{path}"
        async with self.client.post(url, headers=headers, json=content) as answer:
            return answer.status, await answer.read()


@asynccontextmanager
async def brokered(folder: Path, **terms: Any) -> AsyncIterator[Open]:
    """A broker with a configured price for `fake-model`."""
    told: list[Told] = []
    wanted = Terms(**{"prices": (PRICE,), "observe": told.append, **terms})
    async with aiohttp.ClientSession() as client, opened(folder, wanted) as broker:
        yield Open(broker, client, told)


Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def service(answering: Answering) -> AsyncIterator[str]:
    """A service that answers as told; gives its address."""
    application = web.Application(client_max_size=64 << 20)
    application.router.add_route("*", "/{path:.*}", answering)
    runner = web.AppRunner(application, handler_cancellation=True, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def until(true: Callable[[], bool]) -> None:
    """Wait until it is so, at most five seconds."""
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - what is waited for is on another side of a connection
            await asyncio.sleep(0.01)


@pytest.fixture
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose path leaves room for a socket's name."""
    return tmp_path_factory.mktemp("b")
