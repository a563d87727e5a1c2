"""The folders of a round that are gone after it: those of a process that was killed go when the next round begins."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deepreview.errors import MachineError
from deepreview.guests import folders

_PREFIX = "deepreview-"
_BUSY = "busy"
"""Locked while the round lasts; the lock goes with the process, however that ends."""


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder that is gone after the round."""
    try:
        folder = tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True)
        busy = _lock(Path(folder.name))
    except OSError as error:
        raise MachineError(
            f"no temporary folder can be made: {error.strerror or error}", hint="make room, or set TMPDIR to another"
        ) from error
    try:
        with folder as path:
            yield Path(path)
    finally:
        os.close(busy)


def _lock(folder: Path) -> int:
    """Lock the folder under another name first: nobody finds it there before it is locked."""
    fresh = folder / f"{_BUSY}.new"
    busy = os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(busy, fcntl.LOCK_EX)
    fresh.rename(folder / _BUSY)
    return busy


def sweep() -> None:
    """Remove what killed rounds of this user have left: checkouts, and copies of what agents sign in with."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
                continue
            busy = os.open(folder / _BUSY, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(busy, fcntl.LOCK_EX | fcntl.LOCK_NB)
                folders.remove(folder)
            finally:
                os.close(busy)
