"""Shows a file or a folder to a model; run inside the guest's place, as `python -c` of this text.

Standard library only, and the oldest Python that we support: nothing of this package can be seen there.
"""

import os
import sys
from pathlib import Path

_BINARY = 8_000
_MOST_ENTRIES = 1_000


def main(root: str, action: str, path: str, *numbers: str) -> int:
    """Print what is asked for; 1 where it cannot be had, with the reason."""
    base = Path(root).resolve()
    found = base.joinpath(path).resolve()
    if found != base and (base not in found.parents or ".git" in found.relative_to(base).parts):
        _say(f"{path} is outside of the repository")
        return 1
    try:
        if action == "list":
            return _list(found, path, int(numbers[0]))
        return _read(found, path, *map(int, numbers), numbered=action == "read")
    except OSError as error:
        _say(f"{path or '.'} cannot be read: {error.strerror}")
        return 1


def _read(file: Path, path: str, first: int, last: int, *, numbered: bool) -> int:
    with file.open("rb") as opened:
        if b"\0" in opened.read(_BINARY):
            _say(f"{path} is binary, {file.stat().st_size:,} bytes")
            return 0
        opened.seek(0)
        lines = 0
        for lines, line in enumerate(opened, 1):
            if first <= lines <= last:
                _say((f"{lines}\t" if numbered else "") + line.rstrip(b"\r\n").decode("utf-8", "replace"))
    if not numbered:
        return 0
    if lines < first:
        _say(f"{path} has {lines} lines")
    elif last < lines:
        _say(f"[{path} goes on: lines {first} to {last} of {lines} are shown; ask for others by first and last]")
    return 0


def _list(folder: Path, path: str, depth: int) -> int:
    shown = 0
    for at, folders, files in os.walk(folder, onerror=_raise):
        here = Path(at).relative_to(folder)
        folders[:] = sorted(name for name in folders if name != ".git")
        names = sorted([*(f"{name}/" for name in folders), *files])
        for name in names[: _MOST_ENTRIES - shown]:
            _say((here / name).as_posix() + ("/" if name.endswith("/") else ""))
        shown += len(names)
        if shown > _MOST_ENTRIES:
            _say(f"[{path or '.'} holds more: the first {_MOST_ENTRIES} are shown; ask for a folder in it]")
            return 0
        if len(here.parts) + 1 >= depth:
            folders.clear()
    if not shown:
        _say(f"{path or '.'} is empty")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _raise(error: OSError) -> None:
    raise error


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr] # a text file's own method
    sys.exit(main(*sys.argv[1:]))
