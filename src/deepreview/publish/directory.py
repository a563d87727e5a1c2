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
from deepreview.publish.content import FORM, MARK, REPORT, entry_anew, is_archive, joined, read_resolution, rounds_of
from deepreview.publish.pages import ENTRY, INDEX, bind
from deepreview.site.about import About


def publish_to(folder: Path, contents: Mapping[str, bytes], about: About) -> tuple[str, ...]:
    """Add contents to the archive in a folder, which is made where it is missing; the rounds that are new.

    Each file is written whole or not at all, those of a round before its report, the first page last.
    """
    with writing(folder, "another folder"):
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            _refuse_others(folder)
            _write(folder, MARK, FORM)
            here = {path: _named((folder / path).read_bytes()) for path in _reports(folder, contents)}
            before = rounds_of(here)
            given = {path: _named(content) for path, content in contents.items()}
            objects = {_named(content): content for content in contents.values()}
            wanted = joined(here, given)
            added = sorted(wanted.keys() - here.keys(), key=lambda path: path.endswith(f"/{REPORT}"))
            for path in added:
                _write(folder, path, objects[wanted[path]])
            _bind(folder, about)
    return tuple(sorted(rounds_of(wanted).keys() - before.keys()))


def _bind(folder: Path, about: About) -> None:
    """Bring the pages up to date, that which says of what they are made last."""
    rounds = {place.parent.name: _read(place.with_name(ENTRY)) for place in folder.glob(f"rounds/*/{REPORT}")}
    said = [one for place in folder.glob("resolutions/*.json") if (one := read_resolution(place.read_bytes()))]

    def anew(name: str) -> bytes | None:
        return entry_anew(_read(folder / "rounds" / name / REPORT))

    bound = bind(about, rounds, said, _read(folder / INDEX), anew)
    if not all((folder / path).exists() for path in bound.kept):  # somebody removed pages by hand
        bound = bind(about, rounds, said, None, anew)
    if not bound.written:
        return
    for path, content in sorted(bound.written.items(), key=lambda one: one[0] == INDEX):
        _write(folder, path, content)
    pages = (place for name in ("changes", "reviewers") for place in (folder / name).rglob("*.html"))
    for place in pages:
        if place.relative_to(folder).as_posix() not in {*bound.written, *bound.kept}:
            _refuse_links(folder, place)
            place.unlink()


def _read(place: Path) -> bytes:
    return place.read_bytes() if place.exists() else b""


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


def _refuse_links(folder: Path, target: Path) -> None:
    """Raise UsageError where the file would be written or removed somewhere else than in the folder."""
    for place in target.parents:
        if place == folder:
            return
        if place.is_symlink():
            raise UsageError(f"{place} is a symbolic link", hint="put a folder in its place")


def _named(content: bytes) -> str:
    """A content by its digest, written as an entry of a commit is."""
    return f"100644 {hashlib.sha256(content).hexdigest()}"


def _write(folder: Path, path: str, content: bytes) -> None:
    target = folder / path
    with suppress(FileNotFoundError):
        if target.read_bytes() == content:
            return
    _refuse_links(folder, target)
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
