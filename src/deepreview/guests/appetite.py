"""What a guest and all that it started use of this machine, counted from outside, where nothing of it can reach.

No rights are needed, and no control groups: once a second its processes are found below the first one in `/proc`, and
their resident memory is added up. Pages that several share are told apart only when that sum is above the limit
(`Pss`, which costs the kernel a walk). Files are counted more seldom the longer counting takes.
"""

import asyncio
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_EVERY = 1.0
_FILES_EVERY = 5.0
_REST = 20
"""Counting files may take one part in so many of the time."""
_PAGE = os.sysconf("SC_PAGE_SIZE")
_BLOCK = 512
_GB = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """How much a guest may use; 0 for no limit."""

    memory: int = 8 * _GB
    """Bytes of all its processes together."""
    processes: int = 512
    disk: int = 8 * _GB
    """Bytes that it adds to the folders it may write in."""


@dataclass(eq=False, kw_only=True)
class Watched:
    """One program and what it starts."""

    pid: int
    folders: Sequence[Path]
    allowance: Allowance
    _before: int | None = None
    _next_count: float = field(default_factory=time.monotonic)

    async def until_too_much(self) -> str:
        """Wait until it uses more than it may; why, as a clause. For ever, where it does not."""
        while True:
            if told := await asyncio.to_thread(self._too_much):
                return told
            await asyncio.sleep(_EVERY)

    def _too_much(self) -> str:
        most = self.allowance
        used = _below(self.pid)
        if most.processes and len(used) > most.processes:
            return f"it ran {len(used):,} processes at once, of {most.processes:,} (guest-processes)"
        memory = sum(used.values())
        if most.memory and memory > most.memory:
            memory = sum(_own(pid, resident) for pid, resident in used.items())
            if memory > most.memory:
                return f"it used {_told(memory)} of memory, of {_told(most.memory)} (guest-memory)"
        if most.disk and time.monotonic() >= self._next_count and (more := self._written()) > most.disk:
            return f"it wrote {_told(more)} of files, of {_told(most.disk)} (guest-disk)"
        return ""

    def _written(self) -> int:
        """Bytes in its folders beyond what was there at first; what is above the limit is not counted to the end."""
        began = time.monotonic()
        most = self.allowance.disk + (self._before or 0)
        now = _size(self.folders, most if self._before is not None else None)
        self._before = now if self._before is None else self._before
        ended = time.monotonic()
        self._next_count = ended + max(_FILES_EVERY, _REST * (ended - began))
        return now - self._before


def _below(pid: int) -> Mapping[int, int]:
    """The resident bytes of a process and of each of its descendants."""
    children: dict[int, list[int]] = {}
    resident: dict[int, int] = {}
    for name in os.listdir("/proc") if sys.platform == "linux" else ():  # noqa: PTH208 - pathlib takes ten times as long
        if name.isdigit() and (fields := _read(f"/proc/{name}/stat").rpartition(b")")[2].split()):
            children.setdefault(int(fields[1]), []).append(int(name))
            resident[int(name)] = int(fields[21]) * _PAGE
    found = [pid] if pid in resident else []
    for one in found:  # grows while it is walked
        found += children.get(one, ())
    return {one: resident[one] for one in found}


def _own(pid: int, resident: int) -> int:
    """Its share of memory; all that is resident where the kernel does not tell."""
    for line in _read(f"/proc/{pid}/smaps_rollup").splitlines():
        if line.startswith(b"Pss:"):
            return int(line.split()[1]) * 1024
    return resident


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - hundreds of them each second
            return file.read()
    except OSError:
        return b""  # it ended meanwhile


def _size(folders: Sequence[Path], most: int | None) -> int:
    total = 0
    for size in _sizes(folders):
        total += size
        if most is not None and total > most:
            break
    return total


def _sizes(folders: Sequence[Path]) -> Iterator[int]:
    """The room that each file and folder takes, once for all its names, links not followed.

    What cannot be read is left out, and so is what went meanwhile.
    """
    left, known = [os.fspath(folder) for folder in folders], set[tuple[int, int]]()
    while left:
        with suppress(OSError), os.scandir(left.pop()) as entries:
            for entry in entries:
                with suppress(OSError):
                    found = entry.stat(follow_symlinks=False)
                    if entry.is_dir(follow_symlinks=False):
                        left.append(entry.path)
                    elif found.st_nlink > 1 and (found.st_dev, found.st_ino) in known:
                        continue
                    elif found.st_nlink > 1:
                        known.add((found.st_dev, found.st_ino))
                    yield found.st_blocks * _BLOCK


def _told(size: int) -> str:
    return f"{size / _GB:.1f} GB" if size >= _GB else f"{size / 1_000_000:.0f} MB"
