"""A server in a thread, and a plain client for it."""

import http.client
import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest

from deepreview.testing.model_server import ModelServer, serving
from deepreview.testing.model_server.script import Wire

PATHS = {
    Wire.MESSAGES: "/v1/messages",
    Wire.RESPONSES: "/v1/responses",
    Wire.CHAT: "/v1/chat/completions",
    Wire.GEMINI: "/v1beta/models/fake-model:generateContent",
}
STREAM_PATHS = PATHS | {Wire.GEMINI: "/v1beta/models/fake-model:streamGenerateContent?alt=sse"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a client got."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool

    def json(self) -> Any:
        return json.loads(self.body)

    def events(self) -> list[Any]:
        """The data of all server-sent events."""
        frames = [frame for frame in self.body.decode().split("\n\n") if frame]
        data = [line for frame in frames for line in frame.split("\n") if line.startswith("data: ")]
        return [json.loads(line[6:]) for line in data if line != "data: [DONE]"]


def asking(wire: Wire, *, stream: bool = False, prompt: str = "Review", **more: Any) -> dict[str, Any]:
    """A request body of one question."""
    said = [{"role": "user", "content": prompt}]
    plain = {"model": "fake-model", "stream": stream}
    bodies: dict[Wire, dict[str, Any]] = {
        Wire.MESSAGES: plain | {"max_tokens": 100, "messages": said},
        Wire.RESPONSES: plain | {"input": said},
        Wire.CHAT: plain | {"messages": said} | ({"stream_options": {"include_usage": True}} if stream else {}),
        Wire.GEMINI: {"contents": [{"role": "user", "parts": [{"text": prompt}]}]},
    }
    return bodies[wire] | more


def post(url: str, body: Any, timeout: float = 10) -> Answered:
    """Post JSON, and read as much as comes."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=timeout)
    try:
        query = f"?{parts.query}" if parts.query else ""
        connection.request("POST", parts.path + query, json.dumps(body), {"X-Api-Key": "test-key"})
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        try:
            read, whole = response.read(), True
        except http.client.IncompleteRead as error:
            read, whole = error.partial, False
        return Answered(status=response.status, headers=headers, body=read, whole=whole)
    finally:
        connection.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Asks one server."""

    server: ModelServer

    def ask(self, wire: Wire, scenario: str, *, stream: bool = False, label: str = "", **more: Any) -> Answered:
        path = (STREAM_PATHS if stream else PATHS)[wire]
        return post(self.server.url(scenario, label) + path, asking(wire, stream=stream, **more))


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with serving(ModelServer()) as running:
        yield running


@pytest.fixture
def client(server: ModelServer) -> Client:
    return Client(server=server)


def wait_for(true: Callable[[], bool]) -> None:
    """Wait until it is true; fails after five seconds."""
    end = time.monotonic() + 5
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)
