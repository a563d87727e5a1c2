"""Whether files of a checkout were changed, told by what the file system says of them, not by reading them."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_OURS = {".deepreview"}
_GITS = {"objects", "index"}
"""What git itself may write while it only reads."""
_MOST = 20
"""Files that are named."""

Marks = Mapping[str, tuple[int, ...]]
"""By path: size, mode, inode, and when content and anything at all were last changed, which nobody can set back."""


def marks(repo: Path) -> Marks:
    """The files of a checkout as they are now, without ours; of git's own, those that say which history is read."""
    found = {}
    for at, names, files in os.walk(repo):
        if Path(at) == repo:
            names[:] = [name for name in names if name not in _OURS]
        if Path(at) == repo / ".git":
            names[:] = [name for name in names if name not in _GITS]
            files[:] = [name for name in files if name not in _GITS]
        for name in files:
            path = os.path.join(at, name)  # noqa: PTH118 - tens of thousands of them
            with suppress(OSError):  # it is going away at this moment
                seen = os.lstat(path)
                found[path] = (seen.st_size, seen.st_mode, seen.st_ino, seen.st_mtime_ns, seen.st_ctime_ns)
    return found


def changed(repo: Path, before: Marks) -> tuple[str, ...]:
    """What happened to tracked files since, as sentences; files that are new are none of them."""
    now = marks(repo)
    said = []
    for path, mark in sorted(before.items()):
        if now.get(path) != mark:
            name = Path(path).relative_to(repo).as_posix()
            name = name if name.isprintable() else name.encode("unicode_escape").decode()
            said.append(f"It {'changed' if path in now else 'removed'} {name}.")
    more = len(said) - _MOST
    return (*said[:_MOST], f"And {more:,} more files.") if more > 0 else tuple(said)
