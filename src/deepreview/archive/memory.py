"""What happened to notes and rules, on disk: `<archive>/<repository>/memory.jsonl`, appended to and never rewritten."""

import fcntl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from deepreview.archive.folder import writing
from deepreview.archive.lines import append, read_all
from deepreview.model.memory import MemoryEntry

FILE = "memory.jsonl"
_ENTRY: TypeAdapter[MemoryEntry] = TypeAdapter(MemoryEntry)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryLog:
    """All that was proposed and decided in one repository."""

    path: Path

    def all(self) -> tuple[MemoryEntry, ...]:
        """In the order in which it was written; a line that is cut off or of another version is left out."""
        return tuple(read_all(self.path, _ENTRY))

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
        with writing(self.path.parent), self.path.open("ab+") as file:
            append(file, _ENTRY, entries)
