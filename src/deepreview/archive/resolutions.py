"""What became of findings, on disk: `<archive>/<repository>/resolutions.jsonl`, appended to and never rewritten."""

import fcntl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from deepreview.archive.folder import writing
from deepreview.archive.lines import append, read_all
from deepreview.model.resolution import Resolution

FILE = "resolutions.jsonl"
_RESOLUTION: TypeAdapter[Resolution] = TypeAdapter(Resolution)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolutions:
    """All that was said about the findings of one repository."""

    path: Path

    def all(self) -> tuple[Resolution, ...]:
        """In the order in which they were said, wherever; a line that is cut off or of another version is left out."""
        return tuple(sorted(read_all(self.path, _RESOLUTION), key=lambda one: one.at))

    def append(self, said: Iterable[Resolution]) -> None:
        """Say more; several processes may at once, and a killed one leaves whole lines before its own."""
        with writing(self.path.parent):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab+") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                append(file, _RESOLUTION, said)
