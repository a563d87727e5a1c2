"""A site in a folder: what is new in the archive is read, and what it changes is written; the rest stays.

index.html, all.html, statistics.html, reviewers/…, changes/…, feed.atom, feed.json, .nojekyll
rounds/<repository>/<round>/report.html    as stored in the archive; of an imported report a page of its own
.deepreview-site.json                      the entries that are known, so that only new ones are read
"""

import json
import os
import shutil
import tempfile
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deepreview import wire
from deepreview.archive.folder import Archive, writing
from deepreview.archive.imported import PUBLISHED_FILE
from deepreview.collector import without_collector
from deepreview.errors import UsageError
from deepreview.parse.published import parse_report
from deepreview.render.html import render
from deepreview.site.about import About
from deepreview.site.changes import histories
from deepreview.site.compact import pack, reader
from deepreview.site.gather import Known, Source, gather, said, sources
from deepreview.site.inputs import of_change
from deepreview.site.pages import Site
from deepreview.site.pages import form as pages_form
from deepreview.site.stats import statistics

STATE_FILE = ".deepreview-site.jsonl"
_OURS = ("changes", "reviewers", "rounds")
_READ = reader(Known)


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What a build leaves: a line says what it was made with and of, and each other one what is known of a report.

    Lines are only added until pages have to go; the last one about a page or a report counts.
    """

    form: str = ""
    """Another one when pages have to be made anew though no report is new."""
    changes: Mapping[str, str] = field(default_factory=dict)
    """What the page of each change was made of."""
    known: Mapping[str, Known] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What came of it."""

    reports: int
    fresh: int
    """Reports that were read now."""
    changes: int
    removed: int
    unread: tuple[str, ...]
    """A line for each that cannot be read."""


@without_collector()
def build(archive: Archive, folder: Path, about: About, shelf: str = "") -> Built:
    """Bring the site up to date with one repository's rounds, or with all; raises UsageError for a foreign folder."""
    state = _load(folder)
    form = f"{pages_form(about)} {shelf}"
    earlier = state if state.form == form else _State()
    anew = not earlier.known
    found = {source.key: source for source in sources(archive, shelf)}
    known, fresh, unread = gather(found.values(), earlier.known)
    made = histories([one.entry for one in known.values()], said(archive, shelf))
    site = Site(about=about, histories=made, figures=statistics(made))
    changes = {one.path: of_change(form, one, lambda entry: known[f"{entry.shelf}/{entry.id}"].stamp) for one in made}
    new = {path: one for path, one in changes.items() if earlier.changes.get(path) != one}
    gone = bool(earlier.known.keys() - known.keys() or earlier.changes.keys() - changes.keys())
    with writing(folder, "another folder"):
        for path, content in site.changes(lambda history: history.path in new):
            _write(folder / path, content)
        pages = _reports(site, folder, found, known, set(known) if anew else set(fresh))
        for path, content in site.front():
            _write(folder / path, content)
        removed = _remove(folder, site.paths() | pages) if anew or gone else 0
        if anew or gone:
            _write(folder / STATE_FILE, _lines(_State(form=form, changes=changes, known=known)))
        else:
            with (folder / STATE_FILE).open("ab") as more:
                more.write(_lines(_State(form=form, changes=new, known={key: known[key] for key in fresh})))
    return Built(reports=len(known), fresh=len(fresh), changes=len(made), removed=removed, unread=unread)


def _load(folder: Path) -> _State:
    """What the last build left; nothing for a new site, or one that another version made."""
    file = folder / STATE_FILE
    if not file.exists():
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder} holds something else", hint="name a new folder, or one that `site` made")
        return _State()
    form, changes, known = "", dict[str, str](), dict[str, object]()
    try:
        for line in file.read_bytes().splitlines():
            told = wire.loads(line)
            if isinstance(told, dict):
                form = told["form"]
                changes |= told["changes"]
            else:
                known[told[0]] = told[1]
        return _State(form=form, changes=changes, known=dict(zip(known, _READ(list(known.values())), strict=True)))
    except (ValueError, TypeError, LookupError):
        return _State()


def _lines(state: _State) -> bytes:
    head = {"form": state.form, "changes": state.changes}
    lines = (head, *([key, pack(one)] for key, one in state.known.items()))
    return "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines).encode()


def _reports(
    site: Site, folder: Path, found: Mapping[str, Source], known: Mapping[str, Known], wanted: Iterable[str]
) -> set[str]:
    """Put the pages of the wanted reports in place; the paths of all."""
    paths = set[str]()
    wanted = set(wanted)
    for key, one in known.items():
        page = site.about.page(one.entry)
        text = f"{page.rpartition('/')[0]}/{PUBLISHED_FILE}"
        paths |= {page, text} if one.entry.imported else {page}
        if key in wanted and one.entry.imported:
            content = found[key].path.read_bytes()
            _write(folder / text, content)
            _write(folder / page, site.document(one.entry, parse_report(content.decode("utf-8-sig", "replace"))))
        elif key in wanted:
            _place(found[key].path, folder / page)
    return paths


def _place(report: Path, page: Path) -> None:
    """The stored page; a round that was fetched has none, and is rendered."""
    stored = report.parent / "report.html"
    if stored.exists():
        page.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(stored, page)
    else:
        _write(page, render(wire.load_report(report.read_bytes(), str(report))).encode())


def _write(target: Path, content: bytes) -> None:
    """Write it whole or leave what was there."""
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


def _remove(folder: Path, paths: Container[str]) -> int:
    """Remove pages that nothing has any more, from the folders that only a build writes to."""
    old = [
        path
        for own in _OURS
        for path in (folder / own).rglob("*.*")
        if path.is_file() and not path.is_symlink() and path.relative_to(folder).as_posix() not in paths
    ]
    for path in old:
        path.unlink()
    return len(old)
