"""Many publish to one branch, some are killed, and nothing is lost; the user's work is not touched."""

import os
import re
import signal
import subprocess  # noqa: TID251 - processes that are killed in the middle
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import cast

import pytest

from deepreview import wire
from deepreview.archive.folder import Archive
from deepreview.errors import MachineError, UsageError
from deepreview.git.press import Press, open_press
from deepreview.git.source import open_source
from deepreview.model.change import Sha
from deepreview.model.finding import Fingerprint, State
from deepreview.model.resolution import Resolution
from deepreview.publish.branch import BRANCH, Archivist, Remote, Taken
from deepreview.publish.content import resolution_file, round_files
from deepreview.publish.directory import publish_to
from deepreview.publish.pages import published
from deepreview.publish.shelf import Shelf
from deepreview.testing.builders import make_report
from deepreview.testing.rounds import environ
from deepreview.testing.sandbox import Sandbox

ABOUT = published("Reviews", "deepreview test")
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
        yield Archivist(press=press, branch=BRANCH, about=ABOUT)


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


def test_the_objects_of_many_rounds_are_one_file(box: Sandbox) -> None:
    many = {f"rounds/20260105-101500-topic/{number}.txt": b"%d\n\x00\xff" % number for number in range(300)}
    with archivist(box) as one:
        stored = one.press.store(many)
        assert one.press.read(stored) == many
    assert len(list((box.path / ".git/objects/pack").glob("*.pack"))) == 1
    assert "count: 3" in box.git("count-objects", "-v").splitlines(), "commit, tree and file of the start"


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
    there = box.git("ls-tree", "--name-only", BRANCH).split()
    assert {".nojekyll", "changes", "deepreview.json", "feed.atom", "index.html", "reviewers", "rounds"} <= set(there)
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
    page = box.git("show", f"{BRANCH}:changes/acme--boiler/pressure-cache.html")
    assert len(set(re.findall(r'href="\.\./\.\./(rounds/[^"]+/report\.html)"', page))) == 3


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
        assert one.take_in(shelf) == Taken(rounds=2, refused=())
        assert one.take_in(shelf) == Taken(rounds=0, refused=())
        one.publish(a_round("20260105-121500-topic"))
        assert one.take_in(shelf) == Taken(rounds=1, refused=())
    assert [folder.path.name for folder in shelf.finished()] == [ONE, TWO, "20260105-121500-topic"]
    assert [one.at[-8:-6] for one in shelf.resolutions.all()] == ["01", "02", "03"]
    assert {path.name for path in (shelf.path / ONE).iterdir()} == {"report.json"}, "pages of others are not taken"


def test_a_damaged_report_of_others_is_named_and_not_kept(box: Sandbox, tmp_path: Path) -> None:
    shelf = Shelf(archive=Archive(root=tmp_path / "archive"), name="boiler")
    loose = a_round(TWO)[f"rounds/{TWO}/report.json"].replace(b'"claims_map": [', b'"claims_map": [], "was": [', 1)
    with archivist(box) as one:
        one.publish({f"rounds/{TWO}/report.json": loose, "rounds/20260105-101500-x/report.json": b"not a report"})
        one.publish(a_round(ONE))
        taken = one.take_in(shelf)
    assert taken.rounds == 1
    refused = "\n".join(sorted(taken.refused))
    assert refused.startswith("the published round 20260105-101500-x is not a Deep Review report")
    assert f"\nthe published round {TWO} is damaged: it does not tell of each claim" in refused
    assert [path.name for path in shelf.path.iterdir() if path.is_dir()] == [ONE]


def test_fifty_publishers_at_once_lose_nothing(tmp_path: Path) -> None:
    hub = Sandbox(tmp_path / "hub")
    hub.git("config", "core.bare", "true")
    clones = [Sandbox(tmp_path / f"clone{number}") for number in range(5)]
    running = [
        start(clone.path, tmp_path, f"{number * 10}-{number * 10 + 9}", hub.path / ".git")
        for number, clone in enumerate(clones)
    ]
    assert [process.wait(300) for process in running] == [0] * 5
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
        (box.path / f".git/refs/heads/{BRANCH}.lock").unlink(missing_ok=True)  # what to do with it is tested below
        assert published <= set(summaries(box))
    box.git("fsck", "--strict")
    assert start(box.path, tmp_path, 99).wait(60) == 0
    assert "Round of 99." in summaries(box)
    assert not list(tmp_path.glob("boiler/*.lock"))


def of_change(name: str, slug: str, number: int = 0) -> dict[str, bytes]:
    report = make_report()
    subject = replace(report.subject, slug=slug, number=number)
    report = replace(report, subject=subject, clock=replace(report.clock, round_id=name, started=f"2026-{name[4:6]}"))
    files = round_files(wire.dump_report(report).encode(), report)
    return {f"rounds/{name}/{file}": content for file, content in files.items()}


PARTS = (
    of_change("20260105-101500-pressure-cache", "pressure-cache"),
    of_change("20260205-101500-pr-3", "pr-3", 3),  # of the same branch: the first belongs to its page from now on
    of_change("20260305-101500-pr-4", "pr-4", 4),  # of the same branch too: now nobody can tell
    dict([resolution_file(said(1)), resolution_file(replace(said(2), reason="twice"))]),
)


def tree(box: Sandbox) -> str:
    return box.git("rev-parse", f"{BRANCH}^{{tree}}")


def test_the_same_rounds_make_the_same_tree_in_any_order_and_folder(tmp_path: Path) -> None:
    trees = set[str]()
    for number, order in enumerate(list(permutations(PARTS))[::5]):
        box, folder = Sandbox(tmp_path / str(number) / "boiler"), tmp_path / str(number) / "site"
        with archivist(box) as one:
            for part in order:
                one.publish(part)
                publish_to(folder, part, ABOUT)
        trees.add(tree(box))
        names = box.git("ls-tree", "-r", "--name-only", BRANCH).split("\n")
        assert {name for name in names if name.startswith("changes/")} == {
            f"changes/acme--boiler/{name}.html" for name in ("pressure-cache", "pr-3", "pr-4")
        }
        there = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        assert sorted(there) == sorted(names)
        assert all(there[name].read_text().strip() == box.git("show", f"{BRANCH}:{name}").strip() for name in names)
    assert len(trees) == 1


def test_what_others_broke_or_wrote_otherwise_is_made_anew(box: Sandbox) -> None:
    with archivist(box) as one:
        one.publish(PARTS[0] | PARTS[1])
        right = tree(box)
        for path in ("changes/acme--boiler/pr-3.html", "site.json", "index.html"):
            box.git("checkout", "-q", BRANCH)
            (box.path / path).unlink()
            box.commit("break it", {"rounds/20260205-101500-pr-3/entry.json": '{"of": "another version"}'})
            box.git("checkout", "-q", "--detach")
            assert tree(box) != right
            one.publish({})
            assert tree(box) == right
        one.publish({"rounds/20260101-101500-x/report.json": b"not a report"})
    assert "20260101" not in box.git("show", f"{BRANCH}:index.html")


def test_only_the_pages_of_the_change_are_written_anew(box: Sandbox) -> None:
    with archivist(box) as one:
        one.publish(PARTS[0] | of_change("20260405-101500-other", "other"))
        page = f"{BRANCH}:changes/acme--boiler/pressure-cache.html"
        before = box.git("rev-parse", page)
        stored = list[str]()
        press = SpyingPress(one.press, stored)
        replace(one, press=cast("Press", press)).publish(of_change("20260505-101500-other", "other"))
    assert box.git("rev-parse", page) == before
    assert [path for path in stored if path.startswith("changes/")] == ["changes/acme--boiler/other.html"]
    assert [path for path in stored if path.endswith("entry.json")] == ["rounds/20260505-101500-other/entry.json"]
    assert "20260505-101500-other" in box.git("show", f"{BRANCH}:changes/acme--boiler/other.html")


class SpyingPress:
    """A press that notes which files are written."""

    def __init__(self, press: Press, stored: list[str]) -> None:
        self._press, self._stored = press, stored

    def __getattr__(self, name: str) -> object:
        return getattr(self._press, name)

    def store(self, contents: dict[str, bytes]) -> dict[str, str]:
        self._stored += contents
        return self._press.store(contents)


def locker(box: Sandbox, new: str) -> "subprocess.Popen[bytes]":
    """A git that holds the lock of the branch, and moves it once it is told to."""
    process = subprocess.Popen(
        ["git", "update-ref", "--stdin"], cwd=box.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"start\nupdate refs/heads/{BRANCH} {new}\nprepare\n".encode())
    process.stdin.flush()
    assert [process.stdout.readline() for _ in range(2)] == [b"start: ok\n", b"prepare: ok\n"]
    return process


def test_the_lock_of_a_killed_git_is_named_and_nothing_is_lost(box: Sandbox) -> None:
    with archivist(box) as one:
        one.publish(a_round(ONE))
        first = box.git("rev-parse", BRANCH)
        lock = box.path / f".git/refs/heads/{BRANCH}.lock"
        process = locker(box, box.git("rev-parse", "HEAD"))
        process.kill()
        process.communicate()
        os.utime(lock, (time.time() - 60, time.time() - 60))
        with pytest.raises(MachineError, match=rf"reviews is locked since 6\d s by .*{BRANCH}\.lock") as failed:
            one.publish(a_round(TWO))
        assert "remove that file" in failed.value.hint
        assert (box.git("rev-parse", BRANCH), lock.exists()) == (first, True)
        lock.unlink()
        assert one.publish(a_round(TWO)).rounds == (TWO,)


def test_a_living_git_that_holds_the_lock_is_waited_for(box: Sandbox) -> None:
    with archivist(box) as one, archivist(Sandbox(box.path.parent / "mate")) as mate:
        one.publish(a_round(ONE))
        mate.publish(a_round(TWO, "of a mate"))
        box.git("fetch", "-q", str(box.path.parent / "mate"), f"{BRANCH}:theirs")
        process = locker(box, box.git("rev-parse", "theirs"))
        late = threading.Timer(1.0, lambda: process.communicate(b"commit\n"))
        late.start()
        assert one.publish(a_round("20260105-121500-topic", "late")).rounds == ("20260105-121500-topic",)
        late.join()
    assert summaries(box) == ["late", "of a mate"], "the branch had been put to what the other git wanted"


def test_publishers_of_one_machine_wait_for_their_turn(box: Sandbox, tmp_path: Path) -> None:
    around = environ(tmp_path)
    with open_press(open_source(box.path, around), around) as press, press.turn():
        process = start(box.path, tmp_path, 1)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(4)
        assert box.git("branch", "--list", BRANCH) == ""
    assert process.wait(60) == 0
    assert summaries(box) == ["Round of 1."]
