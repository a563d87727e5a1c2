"""The program on a terminal of its own: a real process on a pseudo-terminal, its screen read, keys sent."""

import asyncio
import fcntl
import os
import pty
import struct
import sys
import termios
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from deepreview.testing.shell import Shell

INTERRUPT = "\x03"
_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)
"""So that Ctrl-C reaches the process as it does from a keyboard."""
_PATIENCE = 30.0


class OnTerminal:
    """One process; ended, if it still runs, when the block is left."""

    def __init__(self, shell: Shell, *args: str, columns: int = 80) -> None:
        self._argv: Sequence[str] = shell.argv(*args)
        self._shell, self._columns = shell, columns
        self.screen = ""
        self._read = 0

    async def __aenter__(self) -> Self:
        self._near, far = pty.openpty()
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 24, self._columns, 0, 0))
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _TAKE_TERMINAL, *self._argv),
            cwd=self._shell.box.path,
            env=dict(self._shell.environ(TERM="xterm-256color")),
            stdin=far,
            stdout=far,
            stderr=far,
            start_new_session=True,
        )
        os.close(far)
        os.set_blocking(self._near, False)
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        os.close(self._near)

    async def until(self, text: str) -> str:
        """Wait for a text behind what was waited for before, and give what is on the screen up to it."""
        deadline = time.monotonic() + _PATIENCE
        while (at := self.screen.find(text, self._read)) < 0:
            assert time.monotonic() < deadline, self.screen
            if not self._take():
                assert self._process.returncode is None, self.screen
                await asyncio.sleep(0.02)
        told, self._read = self.screen[self._read : at], at + len(text)
        return told

    def _take(self) -> bool:
        try:
            piece = os.read(self._near, 65536)
        except OSError:  # nothing there yet, or the other end is closed
            return False
        self.screen += piece.decode("utf-8", "replace")
        return bool(piece)

    def type(self, *lines: str) -> None:
        """Lines, each with its Enter; `INTERRUPT` is a key."""
        for line in lines:
            os.write(self._near, line.encode() if line == INTERRUPT else f"{line}\r".encode())

    async def end(self) -> int:
        """The exit code, once it ended by itself."""
        deadline = time.monotonic() + _PATIENCE
        while self._process.returncode is None:
            assert time.monotonic() < deadline, self.screen
            self._take()
            await asyncio.sleep(0.02)
        while self._take():
            pass
        return self._process.returncode
