"""A site of many reports: all anew, one more, and nothing new, with the size of its index; --json for programs.

    python bench/site_build.py [--reports 5000] [--changes 1700] [--keep DIR]

The archive is made first, untimed: each report with ten findings and their code. One page stands in for all stored
pages, since a build only copies them.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deepreview.archive.folder import Archive
from deepreview.render.html import render
from deepreview.site.about import About
from deepreview.site.build import build
from deepreview.testing.crowd import crowd
from deepreview.wire import dump_report

ABOUT = About(title="Reviews", tool="deepreview bench", url="https://example.org/reviews/")
FULL, ONE, INDEX = 60.0, 2.0, 1_000_000
_FIRST = datetime(2024, 1, 1, tzinfo=UTC)
_PLAIN = crowd(10)
_FINDINGS = _PLAIN.findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """Seconds; where others use the machine too, the processor's own time is what a free one would take."""

    wall: float
    processor: float

    def __str__(self) -> str:
        return f"{self.wall:6.2f} s, {self.processor:.2f} s of the processor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    reports: int
    changes: int
    full: Took
    one_more: Took
    nothing_new: Took
    index_bytes: int
    copied_bytes: int
    baseline_seconds: float
    """Reading and copying the same files, nothing else."""


def add(root: Path, at: int, changes: int, page: str) -> None:
    change = at % changes
    started = _FIRST + timedelta(hours=7 * at)
    stem = f"{started:%Y%m%d-%H%M%S}-pr-{change + 1}"
    shelf = f"acme--boiler-{change % 12}"
    own = tuple(
        replace(
            f, title=f"{f.title}, round {at}", fingerprint=type(f.fingerprint)(f"{change:08x}{i + at // changes:08x}")
        )
        for i, f in enumerate(_FINDINGS)
    )
    fates = tuple(
        replace(fate, finding=own[i].fingerprint) if fate.finding else fate for i, fate in enumerate(_PLAIN.claims_map)
    )
    subject = replace(
        _PLAIN.subject,
        slug=f"pr-{change + 1}",
        number=change + 1,
        repo=f"acme/boiler-{change % 12}",
        title=f"Keep the readings of gauge {change} in the pressure cache until the boiler is warm",
    )
    clock = replace(_PLAIN.clock, round_id=stem, started=started.isoformat())
    report = replace(_PLAIN, findings=own, claims_map=fates, subject=subject, clock=clock, round=1 + at // changes)
    folder = root / shelf / stem
    folder.mkdir(parents=True)
    (folder / "report.json").write_text(dump_report(report), encoding="utf-8")
    (folder / "report.html").write_text(page, encoding="utf-8")


def timed(archive: Archive, site: Path) -> Took:
    started, worked = time.perf_counter(), time.process_time()
    build(archive, site, ABOUT)
    return Took(wall=time.perf_counter() - started, processor=time.process_time() - worked)


def baseline(root: Path, target: Path) -> tuple[float, int]:
    started, size = time.perf_counter(), 0
    for path in root.rglob("report.*"):
        size += len(path.read_bytes())
        if path.suffix == ".html":
            copied = target / f"{path.parent.name}.html"
            shutil.copyfile(path, copied)
    return time.perf_counter() - started, size


def measure(reports: int, changes: int, work: Path) -> Figures:
    archive, site = Archive(root=work / "archive"), work / "site"
    page = render(_PLAIN)
    for at in range(reports):
        add(archive.root, at, changes, page)
    full = timed(archive, site)
    nothing = timed(archive, site)
    add(archive.root, reports, changes, page)
    one = timed(archive, site)
    copies = work / "copies"
    copies.mkdir()
    base, size = baseline(archive.root, copies)
    return Figures(
        reports=reports,
        changes=changes,
        full=full,
        one_more=one,
        nothing_new=nothing,
        index_bytes=(site / "index.html").stat().st_size,
        copied_bytes=size,
        baseline_seconds=base,
    )


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--reports", type=int, default=5000)
    asked.add_argument("--changes", type=int, default=1700)
    asked.add_argument("--keep", type=Path)
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="deepreview-bench-") as own:
        told = measure(options.reports, options.changes, options.keep or Path(own))
    if options.json:
        print(json.dumps(asdict(told), indent=2))
    else:
        print(f"{told.reports} reports about {told.changes} changes, {told.copied_bytes / 1e6:.0f} MB")
        print(f"all anew      {told.full}   bar {FULL:.0f} s; to read and copy alone {told.baseline_seconds:.1f} s")
        print(f"one more      {told.one_more}   bar {ONE:.0f} s")
        print(f"nothing new   {told.nothing_new}")
        print(f"index.html    {told.index_bytes:,} B   bar {INDEX:,} B")
    held = told.full.processor < FULL and told.one_more.processor < ONE and told.index_bytes < INDEX
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
