import hashlib
import re

import pytest

from deepreview.errors import MachineError, UsageError
from deepreview.git.run import EMPTY_TREE
from deepreview.model.change import FileKind
from deepreview.testing.reviewed import Reviewed
from deepreview.testing.sandbox import Sandbox


def _forge(repo: Reviewed, owner: str = "acme/app") -> Sandbox:
    """A bare repository that answers to the address of a forge, and is the `origin` of the reviewed one."""
    path = repo.root / "forge" / f"{owner}.git"
    path.parent.mkdir(parents=True, exist_ok=True)
    repo.box.git("clone", "-q", "--bare", str(repo.box.path), str(path))
    forge = f"{repo.root / 'forge'}/"
    (repo.root / "home" / ".gitconfig").write_text(f'[url "{forge}"]\n\tinsteadOf = https://github.com/\n')
    repo.box.git("remote", "add", "origin", f"https://github.com/{owner}.git")
    repo.box.git("config", f"url.{forge}.insteadOf", "https://github.com/")
    repo.box.git("fetch", "-q", "origin")
    return repo.box


def _branch(repo: Reviewed, name: str = "topic") -> str:
    repo.box.git("checkout", "-q", "-b", name)
    return repo.box.commit("work", {"b.txt": "b\n"})


class TestNamed:
    def test_branch_by_its_local_and_its_remote_name(self, repo: Reviewed) -> None:
        base = repo.box.commit("base", {"a.txt": "a\n"})
        head = _branch(repo)
        _forge(repo)
        repo.box.git("checkout", "-q", "main")
        assert (repo.pin("topic").base, repo.pin("topic").head) == (base, head)
        assert (repo.pin("origin/topic").base, repo.pin("origin/topic").head) == (base, head)

    def test_merged_branch_shows_what_was_merged(self, repo: Reviewed) -> None:
        base = repo.box.commit("base", {"a.txt": "a\n"})
        head = _branch(repo)
        repo.box.git("checkout", "-q", "main")
        repo.box.git("merge", "-q", "--no-ff", "-m", "merge", "topic")
        repo.box.commit("later", {"c.txt": "c\n"})
        _branch(repo, "later-topic")
        repo.box.git("checkout", "-q", "main")
        repo.box.git("merge", "-q", "--no-ff", "-m", "merge another", "later-topic")
        assert (repo.pin("topic").base, repo.pin("topic").head) == (base, head)

    def test_branch_with_nothing_of_its_own(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a.txt": "a\n"})
        repo.box.git("branch", "topic")
        with pytest.raises(UsageError, match="topic has no commits beyond main"):
            repo.pin("topic")

    def test_no_default_branch(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a.txt": "a\n"})
        repo.box.git("branch", "-m", "main", "odd")
        with pytest.raises(UsageError, match="nothing says what odd"):
            repo.pin("odd")

    def test_ranges(self, repo: Reviewed) -> None:
        base = repo.box.commit("base", {"a.txt": "a\n"})
        head = _branch(repo)
        repo.box.git("checkout", "-q", "main")
        tip = repo.box.commit("main moves on", {"c.txt": "c\n"})
        two, three = repo.pin("main..topic"), repo.pin("main...topic")
        assert (two.base, two.head, two.slug) == (tip, head, "main..topic")
        assert (three.base, three.head, three.branch) == (base, head, "topic")
        assert repo.pin("topic..").head == tip
        assert repo.pin("...topic").base == base
        assert {p.path: p.kind for p in repo.change("main..topic").patches} == {
            "b.txt": FileKind.ADDED,
            "c.txt": FileKind.DELETED,
        }

    def test_range_of_equal_trees(self, repo: Reviewed) -> None:
        one = repo.box.commit("one", {"a.txt": "a\n"})
        repo.box.commit("two", {"a.txt": "b\n"})
        repo.box.commit("three", {"a.txt": "a\n"})
        with pytest.raises(UsageError, match=r"nothing to review: HEAD against [0-9a-f]{9} changes no file"):
            repo.change(f"{one}..HEAD")

    def test_commits(self, repo: Reviewed) -> None:
        root = repo.box.commit("root", {"a.txt": "a\n"})
        head = repo.box.commit("second", {"b.txt": "b\n"})
        repo.box.git("tag", "-a", "-m", "a tag", "v1")
        for name in (head, head[:9], "HEAD", "v1", "main@{0}"):
            assert (repo.pin(name).base, repo.pin(name).head) == (root, head)
        pinned = repo.pin("HEAD~1")
        assert (pinned.base, pinned.head) == (EMPTY_TREE, root)
        change = repo.change("HEAD~1")
        assert [c.sha for c in change.commits] == [root]
        assert [(p.path, p.kind) for p in change.patches] == [("a.txt", FileKind.ADDED)]

    def test_empty_commit(self, repo: Reviewed) -> None:
        repo.box.commit("root", {"a.txt": "a\n"})
        repo.box.commit("nothing")
        with pytest.raises(UsageError, match="there is nothing to review: commit HEAD against its first parent"):
            repo.change("HEAD")
        with pytest.raises(UsageError, match="there is nothing to review: the last commit"):
            repo.change()

    def test_empty_root_commit(self, repo: Reviewed) -> None:
        repo.box.commit("nothing at all")
        with pytest.raises(UsageError, match="there is nothing to review"):
            repo.change("HEAD")

    def test_merge_and_octopus(self, repo: Reviewed) -> None:
        base = repo.box.commit("base", {"a.txt": "a\n"})
        for name in ("one", "two", "three"):
            repo.box.git("checkout", "-q", "-b", name, base)
            repo.box.commit(name, {f"{name}.txt": name})
        repo.box.git("checkout", "-q", "main")
        tip = repo.box.commit("main moves on", {"c.txt": "c\n"})
        repo.box.git("merge", "-q", "--no-ff", "-m", "merge", "one")
        assert repo.pin("HEAD").base == tip
        assert list(repo.patches("HEAD")) == ["one.txt"]
        repo.box.git("merge", "-q", "-m", "octopus", "two", "three")
        assert len(repo.box.git("rev-parse", "HEAD^@").split()) == 3
        assert sorted(repo.patches("HEAD")) == ["three.txt", "two.txt"]
        assert {c.subject for c in repo.change("HEAD").commits} == {"octopus", "two", "three"}
        assert repo.change("HEAD").title == "octopus"
        assert repo.change("HEAD~2..HEAD").title == ""

    def test_criss_cross_merges_have_a_base(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a.txt": "a\n"})
        left = repo.box.commit("left", {"l.txt": "l\n"})
        repo.box.git("checkout", "-q", "-b", "topic", "HEAD~1")
        right = repo.box.commit("right", {"r.txt": "r\n"})
        repo.box.git("merge", "-q", "-m", "left into right", left)
        repo.box.git("checkout", "-q", "main")
        repo.box.git("merge", "-q", "-m", "right into left", right)
        repo.box.commit("main", {"m.txt": "m\n"})
        repo.box.git("checkout", "-q", "topic")
        repo.box.commit("topic", {"t.txt": "t\n"})
        assert repo.pin().base in {left, right}
        assert "t.txt" in repo.patches()

    def test_unrelated_histories(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a.txt": "a\n"})
        repo.box.git("checkout", "-q", "--orphan", "island")
        repo.box.commit("island", {"a.txt": "b\n"})
        with pytest.raises(UsageError, match="have no common commit: their histories are unrelated"):
            repo.pin("island")
        assert list(repo.patches("main..island")) == ["a.txt"]

    @pytest.mark.parametrize("name", ["mian", "--output=x", "-p", "HEAD~99", "main^{tree}", "0" * 40, ":/x", "@{u}"])
    def test_unknown_names(self, repo: Reviewed, name: str) -> None:
        repo.box.commit("base", {"a.txt": "a\n"})
        with pytest.raises(UsageError, match="is no branch, tag or commit") as caught:
            repo.pin(name)
        assert "\n" not in str(caught.value)
        assert not list(repo.box.path.glob("x"))
        if name == "mian":
            assert caught.value.hint == "did you mean main?"

    def test_a_name_with_nul_is_one_clear_line(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a.txt": "a\n"})
        with pytest.raises((UsageError, MachineError), match="null"):
            repo.pin("a\0b")

    def test_a_number_can_be_a_branch_or_a_commit(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a.txt": "a\n"})
        head = _branch(repo, "280")
        repo.box.git("checkout", "-q", "main")
        assert repo.pin("280").head == head
        tree, when = repo.box.git("rev-parse", "HEAD^{tree}"), "Sam <sam@example.org> 1767607200 +0000"
        texts = (f"tree {tree}\nauthor {when}\ncommitter {when}\n\n{n}\n".encode() for n in range(10_000))
        text = next(t for t in texts if re.match(r"\d{7}", hashlib.sha1(b"commit %d\0" % len(t) + t).hexdigest()))
        sha = repo.box.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=text)
        repo.box.git("update-ref", "refs/heads/digits", sha)
        _forge(repo)
        assert repo.pin(sha[:7]).head == sha
