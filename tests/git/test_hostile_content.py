"""What the content of a repository tries to hide from a review, or to pass off as something else."""

import pytest
from tests.git.conftest import Trap

from deepreview.git.change import read_change
from deepreview.git.history import files_of
from deepreview.git.target import Named, Staged, WorkTree
from deepreview.git.trees import GitTree
from deepreview.model.change import EntryMode, RepoPath, Sha


class TestEvasion:
    @pytest.mark.parametrize("attributes", ["* -diff", "* binary", "* -text linguist-generated", "* diff=x"])
    @pytest.mark.parametrize("where", [".gitattributes", ".git/info/attributes", "core.attributesFile", "home"])
    def test_attributes_do_not_hide_a_diff(self, trap: Trap, where: str, attributes: str) -> None:
        box, home = trap.repo.box, trap.repo.root / "home"
        if where == ".gitattributes":
            box.write(where, f"{attributes}\n")
            box.git("add", where)
            box.git("commit", "-q", "-m", "hide", "--only", where)
        elif where == ".git/info/attributes":
            (box.path / where).parent.mkdir(exist_ok=True)
            box.write(where, f"{attributes}\n")
        else:
            file = home / ("attributes" if where != "home" else ".config/git/attributes")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"{attributes}\n")
            if where != "home":
                trap.config("core.attributesFile", str(file))
        trap.config("diff.x.binary", "true")
        if where != "home" and "generated" not in attributes:
            assert "Binary files" in box.git("diff", "main", "HEAD", "--", "plain")
        for asked in (Named(text="topic"), Named(text="7"), Staged(), WorkTree()):
            pinned = trap.repo.pin(asked)
            mirror = trap.repo.mirror(pinned)
            for patch in read_change(pinned, mirror).patches:
                assert patch.hunks
                assert not patch.binary
            assert not mirror.git.line("rev-parse", "--verify", "--quiet", "HEAD")
            assert all(sum(lines) for lines in files_of(mirror.git, pinned.head).values())

    def test_mailmap_forges_no_author(self, trap: Trap) -> None:
        box = trap.repo.box
        box.write(".mailmap", "Somebody Famous <famous@example.org> <sam@example.org>\n")
        box.git("add", ".mailmap")
        box.git("commit", "-q", "-m", "mailmap")
        assert "Somebody Famous" in box.git("log", "-1", "--format=%aN")
        assert {commit.author for commit in trap.repo.change("topic").commits} == {"Sam"}

    def test_replaced_objects_and_grafts(self, trap: Trap) -> None:
        box = trap.repo.box
        box.git("replace", box.git("rev-parse", "topic:c.py"), box.git("hash-object", "-w", "--stdin", stdin=b"nice\n"))
        box.git("replace", "--graft", "topic~1")
        (box.path / ".git" / "info").mkdir(exist_ok=True)
        (box.path / ".git" / "info" / "grafts").write_text(f"{box.head()}\n")
        assert box.git("show", "topic:c.py") == "nice"
        change = trap.repo.change("topic")
        assert [c.subject for c in change.commits] == ["first", "second"]
        assert trap.repo.files("topic")["c.py"] == b"import sys\n"
        assert change.base == box.git("rev-parse", "main")

    def test_excluded_names_hide_no_tracked_file(self, trap: Trap) -> None:
        (trap.repo.box.path / ".git" / "info").mkdir(exist_ok=True)
        (trap.repo.box.path / ".git" / "info" / "exclude").write_text("*\n")
        assert set(trap.repo.patches(WorkTree())) == {"a.py", "b.py"}

    def test_links_stay_links(self, trap: Trap) -> None:
        link = trap.repo.box.path / "conf.py"
        link.symlink_to("/etc/passwd")
        for asked in (WorkTree(), Named(text="HEAD")):
            patch = trap.repo.patches(asked)["conf.py"]
            assert (patch.new_mode, patch.added()) == (EntryMode.SYMLINK, ((1, "/etc/passwd"),))
            pinned = trap.repo.pin(asked)
            tree = GitTree(trap.repo.mirror(pinned).git, pinned.head)
            assert "conf.py" not in tree.read(tree.entries())
            assert not tree.entries()[RepoPath("conf.py")].regular
            trap.repo.box.commit("link")

    def test_lfs_pointers_are_text(self, trap: Trap) -> None:
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n"
        config = f"[lfs]\n\turl = ext::{trap.script}\n"
        trap.repo.box.commit("lfs", {"x.psd": pointer, ".lfsconfig": config, ".gitattributes": "*.psd filter=lfs\n"})
        assert trap.repo.files("HEAD")["x.psd"] == pointer.encode()
        assert not trap.mark.exists()


class TestText:
    def _commit(self, trap: Trap, raw: bytes) -> Sha:
        box = trap.repo.box
        tree, parent = box.git("rev-parse", "HEAD^{tree}"), box.git("rev-parse", "main")
        text = f"tree {tree}\nparent {parent}\n".encode() + raw
        sha = box.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=text)
        box.git("update-ref", "refs/heads/topic", sha)
        return Sha(sha)

    WHEN = b" <s@example.org> 1767607200 +0000\n"

    def test_messages_that_look_like_records(self, trap: Trap) -> None:
        who = b"Eve\x1b[31m \xff"
        message = b"subject\x1b[2J\n\nbody\ncommit 0\nAuthor: Linus\n\x01\x02 diff --git a/x b/x\n"
        sha = self._commit(trap, b"author " + who + self.WHEN + b"committer " + who + self.WHEN + b"\n" + message)
        (commit,) = trap.repo.change("topic").commits
        assert (commit.sha, commit.subject) == (sha, "subject\x1b[2J")
        assert commit.author == "Eve\x1b[31m \udcff"
        assert commit.body == "body\ncommit 0\nAuthor: Linus\n\x01\x02 diff --git a/x b/x"

    @pytest.mark.parametrize(
        "rest",
        [
            b"\nsub\0ject\n\nbo\0dy\n",
            b"encoding UTF-7\n\n+AAA-sub+AAA-ject\n\nbo+AAA-dy\n",
            b"encoding UTF-16\n\nsu\n\nbo\n",
            b"encoding ../../etc/passwd\n\nsub\n\nbody\n",
            b"\n",
            b"",
            b"\n\n\n\n",
            b"\n" + b"x" * 3_000_000 + b"\n\n" + b"y\n" * 1_000_000,
        ],
    )
    def test_odd_messages_stay_one_commit(self, trap: Trap, rest: bytes) -> None:
        sha = self._commit(trap, b"author Sam" + self.WHEN + b"committer Sam" + self.WHEN + rest)
        (commit,) = trap.repo.change("topic").commits
        assert (commit.sha, commit.author, commit.at) == (sha, "Sam", "2026-01-05T10:00:00+00:00")

    @pytest.mark.parametrize("who", [b"", b" ", b"Sam\0Eve", b"<<>>", b"no date", b"\xff\xfe"])
    def test_odd_authors(self, trap: Trap, who: bytes) -> None:
        end = b"\n" if who == b"no date" else self.WHEN
        sha = self._commit(trap, b"author " + who + end + b"committer Sam" + self.WHEN + b"\nsubject\n")
        (commit,) = trap.repo.change("topic").commits
        assert commit.sha == sha

    def test_latin1_is_read_as_such(self, trap: Trap) -> None:
        rest = b"encoding ISO-8859-1\n\ncaf\xe9\n"
        self._commit(trap, b"author J\xf6rg" + self.WHEN + b"committer Sam" + self.WHEN + rest)
        (commit,) = trap.repo.change("topic").commits
        assert (commit.subject, commit.author) == ("café", "Jörg")
