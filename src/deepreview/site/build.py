"""A site in a folder: what is new in the archive is read, and what it changes is written; the rest stays.

index.html, all.html, statistics.html, reviewers/…, changes/…, feed.atom, feed.json, .nojekyll
rounds/<repository>/<round>/report.html    as stored in the archive; of an imported report a page of its own
.deepreview-site.json                      the entries that are known, so that only new ones are read
"""

import gc
import json
import os
import shutil
import tempfile
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from deepreview import wire
from deepreview.archive.folder import Archive, writing
from deepreview.archive.imported import PUBLISHED_FILE
from deepreview.errors import UsageError
from deepreview.parse.published import parse_report
from deepreview.render.html import render
from deepreview.site.about import About
from deepreview.site.changes import History, histories
from deepreview.site.compact import pack, reader
from deepreview.site.gather import Known, Source, gather, said, sources
from deepreview.site.pages import Site
from deepreview.site.pages import form as pages_form
from deepreview.site.stats import statistics

STATE_FILE = ".deepreview-site.jsonl"
_OURS = ("changes", "reviewers", "rounds")
_READ = reader(Known)


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What the last build left: a line says what it was made with, and each other one what is known of a report.

    Lines are only added until pages are made anew; the last one about a report counts.
    """

    form: str
    """Another one when pages have to be made anew though no report is new."""
    answers: dict[str, str]
    """By shelf, what tells one set of resolutions from another."""
    known: dict[str, Known]


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


def build(archive: Archive, folder: Path, about: About, shelf: str = "") -> Built:
    """Bring the site up to date with one repository's rounds, or with all; raises UsageError for a foreign folder."""
    with without_collector():
        state = _load(folder)
        form = f"{pages_form(about)} {shelf}"
        earlier = state.known if state and state.form == form else {}
        anew = not earlier
        found = {source.key: source for source in sources(archive, shelf)}
        known, fresh, unread = gather(found.values(), earlier)
        answered = said(archive, shelf)
        answers = {name: sha256(repr(one).encode("utf-8", "replace")).hexdigest() for name, one in answered.items()}
        made = histories([one.entry for one in known.values()], answered)
        site = Site(about=about, histories=made, figures=statistics(made))
        gone = earlier.keys() - known.keys()
        touched = {
            *fresh,
            *_reanswered(state, answers),
            *(f"{earlier[key].entry.shelf}/{earlier[key].entry.slug}" for key in gone),
        }
        with writing(folder):
            for path, content in site.changes(lambda history: anew or _concerns(history, touched)):
                _write(folder / path, content)
            pages = _reports(site, folder, found, known, set(known) if anew else set(fresh))
            for path, content in site.front():
                _write(folder / path, content)
            removed = _remove(folder, site.paths() | pages) if anew or gone else 0
            _save(folder / STATE_FILE, form, answers, known, None if anew or gone else fresh)
    return Built(reports=len(known), fresh=len(fresh), changes=len(made), removed=removed, unread=unread)


@contextmanager
def without_collector() -> Iterator[None]:
    """Thousands of small values live until the end and none is in a cycle: looking for them takes half of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _load(folder: Path) -> _State | None:
    """What the last build left; None for a new site, or one that another version made."""
    file = folder / STATE_FILE
    if not file.exists():
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder} holds something else", hint="name a new folder, or one that `site` made")
        return None
    form, answers, known = "", dict[str, str](), dict[str, Known]()
    try:
        for line in file.read_bytes().splitlines():
            told = json.loads(line)
            if isinstance(told, dict):
                form, answers = told["form"], told["answers"]
            else:
                known[told[0]] = _READ(told[1])
    except (ValueError, TypeError, LookupError):
        return None
    return _State(form=form, answers=answers, known=known)


def _save(
    file: Path, form: str, answers: Mapping[str, str], known: Mapping[str, Known], fresh: Sequence[str] | None
) -> None:
    """Add what is new; `fresh` is None where all is written anew."""
    head = json.dumps({"form": form, "answers": answers}, separators=(",", ":")) + "\n"
    keys = known if fresh is None else fresh
    lines = "".join(json.dumps([key, pack(known[key])], separators=(",", ":")) + "\n" for key in keys)
    if fresh is None:
        _write(file, (head + lines).encode())
    else:
        with file.open("a", encoding="utf-8") as more:
            more.write(head + lines)


def _reanswered(state: _State | None, answers: Mapping[str, str]) -> set[str]:
    """The shelves of which something was said since."""
    earlier = state.answers if state else {}
    return {name for name in {*answers, *earlier} if answers.get(name) != earlier.get(name)}


def _concerns(history: History, touched: set[str]) -> bool:
    names = {history.shelf, *(f"{entry.shelf}/{entry.id}" for entry in history.entries)}
    return not touched.isdisjoint(names | {f"{entry.shelf}/{entry.slug}" for entry in history.entries})


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
