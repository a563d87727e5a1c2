"""A branch and a folder of many published rounds: all at once, one more, the same again; --json for programs.

    python bench/publish_branch.py [--rounds 5000] [--changes 1700]

The rounds are made first, untimed: each with ten findings and their code. A page of a few lines stands in for the
stored pages of all, since publishing only stores them. Each step is a process of its own, as for a user, and its time
has the start of Python in it.
"""

import argparse
import json
import os
import resource
import subprocess  # noqa: TID251 - each step is a process of its own
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from deepreview import wire
from deepreview.git.press import open_press
from deepreview.git.source import open_source
from deepreview.publish.branch import BRANCH, Archivist
from deepreview.publish.content import REPORT
from deepreview.publish.directory import publish_to
from deepreview.publish.pages import ENTRY, published, write_entry
from deepreview.testing.rounds import environ
from deepreview.testing.sandbox import Sandbox
from site_build import add

ABOUT = published("Reviews", "deepreview bench")
ONE = 2.0
PAGE = "<!doctype html><title>A report</title>\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """Seconds; where others use the machine too, the processor's own time is what a free one would take."""

    wall: float
    processor: float

    def __str__(self) -> str:
        return f"{self.wall:6.2f} s, {self.processor:.2f} s of the processor"


def contents(rounds: Path, only: str = "*") -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for place in sorted(rounds.glob(f"*/{only}/{REPORT}")):
        raw = place.read_bytes()
        files = {REPORT: raw, ENTRY: write_entry(wire.load_report(raw, REPORT)), "report.html": PAGE.encode()}
        files |= {"report.md": raw[:3000], "report.sarif": raw[:5000]}
        found |= {f"rounds/{place.parent.name}/{name}": content for name, content in files.items()}
    return found


def publish(target: str, work: Path, rounds: Path) -> None:
    """One step; the time of getting the contents together is that of the rounds that are published."""
    given = contents(rounds)
    if target == "folder":
        publish_to(work / "site", given, ABOUT)
        return
    around = environ(work)
    with open_press(open_source(work / "boiler", around), around) as press:
        Archivist(press=press, branch=BRANCH, about=ABOUT).publish(given)


def timed(target: str, work: Path, rounds: Path) -> Took:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, __file__, "--step", target, str(work), str(rounds)], check=True, env=_env(work))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(wall=time.perf_counter() - started, processor=worked)


def _env(work: Path) -> Mapping[str, str]:
    return {"PATH": os.pathsep.join(os.get_exec_path()), "HOME": str(work)}


def measure(rounds: int, changes: int, work: Path) -> dict[str, dict[str, Took]]:
    box = Sandbox(work / "boiler")
    box.commit("start", {"a.txt": "a\n"})
    for at in range(rounds):
        add(work / "rounds", at, changes, PAGE)
    add(work / "more", rounds, changes, PAGE)
    steps = {"all at once": "rounds", "one more": "more", "the same again": "more"}
    return {
        target: {said: timed(target, work, work / given) for said, given in steps.items()}
        for target in ("branch", "folder")
    }


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=5000)
    asked.add_argument("--changes", type=int, default=1700)
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--step", nargs=3, help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.step:
        target, work, rounds = options.step
        publish(target, Path(work), Path(rounds))
        return 0
    with tempfile.TemporaryDirectory(prefix="deepreview-bench-") as own:
        told = measure(options.rounds, options.changes, Path(own))
    if options.json:
        print(json.dumps({name: {step: asdict(took) for step, took in own.items()} for name, own in told.items()}))
    else:
        for name, took in told.items():
            for step, one in took.items():
                share = one.processor / took["all at once"].processor
                print(f"{name:7} {step:15} {one}   {share:.3f} of all at once")
    return 0 if all(took["one more"].processor < ONE for took in told.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
