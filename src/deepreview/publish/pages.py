"""The site of a published archive, made of an entry for each round; what was made of the same before is left alone.

Which pages there are, and what is in them, follows from the rounds and resolutions alone, so that whoever publishes
last leaves what anybody would have left.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from pydantic import TypeAdapter

from deepreview import wire
from deepreview.collector import without_collector
from deepreview.model.entry import Entry
from deepreview.model.report import Report
from deepreview.model.resolution import Resolution
from deepreview.site.about import About
from deepreview.site.changes import histories
from deepreview.site.compact import pack, reader
from deepreview.site.inputs import digest, of_change
from deepreview.site.pages import FRONT, Site, form
from deepreview.site.rounds import entry_of_round
from deepreview.site.stats import statistics

ENTRY = "entry.json"
INDEX = "site.json"
"""Which pages were made of what."""
_FOLDERS = ("changes/", "reviewers/")
_READ = reader(Entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """All pages of an archive."""

    written: Mapping[str, bytes]
    """Those that are made anew."""
    kept: tuple[str, ...]
    """Those that are there and right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Index:
    """What tells whether a page would come out the same again."""

    whole: str = ""
    """Of all pages."""
    changes: Mapping[str, str] = field(default_factory=dict)
    """Of the page of each change."""
    pages: tuple[str, ...] = ()


_INDEX: TypeAdapter[_Index] = TypeAdapter(_Index)


def published(title: str, tool: str) -> About:
    """What an archive's site says of itself: the same for all who publish, wherever it is served."""
    return About(title=title, tool=tool, page=lambda entry: f"rounds/{entry.id}/report.html")


def is_page(path: str) -> bool:
    """Whether a file of an archive is made here, and not added by anybody."""
    return path in FRONT or path == INDEX or path.startswith(_FOLDERS)


def write_entry(report: Report) -> bytes:
    """What the pages need of a round, for `read_entries`."""
    entry = entry_of_round(report, report.subject.repo.replace("/", "--") or "repository")
    return (json.dumps(pack(entry), separators=(",", ":")) + "\n").encode()


def read_entries(rounds: Mapping[str, bytes]) -> dict[str, Entry | None]:
    """The entry of each round under its name in the archive; None for what another version wrote."""
    try:
        entries: Sequence[Entry] = _READ(list(map(wire.loads, rounds.values())))
    except (ValueError, TypeError, LookupError):
        if len(rounds) == 1:
            return dict.fromkeys(rounds)
        return {name: entry for one in rounds.items() for name, entry in read_entries(dict([one])).items()}
    named = zip(rounds, entries, strict=True)
    return {name: entry if entry.id == name else replace(entry, id=name) for name, entry in named}


@without_collector()
def bind(
    about: About,
    rounds: Mapping[str, bytes],
    said: Iterable[Resolution],
    index: bytes | None,
    anew: Callable[[str], bytes | None],
) -> Bound:
    """The pages of all rounds, given with their entries; `index` is the archive's, where it has one.

    `anew` makes the entry of a round that has none that can be read; it is among what is written.
    """
    before, spoken = _load(index), sorted(said, key=lambda one: (one.at, repr(one)))
    parts = _parts(rounds)
    whole = digest(form(about), sorted(parts.items()), *spoken)
    if before.whole == whole:
        return Bound(written={}, kept=before.pages)
    entries = read_entries(rounds)
    fresh = {name: raw for name, entry in entries.items() if entry is None and (raw := anew(name))}
    entries |= read_entries(fresh)
    known = [entry for entry in entries.values() if entry]
    made = histories(known, dict.fromkeys({entry.shelf for entry in known}, spoken))
    site = Site(about=about, histories=made, figures=statistics(made))
    parts, made_with = parts | _parts(fresh), form(about)
    digests = {one.path: of_change(made_with, one, lambda entry: parts[entry.id]) for one in made}
    pages = dict(site.changes(lambda one: before.changes.get(one.path) != digests[one.path]))
    kept = tuple(path for path in digests if path not in pages)
    pages |= site.front()
    if fresh:
        whole = digest(made_with, sorted(parts.items()), *spoken)
    told = _Index(whole=whole, changes=dict(sorted(digests.items())), pages=tuple(sorted({*site.paths(), INDEX})))
    pages[INDEX] = (wire.to_json(_INDEX, told, indent=1) + "\n").encode()
    pages |= {f"rounds/{name}/{ENTRY}": raw for name, raw in fresh.items()}
    return Bound(written=pages, kept=kept)


def _load(index: bytes | None) -> _Index:
    """What the last publisher left; nothing where there is none, or none of this form."""
    try:
        return wire.from_json(_INDEX, index or b"")
    except ValueError:
        return _Index()


def _parts(rounds: Mapping[str, bytes]) -> dict[str, bytes]:
    """What stands for all that each round holds."""
    return {name: sha256(raw).digest() for name, raw in rounds.items()}
