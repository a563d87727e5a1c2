from pathlib import Path

import pytest

from deepreview.errors import MachineError, UsageError
from deepreview.git.source import open_source
from deepreview.git.target import Auto, PatchText, Staged, WorkTree, pin
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
        assert repo.pin().how == "the last commit, since this is main itself and nothing is uncommitted"
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
