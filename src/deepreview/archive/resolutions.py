"""What became of findings, on disk: `<archive>/<repository>/resolutions.jsonl`, appended to and never rewritten."""

import fcntl
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from deepreview import wire
from deepreview.archive.folder import writing
from deepreview.errors import MachineError
from deepreview.model.resolution import Resolution

FILE = "resolutions.jsonl"
_RESOLUTION: TypeAdapter[Resolution] = TypeAdapter(Resolution)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolutions:
    """All that was said about the findings of one repository."""

    path: Path

    def all(self) -> tuple[Resolution, ...]:
        """In the order in which they were said, wherever; a line that is cut off or of another version is left out."""
        try:
            lines = self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise MachineError(f"{self.path} cannot be read: {error.strerror}", hint="see what it is") from error
        read = map(_read, lines)
        return tuple(sorted((one for one in read if one is not None), key=lambda one: one.at))

    def append(self, said: Iterable[Resolution]) -> None:
        """Say more; several processes may at once, and a killed one leaves whole lines before its own."""
        lines = "".join(wire.to_json(_RESOLUTION, one) + "\n" for one in said)
        with writing(self.path.parent):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab+") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.seek(0, os.SEEK_END)
                if file.tell():
                    file.seek(-1, os.SEEK_END)
                    lines = lines if file.read(1) == b"\n" else "\n" + lines
                file.write(lines.encode())


def _read(line: bytes) -> Resolution | None:
    try:
        return wire.from_json(_RESOLUTION, line)
    except ValueError:
        return None
