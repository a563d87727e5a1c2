"""The one door to other programs: an argument list, a folder, an environment, a time limit; never a shell."""

import asyncio
import contextlib
import os
import signal
import subprocess  # noqa: TID251 - this is the door
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ALLOWED = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""The variables of the caller that a program may see; everything else is left behind."""


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


async def _start(argv: Sequence[str], env: Mapping[str, str], cwd: Path) -> asyncio.subprocess.Process:
    """Start a program; one that is still starting when the caller is cancelled is killed with its group."""
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=cwd,
            env=dict(env),
            start_new_session=True,
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
