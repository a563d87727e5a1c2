"""The server: takes requests of all four protocols on one port, and answers them by the scenario in the path."""

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, Self, cast

from aiohttp import web

from deepreview.testing.model_server.recording import Recorded, Recording
from deepreview.testing.model_server.scenarios import SCENARIOS
from deepreview.testing.model_server.script import Asked, Script, Turn, conversation
from deepreview.testing.model_server.sending import Sender
from deepreview.testing.model_server.tools import in_words
from deepreview.testing.model_server.wires import chat, gemini, messages, responses
from deepreview.testing.model_server.wires.base import Saying, Speech

_LARGEST_REQUEST = 64 << 20
_TOKENS = 1234
_SPEECHES: Mapping[str, ModuleType] = {
    "/messages": messages,
    "/responses": responses,
    "/chat/completions": chat,
    ":generateContent": gemini,
    ":streamGenerateContent": gemini,
}


def _speech(path: str) -> Speech | None:
    found = next((module for ending, module in _SPEECHES.items() if path.endswith(ending)), None)
    return cast("Speech | None", found)  # mypy checks no module against a protocol through a mapping


class ModelServer:
    """Pretends to be a model, on a free port of the loopback address or on a Unix socket, for as long as it is entered.

    The base URL of a run is `url("scenario")`, or `url("scenario", "label")` to count and to record it apart. Add
    what the client expects after it: nothing for Anthropic and Gemini, `/v1` for OpenAI.
    """

    def __init__(
        self,
        scripts: Mapping[str, Script] = SCENARIOS,
        *,
        port: int = 0,
        socket: Path | None = None,
        default: str = "ok",
    ) -> None:
        self.recording = Recording()
        self.port = port
        self._scripts = dict(SCENARIOS) | dict(scripts)
        self._socket = socket
        self._default = default
        self._runner: web.AppRunner | None = None
        self._stopping = asyncio.Event()
        self._started = time.monotonic()

    def add(self, name: str, *turns: Turn) -> None:
        """A scenario of these turns, one per turn of the conversation."""
        self._scripts[name] = conversation(*turns)

    def add_script(self, name: str, script: Script) -> None:
        """A scenario that chooses its turns itself."""
        self._scripts[name] = script

    def add_answer(self, name: str, text: str) -> None:
        """A scenario that answers with this text."""
        self.add(name, Turn(text=text))

    def url(self, scenario: str, label: str = "") -> str:
        """The base URL of a run; ask a server on a socket for the path alone."""
        host = "" if self._socket else f"http://127.0.0.1:{self.port}"
        return f"{host}/{scenario}~{label}" if label else f"{host}/{scenario}"

    async def __aenter__(self) -> Self:
        application = web.Application(client_max_size=_LARGEST_REQUEST)
        application.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(application, handler_cancellation=True, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        if self._socket:
            await web.UnixSite(self._runner, str(self._socket)).start()
        else:
            await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
            self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        assert self._runner is not None
        await self._runner.cleanup()
        if self._socket:
            self._socket.unlink(missing_ok=True)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        record = await self._record(request)
        sender = Sender(request, record, self._stopping)
        self.recording.enter()
        try:
            return await self._spoken(record, sender)
        except (ConnectionError, asyncio.CancelledError):
            record.disconnected = not self._stopping.is_set()
            raise
        except Exception as error:
            record.trouble = f"{type(error).__name__}: {error}"
            raise
        finally:
            self.recording.leave()

    async def _record(self, request: web.Request) -> Recorded:
        run, path = self._run_and_path(request.path)
        scenario, _, label = run.partition("~")
        raw = await request.read()
        record = Recorded(
            scenario=scenario,
            label=label,
            method=request.method,
            path=path,
            query=request.query_string,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=_parsed(raw),
            at=time.monotonic() - self._started,
        )
        self.recording.requests.append(record)
        return record

    def _run_and_path(self, path: str) -> tuple[str, str]:
        """The run named by the first segment, and the rest; the default one where the first segment is no scenario."""
        first, slash, rest = path.removeprefix("/").partition("/")
        if first.partition("~")[0] in self._scripts:
            return first, f"{slash}{rest}"
        return self._default, path

    async def _spoken(self, record: Recorded, sender: Sender) -> web.StreamResponse:
        speech = _speech(record.path)
        if speech is None or not isinstance(record.body, dict):
            status, answer = _aside(record)
            return await sender.whole(iter((json.dumps(answer).encode(),)), status=status)
        nth = self.recording.count(f"{record.scenario}~{record.label}")
        asked = replace(speech.read(record.body, record.path), nth=nth)
        record.asked = asked
        record.turn = turn = self._scripts[record.scenario](asked)
        return await sender.send(speech, _saying(asked, turn))


def _saying(asked: Asked, turn: Turn) -> Saying:
    calls = tuple(call for wanted in turn.calls if (call := in_words(wanted, asked)))
    return Saying(asked=asked, turn=turn, calls=calls)


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw


def _aside(record: Recorded) -> tuple[int, Mapping[str, Any]]:
    """What is answered to requests that do not reach the model."""
    if record.path.endswith("/count_tokens"):
        return 200, {"input_tokens": _TOKENS}
    if record.path.endswith(":countTokens"):
        return 200, {"totalTokens": _TOKENS}
    if record.path.endswith("/models") and record.method == "GET":
        model = {"id": "fake-model", "type": "model", "object": "model", "display_name": "Fake", "created": 0}
        listed = {
            "object": "list",
            "has_more": False,
            "data": [model | {"owned_by": "tests", "created_at": "2026-01-01"}],
        }
        return 200, listed | {"models": [{"name": "models/fake-model"}] if "/v1beta/" in record.path else []}
    return 404, {"error": {"type": "not_found_error", "message": f"no such path here: {record.path}", "code": 404}}


@contextlib.contextmanager
def serving(server: ModelServer) -> Iterator[ModelServer]:
    """The server in a thread with an event loop of its own, for tests that are no coroutines."""
    ready, done = threading.Event(), threading.Event()
    loop_of: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
    trouble: list[BaseException] = []

    async def live() -> None:
        over = asyncio.Event()
        loop_of.append((asyncio.get_running_loop(), over))
        async with server:
            ready.set()
            await over.wait()

    def work() -> None:
        try:
            asyncio.run(live())
        except BaseException as error:  # noqa: BLE001 - it is raised again in the thread of the test
            trouble.append(error)
        finally:
            done.set()
            ready.set()

    thread = threading.Thread(target=work, name="model-server")
    thread.start()
    ready.wait()
    try:
        if not done.is_set():
            yield server
    finally:
        if loop_of and not done.is_set():
            loop_of[0][0].call_soon_threadsafe(loop_of[0][1].set)
        thread.join()
    if trouble:
        raise trouble[0]
