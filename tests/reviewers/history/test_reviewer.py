import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from deepreview.context.brief import Brief
from deepreview.context.history import BlamedLine
from deepreview.model.change import Commit, RepoPath, Sha, Side
from deepreview.model.claim import Observation, Section
from deepreview.model.round import Reading
from deepreview.reviewers.base import NothingToDo
from deepreview.reviewers.history.reviewer import REVIEWER
from deepreview.testing.desk import Files, MemoryDesk, change_between

FIX = Sha("f" * 40)
LINES = [f"    check_pressure({i}, limit_{chr(97 + i)})" for i in range(10)]
BASE = {"src/valve.py": "def open():\n" + "\n".join(LINES) + "\n    go()\n", "tests/test_valve.py": "x = 1\n"}


@dataclass
class Remembered:
    """Every asked line was written by one commit, which touched the given files."""

    subject: str = "Fix a crash when the pressure is low"
    author: str = "Sam"
    boundary: bool = False
    touched: Mapping[str, tuple[int, int]] = field(default_factory=lambda: {"src/valve.py": (12, 1)})
    asked: list[tuple[str, tuple[int, ...], Side]] = field(default_factory=list)

    def blame(self, path: RepoPath, lines: Sequence[int], side: Side) -> Mapping[int, BlamedLine]:
        """The one commit, for all lines."""
        self.asked.append((path, tuple(lines), side))
        line = BlamedLine(
            commit=FIX, subject=self.subject, author=self.author, at="2026-01-01T00:00:00Z", boundary=self.boundary
        )
        return dict.fromkeys(lines, line)

    def commit(self, sha: Sha) -> Commit:
        """The one commit."""
        return Commit(sha=sha, subject=self.subject, body="", author=self.author, at="2026-01-01T00:00:00Z")

    def files(self, sha: Sha) -> Mapping[RepoPath, tuple[int, int]]:
        """What it touched."""
        assert sha == FIX
        return {RepoPath(path): counts for path, counts in self.touched.items()}


def review(
    head: Files,
    scratch: Path,
    memory: Remembered | None = None,
    base: Files = BASE,
    subjects: Sequence[str] = ("Work",),
) -> tuple[list[Observation], Reading]:
    desk = MemoryDesk(base=base, head=head, scratch=scratch, history=memory or Remembered())
    change = change_between(base, head)
    commits = tuple(replace(change.commits[0], subject=subject) for subject in subjects)
    reading = asyncio.run(REVIEWER.review(Brief(change=replace(change, commits=commits), companions=()), desk))
    assert desk.claims == []
    return desk.observations, reading


def without(count: int) -> Files:
    return {**BASE, "src/valve.py": "def open():\n" + "\n".join(LINES[count:]) + "\n    go()\n"}


def test_a_fix_that_loses_most_of_its_lines_is_noted(tmp_path: Path) -> None:
    memory = Remembered()
    notes, reading = review(without(8), tmp_path, memory)
    (note,) = notes
    assert note.section is Section.NOTE
    assert note.text.startswith("This change deletes most of 1 earlier fix;")
    assert "`ffffffffff` `Fix a crash when the pressure is low`: 8 of 12 lines; no test came with it" in note.text
    assert memory.asked == [("src/valve.py", tuple(range(2, 10)), Side.BASE)]
    assert "writers of 8 deleted lines in 1 file" in reading.checked


def test_a_test_that_is_still_there_is_named(tmp_path: Path) -> None:
    memory = Remembered(touched={"src/valve.py": (12, 0), "tests/test_valve.py": (9, 0)})
    (note,) = review(without(8), tmp_path, memory)[0]
    assert "its test `tests/test_valve.py` is still there" in note.text


@pytest.mark.parametrize(
    "memory",
    [
        Remembered(subject="Add a pressure gauge"),
        Remembered(subject="Fix a typo in the gauge"),
        Remembered(subject="Fix CI on Windows"),
        Remembered(author="renovate[bot]"),
        Remembered(boundary=True),
        Remembered(touched={"src/valve.py": (30, 0)}),
        Remembered(touched={"src/valve.py": (200, 0)}),
        Remembered(touched={f"src/v{i}.py": (1, 0) for i in range(9)}),
        Remembered(touched={"go.mod": (3, 3), ".github/workflows/a.yml": (5, 0)}),
    ],
    ids=["no fix", "typo", "ci", "bot", "boundary", "share", "large", "wide", "pins"],
)
def test_other_writers_are_not_noted(memory: Remembered, tmp_path: Path) -> None:
    assert review(without(8), tmp_path, memory)[0] == []


def test_moved_similar_and_few_lines_are_not_noted(tmp_path: Path) -> None:
    moved = {**without(8), "src/gauge.py": "\n".join(LINES[:8]) + "\n"}
    similar = {**BASE, "src/valve.py": BASE["src/valve.py"].replace("check_pressure(", "check_pressures(")}
    memory = Remembered()
    assert review(moved, tmp_path, memory)[0] == []
    assert memory.asked == []
    assert review(similar, tmp_path, memory)[0] == []
    assert review(without(2), tmp_path, Remembered(touched={"src/valve.py": (2, 0)}))[0] == []


def test_what_is_asked_of_git_is_bounded_and_the_rest_is_a_gap(tmp_path: Path) -> None:
    base = {f"src/v{i:02}.py": "".join(f"alone_{i}_{n} = {n}\n" for n in range(300)) for i in range(30)}
    memory = Remembered(touched={"src/v.py": (5, 0)}, subject="Add")
    _, reading = review({"a.txt": "x\n"}, tmp_path, memory, base)
    assert len(memory.asked) == 16
    assert {len(lines) for _, lines, _ in memory.asked} == {200}
    assert reading.gaps == ("Deleted lines of 14 more files were not traced to their commits.",)


TODO_HEAD = {
    **BASE,
    "a.go": "package a\n\n// TODO: close it\n// FIXME(sam) and\nvar todo = 1 // done\n",
    "a.md": "TODO\n",
}


def test_new_todos_are_counted_in_one_note(tmp_path: Path) -> None:
    (note,) = review(TODO_HEAD, tmp_path)[0]
    assert note.text == "2 new TODOs or FIXMEs: `a.go:3`, `a.go:4`."
    many = {**BASE, "a.go": "// TODO x\n" * 9}
    (note,) = review(many, tmp_path)[0]
    assert note.text == "9 new TODOs or FIXMEs: `a.go:1`, `a.go:2`, `a.go:3`, `a.go:4` and 5 more."


def test_moved_todos_and_todos_that_are_no_comments_are_not_new(tmp_path: Path) -> None:
    base = {**BASE, "b.go": "// TODO: close it\n", "c.go": "package c\n"}
    head = {**BASE, "c.go": 'package c\n\n// TODO: close it\nvar x = "TODO"\nvar TODO_LIST = 1\n'}
    assert review(head, tmp_path, base=base)[0] == []


def test_commits_to_squash_are_one_note(tmp_path: Path) -> None:
    subjects = ("Open the valve", "fixup! Open the valve", "WIP: gauge", "squash! x", "Wipe the valve", "[wip] y")
    (note,) = review({**BASE, "a.py": "x = 1\n"}, tmp_path, subjects=subjects)[0]
    assert note.section is Section.COMMITS
    assert note.text.startswith("4 commits are marked to be squashed or unfinished: ")
    assert "`fixup! Open the valve`" in note.text
    assert "Wipe" not in note.text
    assert review({**BASE, "a.py": "x = 1\n"}, tmp_path, subjects=("Open", "Fix fixup!"))[0] == []


def test_nothing_to_do_without_text_and_commits(tmp_path: Path) -> None:
    with pytest.raises(NothingToDo):
        review({"logo.png": b"\0"}, tmp_path, base={}, subjects=())
