"""The short way to who wrote a line says what blame says."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from deepreview.engine.desk import Repository
from deepreview.git import written as module
from deepreview.git.diff import diff
from deepreview.git.history import Written, blame
from deepreview.git.run import Git, for_mirror
from deepreview.git.written import written
from deepreview.model.change import Change, RepoPath, Sha
from deepreview.testing.builders import make_change
from deepreview.testing.rounds import open_change
from deepreview.testing.sandbox import Sandbox

LONG = "".join(f"line {n} of a file that is long enough to be known again\n" for n in range(12))


@pytest.fixture
def box(tmp_path: Path) -> Sandbox:
    made = Sandbox(tmp_path / "repo")
    made.commit("start", {"old.py": LONG, "a.py": "a\n"})
    made.git("checkout", "-q", "-b", "topic")
    return made


@pytest.fixture
def blamed(monkeypatch: pytest.MonkeyPatch) -> list[RepoPath]:
    """The files that blame was asked about."""
    asked: list[RepoPath] = []

    def counted(git: Git, tip: str, wanted: Mapping[RepoPath, Sequence[int]]) -> dict[RepoPath, dict[int, Written]]:
        asked.extend(wanted)
        return blame(git, tip, wanted)

    monkeypatch.setattr(module, "blame", counted)
    return asked


def asked_of(repository: Repository, **lines: Sequence[int]) -> dict[str, dict[int, Sha]]:
    """The commits of those lines, blame's own answer checked to be the same."""
    wanted = {RepoPath(name.replace("__", ".")): numbers for name, numbers in lines.items()}
    change = repository.change
    found = written(repository.git, change, wanted)
    assert found == blame(repository.git, f"{change.base}..{change.head}", wanted)
    return {path: {number: line.commit for number, line in of.items()} for path, of in found.items()}


def test_new_files_need_no_blame(box: Sandbox, blamed: list[RepoPath]) -> None:
    one = box.commit("one", {"b.py": "b\nb\n", "a.py": "a\nb\n"})
    two = box.commit("two", {"c.py": "c\n", "sub/in\nner.py": "d"})
    repository = open_change(box)
    assert asked_of(repository, b__py=[2, 1, 2, 3, 0, -1], c__py=[1], none=[1], a__py=[2]) == {
        "b.py": {1: one, 2: one},
        "c.py": {1: two},
        "none": {},
        "a.py": {2: one},
    }
    assert written(repository.git, repository.change, {RepoPath("sub/in\nner.py"): [1]}) == {
        "sub/in\nner.py": {1: Written(commit=two, boundary=False)}
    }
    assert blamed == ["none", "a.py"]


def test_a_file_that_a_later_commit_edits_is_blamed(box: Sandbox, blamed: list[RepoPath]) -> None:
    one = box.commit("one", {"b.py": "b\nb\n"})
    two = box.commit("two", {"b.py": "b\nc\n"})
    assert asked_of(open_change(box), b__py=[1, 2]) == {"b.py": {1: one, 2: two}}
    assert blamed == ["b.py"]


def test_what_a_rename_within_the_change_hides_is_blamed(box: Sandbox, blamed: list[RepoPath]) -> None:
    """From base to head `new.py` is added, and yet its first lines are those of `old.py`."""
    box.commit("grow", {"old.py": LONG + LONG.replace("line", "more") * 2})
    box.git("mv", "old.py", "new.py")
    box.commit("rename")
    box.commit("back", {"old.py": "something else\n"})
    asked_of(open_change(box), new__py=[1, 30])
    assert blamed == ["new.py"]


def test_the_edge_of_a_shallow_clone_adds_nothing(box: Sandbox, blamed: list[RepoPath]) -> None:
    box.commit("one", {"b.py": "b\n"})
    box.git("branch", "-q", "cut-main")
    box.git("checkout", "-q", "-b", "cut-side")
    box.commit("two", {"c.py": "c\n"})
    short = box.path.parent / "short"
    box.git("clone", "-q", "--depth", "1", "--no-single-branch", f"file://{box.path}", str(short))
    asked_of(open_change(Sandbox(short), "origin/cut-main..origin/cut-side"), c__py=[1])
    assert blamed == ["c.py"]


def test_a_merge_that_writes_a_file_itself(box: Sandbox, blamed: list[RepoPath]) -> None:
    one = box.commit("one", {"b.py": "b\n"})
    box.git("checkout", "-q", "-b", "side", "HEAD~1")
    two = box.commit("two", {"c.py": "c\n"})
    box.git("checkout", "-q", "topic")
    box.git("merge", "-q", "--no-ff", "--no-commit", "side")
    merge = box.commit("merge", {"d.py": "d\n", "c.py": "c\nmerged\n"})
    assert asked_of(open_change(box), b__py=[1], c__py=[1, 2], d__py=[1]) == {
        "b.py": {1: one},
        "c.py": {1: two, 2: merge},
        "d.py": {1: merge},
    }
    assert blamed == ["c.py", "d.py"]


def test_a_long_history_is_not_walked_for_one_file(box: Sandbox, blamed: list[RepoPath]) -> None:
    one = box.commit("one", {"b.py": "b\n"})
    for number in range(60):
        box.git("commit", "-q", "--allow-empty", "-m", f"empty {number}")
    assert asked_of(open_change(box), b__py=[1]) == {"b.py": {1: one}}
    assert blamed == ["b.py"]


_NAMES = ("a", "b", "c")
_LINES = st.lists(st.sampled_from([f"a line that is called {n} and is known again" for n in range(8)]), max_size=6)
_TREES = st.dictionaries(st.sampled_from(_NAMES), _LINES)
_FEW = st.dictionaries(st.sampled_from(_NAMES), _LINES, max_size=1)


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[list[int], dict[str, list[str]]]]:
    """Commits by their parents and trees; the first is the base, and all come after it."""
    commits: list[tuple[list[int], dict[str, list[str]]]] = [([], draw(_FEW))]
    for number in range(1, draw(st.integers(1, 6)) + 1):
        parents = [number - 1]
        if number > 1 and draw(st.booleans()):
            parents.append(draw(st.integers(0, number - 2)))
        kept = draw(st.sampled_from(parents))
        tree = draw(_TREES) if draw(st.booleans()) else commits[kept][1] | draw(_FEW)
        commits.append((parents, tree))
    return commits


def _imported(git: Git, commits: Sequence[tuple[Sequence[int], Mapping[str, Sequence[str]]]]) -> list[Sha]:
    stream = []
    for number, (parents, tree) in enumerate(commits):
        stream.append(
            f"commit refs/heads/c{number}\nmark :{number + 1}\ncommitter S <s@x> {number * 60} +0000\ndata 0\n"
        )
        stream += [f"{'merge' if at else 'from'} :{parent + 1}\n" for at, parent in enumerate(parents)]
        stream.append("deleteall\n")
        for name, lines in tree.items():
            text = "".join(f"{line}\n" for line in lines)
            stream.append(f"M 100644 inline {name}\ndata {len(text)}\n{text}\n")
    git.out("fast-import", "--quiet", "--force", stdin="".join(stream).encode())
    return [Sha(git.line("rev-parse", f"refs/heads/c{number}")) for number in (0, len(commits) - 1)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(commits=histories())
def test_it_says_what_blame_says(
    tmp_path: Path, commits: list[tuple[list[int], dict[str, list[str]]]], blamed: list[RepoPath]
) -> None:
    git_dir = tmp_path / "m.git"
    git_dir.mkdir(exist_ok=True)
    git = for_mirror(git_dir, {})
    if not (git_dir / "HEAD").exists():
        git.out("init", "--bare", "-q")
    base, head = _imported(git, commits)
    change: Change = make_change(base=base, head=head, patches=diff(git, base, head), commits=())
    wanted = {RepoPath(name): range(1, 8) for name in _NAMES}
    blamed.clear()
    found = written(git, change, wanted)
    event(f"{len(wanted) - len(blamed)} without blame")
    assert found == blame(git, f"{base}..{head}", wanted)
