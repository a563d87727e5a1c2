"""Rounds on disk: one folder each, written as things happen, so that a killed run can be taken up again.

<archive>/<owner>--<name>/<stamp>-<slug>/   (the first part is `<name>-<hash>` where no owner is known)
    plan.json              what was asked for, pinned, before any reviewer starts
    threads.json           what people had said on the pull request by then, where that was asked for
    <reviewer>.said.jsonl  each claim and observation as it was made
    busy                   locked while a process works on the round; holds its id
    <reviewer>.run.json    how the reviewer ended; absent while it runs
    <reviewer>.events.jsonl  what an agent did, event by event (see `archive/journal.py`)
    requests.jsonl         each request to a model before it is sent and when it is over, and what was not let through
    report.json, report.md, report.html, report.sarif   (of a round that was fetched, the first alone)
"""

import fcntl
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import IO

from pydantic import TypeAdapter

from deepreview import wire
from deepreview.broker.base import Denial, Metered, Sent, Told
from deepreview.config.schema import Settings
from deepreview.context.brief import Thread
from deepreview.errors import MachineError, UsageError
from deepreview.git.target import Pin
from deepreview.model.agent import Usage, total
from deepreview.model.change import Sha
from deepreview.model.claim import Claim, Observation
from deepreview.model.round import Completed, Run

PLAN_FILE = "plan.json"
REPORT_FILE = "report.json"
BRIEF_FILE = "brief.md"
_THREADS_FILE = "threads.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a round set out to do: enough to go on with it after the process was killed."""

    id: str
    """The name of the round's folder: start time and slug."""
    number: int
    """1 for the first round of this target."""
    started: str
    """ISO 8601, UTC."""
    tool: str
    pin: Pin
    settings: Settings


_PLAN: TypeAdapter[Plan] = TypeAdapter(Plan)
_THREADS: TypeAdapter[tuple[Thread, ...]] = TypeAdapter(tuple[Thread, ...])
_REQUEST: TypeAdapter[Told] = TypeAdapter(Told)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFolder:
    """One round's folder."""

    path: Path

    @property
    def finished(self) -> bool:
        """Whether its report is written."""
        return (self.path / REPORT_FILE).exists()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Work on the round as its only process; raises UsageError where another one does, which is named.

        The lock goes with the process, however that ends.
        """
        with self._locked():
            yield

    def _locked(self) -> IO[str]:
        with writing(self.path):
            file = (self.path / "busy").open("a+")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                with file:
                    file.seek(0)
                    raise UsageError(
                        f"{self.path.name} is already running, in process {file.read() or 'unknown'}",
                        hint="wait for its end, or end that process",
                    ) from error
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            return file

    def plan(self) -> Plan:
        """What the round set out to do."""
        try:
            return wire.from_json(_PLAN, (self.path / PLAN_FILE).read_bytes())
        except (OSError, ValueError) as error:
            raise UsageError(
                f"{self.path} holds no plan of a round", hint="`deepreview list` shows the rounds"
            ) from error

    def try_plan(self) -> Plan | None:
        """What the round set out to do; None where that cannot be read."""
        try:
            return self.plan()
        except UsageError:
            return None

    def pins(self, *commits: Sha) -> bool:
        """Whether its plan names one of the commits: told from the text, since most rounds are of something else."""
        try:
            text = (self.path / PLAN_FILE).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return False
        return any(commit in text for commit in commits)

    def append(self, reviewer: str, said: Claim | Observation) -> None:
        """Put one thing that a reviewer said on record, before anything else happens with it."""
        with writing(self.path), (self.path / f"{reviewer}.said.jsonl").open("a", encoding="utf-8") as file:
            file.write(wire.to_json(wire.SAID, said) + "\n")

    def threads(self) -> tuple[Thread, ...] | None:
        """What people had said on the pull request when the round began; None where nobody asked for it yet."""
        try:
            return wire.from_json(_THREADS, (self.path / _THREADS_FILE).read_bytes())
        except (OSError, ValueError):
            return None

    def keep_threads(self, threads: tuple[Thread, ...]) -> None:
        """Put on record what people have said."""
        self.write(_THREADS_FILE, wire.to_json(_THREADS, threads, indent=1) + "\n")

    def note_request(self, told: Told) -> None:
        """Put a request to a model, or one that was not let through, on record."""
        with writing(self.path), (self.path / "requests.jsonl").open("a", encoding="utf-8") as file:
            file.write(wire.to_json(_REQUEST, told) + "\n")

    def spent(self) -> Mapping[str, Usage]:
        """What each reviewer has used of models, by the requests on record.

        One whose end is not known, since the process was killed meanwhile, counts with the most that it may have used.
        """
        over: dict[str, tuple[str, Usage]] = {}
        path = self.path / "requests.jsonl"
        for line in path.read_bytes().splitlines() if path.exists() else ():
            with suppress(ValueError):  # cut off while it was written
                told = wire.from_json(_REQUEST, line)
                match told:
                    case Sent():
                        over[told.id] = (told.reviewer, told.most)
                    case Metered():
                        over[told.id or str(len(over))] = (told.reviewer, told.usage)
                    case Denial():
                        pass
        found: dict[str, list[Usage]] = {}
        for reviewer, usage in over.values():
            found.setdefault(reviewer, []).append(usage)
        return {reviewer: total(usages) for reviewer, usages in found.items()}

    def forget(self, reviewer: str) -> None:
        """Start a reviewer's record anew: it will say everything again."""
        with writing(self.path):
            (self.path / f"{reviewer}.said.jsonl").unlink(missing_ok=True)
            (self.path / f"{reviewer}.run.json").unlink(missing_ok=True)

    def end(self, run: Run) -> None:
        """Record how a reviewer ended."""
        self.write(f"{run.reviewer}.run.json", wire.to_json(wire.RUN, run) + "\n")

    def adopt(self, other: "RoundFolder", reviewers: Iterable[str]) -> None:
        """Take over what reviewers said in another round of the same commit, as if they had said it in this one."""
        for reviewer in reviewers:
            for suffix in ("said.jsonl", "events.jsonl", "run.json"):  # the end last: without it nothing counts
                source = other.path / f"{reviewer}.{suffix}"
                if source.exists():
                    self.write(source.name, source.read_text(encoding="utf-8"))

    def completed(self, reviewer: str) -> tuple[Completed, tuple[Claim | Observation, ...]] | None:
        """A reviewer's end and all it said, if it came to its end in an earlier process."""
        try:
            run = wire.from_json(wire.RUN, (self.path / f"{reviewer}.run.json").read_bytes())
            said = tuple(self._said(reviewer))
        except (OSError, ValueError):
            return None  # not ended, or cut off while writing: it runs again
        return (run, said) if isinstance(run, Completed) else None

    def _said(self, reviewer: str) -> Iterator[Claim | Observation]:
        path = self.path / f"{reviewer}.said.jsonl"
        for line in path.read_bytes().splitlines() if path.exists() else ():
            yield wire.from_json(wire.SAID, line)

    def write(self, name: str, text: str) -> Path:
        """Write a whole file or leave the old one: a reader never sees half of it."""
        target = self.path / name
        with writing(self.path):
            handle, fresh = tempfile.mkstemp(prefix=f".{name}.", dir=self.path)
            try:
                with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                    file.write(text)
                Path(fresh).replace(target)
            except BaseException:
                Path(fresh).unlink(missing_ok=True)
                raise
        return target


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """All rounds of all repositories."""

    root: Path

    def start(self, pin: Pin, settings: Settings, tool: str, now: datetime) -> tuple[RoundFolder, Plan]:
        """A new round's folder with its plan in it."""
        own = shelf_of(pin.repo, pin.mirror)
        shelf = self.root / own
        number = 1 + len(self.of_target(pin, own))
        stamp = f"{now:%Y%m%d-%H%M%S}-{pin.slug}"
        with writing(shelf):
            shelf.mkdir(parents=True, exist_ok=True)
            path = _fresh(shelf, stamp)
        plan = Plan(
            id=path.name,
            number=number,
            started=now.isoformat(timespec="seconds"),
            tool=tool,
            pin=pin,
            settings=settings,
        )
        folder = RoundFolder(path=path)
        folder.write(PLAN_FILE, wire.to_json(_PLAN, plan) + "\n")
        return folder, plan

    def rounds(self, shelf: str = "") -> tuple[RoundFolder, ...]:
        """The rounds of one repository, or of all; oldest first."""
        marks = (mark for name in (PLAN_FILE, REPORT_FILE) for mark in self.root.glob(f"{shelf or '*'}/[!.]*/{name}"))
        found = {mark.parent for mark in marks}  # one that was made elsewhere and fetched has no plan
        return tuple(RoundFolder(path=path) for path in sorted(found, key=lambda path: (path.name, str(path))))

    def of_target(self, pin: Pin, shelf: str) -> tuple[RoundFolder, ...]:
        """The rounds of the same branch or pull request, oldest first; the two are one where they share a head.

        Of work that is not committed, those on the same commit.
        """
        rounds = self.rounds(shelf)
        named = [folder for folder in rounds if _slug_of(folder.path.name) == pin.slug]
        if not pin.committed:
            return tuple(folder for folder in named if folder.pins(pin.base))
        heads = {pin.head, *(plan.pin.head for folder in named if (plan := folder.try_plan()))}
        linked = {
            plan.pin.slug
            for folder in rounds
            if folder not in named and folder.pins(*heads) and (plan := folder.try_plan())
            if plan.pin.committed and bool(plan.pin.number) != bool(pin.number) and plan.pin.head in heads
        }
        return tuple(folder for folder in rounds if _slug_of(folder.path.name) in {pin.slug, *linked})

    def find(self, name: str, shelf: str = "") -> RoundFolder:
        """The newest round whose id is `name`, or else ends in it; the newest of all when the name is empty.

        One of this shelf goes before one of another; without a name no other is looked at.
        """
        found = _called(name, self.rounds(shelf)) or (_called(name, self.rounds()) if name else ())
        if not found:
            what = f"no round is called {name!r}" if name else "no round has been made yet"
            raise UsageError(what, hint="`deepreview list --all` shows the rounds, `deepreview review` makes one")
        return found[-1]


_RECENT = 10
"""Rounds that tell how long a reviewer takes."""


def usual_seconds(shelf: Path) -> Mapping[str, float]:
    """How long each reviewer took in the middle of the last rounds of a repository; none for one that never ended."""
    found: dict[str, list[float]] = {}
    for folder in sorted(plan.parent for plan in shelf.glob(f"*/{PLAN_FILE}"))[-_RECENT:]:
        for path in folder.glob("*.run.json"):
            with suppress(ValueError, OSError):
                run = wire.from_json(wire.RUN, path.read_bytes())
                if isinstance(run, Completed):
                    found.setdefault(run.reviewer, []).append(run.seconds)
    return {reviewer: median(seconds) for reviewer, seconds in found.items()}


def shelf_of(repo: str, mirror: Path) -> str:
    """The folder of a repository's rounds: two that only share the name of their folder have different ones."""
    return re.sub(r"[^\w.-]+", "--", repo) if "/" in repo else mirror.stem


def _called(name: str, rounds: tuple[RoundFolder, ...]) -> tuple[RoundFolder, ...]:
    exact = tuple(folder for folder in rounds if folder.path.name == name)
    return exact or tuple(folder for folder in rounds if folder.path.name.endswith(name))


def _slug_of(name: str) -> str:
    slug = re.sub(r"^\d{8}-\d{6}-", "", name)
    return re.sub(r"~\w+$", "", slug)


def _fresh(shelf: Path, stamp: str) -> Path:
    """Make a folder of that name; two rounds that start in one second get different ones."""
    for suffix in ("", *(f"~{n}" for n in range(2, 1000))):
        path = shelf / f"{stamp}{suffix}"
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path
    raise MachineError(f"{shelf} has too many rounds of this second", hint="try again")


@contextmanager
def writing(path: Path, instead: str = "another with --archive") -> Iterator[None]:
    """Turn what the disk refuses into a MachineError that names the place, and what to name instead of it."""
    try:
        yield
    except OSError as error:
        raise MachineError(
            f"{path} cannot be written: {error.strerror or error}",
            hint=f"make room there, or name {instead}",
        ) from error
