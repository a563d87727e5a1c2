"""The archive as a folder, for any host of plain files."""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path

from deepreview.archive.folder import writing
from deepreview.errors import UsageError
from deepreview.publish.content import ENTRY, MARK, REPORT, Front, entries, is_archive, joined, rounds_of


def publish_to(folder: Path, contents: Mapping[str, bytes], front: Front) -> tuple[str, ...]:
    """Add contents to the archive in a folder, which is made where it is missing; the rounds that are new.

    Each file is written whole or not at all, those of a round before its report, the first page last.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            _refuse_others(folder)
            _write(folder, MARK, front({})[MARK])
            here = {path: _named((folder / path).read_bytes()) for path in _reports(folder, contents)}
            before = rounds_of(here)
            given = {path: _named(content) for path, content in contents.items()}
            objects = {_named(content): content for content in contents.values()}
            wanted = joined(here, given)
            added = sorted(wanted.keys() - here.keys(), key=lambda path: path.endswith(f"/{REPORT}"))
            for path in added:
                _write(folder, path, objects[wanted[path]])
            known = {f"rounds/{place.parent.name}/{ENTRY}": place.read_bytes() for place in _entries(folder)}
            for path, content in front(entries(known)).items():
                _write(folder, path, content)
    return tuple(sorted(rounds_of(wanted).keys() - before.keys()))


def _refuse_others(folder: Path) -> None:
    mark = folder / MARK
    if not is_archive(mark.read_bytes() if mark.exists() else None) and any(folder.iterdir()):
        raise UsageError(f"{folder} holds something else than published reviews", hint="name an empty folder")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One writer at a time, by a lock on the folder itself, so that no file is left for readers to find."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _reports(folder: Path, contents: Iterable[str]) -> Iterator[str]:
    """The reports that are there of rounds that are called as those of the contents."""
    names = {path.split("/")[1].partition("~")[0] for path in contents if path.startswith("rounds/")}
    for name in sorted(names):
        for path in folder.glob(f"rounds/{escape(name)}*/{REPORT}"):
            yield path.relative_to(folder).as_posix()


def _entries(folder: Path) -> Iterator[Path]:
    return (place for place in folder.glob(f"rounds/*/{ENTRY}") if (place.parent / REPORT).exists())


def _named(content: bytes) -> str:
    """A content by its digest, written as an entry of a commit is."""
    return f"100644 {hashlib.sha256(content).hexdigest()}"


def _write(folder: Path, path: str, content: bytes) -> None:
    target = folder / path
    with suppress(FileNotFoundError):
        if target.read_bytes() == content:
            return
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(fresh).chmod(0o644)
        Path(fresh).replace(target)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise
