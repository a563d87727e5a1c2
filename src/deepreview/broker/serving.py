"""Serves the proxy on a Unix socket and on a loopback port."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web

from deepreview.broker.account import Books
from deepreview.broker.base import Pass
from deepreview.broker.proxy import Proxy
from deepreview.outward import Outward

_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=900)
"""Services think for minutes before they answer; who waits has a clock of its own."""
_BUFFER = 64 << 10


@asynccontextmanager
async def served(socket: Path, passes: Mapping[str, Pass], books: Books, outward: Outward) -> AsyncIterator[int]:
    """Serve until this is left; gives the port. Raises OSError."""
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ssl=outward.trust() or True),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=_TIMEOUT,
        read_bufsize=_BUFFER,
    )
    async with session:
        server = web.Server(Proxy(passes, books, session, outward).answer, handler_cancellation=True, access_log=None)
        runner = web.ServerRunner(server, shutdown_timeout=0.1)
        try:
            await runner.setup()
            await web.UnixSite(runner, str(socket)).start()
            socket.chmod(0o600)  # noqa: ASYNC240 - once, and a local file
            port = web.TCPSite(runner, "127.0.0.1", 0)
            await port.start()
            yield next(address[1] for address in runner.addresses if isinstance(address, tuple))
        finally:
            await runner.cleanup()
            socket.unlink(missing_ok=True)  # noqa: ASYNC240 - as above
