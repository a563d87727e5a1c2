"""What the broker costs for each event that it passes on, against a plain forwarder of the same library.

    python bench/broker_flow.py [--events N] [--pause SECONDS]

The service and the guest are processes of their own; processor time is that of the broker's process alone. With a pause
each event comes by itself, as models send them; without, as fast as it goes, in pieces of many events.
"""

import argparse
import asyncio
import json
import multiprocessing
import resource
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp
from aiohttp import web

from deepreview.agents.base import Wire
from deepreview.broker.base import Credential, Form
from deepreview.broker.broker import Terms, opened
from deepreview.model.budget import Price

BAR_MS = 0.2
DELTA = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "some words of text, "}}
EVENT = f"event: content_block_delta\ndata: {json.dumps(DELTA)}\n\n".encode()
ASKED = {"model": "fake-model", "max_tokens": 10, "stream": True}


@dataclass(frozen=True)
class Load:
    events: int
    pause: float


@dataclass(frozen=True)
class Cost:
    ms: float
    megabytes: float


@asynccontextmanager
async def listening(answer: Callable[[web.BaseRequest], object]) -> AsyncIterator[str]:
    runner = web.ServerRunner(web.Server(answer, access_log=None))  # type: ignore[arg-type]  # any handler
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def serve(load: Load, told: Connection) -> None:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        await request.read()
        out = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await out.prepare(request)
        for _ in range(load.events):
            await out.write(EVENT)
            if load.pause:
                await asyncio.sleep(load.pause)
        return out

    async def live() -> None:
        async with listening(answer) as url:
            told.send(url)
            await asyncio.to_thread(told.recv)

    asyncio.run(live())


def ask(url: str, key: str, told: Connection) -> None:
    async def live() -> int:
        headers = {"x-api-key": key}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{url}/v1/messages", headers=headers, json=ASKED) as answer,
        ):
            return sum([len(piece) async for piece in answer.content.iter_any()])

    told.send(asyncio.run(live()))


Opening = Callable[[str], AbstractAsyncContextManager[tuple[str, str]]]


@asynccontextmanager
async def ours(service: str) -> AsyncIterator[tuple[str, str]]:
    access = Credential(wire=Wire.ANTHROPIC, base_url=service, form=Form.X_API_KEY, key="sk-0123456789")
    prices = (Price(model="fake-model", input=1, output=2),)
    with tempfile.TemporaryDirectory() as folder:
        async with opened(Path(folder), Terms(prices=prices)) as broker:
            yield f"http://127.0.0.1:{broker.port}", broker.admit("bench", [access])


@asynccontextmanager
async def plain(service: str) -> AsyncIterator[tuple[str, str]]:
    async with aiohttp.ClientSession() as session:

        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            async with session.post(f"{service}/v1/messages", data=await request.read()) as answered:
                out = web.StreamResponse(headers={"content-type": "text/event-stream"})
                await out.prepare(request)
                async for piece in answered.content.iter_any():
                    await out.write(piece)
                return out

        async with listening(answer) as url:
            yield url, ""


async def measure(opening: Opening, service: str, load: Load) -> Cost:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    async with opening(service) as (url, key):
        guest = context.Process(target=ask, args=(url, key, there))
        before = resource.getrusage(resource.RUSAGE_SELF)
        guest.start()
        assert await asyncio.to_thread(here.recv) == load.events * len(EVENT)
        after = resource.getrusage(resource.RUSAGE_SELF)
        guest.join()
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(ms=seconds / load.events * 1000, megabytes=(after.ru_maxrss - before.ru_maxrss) / 1024)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=3000)
    parser.add_argument("--pause", type=float, default=0.001)
    given = parser.parse_args()
    load = Load(given.events, given.pause)
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    service = context.Process(target=serve, args=(load, there))
    service.start()
    url = here.recv()
    costs = {opening.__name__: asyncio.run(measure(opening, url, load)) for opening in (plain, ours)}
    here.send(None)
    service.join()
    for name, cost in costs.items():
        print(f"{name:<6} {cost.ms:.4f} ms of processor time for each event, {cost.megabytes:.0f} MB more at the peak")
    print(f"ratio  {costs['ours'].ms / costs['plain'].ms:.2f}, bar {BAR_MS} ms")
    return int(costs["ours"].ms > BAR_MS)


if __name__ == "__main__":
    sys.exit(main())
