"""Large answers and slow guests: nothing is gathered on the way."""

import asyncio
import json
import resource
from pathlib import Path

from aiohttp import web
from tests.broker.conftest import PATHS, body, brokered, service, showing, until

from deepreview.agents.base import Wire

PIECE = b"some words of an answer, " * 2621  # about 64 KB
PIECES = 1600


def peak() -> int:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def test_a_hundred_megabytes_pass_in_flat_memory_and_are_metered(short: Path) -> None:
    """As one string of one event, the worst there is: no event ends before all of it has come."""
    head = b'data: {"type": "response.completed", "response": {"output": [{"text": "'
    usage = {"input_tokens": 12, "output_tokens": 34}
    tail = f'"}}], "usage": {json.dumps(usage)}}}}}\n\n'.encode()

    async def large(request: web.Request) -> web.StreamResponse:
        out = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await out.prepare(request)
        await out.write(head)
        for _ in range(PIECES):
            await out.write(PIECE)
        await out.write(tail)
        return out

    async def live() -> None:
        async with service(large) as url, brokered(short) as at:
            key = at.admit(url)
            await at.ask(Wire.RESPONSES, "nobody")  # so that all that is loaded once is loaded
            before, received = peak(), 0
            address = f"http://127.0.0.1:{at.broker.port}{PATHS[Wire.RESPONSES]}"
            asked = at.client.post(address, headers=showing(Wire.RESPONSES, key), json=body(Wire.RESPONSES))
            async with asked as answer:
                async for piece in answer.content.iter_any():
                    received += len(piece)
            assert received == len(head) + PIECES * len(PIECE) + len(tail) > 100_000_000
            assert peak() - before < 20
            await until(lambda: bool(at.metered))
            assert (at.metered[0].usage.input, at.metered[0].usage.output) == (12, 34)

    asyncio.run(live())


def test_a_slow_guest_slows_the_service(short: Path) -> None:
    async def live() -> None:
        sent = 0

        async def eager(request: web.Request) -> web.StreamResponse:
            nonlocal sent
            out = web.StreamResponse(headers={"content-type": "text/event-stream"})
            await out.prepare(request)
            for _ in range(PIECES):
                await out.write(PIECE)
                sent += len(PIECE)
            return out

        async with service(eager) as url, brokered(short) as at:
            key = at.admit(url)
            reader, writer = await asyncio.open_unix_connection(str(at.broker.socket), limit=1 << 16)
            asked = json.dumps(body(Wire.ANTHROPIC)).encode()
            head = f"POST /v1/messages HTTP/1.1\r\nHost: x\r\nx-api-key: {key}\r\nContent-Length: {len(asked)}\r\n\r\n"
            writer.write(head.encode() + asked)
            await reader.readline()
            before = -1
            async with asyncio.timeout(20):
                while before != sent:
                    before = sent
                    await asyncio.sleep(0.3)
            assert 0 < sent < 20_000_000
            writer.close()
            await until(lambda: bool(at.metered))
            assert at.metered[0].ending == "left"

    asyncio.run(live())
