"""Folders that an agent may have written in: writing into them without following its links, and removing them."""

import contextlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def write(root: Path, files: Mapping[str, str | bytes], mode: int = 0o600) -> None:
    """Write files by their path relative to `root`; raises OSError where a link or a file is in the way of a folder.

    What stands at a path is replaced, never written through: an earlier turn may have put a link there. Surrogate
    escapes in a text are written as the bytes that they stand for.
    """
    for path, content in files.items():
        *above, name = PurePosixPath(path).parts
        if PurePosixPath(path).is_absolute() or ".." in (*above, name):
            raise ValueError(f"not a path below a folder: {path}")
        at = os.open(root, _FOLDER)
        try:
            for part in above:
                below = _go_down(at, part)
                os.close(at)
                at = below
            written = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
            _replace(at, name, written, mode)
        finally:
            os.close(at)


def _go_down(at: int, part: str) -> int:
    with contextlib.suppress(FileExistsError):
        os.mkdir(part, 0o700, dir_fd=at)
    return os.open(part, _FOLDER, dir_fd=at)


def _replace(at: int, name: str, content: bytes, mode: int) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name, dir_fd=at)
    with os.fdopen(os.open(name, _NEW, mode, dir_fd=at), "wb") as file:
        file.write(content)


def remove(folder: Path) -> None:
    """Remove a folder whatever the permissions in it say; what resists even so stays, and the run goes on."""
    for at, names, _ in os.walk(folder):
        for name in names:
            if not (path := Path(at, name)).is_symlink():
                with contextlib.suppress(OSError):
                    path.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
