import os

import pytest

from deepreview.errors import MachineError, UsageError
from deepreview.git.run import EMPTY_TREE
from deepreview.git.target import PatchText, Staged, WorkTree
from deepreview.model.change import EntryMode, FileKind
from deepreview.testing.reviewed import Reviewed
from deepreview.testing.sandbox import Sandbox


class TestStaged:
    def test_only_what_is_staged(self, repo: Reviewed) -> None:
        head = repo.box.commit("base", {"a": "a\n", "b": "b\n"})
        repo.box.write("a", "staged\n")
        repo.box.git("add", "a")
        repo.box.write("a", "not staged\n")
        repo.box.write("b", "not staged\n")
        pinned = repo.pin(Staged())
        assert (pinned.base, pinned.slug, pinned.committed, pinned.how) == (head, "staged", False, "what is staged")
        assert {path: p.added() for path, p in repo.patches(Staged()).items()} == {"a": ((1, "staged"),)}
        assert repo.change(Staged()).commits == ()

    def test_before_the_first_commit(self, repo: Reviewed) -> None:
        repo.box.write("a", "a\n")
        repo.box.git("add", "a")
        repo.box.write("b", "b\n")
        assert repo.pin(Staged()).base == EMPTY_TREE
        assert list(repo.patches(Staged())) == ["a"]
        assert list(repo.patches(WorkTree())) == ["a", "b"]

    def test_an_empty_repository(self, repo: Reviewed) -> None:
        with pytest.raises(UsageError, match="nothing to review"):
            repo.change(Staged())

    def test_equal_content_is_an_equal_commit(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a": "a\n"})
        repo.box.write("a", "staged\n")
        repo.box.git("add", "a")
        assert repo.pin(Staged()) == repo.pin(Staged())

    def test_intent_to_add_and_removal(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a": "a\n", "b": "b\n"})
        repo.box.write("new", "new\n")
        repo.box.git("add", "-N", "new")
        repo.box.git("rm", "-q", "b")
        assert {path: p.kind for path, p in repo.patches(Staged()).items()} == {"b": FileKind.DELETED}
        assert "new" in repo.patches(WorkTree())

    def test_in_the_middle_of_a_merge(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a": "a\n"})
        repo.box.git("checkout", "-q", "-b", "topic")
        repo.box.commit("topic", {"a": "topic\n"})
        repo.box.git("checkout", "-q", "main")
        repo.box.commit("main", {"a": "main\n"})
        with pytest.raises(AssertionError):
            repo.box.git("merge", "-q", "topic")
        with pytest.raises(UsageError, match="the index cannot be reviewed") as caught:
            repo.pin(Staged())
        assert "\n" not in str(caught.value)
        assert any("<<<<<<<" in text for _, text in repo.patches(WorkTree())["a"].added())

    @pytest.mark.parametrize("setting", ["core.splitIndex", "core.untrackedCache", "feature.manyFiles"])
    def test_other_forms_of_the_index(self, repo: Reviewed, setting: str) -> None:
        repo.box.commit("base", {f"d/{n}": f"{n}\n" for n in range(50)})
        repo.box.git("config", setting, "true")
        repo.box.git("update-index", "--force-write-index")
        if setting == "core.splitIndex":
            repo.box.git("update-index", "--split-index")
            assert list((repo.box.path / ".git").glob("sharedindex.*"))
        repo.box.write("d/7", "staged\n")
        repo.box.git("add", "d/7")
        repo.box.write("d/8", "not staged\n")
        assert list(repo.patches(Staged())) == ["d/7"]
        assert list(repo.patches(WorkTree())) == ["d/7", "d/8"]

    def test_the_index_is_read_only(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a": "a\n"})
        repo.box.write("a", "b\n")
        index = repo.box.path / ".git" / "index"
        before = index.read_bytes()
        objects = sorted((repo.box.path / ".git").rglob("*"))
        repo.pin(WorkTree())
        assert index.read_bytes() == before
        assert sorted((repo.box.path / ".git").rglob("*")) == objects

    def test_a_damaged_index(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a": "a\n"})
        index = repo.box.path / ".git" / "index"
        index.write_bytes(b"garbage")
        with pytest.raises((MachineError, UsageError)) as caught:
            repo.pin(Staged())
        assert "\n" not in str(caught.value)
        index.unlink()
        os.mkfifo(index)
        with pytest.raises(MachineError, match="the index cannot be read"):
            repo.pin(Staged())


class TestWorkTree:
    def test_all_that_is_not_committed(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"mod": "a\n", "gone": "a\n", "staged": "a\n", "x.sh": "x\n", ".gitignore": "*.log\n"})
        repo.box.write("staged", "b\n")
        repo.box.git("add", "staged")
        repo.box.write("mod", "b\n")
        repo.box.remove("gone")
        repo.box.write("new dir/-new\nname", "n\n")
        repo.box.write(b"b\xff", "n\n")
        repo.box.write("no.log", "ignored\n")
        (repo.box.path / "x.sh").chmod(0o755)
        found = repo.patches(WorkTree())
        assert {path: p.kind for path, p in found.items()} == {
            "mod": FileKind.MODIFIED,
            "gone": FileKind.DELETED,
            "staged": FileKind.MODIFIED,
            "x.sh": FileKind.MODIFIED,
            "new dir/-new\nname": FileKind.ADDED,
            "b\udcff": FileKind.ADDED,
        }
        assert found["x.sh"].new_mode is EntryMode.EXECUTABLE

    def test_files_that_the_user_ignores_elsewhere(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"tracked.tmp": "a\n"})
        (repo.box.path / ".git" / "info" / "exclude").write_text("*.tmp\n*.own\n")
        git = repo.root / "home" / ".config" / "git"
        git.mkdir(parents=True)
        (git / "ignore").write_text(".idea/\n*.own\n!keep.own\n")
        for name in ("new.tmp", ".idea/x", "a.own", "shown"):
            repo.box.write(name, "x\n")
        repo.box.write("tracked.tmp", "a file that git knows is never ignored\n")
        assert sorted(repo.patches(WorkTree())) == ["shown", "tracked.tmp"]
        (repo.root / "home" / "list").write_text("shown\n")
        (repo.root / "home" / ".gitconfig").write_text("[core]\n\texcludesFile = ~/list\n")
        assert sorted(repo.patches(WorkTree())) == [".idea/x", "tracked.tmp"]

    def test_symlinks_are_not_followed(self, repo: Reviewed) -> None:
        (repo.root / "outside").mkdir()
        (repo.root / "outside" / "secret").write_text("secret\n")
        repo.box.commit("base", {"dir/secret": "a\n", "file": "a\n"})
        repo.box.remove("dir/secret")
        (repo.box.path / "dir").rmdir()
        (repo.box.path / "dir").symlink_to(repo.root / "outside")
        repo.box.remove("file")
        (repo.box.path / "file").symlink_to(repo.root / "outside" / "secret")
        (repo.box.path / "new").symlink_to("/etc/passwd")
        found = repo.patches(WorkTree())
        assert found["dir/secret"].kind is FileKind.DELETED
        assert {path for path, p in found.items() if p.new_mode is EntryMode.SYMLINK} == {"dir", "file", "new"}
        assert found["new"].added() == ((1, "/etc/passwd"),)
        assert repo.files(WorkTree()) == {}

    def test_files_and_folders_that_trade_places(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"was-file": "a\n", "was-dir/a": "a\n"})
        repo.box.remove("was-file")
        repo.box.remove("was-dir/a")
        (repo.box.path / "was-dir").rmdir()
        repo.box.write("was-file/inside", "b\n")
        repo.box.write("was-dir", "c\n")
        assert sorted(repo.files(WorkTree())) == ["was-dir", "was-file/inside"]

    def test_nested_repositories(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a": "a\n"})
        Sandbox(repo.box.path / "nested").commit("inside", {"i": "i\n"})
        Sandbox(repo.box.path / "unborn")
        repo.box.write("a", "b\n")
        assert list(repo.patches(WorkTree())) == ["a"]

    def test_submodule_at_another_commit(self, repo: Reviewed) -> None:
        inner = Sandbox(repo.box.path / "sub")
        one = inner.commit("one", {"i": "1\n"})
        repo.box.commit("base", {"a": "a\n"})
        assert repo.box.git("ls-tree", "HEAD", "sub").startswith("160000")
        two = inner.commit("two", {"i": "2\n"})
        inner.write("i", "not committed there\n")
        (patch,) = repo.patches(WorkTree()).values()
        assert patch.removed() == ((1, f"Subproject commit {one}"),)
        assert patch.added() == ((1, f"Subproject commit {two}"),)

    def test_flags_that_hide_a_file_from_status(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"skipped": "a\n", "kept": "a\n"})
        repo.box.git("update-index", "--skip-worktree", "skipped")
        repo.box.remove("skipped")
        repo.box.write("kept", "b\n")
        assert list(repo.patches(WorkTree())) == ["kept"]

    def test_sparse_checkout(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"in/a": "a\n", "out/b": "b\n", "top": "t\n"})
        repo.box.git("sparse-checkout", "set", "--cone", "--sparse-index", "in")
        assert not (repo.box.path / "out").exists()
        repo.box.write("in/a", "changed\n")
        assert list(repo.patches(WorkTree())) == ["in/a"]
        assert sorted(repo.files(WorkTree())) == ["in/a", "out/b", "top"]

    def test_same_size_in_the_same_second(self, repo: Reviewed) -> None:
        """Git tells such a change by the time of the index, so the copy must have the time of the original."""
        repo.box.git("config", "core.trustctime", "false")
        file, index = repo.box.path / "a", repo.box.path / ".git" / "index"
        repo.box.write("a", "aaaa\n")
        os.utime(file, (1_700_000_000, 1_700_000_000))
        repo.box.git("add", "a")
        repo.box.git("commit", "-q", "-m", "base")
        repo.box.write("a", "cccc\n")
        for path in (file, index):
            os.utime(path, (1_700_000_000, 1_700_000_000))
        assert repo.files(WorkTree())["a"] == b"cccc\n"

    def test_line_ends_and_modes_as_the_owner_set_them(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a": "a\nb\n", "x": "x\n"})
        repo.box.git("config", "core.autocrlf", "input")
        repo.box.git("config", "core.fileMode", "false")
        repo.box.write("a", "a\r\nc\r\n")
        (repo.box.path / "x").chmod(0o755)
        assert {path: p.added() for path, p in repo.patches(WorkTree()).items()} == {"a": ((2, "c"),)}

    def test_attributes_for_line_ends_hold(self, repo: Reviewed) -> None:
        repo.box.commit("base", {".gitattributes": "* text=auto\n", "a": "a\nb\n"})
        repo.box.write("a", "a\r\nc\r\n")
        assert repo.patches(WorkTree())["a"].added() == ((2, "c"),)

    def test_special_files_are_left_out(self, repo: Reviewed) -> None:
        repo.box.commit("base", {"a": "a\n"})
        os.mkfifo(repo.box.path / "pipe")
        repo.box.write("b", "b\n")
        assert list(repo.patches(WorkTree())) == ["b"]


def _patch(repo: Reviewed, *how: str) -> bytes:
    return repo.box.git(*how).encode("utf-8", "surrogateescape") + b"\n"


class TestPatch:
    @pytest.fixture
    def topic(self, repo: Reviewed) -> Reviewed:
        repo.box.commit("base", {"a.txt": "".join(f"{n}\n" for n in range(20)), "bin": b"\0a"})
        repo.box.git("checkout", "-q", "-b", "topic")
        repo.box.commit("first", {"a.txt": "".join(f"{n}\n" for n in range(20) if n != 3)})
        repo.box.commit("second", {"a.txt": "top\n" + "".join(f"{n}\n" for n in range(20) if n != 3), "b\tc": "new\n"})
        return repo

    def test_a_diff(self, topic: Reviewed) -> None:
        patch = _patch(topic, "diff", "main", "topic")
        want = [(p.path, p.kind, p.hunks) for p in topic.change("main..topic").patches]
        topic.box.git("checkout", "-q", "main")
        asked = PatchText(name="some dir/my fix.diff", content=patch)
        change = topic.change(asked)
        assert [(p.path, p.kind, p.hunks) for p in change.patches] == want
        assert (change.slug, change.how, change.commits) == ("patch-my-fix", "the patch some dir/my fix.diff", ())

    def test_mails(self, topic: Reviewed) -> None:
        mails = _patch(topic, "format-patch", "--stdout", "main..topic")
        assert mails.count(b"\n-- \n") == 2
        topic.box.git("checkout", "-q", "main")
        assert sorted(topic.patches(PatchText(name="-", content=mails))) == ["a.txt", "b\tc"]

    def test_onto_another_base(self, topic: Reviewed) -> None:
        patch = _patch(topic, "diff", "topic~1", "topic")
        topic.box.git("checkout", "-q", "main")
        assert topic.patches(PatchText(name="-", content=patch), base="topic~1")["a.txt"].added() == ((1, "top"),)

    def test_binary_and_rename(self, topic: Reviewed) -> None:
        topic.box.git("mv", "a.txt", "moved.txt")
        topic.box.commit("third", {"bin": b"\0b"})
        patch = _patch(topic, "diff", "--binary", "HEAD~1", "HEAD")
        found = topic.patches(PatchText(name="-", content=patch), base="HEAD~1")
        assert {path: p.kind for path, p in found.items()} == {"bin": FileKind.MODIFIED, "moved.txt": FileKind.RENAMED}

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\0\1\2garbage\xff" * 100,
            b"no patch at all\n",
            b"diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-not there\n+b\n",
            b"diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1,9 +1,9 @@\n-0\n",
            b"--- /dev/null\n+++ b/../escape\n@@ -0,0 +1 @@\n+x\n",
            b"--- /dev/null\n+++ b/.git/config\n@@ -0,0 +1 @@\n+x\n",
        ],
    )
    def test_what_does_not_apply(self, topic: Reviewed, content: bytes) -> None:
        with pytest.raises(UsageError, match=r"x\.diff does not apply to [0-9a-f]{9}: ") as caught:
            topic.pin(PatchText(name="x.diff", content=content))
        assert "\n" not in str(caught.value)
        assert not list(topic.root.rglob("escape"))

    def test_no_commit_to_apply_to(self, repo: Reviewed) -> None:
        with pytest.raises(UsageError, match="has no commits yet"):
            repo.pin(PatchText(name="-", content=b""))
