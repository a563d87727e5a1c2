import asyncio
import gzip
import io
import json
import stat
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from tests.broker.conftest import (
    KEY,
    PATHS,
    body,
    brokered,
    credential,
    service,
    showing,
    until,
)

import deepreview.broker
from deepreview.agents.base import Door, Wire
from deepreview.broker.base import Credential, Form
from deepreview.broker.broker import Terms, opened
from deepreview.errors import MachineError
from deepreview.model.agent import Usage
from deepreview.testing.model_server import ANSWER, Cut, Failed, ModelServer, Stalled, Turn
from deepreview.testing.model_server import Usage as Told

WIRES = pytest.mark.parametrize("wire", list(Wire), ids=lambda wire: wire.value)
TOLD = Told(input=1000, cached=200, written=0, output=50, reasoning=10)
EXACT = {
    wire: Usage(
        input=800,
        cached=200,
        output=50,
        reasoning=0 if wire is Wire.ANTHROPIC else 10,
        requests=1,
        usd=(800 + 200 * 0.1 + 50 * 10) / 1e6,
        priced="list",
    )
    for wire in Wire
}


@WIRES
@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_a_request_reaches_the_model_with_the_real_key_and_is_metered(short: Path, wire: Wire, stream: bool) -> None:
    async def live() -> None:
        async with ModelServer() as server, brokered(short) as at:
            key = at.admit(server.url("ok"))
            status, answer = await at.ask(wire, key, stream=stream)
            assert status == 200
            (seen,) = server.recording.requests
            assert answer == bytes(seen.sent)  # to the byte
            assert showing(wire, KEY).items() <= seen.headers.items()
            assert key not in str(seen.headers)
            assert seen.headers["accept-encoding"] == "identity"
            assert seen.asked
            assert seen.asked.prompt == "Review"
            (metered,) = at.metered
            assert (metered.reviewer, metered.model, metered.status) == ("claude", "fake-model", 200)
            assert (metered.ending, metered.estimated, metered.wire) == ("complete", (), wire)
            assert metered.usage == EXACT[wire]
            assert at.broker.usage() == at.broker.usage("claude") == EXACT[wire]
            assert at.broker.usage("codex") == Usage()
            assert not at.denials

    asyncio.run(live())


def test_it_is_reached_by_a_socket_that_only_its_user_can_open(short: Path) -> None:
    async def live() -> None:
        async with ModelServer() as server, brokered(short) as at:
            key = at.admit(server.url("ok"))
            socket = at.broker.socket
            assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
            assert stat.S_IMODE(socket.stat().st_mode) == 0o600
            async with (
                aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(socket))) as client,
                client.post("http://x/v1/messages", headers={"x-api-key": key}, json={"model": "m"}) as answer,
            ):
                assert answer.status == 200
            doors = at.broker.doors(key)
            assert set(doors) == set(Wire)
            assert set(doors.values()) == {Door(url=f"http://127.0.0.1:{at.broker.port}", key=key)}
            assert at.broker.doors("other") == {}
        assert not list(short.iterdir())  # noqa: ASYNC240 - the end of a test

    asyncio.run(live())


@WIRES
def test_without_a_placeholder_nothing_is_forwarded(short: Path, wire: Wire) -> None:
    async def live() -> None:
        async with ModelServer() as server, brokered(short) as at:
            key = at.admit(server.url("ok"))
            at.broker.dismiss(key)
            for wrong in ("", KEY, "test-key", key):
                status, answer = await at.ask(wire, wrong)
                assert status == 401
                assert "the placeholder key of a running review is wanted" in error_of(wire, answer)
            assert not server.recording.requests
            assert len(at.denials) == 4
            assert {denial.reviewer for denial in at.denials} == {""}

    asyncio.run(live())


def error_of(wire: Wire, answer: bytes) -> str:
    """The message of an error in the shape of that protocol."""
    told = json.loads(answer)
    error: dict[str, Any] = told["error"]
    match wire:
        case Wire.ANTHROPIC:
            assert told["type"] == "error"
            assert set(error) == {"type", "message"}
        case Wire.RESPONSES | Wire.CHAT:
            assert set(error) == {"type", "message", "param", "code"}
        case Wire.GEMINI:
            assert isinstance(error["code"], int)
            assert error["status"].isupper()
    return str(error["message"])


@pytest.mark.parametrize(
    "path",
    [
        "/v1/files",
        "/v1/messages/batches",
        "/v1/messages/",
        "/v1/messages/../files",
        "/v1/messages/%2e%2e/files",
        "//v1/messages",
        "/v1/responses/resp_1",
        "/v1/chat/completions;x",
        "/v1beta/models/../files:generateContent",
        "/v1beta/models/m:batchGenerateContent",
        "/v1beta/models/m%2fx:generateContent",
        "/v1beta/files",
        "/",
        "/http://evil.example/v1/messages",
    ],
)
def test_what_is_no_known_path_is_refused_and_told(short: Path, path: str) -> None:
    async def live() -> None:
        async with ModelServer() as server, brokered(short) as at:
            key = at.admit(server.url("ok"))
            reader, writer = await asyncio.open_connection("127.0.0.1", at.broker.port)
            head = f"POST {path} HTTP/1.1\r\nHost: x\r\nx-api-key: {key}\r\nContent-Length: 2\r\nConnection: close\r\n"
            writer.write(f"{head}\r\n{{}}".encode())
            answer = await reader.read()
            writer.close()
            assert answer.startswith(b"HTTP/1.1 403 ")
            assert b"is not open to reviewers" in answer
            assert not server.recording.requests
            (denial,) = at.denials
            assert denial.reviewer == "claude"

    asyncio.run(live())


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/messages"), ("HEAD", "/"), ("PUT", "/v1/responses")])
def test_other_methods_are_refused(short: Path, method: str, path: str) -> None:
    async def live() -> None:
        async with ModelServer() as server, brokered(short) as at:
            headers = {"x-api-key": at.admit(server.url("ok"))}
            url = f"http://127.0.0.1:{at.broker.port}{path}"
            async with at.client.request(method, url, headers=headers) as answer:
                assert answer.status == 403

    asyncio.run(live())


def test_a_reviewer_reaches_only_the_services_it_was_given(short: Path) -> None:
    async def live() -> None:
        async with ModelServer() as server, brokered(short) as at:
            key = at.admit(server.url("ok"), Wire.ANTHROPIC)
            status, answer = await at.ask(Wire.CHAT, key)
            assert (status, error_of(Wire.CHAT, answer)) == (
                403,
                "deepreview broker: claude has no key for openai-chat",
            )
            assert set(at.broker.doors(key)) == {Wire.ANTHROPIC}

    asyncio.run(live())


def test_lists_and_counts_are_passed_on_and_cost_nothing(short: Path) -> None:
    async def live() -> None:
        async with ModelServer() as server, brokered(short) as at:
            key = at.admit(server.url("ok"))
            asked = {"model": "m", "messages": []}
            _, counted = await at.post("/v1/messages/count_tokens", {"x-api-key": key}, asked)
            assert json.loads(counted) == {"input_tokens": 1234}
            for headers, seen in (
                ({"x-api-key": key, "anthropic-version": "1"}, "x-api-key"),
                ({"authorization": f"Bearer {key}"}, "authorization"),
                ({"x-goog-api-key": key}, "x-goog-api-key"),
            ):
                url = f"http://127.0.0.1:{at.broker.port}/v1/models?limit=5&key=x&other=y"
                async with at.client.get(url, headers=headers) as answer:
                    assert (await answer.json())["data"][0]["id"] == "fake-model"
                last = server.recording.requests[-1]
                assert KEY in last.headers[seen]
                assert (last.path, last.query) == ("/v1/models", "limit=5")
            assert at.broker.usage() == Usage()
            assert not at.told

    asyncio.run(live())


def test_no_credential_of_a_guest_passes_in_any_form(short: Path) -> None:
    async def live() -> None:
        async with ModelServer() as server, brokered(short) as at:
            key = at.admit(server.url("ok"), Wire.GEMINI)
            url = f"http://127.0.0.1:{at.broker.port}/v1beta/models/fake-model:generateContent"
            sent = {
                "Authorization": "Bearer other",
                "X-Api-Key": "other",
                "Cookie": "session=other",
                "Proxy-Authorization": "Basic other",
                "X-Goog-User-Project": "other",
                "OpenAI-Organization": "other",
                "X-Forwarded-For": "other",
                "X-Odd": f"a {key} b",
                "Connection": "X-Hop",
                "X-Hop": "other",
                "X-Kept": "kept",
            }
            asked = {"contents": [{"role": "user", "parts": [{"text": "Review"}]}]}
            async with at.client.post(f"{url}?key={key}&access_token=other", headers=sent, json=asked) as answer:
                assert answer.status == 200
            (seen,) = server.recording.requests
            assert "other" not in str(seen.headers) + seen.query
            assert key not in str(seen.headers) + seen.query
            assert (seen.headers["x-goog-api-key"], seen.headers["x-kept"], seen.query) == (KEY, "kept", "")

    asyncio.run(live())


def test_the_real_key_never_comes_back(short: Path) -> None:
    """A service that echoes what it was sent, in headers and body, in pieces of every size."""

    async def live() -> None:
        size = 0

        async def echo(request: web.Request) -> web.StreamResponse:
            nonlocal size
            size += 1
            out = web.StreamResponse(status=401, headers={"content-type": "application/json", "x-echo": f"a {KEY}"})
            await out.prepare(request)
            text = f'{{"error": "Incorrect API key: {KEY}{KEY}, and sk-real-012 is the half of one"}}'.encode()
            for at in range(0, len(text), size):
                await out.write(text[at : at + size])
                await asyncio.sleep(0)
            return out

        ledger = short / "ledger"
        async with service(echo) as url, brokered(short, ledger=ledger) as at:
            key = at.admit(url)
            for _ in range(40):
                status, answer = await at.ask(Wire.RESPONSES, key)
                stars = "*" * len(KEY)
                assert status == 401
                assert (
                    json.loads(answer)["error"]
                    == f"Incorrect API key: {stars}{stars}, and sk-real-012 is the half of one"
                )
            async with at.client.post(
                f"http://127.0.0.1:{at.broker.port}/v1/responses", headers=showing(Wire.CHAT, key), json={"model": "m"}
            ) as response:
                assert KEY not in str(response.headers)
                assert "x-echo" in response.headers
            assert KEY not in repr(at.told) + repr(credential(Wire.CHAT, url))
            kept = [file for file in short.rglob("*") if file.is_file()]  # noqa: ASYNC240 - the end of a test
            assert kept
            assert all(KEY.encode() not in file.read_bytes() for file in kept)

    asyncio.run(live())


def test_a_redirect_is_not_followed(short: Path) -> None:
    async def live() -> None:
        reached = []

        async def away(request: web.Request) -> web.StreamResponse:
            reached.append(request.path)
            return web.Response(status=307, headers={"location": f"/v1/elsewhere?{KEY}"})

        async with service(away) as url, brokered(short) as at:
            status, answer = await at.ask(Wire.ANTHROPIC, at.admit(url))
            assert status == 502
            assert "sent us elsewhere" in error_of(Wire.ANTHROPIC, answer)
            assert reached == ["/v1/messages"]
            (metered,) = at.metered
            assert (metered.status, metered.ending, metered.usage) == (307, "failed", Usage(requests=1, priced="list"))

    asyncio.run(live())


def test_a_service_that_compresses_all_the_same_is_metered(short: Path) -> None:
    async def live() -> None:
        usage = {"input_tokens": 70, "output_tokens": 7}
        packed = gzip.compress(json.dumps({"type": "message", "usage": usage, "content": []}).encode())

        async def zipped(_request: web.Request) -> web.StreamResponse:
            headers = {"content-encoding": "gzip", "content-type": "application/json", "set-cookie": "a=b"}
            return web.Response(body=packed, headers=headers)

        async with service(zipped) as url, brokered(short) as at:
            status, answer = await at.ask(Wire.ANTHROPIC, at.admit(url), stream=False)
            assert (status, json.loads(answer)["usage"]) == (200, usage)
            assert (at.metered[0].usage.input, at.metered[0].usage.output) == (70, 7)

    asyncio.run(live())


@WIRES
@pytest.mark.parametrize("scenario", ["400", "401", "429", "500", "529"])
def test_failures_of_the_service_pass_as_they_are_and_cost_nothing(short: Path, wire: Wire, scenario: str) -> None:
    async def live() -> None:
        async with ModelServer() as server, brokered(short) as at:
            status, answer = await at.ask(wire, at.admit(server.url(scenario)))
            assert status == int(scenario)
            assert answer == bytes(server.recording.requests[0].sent)
            (metered,) = at.metered
            assert (metered.status, metered.ending, metered.estimated) == (status, "failed", ())
            assert metered.usage == Usage(requests=1, priced="list")

    asyncio.run(live())


def test_a_service_that_is_not_there_is_told_as_one(short: Path) -> None:
    async def live() -> None:
        async with brokered(short) as at:
            status, answer = await at.ask(Wire.GEMINI, at.admit("http://127.0.0.1:9"))
            assert status == 502
            assert "the model's service cannot be reached" in error_of(Wire.GEMINI, answer)
            (metered,) = at.metered
            assert (metered.status, metered.ending, metered.usage.requests) == (0, "failed", 1)
            assert metered.usage.sent == 0

    asyncio.run(live())


@WIRES
def test_an_answer_that_is_cut_is_metered_as_far_as_it_came(short: Path, wire: Wire) -> None:
    async def live() -> None:
        async with ModelServer() as server, brokered(short) as at:
            server.add("part", Turn(text="word " * 400, piece=100, usage=TOLD, failure=Cut(after=12)))
            with pytest.raises(aiohttp.ClientError):
                await at.ask(wire, at.admit(server.url("part")))
            await until(lambda: bool(at.metered))
            (metered,) = at.metered
            assert (metered.status, metered.ending) == (200, "cut")
            exact = wire is Wire.ANTHROPIC  # tells its input first
            assert metered.estimated == (("output",) if exact else ("input", "output"))
            assert (metered.usage.sent == 1000) == exact
            assert 150 <= metered.usage.output <= 400  # 600 to 1,200 characters came
            assert metered.usage.usd > 0

    asyncio.run(live())


@WIRES
def test_when_the_guest_leaves_the_service_is_left_too(short: Path, wire: Wire) -> None:
    async def live() -> None:
        async with ModelServer() as server, brokered(short) as at:
            server.add("stall", Turn(text="word " * 400, piece=100, failure=Stalled(after=8)))
            key = at.admit(server.url("stall"))
            url = f"http://127.0.0.1:{at.broker.port}{PATHS[wire]}"
            async with at.client.post(url, headers=showing(wire, key), json=body(wire)) as answer:
                await answer.content.readany()
            await until(lambda: bool(at.metered))
            await until(lambda: server.recording.in_flight == 0)
            assert server.recording.requests[0].disconnected
            (metered,) = at.metered
            assert (metered.status, metered.ending) == (200, "left")
            assert "output" in metered.estimated
            assert metered.usage.sent > 0

    asyncio.run(live())


def test_a_guest_that_leaves_before_the_answer_begins_is_metered(short: Path) -> None:
    async def live() -> None:
        async with ModelServer() as server, brokered(short) as at:
            asking = asyncio.create_task(at.ask(Wire.CHAT, at.admit(server.url("hang"))))
            await until(lambda: server.recording.in_flight == 1)
            asking.cancel()
            await until(lambda: bool(at.metered))
            (metered,) = at.metered
            assert (metered.status, metered.ending, metered.estimated) == (0, "left", ("input", "output"))
            assert 0 < metered.usage.sent < 100
            assert metered.usage.output == 0
            await until(lambda: server.recording.in_flight == 0)

    asyncio.run(live())


def test_requests_under_way_are_metered_when_the_broker_closes(short: Path) -> None:
    async def live() -> None:
        async with ModelServer() as server:
            async with brokered(short) as at:
                asking = asyncio.create_task(at.ask(Wire.ANTHROPIC, at.admit(server.url("hang-mid"))))
                await until(lambda: server.recording.in_flight == 1 and server.recording.requests[0].sent_bytes > 0)
                await asyncio.sleep(0.05)
            assert [one.ending for one in at.metered] == ["left"]
            asking.cancel()

    asyncio.run(live())


@WIRES
def test_an_error_event_in_the_stream_passes_on(short: Path, wire: Wire) -> None:
    async def live() -> None:
        async with ModelServer() as server, brokered(short) as at:
            server.add("bad", Turn(text=ANSWER, failure=Failed()))
            status, answer = await at.ask(wire, at.admit(server.url("bad")))
            assert status == 200
            assert answer == bytes(server.recording.requests[0].sent)
            assert at.metered[0].ending == "complete"

    asyncio.run(live())


def test_usage_is_asked_for_where_a_stream_tells_it_only_then(short: Path) -> None:
    async def live() -> None:
        async with ModelServer() as server, brokered(short) as at:
            key = at.admit(server.url("ok"))
            await at.ask(Wire.CHAT, key)
            await at.ask(Wire.CHAT, key, stream_options={"include_usage": False, "kept": 1})
            await at.ask(Wire.CHAT, key, stream=False)
            asked = [seen.body.get("stream_options") for seen in server.recording.requests]
            assert asked == [{"include_usage": True}, {"include_usage": True, "kept": 1}, None]

    asyncio.run(live())


def test_what_reaches_further_than_the_model_is_taken_out_and_told_once(short: Path) -> None:
    async def live() -> None:
        async with ModelServer() as server, brokered(short) as at:
            key = at.admit(server.url("ok"))
            tools = [{"type": "web_search_20250305", "name": "web_search"}, {"name": "read", "input_schema": {}}]
            for _ in range(2):
                await at.ask(Wire.ANTHROPIC, key, tools=tools, mcp_servers=[{"url": "https://evil.example"}])
            assert [tool["name"] for tool in server.recording.requests[0].body["tools"]] == ["read"]
            assert "mcp_servers" not in server.recording.requests[0].body
            (denial,) = at.denials
            assert "mcp_servers, web_search_20250305" in denial.reason

    asyncio.run(live())


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"x",
        b"[]",
        b"{}",
        b'{"model": 1}',
        b"[" * 100_000,
        b'{"model": "\xff"}',
        b'{"model": "m", "n": {"a": 1, "a": 2}}',
        b'{"model": "' + b"m" * 201 + b'"}',
    ],
)
def test_what_cannot_be_read_is_refused(short: Path, sent: bytes) -> None:
    async def live() -> None:
        async with ModelServer() as server, brokered(short) as at:
            url = f"http://127.0.0.1:{at.broker.port}/v1/messages"
            headers = {"x-api-key": at.admit(server.url("ok"))}
            async with at.client.post(url, headers=headers, data=sent) as answer:
                assert answer.status == 400
                assert "the request cannot be read" in error_of(Wire.ANTHROPIC, await answer.read())
            assert not server.recording.requests

    asyncio.run(live())


def test_a_request_that_is_too_large_is_refused(short: Path) -> None:
    async def live() -> None:
        async with ModelServer() as server, brokered(short) as at:
            url = f"http://127.0.0.1:{at.broker.port}/v1/messages"
            headers = {"x-api-key": at.admit(server.url("ok"))}
            async with at.client.post(url, headers=headers, data=io.BytesIO(b" " * ((32 << 20) + 1))) as answer:
                assert answer.status == 413
            assert not server.recording.requests

    asyncio.run(live())


def test_a_server_without_a_key_gets_none(short: Path) -> None:
    async def live() -> None:
        async with ModelServer() as server, brokered(short) as at:
            local = Credential(wire=Wire.CHAT, base_url=server.url("ok") + "/v1", form=Form.NONE, key="")
            status, _ = await at.ask(Wire.CHAT, at.broker.admit("local", [local]))
            assert status == 200
            assert "authorization" not in server.recording.requests[0].headers

    asyncio.run(live())


def test_a_socket_that_cannot_be_is_told(short: Path) -> None:
    async def live(folder: Path, message: str) -> None:
        with pytest.raises(MachineError, match=message):
            async with opened(folder, Terms()):
                pass

    (short / "file").touch()
    (short / ("x" * 100)).mkdir()
    asyncio.run(live(short / ("x" * 100), "is too long for a socket"))
    asyncio.run(live(short / "file", "the broker cannot be opened in .*: Not a directory"))


@pytest.mark.parametrize("absent", ["aiohttp", "genai_prices"])
def test_without_the_extra_it_is_told_what_to_install(
    short: Path, monkeypatch: pytest.MonkeyPatch, absent: str
) -> None:
    async def live() -> None:
        with pytest.raises(MachineError, match=f"models cannot be reached, {absent} is missing") as caught:
            async with opened(short, Terms()):
                pass
        assert caught.value.hint == "pip install '.[agents]' in the folder of Deep Review's source"

    monkeypatch.delitem(sys.modules, "deepreview.broker.serving", raising=False)
    monkeypatch.delattr(deepreview.broker, "serving", raising=False)
    monkeypatch.setitem(sys.modules, absent, None)
    asyncio.run(live())
