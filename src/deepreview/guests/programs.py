"""Where programs are, and what must be seen of this machine for them to run."""

import errno
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

SYSTEM = (Path("/usr"), Path("/bin"), Path("/sbin"), Path("/lib"), Path("/lib64"), Path("/lib32"), Path("/libx32"))
"""Seen by every guest."""
_WHOLE = re.compile(r"(.*?/node_modules|/nix/store|.*?(?=/Cellar/))(?:/|$)")
_FULL_PATH = re.compile(r"(?<![\w./~-])/[^\s\"'$`;|&<>()\\]+")
_SHELLS = {"sh", "bash", "dash", "zsh"}
_SHORT = 4_096
_PREFIX_PARTS = ("bin", "lib", "lib64", "libexec")


def find(program: str, environ: Mapping[str, str]) -> Path:
    """A program of the caller's path, or an absolute path; raises FileNotFoundError."""
    found = shutil.which(program, path=environ.get("PATH", os.defpath))
    if found is None:
        raise FileNotFoundError(errno.ENOENT, "not found on the path", program)
    return Path(found).absolute()


def seen_for(program: Path, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The files and folders beyond the system's own that a program needs: where it is installed, its interpreter.

    Folders in which a user keeps other things (`~/bin`, `~/.local`) are never taken whole.
    """
    found = dict.fromkeys(_needed(program, environ, depth=0))
    return tuple(path for path in found if not any(path.is_relative_to(system) for system in SYSTEM))


def _needed(program: Path, environ: Mapping[str, str], depth: int) -> Iterator[Path]:
    real = program.resolve()
    if program.parent.parent.joinpath("pyvenv.cfg").is_file():
        yield program.parent.parent
    whole = _WHOLE.match(str(real))
    if whole:
        yield Path(whole[1])
    elif real.name.startswith("python"):
        yield from (part for name in _PREFIX_PARTS if (part := real.parent.parent / name).is_dir())
    elif real.parent.name in {"bin", "sbin", "shims"} or _holds_other_things(real.parent, environ):
        yield real
    else:
        yield real.parent
    if depth < 3:  # noqa: PLR2004 - a script's interpreter may be a script
        for other in _started_by(real, environ):
            yield from _needed(other, environ, depth + 1)


def _holds_other_things(folder: Path, environ: Mapping[str, str]) -> bool:
    home = Path(environ.get("HOME") or "/").resolve()
    return home.is_relative_to(folder) or folder == home / ".local" or len(folder.parts) <= 2  # noqa: PLR2004 - /, /opt


def _started_by(script: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    """A script's interpreter, and the programs that a short shell script, such as installers write, names in full."""
    interpreter = _interpreter(script, environ)
    if interpreter is None:
        return
    yield interpreter
    if interpreter.name in _SHELLS and script.stat().st_size < _SHORT:
        for name in _FULL_PATH.findall(script.read_text(encoding="utf-8", errors="replace")):
            named = Path(name)
            if named.is_file() and os.access(named, os.X_OK):
                yield named


def _interpreter(script: Path, environ: Mapping[str, str]) -> Path | None:
    try:
        with script.open("rb") as file:
            first = file.readline(512)
    except OSError:
        return None
    words = first[2:].decode("utf-8", "replace").split() if first.startswith(b"#!") else []
    if words and words[0].endswith("/env"):
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    try:
        return find(words[0], environ) if words else None
    except FileNotFoundError:
        return None


def folders(program: Path, environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The folders that its path needs: its own, and those of its interpreters."""
    found = [program.parent]
    interpreter = _interpreter(program.resolve(), environ)
    if interpreter is not None:
        found.append(interpreter.parent)
    return tuple(dict.fromkeys(found))
