"""Sends a turn, or fails to in the way the turn says."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import assert_never

from aiohttp import web

from deepreview.testing.model_server.recording import Recorded
from deepreview.testing.model_server.script import Cut, Failed, Failure, Garbled, Html, Refused, Silent, Stalled
from deepreview.testing.model_server.wires.base import Event, Saying, Speech

_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><h1>Sign in to the network</h1></body></html>"
_NONSENSE = b'data: {"type": "content_block_delta", "delta": {"text": \n\ndata: <<<\n\n'
_STREAM = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
_NO_HEADERS: Mapping[str, str] = {}


def _whole(failure: Failure | None) -> Failure | None:
    """How an answer that is no stream fails: a client asks for one once a stream has failed."""
    return Refused(status=500) if isinstance(failure, Failed) else failure


class Sender:
    """The answer to one request; all bytes go through here and are recorded."""

    def __init__(self, request: web.Request, record: Recorded, stopping: asyncio.Event) -> None:
        self._request = request
        self._record = record
        self._stopping = stopping

    async def send(self, speech: Speech, saying: Saying) -> web.StreamResponse:
        """Send the turn."""
        await self._wait(saying.turn.delay)
        failure = saying.turn.failure if saying.asked.stream else _whole(saying.turn.failure)
        match failure:
            case None:
                response = await self._well(speech, saying)
            case Refused() as refused:
                body, headers = speech.refused(refused)
                chunks = iter((json.dumps(body).encode(),))
                response = await self.whole(chunks, status=refused.status, headers={**headers, **refused.headers})
            case Html():
                response = await self.whole(iter((_PAGE,)), headers={"content-type": "text/html; charset=utf-8"})
            case Garbled() if not saying.asked.stream:
                response = await self.whole(chain(islice(speech.whole(saying), 1), (b"<<<",)))
            case Garbled(after=after):
                events = chain(islice(speech.events(saying), after), iter([iter((_NONSENSE,))]))
                response = await self._stream(events, saying)
            case Failed(after=after):
                events = chain(islice(speech.events(saying), after), iter([speech.failed(saying)]))
                response = await self._stream(events, saying)
            case Silent():
                response = await self._stall(web.StreamResponse())
            case Stalled(after=after):
                response = await self._stall(await self._part(speech, saying, after))
            case Cut(after=after):
                response = self._abort(await self._part(speech, saying, after))
            case _:
                assert_never(failure)
        return response

    async def whole(
        self, chunks: Iterator[bytes], *, status: int = 200, headers: Mapping[str, str] = _NO_HEADERS
    ) -> web.StreamResponse:
        """Send an answer that is no stream of events."""
        response = await self._open(status, {"content-type": "application/json", **headers})
        for chunk in chunks:
            await self._write(response, chunk)
        return await self._end(response)

    async def _well(self, speech: Speech, saying: Saying) -> web.StreamResponse:
        if saying.asked.stream:
            return await self._stream(speech.events(saying), saying)
        return await self.whole(speech.whole(saying))

    async def _stream(self, events: Iterator[Event], saying: Saying) -> web.StreamResponse:
        response = await self._open(200, _STREAM)
        await self._events(response, events, saying.turn.pace)
        return await self._end(response)

    async def _part(self, speech: Speech, saying: Saying, after: int) -> web.StreamResponse:
        """The first events, or the first bytes of an answer that is no stream."""
        response = await self._open(200, _STREAM if saying.asked.stream else {"content-type": "application/json"})
        if saying.asked.stream:
            await self._events(response, islice(speech.events(saying), after), saying.turn.pace)
        else:
            await self._write(response, next(speech.whole(saying))[:20])
        return response

    async def _stall(self, response: web.StreamResponse) -> web.StreamResponse:
        await self._stopping.wait()
        return self._abort(response)

    async def _open(self, status: int, headers: dict[str, str]) -> web.StreamResponse:
        response = web.StreamResponse(status=status, headers=headers)
        self._record.status = status
        await response.prepare(self._request)
        return response

    async def _events(self, response: web.StreamResponse, events: Iterator[Event], pace: float) -> None:
        for number, event in enumerate(events):
            if number:
                await self._wait(pace)
            for chunk in event:
                await self._write(response, chunk)

    async def _write(self, response: web.StreamResponse, chunk: bytes) -> None:
        self._record.add(chunk)  # before it goes out: a client that has the answer finds it recorded
        await response.write(chunk)

    async def _end(self, response: web.StreamResponse) -> web.StreamResponse:
        self._record.complete = True
        try:
            await response.write_eof()
        except BaseException:
            self._record.complete = False
            raise
        return response

    def _abort(self, response: web.StreamResponse) -> web.StreamResponse:
        """Close the connection with the answer unfinished."""
        if self._request.transport is not None:
            self._request.transport.close()
        return response

    async def _wait(self, seconds: float) -> None:
        """Wait so long, or until the server stops."""
        if seconds:
            try:
                await asyncio.wait_for(self._stopping.wait(), seconds)
            except TimeoutError:
                return
