"""The proxy itself: lets known requests of known guests through, each with the real key, and keeps their accounts."""

from collections.abc import Mapping
from io import BytesIO

import aiohttp
from aiohttp import web
from yarl import URL

from deepreview.broker import asking, refusals
from deepreview.broker.account import Books
from deepreview.broker.asking import Asking
from deepreview.broker.base import Credential, Denial, Pass
from deepreview.broker.headers import for_service, placeholders
from deepreview.broker.meter import Meter
from deepreview.broker.passage import Asked, Passage
from deepreview.broker.refusals import Refusal
from deepreview.broker.routes import Kind, Route, guess, route
from deepreview.broker.scrub import Scrubber
from deepreview.broker.till import SpentError
from deepreview.outward import Outward

_LARGEST = 32 << 20
"""Bytes of a request: it is read whole, since its price depends on fields that may come last."""
_SHOWN = 200
"""Characters of a path that are told."""
_OWN_HEADERS = ("Accept", "Content-Type", "User-Agent")
"""The guest's or none: aiohttp would add its own."""


class RefusedError(Exception):
    """A request that is not forwarded."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class Proxy:
    """Answers requests. It follows no redirect, keeps no cookie, and goes the way out that it is given."""

    def __init__(
        self, passes: Mapping[str, Pass], books: Books, session: aiohttp.ClientSession, outward: Outward
    ) -> None:
        self._passes = passes
        self._books = books
        self._session = session
        self._outward = outward

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        wire = guess(request.rel_url.raw_path)
        reviewer = ""
        try:
            found = self._pass(request)
            reviewer = found.reviewer
            known = _known(request, found)
            wire = known.wire
            answered = await self._forward(request, known, found)
        except RefusedError as error:
            self._books.observe(Denial(reviewer=reviewer, asked=_called(request), reason=str(error)))
            answered = error.refusal
        if isinstance(answered, Refusal):
            body = answered.body(wire)
            return web.Response(body=body, status=answered.status, content_type="application/json")
        return answered

    def _pass(self, request: web.BaseRequest) -> Pass:
        for placeholder in placeholders(request.headers, request.query):
            if found := self._passes.get(placeholder):
                return found
        raise RefusedError(refusals.STRANGER)

    async def _forward(self, request: web.BaseRequest, known: Route, found: Pass) -> web.StreamResponse | Refusal:
        credential = found.reached[known.wire]
        raw = await _body(request)
        if known.kind is Kind.ASIDE:
            passage = Passage(request, Meter(known.wire), Scrubber(credential.key), streams=False)
            return await passage.run(self._sent(request, known, credential, raw))
        asked = self._read(request, known, found, raw)
        passage = Passage(request, Meter(known.wire), Scrubber(credential.key), streams=asked.streams)
        try:
            account = await self._books.open(found.reviewer, credential, asked)
        except SpentError as error:
            raise RefusedError(refusals.spent(str(error), known.wire)) from error
        try:
            return await passage.run(self._sent(request, known, credential, asked.body))
        finally:
            self._books.close(account, passage.read(), passage.status, passage.ending)

    def _read(self, request: web.BaseRequest, known: Route, found: Pass, raw: bytes) -> Asking:
        try:
            asked = asking.read(known, raw)
        except ValueError as error:
            raise RefusedError(refusals.unclear(f"the request cannot be read: {error}")) from error
        if asked.removed:
            reason = f"taken out of the request, since it reaches further than the model: {', '.join(asked.removed)}"
            self._books.take_out(Denial(reviewer=found.reviewer, asked=_called(request), reason=reason))
        return asked

    def _sent(self, request: web.BaseRequest, known: Route, credential: Credential, body: bytes) -> Asked:
        url = known.url(credential, request.query_string)
        return self._session.request(
            request.method,
            URL(url, encoded=True),
            proxy=self._outward.proxy(url),
            headers=for_service(request.headers, credential, set(placeholders(request.headers, request.query))),
            skip_auto_headers=_OWN_HEADERS,
            data=BytesIO(body) if body else None,
            allow_redirects=False,
        )


def _called(request: web.BaseRequest) -> str:
    return f"{request.method} {request.rel_url.raw_path[:_SHOWN]}"


def _known(request: web.BaseRequest, found: Pass) -> Route:
    known = route(request.method, request.rel_url.raw_path, request.headers.get, found.reached)
    if known is None or "upgrade" in request.headers:
        raise RefusedError(refusals.denied(f"{_called(request)} is not open to reviewers"))
    if known.wire not in found.reached:
        raise RefusedError(refusals.denied(f"{found.reviewer} has no key for {known.wire.value}"))
    return known


async def _body(request: web.BaseRequest) -> bytes:
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > _LARGEST:
            raise RefusedError(refusals.TOO_LARGE)
    return bytes(body)
