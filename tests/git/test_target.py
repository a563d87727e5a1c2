import hashlib
import re
from pathlib import Path

import pytest

from deepreview.errors import MachineError, UsageError
from deepreview.git.run import EMPTY_TREE
from deepreview.git.source import open_source
from deepreview.git.target import Auto, PatchText, Staged, WorkTree, pin
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


class TestAuto:
    def test_branch_against_a_local_default(self, repo: Reviewed) -> None:
        base = repo.box.commit("base", {"a.txt": "a\n"})
        head = _branch(repo)
        repo.box.git("checkout", "-q", "main")
        repo.box.commit("main moves on", {"c.txt": "c\n"})
        repo.box.git("checkout", "-q", "topic")
        pinned = repo.pin()
        assert (pinned.base, pinned.head, pinned.slug, pinned.branch) == (base, head, "topic", "topic")
        assert pinned.how == "branch topic against its merge base with main"
        assert [c.subject for c in repo.change().commits] == ["work"]
        assert repo.change().title == "work"

    def test_branch_against_the_upstream_default(self, repo: Reviewed) -> None:
        base = repo.box.commit("base", {"a.txt": "a\n"})
        repo.box.git("branch", "-m", "main", "production")
        _forge(repo)
        repo.box.git("remote", "set-head", "origin", "production")
        head = _branch(repo)
        pinned = repo.pin()
        assert (pinned.base, pinned.head) == (base, head)
        assert "origin/production" in pinned.how
        assert (pinned.repo, pinned.url) == ("acme/app", "https://github.com/acme/app")

    def test_on_the_default_branch_ahead_of_its_remote(self, repo: Reviewed) -> None:
        base = repo.box.commit("base", {"a.txt": "a\n"})
        _forge(repo)
        one = repo.box.commit("one", {"b.txt": "b\n"})
        two = repo.box.commit("two", {"c.txt": "c\n"})
        change = repo.change()
        assert (change.base, [c.sha for c in change.commits]) == (base, [one, two])
        assert change.title == ""

    def test_upstream_is_preferred_to_origin(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a.txt": "a\n"})
        _forge(repo)
        later = repo.box.commit("only upstream has it", {"b.txt": "b\n"})
        repo.box.git("remote", "add", "upstream", ".")
        repo.box.git("fetch", "-q", "upstream")
        _branch(repo)
        assert repo.pin().base == later

    def test_detached_head(self, repo: Reviewed) -> None:
        base = repo.box.commit("base", {"a.txt": "a\n"})
        head = _branch(repo)
        repo.box.git("checkout", "-q", "--detach")
        pinned = repo.pin()
        assert (pinned.base, pinned.head, pinned.branch, pinned.slug) == (base, head, "", head[:9])
        assert pinned.how.startswith(f"the detached head {head[:9]} ")

    def test_nothing_ahead_then_uncommitted_then_the_last_commit(self, repo: Reviewed) -> None:
        first = repo.box.commit("first", {"a.txt": "a\n"})
        last = repo.box.commit("last", {"a.txt": "b\n"})
        assert (repo.pin().base, repo.pin().head) == (first, last)
        assert repo.pin().how == "the last commit, since main has no commits beyond main and nothing is uncommitted"
        repo.box.write("a.txt", "c\n")
        pinned = repo.pin()
        assert (pinned.base, pinned.slug, pinned.committed) == (last, "worktree", False)
        assert repo.change().commits == ()
        assert "+c" in repo.patches()["a.txt"].hunks[0].lines

    def test_another_base(self, repo: Reviewed) -> None:
        first = repo.box.commit("first", {"a.txt": "a\n"})
        repo.box.commit("second", {"a.txt": "b\n"})
        assert repo.pin(base=first).base == first
        with pytest.raises(UsageError, match="'mian' is no branch"):
            repo.pin(base="mian")

    def test_no_commit(self, repo: Reviewed) -> None:
        with pytest.raises(UsageError, match="has no commits yet"):
            repo.pin()

    def test_sub_folder_linked_work_tree_and_bare(self, repo: Reviewed) -> None:
        base = repo.box.commit("base", {"sub/dir/a.txt": "a\n"})
        head = _branch(repo)
        want = repo.pin()
        assert repo.pin(folder=repo.box.path / "sub" / "dir") == want
        repo.box.git("worktree", "add", "-q", "-b", "other", str(repo.root / "linked"), base)
        linked = Sandbox(repo.root / "linked")
        other = linked.commit("in the linked one", {"z": "z\n"})
        pinned = repo.pin(folder=linked.path)
        assert (pinned.mirror, pinned.head, pinned.branch) == (want.mirror, other, "other")
        linked.write("z", "y\n")
        assert [p.path for p in repo.change(WorkTree(), folder=linked.path).patches] == ["z"]
        repo.box.git("clone", "-q", "--bare", ".", str(repo.root / "bare.git"))
        pinned = repo.pin("topic", folder=repo.root / "bare.git")
        assert (pinned.base, pinned.head, pinned.repo) == (base, head, "bare")
        with pytest.raises(UsageError, match="bare repository has no work tree"):
            repo.pin(WorkTree(), folder=repo.root / "bare.git")
        with pytest.raises(UsageError, match="bare repository has no work tree"):
            repo.pin(Staged(), folder=repo.root / "bare.git")
        assert repo.pin(folder=repo.root / "bare.git").head == head


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
        with pytest.raises(UsageError, match=r"nothing to review: HEAD against [0-9a-f]{40} changes no file"):
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


class TestPullRequest:
    def _opened(self, repo: Reviewed) -> tuple[str, str]:
        base = repo.box.commit("base", {"a.txt": "a\n"})
        _forge(repo)
        head = _branch(repo)
        repo.box.git("push", "-q", "origin", "topic:refs/pull/12/head")
        repo.box.git("checkout", "-q", "main")
        repo.box.git("branch", "-D", "topic")
        return base, head

    def test_by_number_and_by_address(self, repo: Reviewed) -> None:
        base, head = self._opened(repo)
        for text in ("12", "#12"):
            pinned = repo.pin(text)
            assert (pinned.base, pinned.head, pinned.number, pinned.slug) == (base, head, 12, "pr-12")
            assert (pinned.repo, pinned.url) == ("acme/app", "https://github.com/acme/app")
        for tail in ("", "/files", "?w=1", "#discussion_r1"):
            url = f"https://github.com/acme/app/pull/12{tail}"
            pinned = repo.pin(url, folder=repo.root)
            assert (pinned.base, pinned.head, pinned.number, pinned.repo) == (base, head, 12, "acme/app")
        assert list(repo.patches("12")) == ["b.txt"]

    def test_against_the_branch_it_is_opened_on(self, repo: Reviewed) -> None:
        _, head = self._opened(repo)
        repo.box.git("checkout", "-q", "-b", "release", head + "~1")
        release = repo.box.commit("release", {"r.txt": "r\n"})
        repo.box.git("checkout", "-q", "-b", "fix")
        fix = repo.box.commit("fix", {"f.txt": "f\n"})
        repo.box.git("checkout", "-q", "-b", "would-be", release)
        repo.box.git("merge", "-q", "--no-ff", "-m", "merge", "fix")
        repo.box.git("push", "-q", "origin", "fix:refs/pull/13/head", "would-be:refs/pull/13/merge")
        pinned = repo.pin("13")
        assert (pinned.base, pinned.head) == (release, fix)

    def test_merged(self, repo: Reviewed) -> None:
        base, head = self._opened(repo)
        repo.box.git("merge", "-q", "--no-ff", "-m", "merge", head)
        repo.box.commit("later", {"c.txt": "c\n"})
        repo.box.git("push", "-q", "origin", "main")
        assert (repo.pin("12").base, repo.pin("12").head) == (base, head)

    def test_updated_since(self, repo: Reviewed) -> None:
        _, head = self._opened(repo)
        repo.pin("12")
        repo.box.git("checkout", "-q", "-b", "again", head)
        newer = repo.box.commit("more", {"d.txt": "d\n"})
        repo.box.git("push", "-q", "origin", "again:refs/pull/12/head")
        assert repo.pin("12").head == newer

    def test_unknown(self, repo: Reviewed) -> None:
        self._opened(repo)
        with pytest.raises(UsageError, match="origin has no pull request #99"):
            repo.pin("99")
        with pytest.raises(UsageError, match=r"https://github.com/acme/none.git did not answer"):
            repo.pin("https://github.com/acme/none/pull/1")

    def test_no_remote(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a.txt": "a\n"})
        with pytest.raises(UsageError, match="#12 needs a remote"):
            repo.pin("#12")
        with pytest.raises(UsageError, match="'12' is no branch"):
            repo.pin("12")

    def test_a_remote_named_by_a_relative_path(self, repo: Reviewed) -> None:
        _, head = self._opened(repo)
        repo.box.git("remote", "set-url", "origin", "../forge/acme/app.git")
        assert repo.pin("12", folder=repo.box.path).head == head

    def test_holding_nothing(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a.txt": "a\n"})
        _forge(repo)
        repo.box.git("push", "-q", "origin", "main:refs/pull/1/head")
        with pytest.raises(UsageError, match="#1 holds nothing that its base lacks"):
            repo.pin("1")


class TestShallow:
    def _clone(self, repo: Reviewed, depth: int) -> Reviewed:
        for n in range(10):
            repo.box.commit(f"c{n}", {"a.txt": f"{n}\n"})
        repo.box.git("checkout", "-q", "-b", "topic", "HEAD~3")
        repo.box.commit("topic", {"b.txt": "b\n"})
        repo.box.git("checkout", "-q", "main")
        origin = repo.box.path.as_uri()
        repo.box.git("clone", "-q", "--depth", str(depth), "--no-single-branch", origin, str(repo.root / "shallow"))
        return Reviewed(root=repo.root, box=Sandbox(repo.root / "shallow"), environ=repo.environ)

    def test_fork_inside(self, repo: Reviewed) -> None:
        shallow = self._clone(repo, 5)
        change = shallow.change("origin/topic")
        assert change.shallow
        assert [p.path for p in change.patches] == ["b.txt"]
        assert not repo.change("topic").shallow

    def test_fork_outside_then_completed(self, repo: Reviewed) -> None:
        shallow = self._clone(repo, 2)
        with pytest.raises(UsageError, match="have no common commit: the clone is shallow") as caught:
            shallow.pin("origin/topic")
        assert "git fetch --unshallow" in caught.value.hint
        shallow.box.git("fetch", "-q", "--unshallow")
        change = shallow.change("origin/topic")
        assert ([p.path for p in change.patches], change.shallow) == (["b.txt"], False)

    def test_deepened(self, repo: Reviewed) -> None:
        shallow = self._clone(repo, 2)
        assert [p.path for p in shallow.change("HEAD").patches] == ["a.txt"]
        shallow.box.git("fetch", "-q", "--depth", "5", "origin", "main", "topic")
        change = shallow.change("origin/topic")
        assert ([p.path for p in change.patches], change.shallow) == (["b.txt"], True)

    @pytest.mark.parametrize("asked", ["", "HEAD"])
    def test_a_commit_whose_parent_is_cut_off_is_not_taken_for_a_first_one(self, repo: Reviewed, asked: str) -> None:
        shallow = self._clone(repo, 1)
        with pytest.raises(UsageError, match=r"the parent of .* is not in this clone, which is shallow") as caught:
            shallow.pin(asked)
        assert "git fetch --deepen=1" in caught.value.hint
        shallow.box.git("fetch", "-q", "--deepen=1")
        change = shallow.change(asked)
        assert ([p.path for p in change.patches], change.shallow) == (["a.txt"], True)


class TestBadPlaces:
    def test_not_a_repository(self, repo: Reviewed) -> None:
        with pytest.raises(UsageError, match="is not in a git repository"):
            repo.pin(folder=repo.root / "home")

    def test_not_a_folder(self, repo: Reviewed) -> None:
        (repo.root / "file").write_text("")
        for name in ("none", "file"):
            with pytest.raises(MachineError, match="is not a folder"):
                repo.pin(folder=repo.root / name)

    def test_sha256(self, repo: Reviewed) -> None:
        repo.box.git("init", "-q", "--object-format=sha256", str(repo.root / "new"))
        with pytest.raises(UsageError, match="uses sha256 object names"):
            repo.pin(folder=repo.root / "new")

    def test_inside_the_git_folder(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a.txt": "a\n"})
        with pytest.raises(UsageError, match="is the inside of a repository"):
            repo.pin(folder=repo.box.path / ".git")

    def test_a_work_tree_elsewhere(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a.txt": "a\n"})
        repo.box.git("config", "core.worktree", str(repo.root / "home"))
        with pytest.raises(UsageError, match="has its work tree elsewhere"):
            repo.pin(WorkTree())

    def test_a_line_end_in_the_path(self, tmp_path: Path) -> None:
        repo = Reviewed.at(tmp_path / "a\nb")
        repo.box.commit("base", {"a.txt": "a\n"})
        with pytest.raises(UsageError, match="line end in its path"):
            repo.pin()

    def test_odd_characters_in_the_path(self, tmp_path: Path) -> None:
        repo = Reviewed.at(tmp_path / 'a "quoted": é \\ %s $HOME; -x')
        repo.box.commit("base", {"a.txt": "a\n"})
        repo.box.write("a.txt", "b\n")
        assert list(repo.patches(WorkTree())) == ["a.txt"]

    def test_no_git(self, repo: Reviewed) -> None:
        with pytest.raises(MachineError, match="git is not installed"):
            pin(Auto(), "", repo.place(more={"PATH": str(repo.root / "home")}))

    def test_no_path_variable_at_all(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a.txt": "a\n"})
        assert open_source(repo.box.path, {"HOME": "/nonexistent"}).top == repo.box.path

    def test_damaged(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a.txt": "a\n"})
        repo.box.commit("two", {"a.txt": "b\n"})
        blob = repo.box.git("rev-parse", "HEAD:a.txt")
        (repo.box.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
        with pytest.raises(MachineError, match="could not be copied") as caught:
            repo.pin()
        assert "\n" not in str(caught.value)

    def test_a_partial_clone_is_named(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a.txt": "a\n"})
        repo.box.commit("two", {"a.txt": "b\n"})
        repo.box.git("config", "uploadpack.allowFilter", "true")
        clone = repo.root / "partial"
        repo.box.git("clone", "-q", "--no-checkout", "--filter=blob:none", repo.box.path.as_uri(), str(clone))
        with pytest.raises(MachineError, match="could not be copied") as caught:
            repo.pin("HEAD", folder=clone)
        assert "git fetch --refetch --no-filter" in caught.value.hint

    def test_asking_for_staged_where_a_patch_is_meant(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a.txt": "a\n"})
        with pytest.raises(UsageError, match="nothing to review: what is staged changes no file"):
            repo.change(Staged())
        with pytest.raises(UsageError, match=r"empty\.diff does not apply"):
            repo.change(PatchText(name="empty.diff", content=b""))
