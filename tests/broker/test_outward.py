"""Models behind a proxy and an authority of one's own: on loopback, with real certificates."""

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.broker.conftest import Open, brokered

from deepreview.agents.base import Wire
from deepreview.outward import outward
from deepreview.process import run_now
from deepreview.testing.model_server import ANSWER, ModelServer

HOST = "model.acme.example"
"""A name that nobody but the proxy can find."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `ca.pem`, and `server.pem` and `server.key` that it signed."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("authority")
    new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    ca = ["-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Acme", "-addext", "keyUsage=critical,keyCertSign"]
    own = ["-keyout", "server.key", "-out", "server.pem", "-subj", f"/CN={HOST}", "-CA", "ca.pem", "-CAkey", "ca.key"]
    names = ["-addext", f"subjectAltName=DNS:{HOST}", "-addext", "basicConstraints=critical,CA:FALSE"]
    for argv in ([*new, *ca], [*new, *own, *names]):
        done = run_now([openssl, *argv], env={"HOME": str(folder), "PATH": "/usr/bin:/bin"}, cwd=folder)
        assert done.code == 0, done.stderr.decode()
    return folder


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while piece := await source.read(1 << 16):
            sink.write(piece)
            await sink.drain()
    except (ConnectionError, ssl.SSLError):
        pass
    finally:
        sink.close()


async def _join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))


@asynccontextmanager
async def proxied(server: ModelServer, authority: Path, status: int = 200) -> AsyncIterator[tuple[str, list[str]]]:
    """A proxy that finds `HOST`, where a model is spoken to over TLS; its address, and the first lines it was told."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(authority / "server.pem", authority / "server.key")
    told: list[str] = []

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        told.append(head)
        writer.write(f"HTTP/1.1 {status} So\r\n\r\n".encode())
        if status != 200:
            writer.close()
            return
        await _join(reader, writer, front.sockets[0].getsockname()[1])

    front = await asyncio.start_server(lambda r, w: _join(r, w, server.port), "127.0.0.1", 0, ssl=context)
    proxy = await asyncio.start_server(connect, "127.0.0.1", 0)
    async with front, proxy:
        yield f"http://me:hunter2@127.0.0.1:{proxy.sockets[0].getsockname()[1]}", told


async def asked(at: Open, path: str = "ok") -> tuple[int, str]:
    key = at.admit(f"https://{HOST}/{path}", Wire.ANTHROPIC)
    status, body = await at.ask(Wire.ANTHROPIC, key, stream=False)
    return status, body.decode()


def test_a_model_is_reached_through_the_proxy_and_trusted_by_the_own_authority(short: Path, authority: Path) -> None:
    async def live() -> None:
        async with ModelServer() as server, proxied(server, authority) as (proxy, told):
            environ = {"HTTPS_PROXY": proxy, "NODE_EXTRA_CA_CERTS": str(authority / "ca.pem")}
            async with brokered(short, outward=outward(environ)) as at:
                status, body = await asked(at)
                assert (status, ANSWER.split("`")[0] in body) == (200, True), body
            (head,) = told
            assert head.startswith(f"CONNECT {HOST}:443 HTTP/1.1\r\n")
            assert "proxy-authorization: basic bwu6ahvudgvymg==" in head.lower()
            assert "x-api-key" not in head.lower()
            (seen,) = server.recording.of("ok")
            assert "proxy-authorization" not in seen.headers

    asyncio.run(live())


def test_who_is_not_trusted_gets_no_key_and_the_user_is_told(short: Path, authority: Path) -> None:
    async def live() -> None:
        async with ModelServer() as server, proxied(server, authority) as (proxy, _):
            async with brokered(short, outward=outward({"https_proxy": proxy})) as at:
                status, body = await asked(at)
            assert status == 502
            assert "its certificate is signed by nobody who is trusted here; SSL_CERT_FILE may name" in body
            assert server.recording.requests == []

    asyncio.run(live())


@pytest.mark.parametrize(
    ("status", "words"),
    [(407, "the proxy of HTTPS_PROXY answered 407"), (0, "the proxy of HTTPS_PROXY does not answer")],
)
def test_a_proxy_that_does_not_help_is_named_without_its_password(
    short: Path, authority: Path, status: int, words: str
) -> None:
    async def live() -> None:
        async with ModelServer() as server, proxied(server, authority, status) as (proxy, _):
            named = proxy if status else "http://me:hunter2@127.0.0.1:9"
            async with brokered(short, outward=outward({"HTTPS_PROXY": named})) as at:
                code, body = await asked(at)
            assert code == 502
            assert words in body
            assert "hunter2" not in body

    asyncio.run(live())


def test_a_service_of_this_machine_is_reached_without_a_proxy(short: Path) -> None:
    async def live() -> None:
        async with ModelServer() as server, brokered(short, outward=outward({"ALL_PROXY": "http://127.0.0.1:9"})) as at:
            status, _ = await at.ask(Wire.ANTHROPIC, at.admit(server.url("ok")), stream=False)
            assert status == 200

    asyncio.run(live())
