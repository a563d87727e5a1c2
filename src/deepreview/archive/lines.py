"""Records on disk, a line of JSON for each: appended to and never rewritten."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, TypeVar

from pydantic import TypeAdapter

from deepreview import wire
from deepreview.errors import MachineError

T = TypeVar("T")


def read_all(path: Path, adapter: TypeAdapter[T]) -> Iterator[T]:
    """The records in order; none where there is no file, and without lines that are cut off or of another version."""
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return
    except OSError as error:
        raise MachineError(f"{path} cannot be read: {error.strerror}", hint="see what it is") from error
    for line in lines:
        try:
            record = wire.from_json(adapter, line)
        except ValueError:
            continue
        yield record


def append(file: BinaryIO, adapter: TypeAdapter[T], records: Iterable[T]) -> None:
    """Write records at the end of a file that is open as `ab+`; a line that a killed process left is ended first."""
    lines = "".join(wire.to_json(adapter, record) + "\n" for record in records)
    file.seek(0, os.SEEK_END)
    if file.tell():
        file.seek(-1, os.SEEK_END)
        lines = lines if file.read(1) == b"\n" else "\n" + lines
    file.write(lines.encode())
