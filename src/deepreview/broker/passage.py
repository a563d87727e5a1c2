"""One answer on its way from a service to a guest: passed on as it comes, and metered meanwhile."""

from contextlib import AbstractAsyncContextManager

import aiohttp
from aiohttp import web

from deepreview.broker.account import REDIRECT, Ending
from deepreview.broker.headers import for_guest
from deepreview.broker.meter import Meter
from deepreview.broker.readings import Reading
from deepreview.broker.refusals import Refusal, unreachable
from deepreview.broker.scrub import Scrubber

_ERROR = 400
Asked = AbstractAsyncContextManager[aiohttp.ClientResponse]


class _LeftError(Exception):
    """The guest went away."""


def _why(error: Exception) -> str:
    """Never the error's own words: a proxy's address may hold a password."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return "its certificate is signed by nobody who is trusted here; SSL_CERT_FILE may name your own authority"
        case aiohttp.ClientHttpProxyError():
            return f"the proxy of HTTPS_PROXY answered {error.status}"
        case aiohttp.ClientProxyConnectionError():
            return "the proxy of HTTPS_PROXY does not answer"
        case _:
            return type(error).__name__


class Passage:
    """One answer. After `run`, or while it fails, `status` and `ending` say how it went."""

    def __init__(self, request: web.BaseRequest, meter: Meter, scrubber: Scrubber, *, streams: bool) -> None:
        self._request = request
        self._streams = streams
        self._meter = meter
        self._scrubber = scrubber
        self._out: web.StreamResponse | None = None
        self.status = 0
        self.ending: Ending = "left"

    def read(self) -> Reading:
        """What is known of its tokens; call it once, at the end."""
        return self._meter.end()

    async def run(self, asked: Asked) -> web.StreamResponse | Refusal:
        """Pass the answer on; a refusal where there is none that can be passed on.

        When the guest goes away this is cancelled or ends, and the request to the service with it.
        """
        try:
            async with asked as answer:
                self.status = answer.status
                if REDIRECT <= answer.status < _ERROR:
                    self.ending = "failed"
                    return unreachable(f"{answer.url.host} sent us elsewhere, which is not followed")
                out = await self._stream(answer)
        except _LeftError:
            assert self._out is not None
            return self._out
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return self._broken(error)
        self.ending = "complete" if self.status < REDIRECT else "failed"
        return out

    async def _stream(self, answer: aiohttp.ClientResponse) -> web.StreamResponse:
        out = web.StreamResponse(status=answer.status, headers=for_guest(answer.headers, self._scrubber))
        if answer.content_length is not None and "content-encoding" not in answer.headers:
            out.content_length = answer.content_length
        self._meter.begin(answer.headers.get("content-type", "").lower(), streams=self._streams)
        await out.prepare(self._request)
        self._out = out
        async for piece in answer.content.iter_any():
            self._meter.feed(piece)
            if passed := self._scrubber.pass_on(piece):
                await self._write(passed)
        if rest := self._scrubber.rest():
            await self._write(rest)
        return out

    async def _write(self, piece: bytes) -> None:
        assert self._out is not None
        try:
            await self._out.write(piece)  # waits while the guest is slower than the service
        except (ConnectionError, aiohttp.ClientError) as error:
            raise _LeftError from error

    def _broken(self, error: Exception) -> web.StreamResponse | Refusal:
        """The service's side failed: as an answer of ours while none has begun, else by cutting the guest off too."""
        if self._out is None:
            self.ending = "failed" if isinstance(error, aiohttp.ClientConnectorError) else "cut"
            return unreachable(f"the model's service cannot be reached: {_why(error)}")
        self.ending = "cut"
        if self._request.transport is not None:
            self._request.transport.close()
        return self._out
