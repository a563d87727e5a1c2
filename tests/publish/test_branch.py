"""Many publish to one branch, some are killed, and nothing is lost; the user's work is not touched."""

import os
import signal
import subprocess  # noqa: TID251 - processes that are killed in the middle
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from deepreview import wire
from deepreview.archive.folder import Archive
from deepreview.errors import UsageError
from deepreview.git.press import open_press
from deepreview.git.source import open_source
from deepreview.model.change import Sha
from deepreview.model.finding import Fingerprint, State
from deepreview.model.resolution import Resolution
from deepreview.publish.branch import BRANCH, Archivist, Remote
from deepreview.publish.content import resolution_file, round_files
from deepreview.publish.front import front
from deepreview.publish.shelf import Shelf
from deepreview.testing.builders import make_report
from deepreview.testing.rounds import environ
from deepreview.testing.sandbox import Sandbox

PUBLISHER = str(Path(__file__).parent / "publisher.py")


def a_round(name: str, summary: str = "") -> dict[str, bytes]:
    report = make_report()
    report = replace(report, clock=replace(report.clock, round_id=name), summary=summary)
    files = round_files(wire.dump_report(report).encode(), report)
    return {f"rounds/{name}/{file}": content for file, content in files.items()}


ONE, TWO = "20260105-101500-topic", "20260105-111500-topic"


@pytest.fixture
def box(tmp_path: Path) -> Sandbox:
    made = Sandbox(tmp_path / "boiler")
    made.commit("start", {"a.txt": "a\n"})
    return made


@contextmanager
def archivist(box: Sandbox) -> Iterator[Archivist]:
    around = environ(box.path.parent)
    with open_press(open_source(box.path, around), around) as press:
        yield Archivist(press=press, branch=BRANCH, front=front)


def start(*args: object) -> "subprocess.Popen[bytes]":
    """A publisher in a process group of its own."""
    env = {"PATH": os.pathsep.join(os.get_exec_path()), "HOME": str(args[1])}
    return subprocess.Popen([sys.executable, PUBLISHER, *map(str, args)], env=env, start_new_session=True)


def summaries(box: Sandbox) -> list[str]:
    paths = box.git("ls-tree", "-r", "--name-only", BRANCH).split("\n")
    reports = [box.git("show", f"{BRANCH}:{path}") for path in paths if path.endswith("report.json")]
    return sorted(wire.load_report(text, "x").summary for text in reports)


def snapshot(box: Sandbox) -> tuple[list[str], list[bytes]]:
    """The names in the git folder, and the content of what is not to change."""
    names = sorted(path.name for path in (box.path / ".git").iterdir())
    return names, [(box.path / ".git" / name).read_bytes() for name in ("HEAD", "index", "config")]


def test_publishing_touches_nothing_but_the_branch(box: Sandbox) -> None:
    hook = box.path / ".git/hooks/reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {box.path.parent}/canary\n")
    hook.chmod(0o755)
    box.git("config", "filter.x.clean", f"touch {box.path.parent}/canary")
    box.write("a.txt", "changed\n")
    box.write(".gitattributes", "* filter=x\n")
    before = snapshot(box)
    with archivist(box) as one:
        assert one.publish(a_round(ONE)).rounds == (ONE,)
        first = box.git("rev-parse", BRANCH)
        assert one.publish(a_round(ONE)).rounds == ()
    assert box.git("rev-parse", BRANCH) == first, "a second time there is nothing to write"
    assert snapshot(box) == before
    assert not (box.path.parent / "canary").exists()
    assert box.git("ls-tree", "--name-only", BRANCH).split() == [".nojekyll", "deepreview.json", "index.html", "rounds"]
    assert box.git("log", "--format=%an", BRANCH) == "Deep Review"


def test_a_branch_that_is_checked_out_or_holds_something_else_is_refused(box: Sandbox) -> None:
    with archivist(box) as one:
        one.publish(a_round(ONE))
    box.git("branch", "other")
    box.git("worktree", "add", "-q", "../beside", BRANCH)
    with archivist(box) as one, pytest.raises(UsageError, match=r"is checked out in .*beside"):
        one.publish(a_round(TWO))
    with archivist(box) as one, pytest.raises(UsageError, match="holds something else"):
        replace(one, branch="other").publish(a_round(TWO))


def test_two_that_never_met_are_brought_together(box: Sandbox, tmp_path: Path) -> None:
    hub = Sandbox(tmp_path / "hub")
    hub.git("config", "core.bare", "true")
    mate = Sandbox(tmp_path / "mate")
    remote = Remote(name="origin", url=str(hub.path / ".git"))
    with archivist(box) as one, archivist(mate) as other:
        one.publish(a_round(ONE, "mine"))
        other.publish(a_round(ONE, "of a mate in the same second"))
        other.publish(a_round(TWO, "of a mate"))
        assert one.publish({}, remote).rounds == (ONE,)
        assert other.publish({}, remote).rounds[-1] == TWO
        one.fetch(remote)
        assert box.git("rev-parse", BRANCH) == hub.git("rev-parse", BRANCH) == mate.git("rev-parse", BRANCH)
        assert one.publish({}, remote).rounds == ()
    assert summaries(box) == ["mine", "of a mate", "of a mate in the same second"]
    index = box.git("show", f"{BRANCH}:index.html")
    assert index.count("report.html") == 3


def said(number: int) -> Resolution:
    return Resolution(
        fingerprint=Fingerprint(f"{number:016x}"),
        state=State.DECLINED,
        by="Sam",
        at=f"2026-01-02T03:04:{number:02d}+00:00",
        reason="on purpose",
        commit=Sha(""),
        link="",
        round=ONE,
        proposed=False,
    )


def test_rounds_and_answers_of_others_are_taken_in_once(box: Sandbox, tmp_path: Path) -> None:
    shelf = Shelf(archive=Archive(root=tmp_path / "archive"), name="boiler")
    shelf.hear([said(2)])
    answers = dict(resolution_file(one) for one in (said(1), said(2), said(3)))
    with archivist(box) as one:
        one.publish(a_round(ONE) | a_round(TWO) | answers)
        assert one.take_in(shelf) == 2
        assert one.take_in(shelf) == 0
        one.publish({"rounds/20260105-101500-x/report.json": b"not a report"})
        assert one.take_in(shelf) == 1
    assert [folder.path.name for folder in shelf.finished()] == [ONE, "20260105-101500-x", TWO]
    assert [one.at[-8:-6] for one in shelf.resolutions.all()] == ["01", "02", "03"]
    assert {path.name for path in (shelf.path / ONE).iterdir()} == {"report.json"}, "pages of others are not taken"


def test_fifty_publishers_at_once_lose_nothing(tmp_path: Path) -> None:
    hub = Sandbox(tmp_path / "hub")
    hub.git("config", "core.bare", "true")
    clones = [Sandbox(tmp_path / f"clone{number}") for number in range(5)]
    running = [start(clones[n % 5].path, tmp_path, n, hub.path / ".git") for n in range(50)]
    assert [process.wait(300) for process in running] == [0] * 50
    assert summaries(hub) == sorted(f"Round of {number}." for number in range(50))
    hub.git("fsck", "--strict")


def test_a_killed_publisher_leaves_the_branch_valid(box: Sandbox, tmp_path: Path) -> None:
    begun = time.monotonic()
    assert start(box.path, tmp_path, 0).wait(60) == 0
    whole = time.monotonic() - begun
    published = {"Round of 0."}
    for number in range(1, 9):
        process = start(box.path, tmp_path, number)
        time.sleep(whole * (0.4 + number / 14))
        os.killpg(process.pid, signal.SIGKILL)
        if process.wait() == 0:
            published.add(f"Round of {number}.")
        (box.path / f".git/refs/heads/{BRANCH}.lock").unlink(missing_ok=True)  # git says so where it is left
        assert published <= set(summaries(box))
    box.git("fsck", "--strict")
    assert start(box.path, tmp_path, 99).wait(60) == 0
    assert "Round of 99." in summaries(box)
    assert not list(tmp_path.glob("boiler/*.lock"))
