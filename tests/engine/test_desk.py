import asyncio
import sys
from pathlib import Path

import pytest

from deepreview.engine.desk import ReviewerDesk
from deepreview.model.change import RepoPath, Side
from deepreview.model.event import ClaimMade, Event
from deepreview.testing.builders import make_claim
from deepreview.testing.rounds import Stage, open_change
from deepreview.testing.sandbox import Sandbox


@pytest.fixture
def box(tmp_path: Path) -> Sandbox:
    made = Sandbox(tmp_path / "repo")
    made.commit("start", {"a.py": "a = 1\n"})
    made.git("checkout", "-q", "-b", "topic")
    made.commit("change", {"a.py": "a = 1\nb = 2\n"})
    return made


def desk_of(box: Sandbox, events: list[Event]) -> ReviewerDesk:
    folder, _ = Stage(box=box).plan()
    scratch = box.path.parent / "scratch"
    scratch.mkdir()
    environ = {"PATH": "/usr/bin:/bin", "SECRET_TOKEN": "x", "LANG": "C.UTF-8"}
    return ReviewerDesk(
        reviewer="names",
        repository=open_change(box),
        folder=folder,
        scratch=scratch,
        environ=environ,
        emit=events.append,
    )


def test_a_program_sees_only_what_is_allowed(box: Sandbox) -> None:
    desk = desk_of(box, [])
    script = "import os; print(sorted(os.environ), os.environ['HOME'])"
    done = asyncio.run(desk.run([sys.executable, "-I", "-c", script], cwd=desk.scratch))
    shown = done.stdout.decode()
    assert "SECRET_TOKEN" not in shown
    assert f"{desk.scratch}/.home" in shown


def test_after_the_end_nothing_is_taken(box: Sandbox) -> None:
    desk = desk_of(box, [])
    desk.say(make_claim())
    assert desk.close() == (make_claim(),)
    with pytest.raises(RuntimeError, match="names spoke after its end"):
        desk.say(make_claim(2))
    assert len((desk.folder.path / "names.said.jsonl").read_text().splitlines()) == 1


def test_what_is_suppressed_is_kept_but_not_announced(box: Sandbox) -> None:
    events: list[Event] = []
    desk = desk_of(box, events)
    desk.say(make_claim(1, suppressed="generated file"))
    desk.say(make_claim(2))
    assert len(desk.said) == 2
    assert [event.line for event in events if isinstance(event, ClaimMade)] == [3]


def test_the_repository_shows_both_sides_and_who_wrote_what(box: Sandbox) -> None:
    seen = open_change(box)
    path = RepoPath("a.py")
    assert [seen.tree(side).read([path])[path] for side in Side] == [b"a = 1\n", b"a = 1\nb = 2\n"]
    assert {n: (line.subject, line.boundary) for n, line in seen.written({path: [1, 2]})[path].items()} == {
        1: ("start", True),
        2: ("change", False),
    }
    assert seen.blame(path, [1], Side.BASE)[1].subject == "start"
    assert seen.files(seen.change.head) == {path: (1, 0)}
    assert seen.commit(seen.change.base).subject == "start"
