from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deepreview.engine.desk import Repository
from deepreview.git.target import Asked, Staged, WorkTree
from deepreview.model.change import RepoPath, Side
from deepreview.model.claim import DefectClass, Place
from deepreview.model.finding import Finding, Origin, OriginKind
from deepreview.testing.bench import MemoryBench
from deepreview.testing.builders import make_claim
from deepreview.testing.files import GivenFiles, at_head
from deepreview.testing.rounds import open_change
from deepreview.testing.sandbox import Sandbox
from deepreview.verify.origin import trace
from deepreview.verify.quote import place


@pytest.fixture
def box(tmp_path: Path) -> Sandbox:
    made = Sandbox(tmp_path / "repo")
    made.commit("start", {"a.py": "def first():\n    return 1\n\n\ndef second():\n    return 2\n", "b.py": "x = 1\n"})
    made.git("checkout", "-q", "-b", "topic")
    return made


def about(
    repository: Repository, path: str, first: int, last: int = 0, side: Side = Side.HEAD, **given_fields: Any
) -> Finding:
    """A placed finding about these lines, without a quote."""
    repo_path = RepoPath(path)
    lines = repository.tree(side).read([repo_path])[repo_path].decode().split("\n")
    where = Place(path=path, first=first, last=last or first, side=side)
    claim = make_claim(quote="", places=(where,), **given_fields)
    files = GivenFiles(**({"head": {}, "base": {}} | {side.value: {path: lines}}))
    finding = place(claim, files)
    assert isinstance(finding, Finding)
    return finding


def origin(
    seen: Sandbox | Repository, path: str, first: int, last: int = 0, side: Side = Side.HEAD, **given_fields: Any
) -> Origin:
    """Where those lines come from, in the current branch of a sandbox or in a change."""
    repository = open_change(seen) if isinstance(seen, Sandbox) else seen
    (traced,) = trace([about(repository, path, first, last, side, **given_fields)], repository)
    return traced.origin


def test_the_commit_that_wrote_the_line_is_named(box: Sandbox) -> None:
    one = box.commit("one", {"b.py": "x = 1\ny = compute()\n"})
    two = box.commit("two", {"b.py": "x = 1\ny = compute()\nz = forget()\n"})
    box.commit("three", {"c.py": "unrelated = True\n"})
    change = open_change(box)
    found = [origin(change, "b.py", line) for line in (2, 3)]
    assert [(o.commit, o.subject, o.author) for o in found] == [(one, "one", "Sam"), (two, "two", "Sam")]
    assert {o.kind for o in found} == {OriginKind.INTRODUCED}


def test_a_later_edit_of_the_line_is_the_one_named(box: Sandbox) -> None:
    box.commit("one", {"b.py": "x = 1\ny = compute()\n"})
    later = box.commit("two", {"b.py": "x = 1\ny = compute(all)\n"})
    assert origin(box, "b.py", 2).commit == later


def test_code_that_moved_to_another_file_is_moved(box: Sandbox) -> None:
    box.commit("move", {"a.py": "def first():\n    return 1\n", "c.py": "def second():\n        return 2\n"})
    found = origin(box, "c.py", 1, 2)
    assert (found.kind, found.commit) == (OriginKind.MOVED, "")


def test_a_new_line_among_moved_ones_is_introduced_by_its_own_commit(box: Sandbox) -> None:
    box.commit("move", {"a.py": "def first():\n    return 1\n", "c.py": "def second():\n    return 2\n"})
    new = box.commit("extend", {"c.py": "def second():\n    log_it_twice()\n    return 2\n"})
    found = origin(box, "c.py", 1, 3)
    assert (found.kind, found.commit) == (OriginKind.INTRODUCED, new)


def test_a_line_that_was_there(box: Sandbox) -> None:
    box.commit("one", {"b.py": "x = 1\ny = compute()\n"})
    change = open_change(box)
    exposed = origin(change, "a.py", 1, defect=DefectClass.REGRESSION)
    older = origin(change, "a.py", 1, defect=DefectClass.ENHANCEMENT)
    assert (exposed.kind, older.kind) == (OriginKind.NEWLY_EXPOSED, OriginKind.PRE_EXISTING)


def test_prose_that_a_line_was_made_wrong_is_told_as_no_more_than_said(box: Sandbox) -> None:
    box.commit("one", {"b.py": "x = 1\ny = compute()\n"})
    change = open_change(box)
    found = [origin(change, "a.py", 1, defect=DefectClass.REGRESSION, kind=kind) for kind in ("said", "stale-name")]
    assert [o.kind for o in found] == [OriginKind.NEWLY_EXPOSED] * 2
    assert [o.reason for o in found] == [
        "The line was there before; that this change made it wrong is said, not shown.",
        "The line was there before; this change made it wrong.",
    ]


def test_removed_code(box: Sandbox) -> None:
    box.commit("remove", {"a.py": "def first():\n    return 1\n"})
    change = open_change(box)
    assert origin(change, "a.py", 5, 6, side=Side.BASE).kind is OriginKind.INTRODUCED
    assert origin(change, "a.py", 1, side=Side.BASE).kind is OriginKind.NEWLY_EXPOSED
    box.commit("bring back", {"c.py": "def second():\n    return 2\n"})
    assert origin(box, "a.py", 5, 6, side=Side.BASE).kind is OriginKind.MOVED


@pytest.mark.parametrize("asked", [Staged(), WorkTree()], ids=["staged", "worktree"])
def test_work_that_is_not_committed_has_no_commit(box: Sandbox, asked: Asked) -> None:
    box.write("b.py", "x = 1\ny = compute()\n")
    box.git("add", "-A")
    found = origin(open_change(box, asked), "b.py", 2)
    assert (found.kind, found.commit, found.reason) == (OriginKind.INTRODUCED, "", "The line is not committed yet.")


def test_a_shallow_edge_is_unknown_and_never_introduced(box: Sandbox) -> None:
    box.commit("one", {"b.py": "x = 1\ny = compute()\n"})
    box.git("branch", "-q", "cut-main")
    box.git("checkout", "-q", "-b", "cut-side")
    box.commit("two", {"b.py": "x = 1\ny = compute()\nz = forget()\n"})
    short = box.path.parent / "short"
    box.git("clone", "-q", "--depth", "1", "--no-single-branch", f"file://{box.path}", str(short))
    change = open_change(Sandbox(short), "origin/cut-main..origin/cut-side")
    assert origin(change, "b.py", 3).kind is OriginKind.UNKNOWN


def test_what_was_written_after_a_shallow_edge_is_introduced(box: Sandbox) -> None:
    short = Sandbox(box.path.parent / "short", minute=30)
    short.git("fetch", "-q", "--depth", "1", f"file://{box.path}", "HEAD")
    short.git("reset", "-q", "--hard", "FETCH_HEAD")
    new = short.commit("beyond", {"b.py": "x = 1\ny = compute()\n"})
    assert origin(open_change(short, "HEAD"), "b.py", 2).commit == new


def test_a_root_commit_introduces_all(tmp_path: Path) -> None:
    box = Sandbox(tmp_path / "repo")
    root = box.commit("root", {"a.py": "x = compute()\n"})
    assert origin(open_change(box, "HEAD"), "a.py", 1).commit == root


def test_a_merge_shows_what_it_brought_and_who_wrote_it(box: Sandbox) -> None:
    side = box.commit("on the side", {"b.py": "x = 1\ny = compute()\n"})
    box.git("checkout", "-q", "main")
    box.commit("meanwhile", {"c.py": "unrelated = True\n"})
    box.git("merge", "-q", "--no-ff", "-m", "merge topic", "topic")
    assert origin(open_change(box, "HEAD"), "b.py", 2).commit == side


def test_a_renamed_file_keeps_its_lines(box: Sandbox) -> None:
    box.git("mv", "a.py", "renamed.py")
    new = box.commit("rename", {"renamed.py": "def first():\n    return 1\n\n\ndef second():\n    return 22\n"})
    change = open_change(box)
    assert origin(change, "renamed.py", 1).kind is OriginKind.NEWLY_EXPOSED
    assert origin(change, "renamed.py", 6).commit == new


def test_a_file_as_a_whole(box: Sandbox) -> None:
    new = box.commit("add", {"c.py": "unrelated = True\n", "empty.py": ""})
    change = open_change(box)
    assert origin(change, "c.py", 0).commit == new
    assert origin(change, "empty.py", 0).reason == "This change adds the file."
    assert origin(change, "a.py", 0).reason == "The file was there before; this change made it wrong."


_LINES = st.lists(st.integers(0, 99).map(lambda n: f"call_number_{n}()"), min_size=1, max_size=8, unique=True)


@given(_LINES, st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_moved_lines_never_count_as_introduced(tmp_path: Path, lines: list[str], data: st.DataObject) -> None:
    moved = data.draw(st.permutations(lines))
    depth = data.draw(st.sampled_from(["", "    ", "\t"]))
    base = {"old.py": "".join(f"{line}\n" for line in lines), "new.py": "x\n"}
    head = {"old.py": "", "new.py": "x\n" + "".join(f"{depth}{line}\n" for line in moved)}

    first = data.draw(st.integers(2, len(lines) + 1))
    last = data.draw(st.integers(first, len(lines) + 1))
    bench = MemoryBench(base, head, tmp_path)
    where = Place(path="new.py", first=first, last=last)
    finding = place(make_claim(quote="", places=(where,)), at_head(new__py=head["new.py"].split("\n")))
    assert isinstance(finding, Finding)
    (traced,) = trace([finding], bench)
    assert traced.origin.kind is OriginKind.MOVED
