"""The server as a fixture: recording, labels, many clients, large answers, sockets, clean ends."""

import asyncio
import contextlib
import http.client
import json
import resource
import signal
import subprocess  # noqa: TID251 - the server is a program too
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from tests.testing.model_server.conftest import PATHS, STREAM_PATHS, Client, asking, post, wait_for

from deepreview.testing.model_server import (
    ANSWER,
    Asked,
    ModelServer,
    Refused,
    Turn,
    after,
    conversation,
    serving,
)
from deepreview.testing.model_server.recording import KEPT
from deepreview.testing.model_server.script import Wire


def test_a_request_is_recorded_whole(server: ModelServer, client: Client) -> None:
    answer = client.ask(Wire.MESSAGES, "ok", stream=True, label="recorded", prompt="Review this", system="Be brief")
    (seen,) = server.recording.of("ok", "recorded")
    assert (seen.method, seen.path, seen.status, seen.complete) == ("POST", "/v1/messages", 200, True)
    assert seen.headers["x-api-key"] == "test-key"
    assert seen.body["messages"] == [{"role": "user", "content": "Review this"}]
    assert (bytes(seen.sent), seen.sent_bytes) == (answer.body, len(answer.body))
    assert seen.asked
    assert (seen.asked.prompt, seen.asked.system, seen.asked.turn) == ("Review this", "Be brief", 0)
    assert seen.turn == Turn(text=ANSWER)
    assert not seen.disconnected


def test_counting_and_listing_are_recorded_and_reach_no_model(server: ModelServer) -> None:
    base = server.url("ok", "aside")
    assert post(f"{base}/v1/messages/count_tokens", {"messages": []}).json() == {"input_tokens": 1234}
    assert post(f"{base}/v1beta/models/m:countTokens", {"contents": []}).json() == {"totalTokens": 1234}
    assert post(f"{base}/v1/elsewhere", {}).status == 404
    assert not server.recording.of("ok", "aside")
    paths = [seen.path for seen in server.recording.requests if seen.label == "aside"]
    assert paths == ["/v1/messages/count_tokens", "/v1beta/models/m:countTokens", "/v1/elsewhere"]


def test_models_are_listed_in_every_form(server: ModelServer) -> None:
    async def listed() -> list[dict[str, object]]:
        async with aiohttp.ClientSession() as session:
            paths = ("/v1/models", "/v1beta/models")
            return [await (await session.get(server.url("ok") + path)).json() for path in paths]

    plain, google = asyncio.run(listed())
    assert plain["data"]
    assert google["models"] == [{"name": "models/fake-model"}]


def test_a_url_without_a_scenario_gets_the_default_one() -> None:
    with serving(ModelServer(default="401")) as server:
        assert post(f"http://127.0.0.1:{server.port}/v1/messages", asking(Wire.MESSAGES)).status == 401


def test_a_script_is_a_function_of_what_is_asked(server: ModelServer, client: Client) -> None:
    def echo(asked: Asked) -> Turn:
        return Turn(text=f"{asked.wire.value}: {asked.prompt}")

    server.add_script("echo", after(1, conversation(Turn(failure=Refused(status=529))), echo))
    assert client.ask(Wire.CHAT, "echo").status == 529
    said = client.ask(Wire.CHAT, "echo", prompt="hello").json()
    assert said["choices"][0]["message"]["content"] == "openai-chat: hello"


def test_a_script_that_raises_is_told_and_recorded(server: ModelServer, client: Client) -> None:
    def broken(asked: Asked) -> Turn:
        raise KeyError(asked.prompt)

    server.add_script("broken", broken)
    assert client.ask(Wire.CHAT, "broken").status == 500
    (seen,) = server.recording.of("broken")
    assert seen.trouble == "KeyError: 'Review'"


def test_a_raw_review_is_replayed_byte_for_byte(server: ModelServer, client: Client) -> None:
    review = "## 1. A defect\r\n\n```python\nx = '\\u0000'\n```\n" * 500
    server.add_answer("raw", review)
    said = client.ask(Wire.RESPONSES, "raw").json()
    assert said["output"][0]["content"][0]["text"] == review


def test_many_clients_at_once_are_counted() -> None:
    async def run() -> ModelServer:
        async with ModelServer() as server, aiohttp.ClientSession() as session:
            server.add("wait", Turn(text=ANSWER, delay=0.5))

            async def ask(number: int) -> None:
                wire = list(Wire)[number % 4]
                url = server.url("wait", str(number)) + STREAM_PATHS[wire]
                async with session.post(url, json=asking(wire, stream=True)) as response:
                    assert b"reset inside of it" in await response.read()

            await asyncio.gather(*(ask(number) for number in range(24)))
            return server

    recording = asyncio.run(run()).recording
    assert (recording.most_in_flight, recording.in_flight, len(recording.requests)) == (24, 0, 24)


@pytest.mark.parametrize("wire", list(Wire), ids=lambda wire: wire.value)
def test_a_hundred_megabytes_are_streamed_in_flat_memory(wire: Wire) -> None:
    size, piece = (25 if wire is Wire.RESPONSES else 100) << 20, 1 << 16  # Responses repeats the text at its end

    def pieces() -> Iterator[str]:
        for _ in range(size // piece):
            yield "x" * piece

    async def read() -> int:
        async with ModelServer() as server, aiohttp.ClientSession() as session:
            server.add("large", Turn(text=pieces))
            got = 0
            async with session.post(
                server.url("large") + STREAM_PATHS[wire], json=asking(wire, stream=True), read_bufsize=1 << 16
            ) as response:
                async for chunk in response.content.iter_chunked(1 << 16):
                    got += len(chunk)
            (seen,) = server.recording.requests
            assert seen.complete
            assert len(seen.sent) == KEPT
            return got

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert asyncio.run(read()) > 100 << 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40 << 10


def test_a_server_listens_on_a_socket(tmp_path: Path) -> None:
    socket = tmp_path / "model.sock"

    async def ask() -> bytes:
        async with (
            ModelServer(socket=socket) as server,
            aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(socket))) as session,
        ):
            url = "http://model" + server.url("short") + PATHS[Wire.CHAT]
            return await (await session.post(url, json=asking(Wire.CHAT))).read()

    assert b"Looks good to me." in asyncio.run(ask())
    assert not socket.exists()


@pytest.mark.parametrize("scenario", ["hang", "hang-mid", "slow"])
def test_a_server_ends_at_once_while_a_client_waits(scenario: str) -> None:
    before = threading.active_count()
    with serving(ModelServer()) as server:
        url = server.url(scenario) + STREAM_PATHS[Wire.RESPONSES]

        def wait() -> None:
            with contextlib.suppress(OSError, EOFError, http.client.HTTPException):
                post(url, asking(Wire.RESPONSES, stream=True))

        client = threading.Thread(target=wait)
        client.start()
        wait_for(lambda: server.recording.in_flight == 1)
    client.join(5)
    assert not client.is_alive()
    assert threading.active_count() == before
    assert not server.recording.requests[0].disconnected


def test_a_port_that_is_taken_is_raised_in_the_test(server: ModelServer) -> None:
    with pytest.raises(OSError, match="address already in use"), serving(ModelServer(port=server.port)):
        pytest.fail("two servers on one port")


def test_it_is_a_program_too(tmp_path: Path) -> None:
    answer, record = tmp_path / "answer.md", tmp_path / "record.jsonl"
    answer.write_text("From a file.", encoding="utf-8")
    argv = [
        sys.executable,
        "-m",
        "deepreview.testing.model_server",
        "--scenario",
        "filed",
        "--answer",
        f"filed={answer}",
    ]
    with subprocess.Popen([*argv, "--record", str(record)], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        url = program.stdout.readline().strip()
        assert b"From a file." in post(url + PATHS[Wire.MESSAGES], asking(Wire.MESSAGES)).body
        program.send_signal(signal.SIGTERM)
        assert program.wait(10) == 0
    (seen,) = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    assert (seen["scenario"], seen["status"], seen["body"]["model"]) == ("filed", 200, "fake-model")
