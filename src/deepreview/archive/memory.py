"""What happened to notes and rules, on disk: `<archive>/<repository>/memory.jsonl`, appended to and never rewritten."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from deepreview import wire
from deepreview.archive.folder import writing
from deepreview.errors import MachineError
from deepreview.model.memory import MemoryEntry

FILE = "memory.jsonl"
_ENTRY: TypeAdapter[MemoryEntry] = TypeAdapter(MemoryEntry)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryLog:
    """All that was proposed and decided in one repository."""

    path: Path

    def all(self) -> tuple[MemoryEntry, ...]:
        """In the order in which it was written; a line that is cut off or of another version is left out."""
        try:
            lines = self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise MachineError(f"{self.path} cannot be read: {error.strerror}", hint="see what it is") from error
        return tuple(entry for line in lines if (entry := _read(line)) is not None)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While it lasts no other process decides: numbers are given once, and no edit of the rules is lost."""
        with writing(self.path.parent):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock = self.path.with_suffix(".lock").open("w")
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def append(self, entries: Iterable[MemoryEntry]) -> None:
        """Write more, while alone; a line that a killed process left unfinished is ended first."""
        lines = "".join(wire.to_json(_ENTRY, entry) + "\n" for entry in entries)
        with writing(self.path.parent), self.path.open("ab+") as file:
            file.seek(0, os.SEEK_END)
            if file.tell():
                file.seek(-1, os.SEEK_END)
                lines = lines if file.read(1) == b"\n" else "\n" + lines
            file.write(lines.encode())


def _read(line: bytes) -> MemoryEntry | None:
    try:
        return wire.from_json(_ENTRY, line)
    except ValueError:
        return None
