"""Local work against baselines in the same run, printed as ratios: a table for people, JSON with --json.

    python bench/local_work.py                             a made repository: 15,000 commits, a change of 25,000 lines
    python bench/local_work.py --repo DIR --change REV     a real one
    python bench/local_work.py --small                     a quick look that the bench itself works

Every figure is the median of --runs runs; ours and its baseline take turns, so that both see the same machine.
Baselines are plain git commands in a plain clone.
"""

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess  # noqa: TID251 - the bench times its baselines itself
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from deepreview import wiring
from deepreview.archive.folder import Archive
from deepreview.config.schema import Settings
from deepreview.engine.pipeline import Surroundings, review
from deepreview.git.change import read_change
from deepreview.git.diff import diff
from deepreview.git.mirror import Mirror
from deepreview.git.target import Named, Pin, Place, pin
from deepreview.git.written import written
from deepreview.model.change import FilePatch, RepoPath
from deepreview.render import html
from deepreview.render.catalog import KEPT
from deepreview.testing.crowd import crowd
from synthetic import LARGE, SMALL, build

_MEMORY_BAR = 300.0
_LOCAL = ("names", "paths", "history")
_ANALYSERS = ("ast-grep", "ruff", "shellcheck", "hadolint", "zizmor", "typos", "biome")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    what: str
    ours: float
    baseline: float
    unit: str
    ratio: float
    bar: str
    holds: bool


def median(runs: int, work: Callable[[], object]) -> float:
    """Seconds of the median run, after one that is not counted."""
    work()
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def in_turn(runs: int, ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the median run of both, after one of each that is not counted."""
    both = [(median(1, ours), median(1, theirs)) for _ in range(runs)]
    return statistics.median(one for one, _ in both), statistics.median(other for _, other in both)


def plain_git(repo: Path, *args: str) -> Callable[[], object]:
    """A git command as a user would type it."""
    return lambda: subprocess.run(["git", "-C", repo, *args], stdout=subprocess.DEVNULL, check=True)


def diff_row(repo: Path, pinned: Pin, mirror: Mirror, runs: int) -> Row:
    """Read and parse the whole change against one `git diff`."""
    plain = plain_git(repo, "diff", "-M", pinned.base, pinned.head)
    ours, theirs = in_turn(runs, lambda: diff(mirror.git, pinned.base, pinned.head), plain)
    return Row(what="diff and parse / git diff", ours=ours, baseline=theirs, unit="s", ratio=ours / theirs,
               bar="≤ 2", holds=ours / theirs <= 2)  # fmt: skip


Runs = dict[RepoPath, list[list[int]]]


def hunk_starts(patch: FilePatch) -> list[list[int]]:
    """The first eleven lines of each hunk, its context included."""
    return [
        list(range(hunk.new_start, hunk.new_start + min(11, hunk.new_count))) for hunk in patch.hunks if hunk.new_count
    ]


def added_runs(patch: FilePatch) -> list[list[int]]:
    """The first eleven lines of each run of added lines."""
    numbered = enumerate(number for number, _ in patch.added())
    runs = groupby(numbered, key=lambda pair: pair[1] - pair[0])
    return [[number for _, number in run][:11] for _, run in runs]


def fifty_ranges(patches: tuple[FilePatch, ...], ranges_of: Callable[[FilePatch], list[list[int]]]) -> Runs:
    """Fifty ranges in at most 24 files."""
    found: Runs = {}
    for patch in (p for p in patches if p.readable and p.added()):
        found[patch.path] = ranges_of(patch)
        if len(found) == 24 or sum(map(len, found.values())) >= 50:
            break
    flat = [(path, run) for path, all_runs in found.items() for run in all_runs][:50]
    return {path: [run for p, run in flat if p == path] for path in dict.fromkeys(path for path, _ in flat)}


def blame_row(repo: Path, pinned: Pin, mirror: Mirror, runs: int, what: str) -> Row:
    """Blame of fifty ranges, looking no further back than base, against a blame process for each range."""
    change = read_change(pinned, mirror)
    ranges = fifty_ranges(change.patches, {"hunks": hunk_starts, "added lines": added_runs}[what])
    wanted = {path: [n for run in all_runs for n in run] for path, all_runs in ranges.items()}

    def one_by_one() -> None:
        for path, all_runs in ranges.items():
            for run in all_runs:
                plain_git(repo, "blame", "--porcelain", "-L", f"{run[0]},{run[-1]}", pinned.head, "--", path)()

    ours, theirs = in_turn(max(1, runs // 2), lambda: written(mirror.git, change, wanted), one_by_one)
    count = sum(map(len, ranges.values()))
    return Row(what=f"blame, {count} ranges of {what}", ours=ours, baseline=theirs, unit="s",
               ratio=ours / theirs, bar="≤ 0.12", holds=ours / theirs <= 0.12)  # fmt: skip


def whole_round(pinned: Pin, folder: Path, settings: Settings) -> dict[str, float]:
    """One round, rendered in every format: seconds by stage and reviewer, `rendering` and `all` added."""
    archive = Archive(root=folder / "rounds")
    around = Surroundings(environ=dict(os.environ), now=lambda: datetime.now(UTC), emit=lambda _: None)  # noqa: TID251
    started = time.perf_counter()
    made, plan = archive.start(pinned, settings, "bench", around.now())
    report = asyncio.run(review(plan, made, wiring.crew(settings, around.environ), around))
    rendering = time.perf_counter()
    for renderer in KEPT:
        made.write(f"report{renderer.suffix}", renderer.render(report))
    ended = time.perf_counter()
    return report.clock.stages | {"rendering": ended - rendering, "all": ended - started}


def analysers_row(pinned: Pin, folder: Path, runs: int) -> Row:
    """The reviewer `static` with all analysers side by side, against the slowest of them alone."""

    def seconds(switched_off: tuple[str, ...]) -> float:
        settings = Settings(reviewers=("static",), disable=switched_off)
        return statistics.median(whole_round(pinned, folder, settings)["static"] for _ in range(runs))

    seconds(())
    alone = {name: seconds(tuple(other for other in _ANALYSERS if other != name)) for name in _ANALYSERS[:-1]}
    slowest = max(alone, key=lambda name: alone[name])
    ours = seconds(())
    ratio = ours / alone[slowest]
    return Row(what=f"static / {slowest} alone", ours=ours, baseline=alone[slowest], unit="s", ratio=ratio,
               bar="≤ 1.3", holds=ratio <= 1.3)  # fmt: skip


def page_rows(runs: int) -> list[Row]:
    """The page of 1,000 findings."""
    report = crowd(1000)
    seconds = median(runs, lambda: html.render(report))
    size = len(html.render(report).encode()) / 1e6
    return [
        Row(what="page of 1,000 findings, rendered", ours=seconds, baseline=1.0, unit="s", ratio=seconds, bar="< 1 s",
            holds=seconds < 1),
        Row(what="page of 1,000 findings, size", ours=size, baseline=5.0, unit="MB", ratio=size / 5, bar="< 5 MB",
            holds=size < 5),
    ]  # fmt: skip


def local_rows(pinned: Pin, folder: Path, runs: int) -> list[Row]:
    """All local work except external analysers, in a process of its own so that its memory can be told."""
    job = json.dumps({"pin": {**asdict(pinned), "mirror": str(pinned.mirror)}, "folder": str(folder)})
    taken, peaks = [], []
    for _ in range(runs):
        done = subprocess.run([sys.executable, __file__, "--job", job], capture_output=True, check=True)
        told = json.loads(done.stdout)
        taken.append(told["seconds"])
        peaks.append(told["megabytes"])
    seconds, peak = statistics.median(taken), max(peaks)
    return [
        Row(what="local work, all of it", ours=seconds, baseline=2.0, unit="s", ratio=seconds / 2, bar="≤ 2 s",
            holds=seconds <= 2),
        Row(what="peak memory", ours=peak, baseline=_MEMORY_BAR, unit="MB", ratio=peak / _MEMORY_BAR, bar="< 300 MB",
            holds=peak < _MEMORY_BAR),
    ]  # fmt: skip


def run_job(job: dict[str, Any]) -> None:
    """The child of `local_rows`."""
    pinned = Pin(**{**job["pin"], "mirror": Path(job["pin"]["mirror"])})
    stages = whole_round(pinned, Path(job["folder"]), Settings(reviewers=_LOCAL))
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(json.dumps({"seconds": stages["all"], "megabytes": max(own, children) / 1024, "stages": stages}))


def measure(repo: Path, change: str, folder: Path, runs: int) -> list[Row]:
    """All rows."""
    place = Place(folder=repo, cache=folder / "cache", environ=dict(os.environ))  # noqa: TID251
    pinned = pin(Named(text=change), "", place)
    mirror = Mirror(path=pinned.mirror, environ=place.environ)
    return [
        diff_row(repo, pinned, mirror, runs),
        blame_row(repo, pinned, mirror, runs, "hunks"),
        blame_row(repo, pinned, mirror, runs, "added lines"),
        *local_rows(pinned, folder, runs),
        analysers_row(pinned, folder, runs),
        *page_rows(runs),
    ]


def table(rows: list[Row]) -> str:
    """The rows as text."""
    lines = [f"{'':<38}{'ours':>10}{'baseline':>10}{'ratio':>8}  bar"]
    lines += [
        f"{r.what:<38}{r.ours:>8.3f} {r.unit:<2}{r.baseline:>8.3f} {r.unit:<2}{r.ratio:>6.2f}  {r.bar}"
        f"{'' if r.holds else '   MISSED'}"
        for r in rows
    ]
    return "\n".join(lines)


def main() -> int:
    """Print the table, or JSON; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repo", type=Path)
    parser.add_argument("--change", default="work")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--job", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.job:
        run_job(json.loads(given.job))
        return 0
    with tempfile.TemporaryDirectory(prefix="deepreview-bench-") as scratch:
        folder = Path(scratch)
        repo = given.repo
        if repo is None:
            repo = folder / "made"
            build(repo, SMALL if given.small else LARGE)
        rows = measure(repo, given.change, folder, given.runs)
    print(json.dumps([asdict(row) for row in rows], indent=2) if given.json else table(rows))
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
