import pytest

from deepreview.errors import MachineError
from deepreview.git.history import blame, commit_of, commits_between, files_of, touched_together
from deepreview.git.run import EMPTY_TREE
from deepreview.model.change import RepoPath, Sha
from deepreview.testing.reviewed import Reviewed
from deepreview.testing.sandbox import Sandbox

A = RepoPath("a")


def test_introduced_and_boundary(repo: Reviewed) -> None:
    base = repo.box.commit("base", {"a": "1\n2\n3\n"})
    mine = repo.box.commit("mine", {"a": "1\ntwo\n3\n4\n"})
    git = repo.mirror(repo.pin(f"{base}..HEAD")).git
    found = blame(git, f"{base}..{mine}", {A: [1, 2, 4]})[A]
    assert {n: (w.commit, w.boundary) for n, w in found.items()} == {
        1: (base, True),
        2: (mine, False),
        4: (mine, False),
    }
    assert [w.commit for w in blame(git, mine, {A: [1]})[A].values()] == [base]


def test_the_first_commit_wrote_its_lines(repo: Reviewed) -> None:
    root = repo.box.commit("root", {"a": "1\n"})
    git = repo.mirror(repo.pin("HEAD")).git
    for tip in (root, f"{EMPTY_TREE}..{root}"):
        (written,) = blame(git, tip, {A: [1]})[A].values()
        assert (written.commit, written.boundary) == (root, False)


def test_lines_that_are_not_there(repo: Reviewed) -> None:
    sha = repo.box.commit("root", {"a": "1\n2\n", "empty": ""})
    git = repo.mirror(repo.pin("HEAD")).git
    found = blame(git, sha, {A: [0, -1, 2, 3, 99], RepoPath("empty"): [1], RepoPath("none"): [1], RepoPath("b"): []})
    assert {path: sorted(lines) for path, lines in found.items()} == {"a": [2], "empty": [], "none": [], "b": []}
    assert blame(git, sha, {}) == {}


def test_white_space_renames_and_odd_names(repo: Reviewed) -> None:
    text = "".join(f"a line of some length {n}\n" for n in range(9))
    names = [b":(top)x", b"-C", b"in\xffvalid", b"new\nline", b"a b", b"*"]
    for name in names:
        repo.box.write(name, text)
    old = repo.box.commit("old", {"before": text})
    repo.box.git("mv", "before", "after")
    new = repo.box.commit("new", {"after": "    " + text + "more\n"})
    git = repo.mirror(repo.pin("HEAD")).git
    found = blame(git, new, {RepoPath("after"): [1, 10]})[RepoPath("after")]
    assert {n: w.commit for n, w in found.items()} == {1: old, 10: new}
    wanted = {RepoPath(name.decode("utf-8", "surrogateescape")): [3] for name in names}
    assert [lines[3].commit for lines in blame(git, new, wanted).values()] == [old] * len(names)


def test_the_edge_of_a_shallow_clone_is_a_boundary(repo: Reviewed) -> None:
    for n in range(4):
        repo.box.commit(f"c{n}", {"a": "".join(f"{line}\n" for line in range(n + 1))})
    clone = repo.root / "shallow"
    repo.box.git("clone", "-q", "--depth", "2", repo.box.path.as_uri(), str(clone))
    shallow = Reviewed(root=repo.root, box=Sandbox(clone), environ=repo.environ)
    pinned = shallow.pin("HEAD")
    found = blame(shallow.mirror(pinned).git, pinned.head, {A: [1, 4]})[A]
    assert (found[1].boundary, found[4].boundary) == (True, False)


def test_commits(repo: Reviewed) -> None:
    base = repo.box.commit("base", {"a": "a\n"})
    one = repo.box.commit("one\n\nwith a body\n\nof two parts", {"a": "b\n"})
    two = repo.box.commit("two", {"a": "c\n"})
    git = repo.mirror(repo.pin("HEAD")).git
    found = commits_between(git, base, two)
    assert [(c.sha, c.subject, c.body, c.author) for c in found] == [
        (one, "one", "with a body\n\nof two parts", "Sam"),
        (two, "two", "", "Sam"),
    ]
    assert found[0].at == "2026-01-05T10:00:02+00:00"
    assert commit_of(git, one) == found[0]
    assert [c.sha for c in commits_between(git, EMPTY_TREE, two)] == [base, one, two]
    assert commits_between(git, two, base) == ()
    with pytest.raises(MachineError, match="git log failed"):
        commit_of(git, Sha("0" * 40))


def test_files_of(repo: Reviewed) -> None:
    repo.box.commit("base", {"a": "1\n2\n", "b": "b\n"})
    repo.box.git("checkout", "-q", "-b", "topic")
    repo.box.commit("topic", {"t\tab": "t\n", "bin": b"\0"})
    repo.box.git("checkout", "-q", "main")
    repo.box.commit("main", {"a": "1\n3\n4\n", "x\ny": "x\n"})
    repo.box.git("merge", "-q", "--no-ff", "-m", "merge", "topic")
    git = repo.mirror(repo.pin("HEAD")).git
    assert files_of(git, Sha(repo.box.git("rev-parse", "HEAD~1"))) == {"a": (2, 1), "x\ny": (1, 0)}
    assert files_of(git, repo.box.head()) == {"t\tab": (1, 0), "bin": (0, 0)}
    assert files_of(git, Sha(repo.box.git("rev-list", "--max-parents=0", "HEAD"))) == {"a": (2, 0), "b": (1, 0)}


def test_touched_together(repo: Reviewed) -> None:
    odd = ["\x01", "\n", "\nstarts", "a" * 40, " ", "x\ny"]
    repo.box.commit("base", dict.fromkeys(odd, "1\n"))
    repo.box.commit("empty")
    repo.box.commit("one", {"\nstarts": "2\n"})
    repo.box.commit("two", {"b": "2\n", "a" * 40: "2\n"})
    git = repo.mirror(repo.pin("HEAD")).git
    found = touched_together(git, repo.box.head(), 10)
    assert found == [{"b", "a" * 40}, {"\nstarts"}, set(), set(odd)]
    assert touched_together(git, repo.box.head(), 1) == found[:1]
