"""The one door to other programs: an argument list, a folder, an environment, a time limit; never a shell."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess  # noqa: TID251 - this is the door
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ALLOWED = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""The variables of the caller that a program may see; everything else is left behind."""

LONGEST_LINE = 32_000_000
"""Bytes of one line of a program's output that are kept."""
TAIL = 8_000
"""Characters of a program's standard error that are kept."""
_CHUNK = 1 << 16
_GRACE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a program ended and what it printed."""

    code: int
    stdout: bytes
    stderr: bytes
    seconds: float


def allowed(environ: Mapping[str, str], home: Path) -> dict[str, str]:
    """An environment made from an allow-list, with a home of its own."""
    return {name: environ[name] for name in ALLOWED if name in environ} | {"HOME": str(home), "NO_COLOR": "1"}


def run_now(
    argv: Sequence[str | bytes], *, env: Mapping[str, str], cwd: Path, stdin: bytes = b"", timeout: float = 600
) -> Ended:
    """Run a program to its end; raises OSError when it cannot start, TimeoutError when it takes too long."""
    started = time.monotonic()
    try:
        done = subprocess.run(
            argv, input=stdin, capture_output=True, cwd=cwd, env=dict(env), timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"{argv[0]!r} took over {timeout:g} s") from error
    return Ended(code=done.returncode, stdout=done.stdout, stderr=done.stderr, seconds=time.monotonic() - started)


def open_pipe(argv: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> "subprocess.Popen[bytes]":
    """A program that is talked to over its standard input and output, for instance `git cat-file --batch`."""
    return subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=cwd, env=dict(env)
    )


async def run(argv: Sequence[str], *, env: Mapping[str, str], cwd: Path, stdin: bytes = b"") -> Ended:
    """Run a program to its end in a process group of its own, which is killed when the caller is cancelled."""
    started = time.monotonic()
    process = await _start(argv, env, cwd)
    try:
        stdout, stderr = await process.communicate(stdin)
    except BaseException:
        await _kill(process)
        raise
    assert process.returncode is not None
    return Ended(code=process.returncode, stdout=stdout, stderr=stderr, seconds=time.monotonic() - started)


class Stream:
    """A program at work, whose output is read as it comes and is never held whole."""

    def __init__(self, process: asyncio.subprocess.Process, stdout: asyncio.StreamReader, stdin: bytes | None) -> None:
        assert process.stdin is not None
        assert process.stderr is not None
        self._process = process
        self._stdin, self._stdout, self._stderr = process.stdin, stdout, process.stderr
        self._said = bytearray()
        self._listening = asyncio.ensure_future(self._listen())
        self._feeding = None if stdin is None else asyncio.ensure_future(self._feed(stdin))

    async def lines(self) -> AsyncIterator[bytes]:
        """Its standard output, line by line without the newline; what a line has over 32 MB is left out."""
        line = bytearray()
        while chunk := await self._stdout.read(_CHUNK):
            *ended, rest = chunk.split(b"\n")
            for part in ended:
                line += part[: LONGEST_LINE - len(line)]
                yield bytes(line)
                line.clear()
            line += rest[: LONGEST_LINE - len(line)]
        if line:
            yield bytes(line)

    async def send(self, data: bytes) -> None:
        """Write to its standard input; raises ConnectionError when it reads no more."""
        self._stdin.write(data)
        await self._stdin.drain()

    async def end(self) -> int:
        """Its exit code, once it has ended; output that nobody reads is thrown away."""
        while await self._stdout.read(_CHUNK):
            pass
        await asyncio.wait([self._listening])  # whoever kills it meanwhile cancels that, and not who waits here
        return await self._process.wait()

    @property
    def pid(self) -> int:
        """Its number; it leads a process group of that number."""
        return self._process.pid

    @property
    def stderr(self) -> str:
        """The last 8,000 characters of its standard error so far."""
        return self._said.decode("utf-8", "replace")[-TAIL:]

    async def kill(self) -> None:
        """End it and its process group now, if that is still needed."""
        for task in (self._listening, self._feeding):
            if task is not None:
                task.cancel()
        self._stdin.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(TimeoutError):  # what is left in its pipe holds up the news of its end
            async with asyncio.timeout(_GRACE):
                with contextlib.suppress(RuntimeError):  # somebody else is reading
                    while await self._stdout.read(_CHUNK):
                        pass
                await self._process.wait()

    async def _listen(self) -> None:
        while chunk := await self._stderr.read(_CHUNK):
            self._said += chunk
            del self._said[: -4 * TAIL]

    async def _feed(self, data: bytes) -> None:
        with contextlib.suppress(ConnectionError):  # it need not read what it is given
            await self.send(data)
        self._stdin.close()


@asynccontextmanager
async def start(
    argv: Sequence[str], *, env: Mapping[str, str], cwd: Path, stdin: bytes | None = None, keep: Sequence[int] = ()
) -> AsyncIterator[Stream]:
    """Start a program in a process group of its own, which is killed on leaving; raises OSError when it cannot start.

    Without `stdin` its standard input stays open for `send`. It inherits the file descriptors to `keep`. Its output is
    a socket and no pipe: what it starts cannot open that anew, by `/proc`, and speak in its name.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        stdout, writer = await asyncio.open_connection(sock=ours)
        try:
            stream = Stream(await _start(argv, env, cwd, keep, stdout=theirs.fileno()), stdout, stdin)
            theirs.close()
            try:
                yield stream
            finally:
                await stream.kill()
        finally:
            writer.close()


async def _start(
    argv: Sequence[str],
    env: Mapping[str, str],
    cwd: Path,
    keep: Sequence[int] = (),
    stdout: int = asyncio.subprocess.PIPE,
) -> asyncio.subprocess.Process:
    """Start a program; one that is still starting when the caller is cancelled is killed with its group."""
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.PIPE,
            stdout=stdout,
            stderr=asyncio.subprocess.PIPE,
            cwd=cwd,
            env=dict(env),
            start_new_session=True,
            pass_fds=keep,
        )
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        with contextlib.suppress(OSError):  # it did not start: nothing is left to end
            await _kill(await starting)
        raise


async def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
