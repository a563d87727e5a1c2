"""The archive's rounds and published reports as entries, each read once."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from deepreview import wire
from deepreview.archive.folder import REPORT_FILE, Archive
from deepreview.archive.imported import PUBLISHED_FILE
from deepreview.archive.resolutions import FILE as RESOLUTIONS_FILE
from deepreview.archive.resolutions import Resolutions
from deepreview.errors import UsageError
from deepreview.model.entry import Entry
from deepreview.model.resolution import Resolution
from deepreview.parse.published import is_report, parse_report
from deepreview.site.imported import entry_of_published
from deepreview.site.rounds import entry_of_round


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file of the archive that an entry is made of."""

    path: Path
    stamp: str
    """Another one when the file is another."""
    key: str
    """Shelf and id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An entry with the stamp of what it was made of."""

    stamp: str
    entry: Entry


def sources(archive: Archive, shelf: str = "") -> tuple[Source, ...]:
    """All finished rounds and published reports of one repository, or of all."""
    if not archive.root.is_dir():
        return ()
    shelves = [archive.root / shelf] if shelf else sorted(path for path in archive.root.iterdir() if path.is_dir())
    return tuple(chain.from_iterable(map(_on, shelves)))


def _on(shelf: Path) -> Iterator[Source]:
    if not shelf.is_dir():
        return
    with os.scandir(shelf) as folders:
        names = sorted(folder.name for folder in folders if folder.is_dir() and not folder.name.startswith("."))
    for name in names:
        for file in (REPORT_FILE, PUBLISHED_FILE):
            path = f"{shelf}/{name}/{file}"
            try:
                told = os.stat(path)  # noqa: PTH116 - ten thousand of them, and a Path for each takes longer
            except OSError:
                continue  # a round that has no report yet
            yield Source(path=Path(path), stamp=f"{told.st_mtime_ns}-{told.st_size}", key=f"{shelf.name}/{name}")
            break


def gather(
    found: Iterable[Source], known: Mapping[str, Known]
) -> tuple[dict[str, Known], tuple[str, ...], tuple[str, ...]]:
    """The entries by key, the keys of those that were read now, and a line for each that cannot be read."""
    entries, fresh, unread = dict[str, Known](), list[str](), list[str]()
    for source in found:
        earlier = known.get(source.key)
        if earlier and earlier.stamp == source.stamp:
            entries[source.key] = earlier
            continue
        try:
            entries[source.key] = Known(stamp=source.stamp, entry=entry_of(source))
        except (UsageError, OSError) as error:
            unread.append(str(error))
        else:
            fresh.append(source.key)
    return entries, tuple(fresh), tuple(unread)


def entry_of(source: Source) -> Entry:
    """The entry of a round or a published report; raises UsageError where it cannot be read."""
    shelf = source.path.parent.parent.name
    content = source.path.read_bytes()
    if source.path.name == REPORT_FILE:
        return replace(entry_of_round(wire.load_report(content, str(source.path)), shelf), id=source.path.parent.name)
    text = content.decode("utf-8-sig", "replace")
    repo = shelf.replace("--", "/", 1)
    return entry_of_published(
        parse_report(text), name=source.path.parent.name, shelf=shelf, repo=repo, review=is_report(text)
    )


def said(archive: Archive, shelf: str = "") -> Mapping[str, Sequence[Resolution]]:
    """What was said about findings, by shelf."""
    files = archive.root.glob(f"{shelf or '*'}/{RESOLUTIONS_FILE}")
    return {path.parent.name: Resolutions(path=path).all() for path in files}
