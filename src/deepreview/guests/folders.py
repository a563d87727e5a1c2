"""Folders that an agent may have written in: writing into them without following its links, and removing them."""

import contextlib
import os
import secrets
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_MOVED = "removed-"
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
    """Remove a folder whatever is in it and however deep it goes; what resists even so stays, and the run goes on.

    Folders are moved up beside each other before they are emptied: a path that its owner made longer than any path may
    be, or a depth that no stack holds, is none of either.
    """
    try:
        if not folder.is_symlink():
            folder.chmod(0o700)
        root = os.open(folder, _FOLDER)
    except OSError:
        return
    try:
        left = ["."]
        while left:
            name = left.pop()
            with contextlib.suppress(OSError):
                left += _empty(root, name)
                os.rmdir(name, dir_fd=root)
    finally:
        os.close(root)
    with contextlib.suppress(OSError):
        folder.rmdir()


def _empty(root: int, name: str) -> list[str]:
    """Remove the files of a folder in `root`, and move its folders into `root`; the names that they have there."""
    at = os.open(name, _FOLDER, dir_fd=root)
    moved = []
    try:
        with os.scandir(at) as found:
            entries = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in found]
        for entry, is_folder in entries:
            with contextlib.suppress(OSError):
                if not is_folder:
                    os.unlink(entry, dir_fd=at)
                    continue
                os.chmod(entry, 0o700, dir_fd=at)  # what cannot be written cannot be moved
                fresh = f"{_MOVED}{secrets.token_hex(8)}"
                os.rename(entry, fresh, src_dir_fd=at, dst_dir_fd=root)
                moved.append(fresh)
    finally:
        os.close(at)
    return moved
