import re
import resource
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deepreview.git.diff import diff, parse_patch
from deepreview.git.run import EMPTY_TREE, decode, encode, for_mirror
from deepreview.model.change import EntryMode, FileKind, FilePatch, Hunk, RepoPath, Sha
from deepreview.testing.reviewed import Reviewed
from deepreview.testing.sandbox import Sandbox

TWENTY = "".join(f"line {n}\n" for n in range(20))


def _split(text: str) -> list[str]:
    """Lines with their ends, as git counts them: only a line feed ends one."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _rebuilt(lines: Iterable[str], mark: str) -> list[str]:
    """One side of a hunk, with line ends."""
    found: list[str] = []
    last = ""
    for line in lines:
        if line[0] == "\\":
            if last in {mark, " "}:
                found[-1] = found[-1].removesuffix("\n")
            continue
        last = line[0]
        if last in {mark, " "}:
            found.append(line[1:] + "\n")
    return found


def applied(base: str, hunks: Iterable[Hunk]) -> str:
    """The head that the hunks make of the base; fails where they do not fit it exactly."""
    old = _split(base)
    made: list[str] = []
    at = 0
    for hunk in hunks:
        start = hunk.old_start - 1 if hunk.old_count else hunk.old_start
        made += old[at:start]
        removed, added = _rebuilt(hunk.lines, "-"), _rebuilt(hunk.lines, "+")
        assert old[start : start + hunk.old_count] == removed
        assert (len(removed), len(added)) == (hunk.old_count, hunk.new_count)
        made += added
        assert len(made) == (hunk.new_start - 1 if hunk.new_count else hunk.new_start) + hunk.new_count
        at = start + hunk.old_count
    return "".join(made + old[at:])


def _two(repo: Reviewed, before: dict[str, str | bytes], after: dict[str, str | bytes]) -> dict[str, FilePatch]:
    repo.box.commit("before", before)
    repo.box.commit("after", after)
    return dict(repo.patches("HEAD"))


class TestKinds:
    def test_added_deleted_modified(self, repo: Reviewed) -> None:
        repo.box.commit("before", {"gone": "1\n", "mod": "2\n", "same": "3\n"})
        repo.box.remove("gone")
        repo.box.commit("after", {"mod": "4\n", "new": "5\n"})
        found = dict(repo.patches("HEAD"))
        assert {path: patch.kind for path, patch in found.items()} == {
            "gone": FileKind.DELETED,
            "mod": FileKind.MODIFIED,
            "new": FileKind.ADDED,
        }
        assert found["gone"].removed() == ((1, "1"),)
        assert (found["mod"].removed(), found["mod"].added()) == (((1, "2"),), ((1, "4"),))
        assert (found["new"].old_mode, found["new"].new_mode) == (EntryMode.ABSENT, EntryMode.FILE)
        assert found["gone"].new_mode is EntryMode.ABSENT
        assert found["mod"].new_blob == repo.box.git("rev-parse", "HEAD:mod")

    def test_rename_copy_and_rename_with_an_edit(self, repo: Reviewed) -> None:
        repo.box.commit("before", {"pure": "pure " * 9 + TWENTY, "edited": "edited\n" + TWENTY, "source": TWENTY * 2})
        repo.box.git("mv", "pure", "moved")
        repo.box.git("mv", "edited", "sub-edited")
        repo.box.write("sub-edited", "edited\n" + TWENTY.replace("line 7\n", "LINE 7\n"))
        repo.box.write("copy", TWENTY * 2 + "and more\n")
        repo.box.commit("after", {"source": TWENTY * 2 + "changed\n"})
        found = repo.patches("HEAD")
        assert {(p.old_path, p.path, p.kind) for p in found.values()} == {
            ("pure", "moved", FileKind.RENAMED),
            ("edited", "sub-edited", FileKind.RENAMED),
            ("source", "copy", FileKind.COPIED),
            ("source", "source", FileKind.MODIFIED),
        }
        assert found["moved"].hunks == ()
        assert found["sub-edited"].added() == ((9, "LINE 7"),)
        assert found["copy"].added() == ((41, "and more"),)

    def test_mode_changes(self, repo: Reviewed) -> None:
        repo.box.commit("before", {"run.sh": "echo\n", "both.sh": "echo\n"})
        for name in ("run.sh", "both.sh"):
            (repo.box.path / name).chmod(0o755)
        repo.box.commit("after", {"both.sh": "echo 2\n"})
        found = repo.patches("HEAD")
        assert (found["run.sh"].old_mode, found["run.sh"].new_mode) == (EntryMode.FILE, EntryMode.EXECUTABLE)
        assert found["run.sh"].hunks == ()
        assert found["both.sh"].added() == ((1, "echo 2"),)

    def test_old_group_writable_mode(self, repo: Reviewed) -> None:
        blob = repo.box.git("hash-object", "-w", "--stdin", stdin=b"x\n")
        raw = b"100664 old\0" + bytes.fromhex(blob)
        tree = repo.box.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=raw)
        repo.box.git("update-ref", "refs/heads/main", repo.box.git("commit-tree", tree, "-m", "old"))
        (patch,) = repo.patches("HEAD").values()
        assert patch.new_mode is EntryMode.FILE
        assert repo.files("HEAD") == {"old": b"x\n"}

    def test_symlinks(self, repo: Reviewed) -> None:
        repo.box.commit("before", {"was-file": "text\n", "real": "text\n"})
        (repo.box.path / "added").symlink_to("/etc/passwd")
        (repo.box.path / "changed").symlink_to("a")
        (repo.box.path / "was-link").symlink_to("real")
        repo.box.commit("links")
        assert {p.new_mode for p in repo.patches("HEAD").values()} == {EntryMode.SYMLINK}
        assert repo.patches("HEAD")["added"].added() == ((1, "/etc/passwd"),)
        assert not repo.patches("HEAD")["added"].readable
        for name in ("changed", "was-link", "was-file"):
            repo.box.remove(name)
        (repo.box.path / "changed").symlink_to("b")
        (repo.box.path / "was-file").symlink_to("real")
        repo.box.commit("after", {"was-link": "a file\n", "zz": "last\n"})
        found = repo.patches("HEAD")
        assert {path: p.kind for path, p in found.items()} == {
            "changed": FileKind.MODIFIED,
            "was-file": FileKind.RETYPED,
            "was-link": FileKind.RETYPED,
            "zz": FileKind.ADDED,
        }
        assert (found["was-link"].removed(), found["was-link"].added()) == (((1, "real"),), ((1, "a file"),))
        assert (found["was-file"].removed(), found["was-file"].added()) == (((1, "text"),), ((1, "real"),))
        assert found["zz"].added() == ((1, "last"),)

    def test_submodules(self, repo: Reviewed) -> None:
        inner = Sandbox(repo.root / "inner")
        one = inner.commit("one", {"i": "1\n"})
        two = inner.commit("two", {"i": "2\n"})
        repo.box.commit("before", {"a": "a\n"})
        for sha, subject in ((one, "added"), (two, "bumped")):
            repo.box.git("update-index", "--add", "--cacheinfo", f"160000,{sha},sub")
            repo.box.git("commit", "-q", "-m", subject)
        (bumped,) = repo.patches("HEAD").values()
        assert (bumped.kind, bumped.new_mode, bumped.readable) == (FileKind.MODIFIED, EntryMode.SUBMODULE, False)
        assert bumped.added() == ((1, f"Subproject commit {two}"),)
        assert bumped.removed() == ((1, f"Subproject commit {one}"),)
        (added,) = repo.patches("HEAD~1").values()
        assert (added.kind, added.added()) == (FileKind.ADDED, ((1, f"Subproject commit {one}"),))
        repo.box.git("rm", "-q", "--cached", "sub")
        repo.box.write("sub", "a file now\n")
        repo.box.git("add", "sub")
        repo.box.git("commit", "-q", "-m", "retyped")
        (retyped,) = repo.patches("HEAD").values()
        assert retyped.kind is FileKind.RETYPED
        assert retyped.added() == ((1, "a file now"),)

    def test_binary_and_empty(self, repo: Reviewed) -> None:
        found = _two(
            repo,
            {"mod.bin": b"\0one", "to-text": b"\0three", "empty-then-not": ""},
            {"mod.bin": b"\0two", "new.bin": b"\0", "to-text": "text\n", "empty": "", "empty-then-not": "x\n"},
        )
        assert {path for path, p in found.items() if p.binary} == {"mod.bin", "new.bin", "to-text"}
        assert all(not found[path].hunks for path in ("mod.bin", "new.bin", "empty"))
        assert (found["empty"].kind, found["empty"].binary) == (FileKind.ADDED, False)
        assert found["empty-then-not"].hunks[0].old_count == 0

    def test_binary_files_that_only_moved_or_got_a_mode(self, repo: Reviewed) -> None:
        large = b"\0" + b"x" * 5_000_001
        repo.box.commit("before", {"a.bin": b"\0a", "b.bin": b"\0b", "c.txt": "c\n", "large": large, "none": ""})
        for old, new in (("a.bin", "moved.bin"), ("c.txt", "moved.txt"), ("large", "moved-large")):
            repo.box.git("mv", old, new)
        for name in ("b.bin", "none"):
            (repo.box.path / name).chmod(0o755)
        repo.box.commit("after")
        found = repo.patches("HEAD")
        assert {path for path, p in found.items() if p.binary} == {"moved.bin", "b.bin", "moved-large"}
        assert len(found) == 5

    def test_nothing(self, repo: Reviewed) -> None:
        one = repo.box.commit("one", {"a": "a\n"})
        pinned = repo.pin("HEAD")
        assert diff(repo.mirror(pinned).git, one, one) == ()


class TestContents:
    def test_line_ends(self, repo: Reviewed) -> None:
        found = _two(
            repo,
            {"crlf": "a\r\nb\r\n", "only": "a\nb\n", "cr": "a\rb\n", "added": "a\n", "taken": "a"},
            {"crlf": "a\r\nc\r\n", "only": "a\r\nb\r\n", "cr": "a\rc\n", "added": "a", "taken": "a\n"},
        )
        assert found["crlf"].added() == ((2, "c\r"),)
        assert found["only"].added() == ((1, "a\r"), (2, "b\r"))
        assert found["cr"].added() == ((1, "a\rc"),)
        assert found["added"].hunks[0].lines == ("-a", "+a", "\\ No newline at end of file")
        assert found["taken"].hunks[0].lines == ("-a", "\\ No newline at end of file", "+a")

    def test_no_newline_on_both_sides(self, repo: Reviewed) -> None:
        found = _two(repo, {"f": "a\nb"}, {"f": "a\nc"})
        none = "\\ No newline at end of file"
        assert found["f"].hunks[0].lines == (" a", "-b", none, "+c", none)
        assert (found["f"].removed(), found["f"].added()) == (((2, "b"),), ((2, "c"),))

    def test_odd_line_separators_do_not_end_a_line(self, repo: Reviewed) -> None:
        text = "a\x0bb\x0cc\x1cd\x85e\u2028f\u2029g\n"
        found = _two(repo, {"f": ""}, {"f": text})
        assert found["f"].added() == ((1, text.removesuffix("\n")),)

    def test_bytes_that_are_not_utf8(self, repo: Reviewed) -> None:
        found = _two(repo, {"f": b"caf\xe9\n"}, {"f": b"caf\xe9s\n"})
        (_, line), *_ = found["f"].added()
        assert encode(line) == b"caf\xe9s"

    def test_utf16(self, repo: Reviewed) -> None:
        found = _two(repo, {"f": "a\n".encode("utf-16")}, {"f": "b\n".encode("utf-16")})
        assert found["f"].binary

    def test_lines_that_look_like_a_patch(self, repo: Reviewed) -> None:
        forged = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\nBinary files a/x and b/x differ\n\\ No\n"
        found = _two(repo, {"a": forged, "z": "1\n"}, {"a": "-- \n" + forged + "+++ b/y\n", "z": "2\n"})
        assert set(found) == {"a", "z"}
        assert found["a"].added() == ((1, "-- "), (10, "+++ b/y"))
        assert not found["a"].binary

    def test_empty_context_lines(self, repo: Reviewed) -> None:
        found = _two(repo, {"f": "\n\n\na\n\n\n"}, {"f": "\n\n\nb\n\n\n"})
        assert found["f"].hunks[0].lines == (" ", " ", " ", "-a", "+b", " ", " ")

    def test_the_section_is_kept(self, repo: Reviewed) -> None:
        body = "".join(f"    x{n} = {n}\n" for n in range(20))
        found = _two(repo, {"f.py": "def outer():\n" + body}, {"f.py": "def outer():\n" + body + "    y = 1\n"})
        assert found["f.py"].hunks[0].section == "def outer():"


ODD_NAMES = (
    b"a\nb",
    b'quo"te',
    b"ta\tb",
    b"back\\slash",
    b"-dash",
    b"--output=x",
    b"--",
    b"esc\x1b[31mred",
    b"inva\xff\xfelid",
    "ünïcode".encode(),
    b" lead and trail ",
    b"a b/c d",
    b":(top)magic",
    b":!x",
    b"*.py",
    b"f\ndiff --git a/evil b/evil\nnew file mode 100644\nindex 0000000..1\n--- /dev/null\n+++ b/evil\n@@ -0,0 +1 @@",
    b"x\nBinary files a/y and b/y differ",
    b"cr\rname",
    b"\x01\x02",
    "nfc-é".encode(),
    "nfd-é".encode(),
    b"Case",
    b"case",
    b'"a/x" b/x',
    b"a b/a b",
)


class TestNames:
    def test_odd_names(self, repo: Reviewed) -> None:
        for name in ODD_NAMES:
            repo.box.write(name, b"before " + name[:2].hex().encode() + b"\n")
        repo.box.commit("before")
        for name in ODD_NAMES:
            repo.box.write(name, b"after " + name[:2].hex().encode() + b"\n")
        repo.box.commit("after")
        found = repo.patches("HEAD")
        assert {encode(path) for path in found} == set(ODD_NAMES)
        for name in ODD_NAMES:
            assert found[decode(name)].added() == ((1, f"after {name[:2].hex()}"),)
        files = repo.files("HEAD")
        assert {encode(path) for path in files} == set(ODD_NAMES)
        assert not list(repo.box.path.parent.glob("x")) + list(repo.root.glob("cache/**/x"))

    @pytest.mark.parametrize("name", ODD_NAMES)
    def test_each_alone_renamed_and_binary(self, repo: Reviewed, name: bytes) -> None:
        repo.box.commit("before", {"plain": TWENTY, "plain.bin": b"\0\1"})
        repo.box.remove("plain")
        repo.box.write(name, TWENTY + "more\n")
        repo.box.write(name + b".bin", b"\0\2")
        repo.box.commit("after")
        found = repo.patches("HEAD")
        patch = found[decode(name)]
        assert (patch.kind, patch.old_path, patch.added()) == (FileKind.RENAMED, "plain", ((21, "more"),))
        assert found[decode(name + b".bin")].binary
        assert len(found) == 2

    @pytest.mark.parametrize("name", ["..", ".", ".git", "a/../../b", "/etc/passwd", ".GIT", "git~1", "a/b"])
    def test_trees_that_no_git_would_write(self, repo: Reviewed, name: str) -> None:
        blob = repo.box.git("hash-object", "-w", "--stdin", stdin=b"x\n")
        raw = b"100644 " + name.encode() + b"\0" + bytes.fromhex(blob)
        tree = repo.box.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", stdin=raw)
        repo.box.git("update-ref", "refs/heads/main", repo.box.git("commit-tree", tree, "-m", "odd"))
        assert list(repo.patches("HEAD")) == [name]
        assert repo.files("HEAD") == {name: b"x\n"}


_LINE = st.text(alphabet=st.sampled_from("ab -+\\@\t\r\x0c\u2028é\udcff"), max_size=4)
_TEXT = st.builds(lambda lines, end: "\n".join(lines) + end, st.lists(_LINE, max_size=12), st.sampled_from(["", "\n"]))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pairs=st.lists(st.tuples(_TEXT, _TEXT), min_size=1, max_size=6))
def test_hunks_make_head_of_base(tmp_path: Path, pairs: list[tuple[str, str]]) -> None:
    git_dir = tmp_path / "m.git"
    git_dir.mkdir(exist_ok=True)
    git = for_mirror(git_dir, {})
    if not (git_dir / "HEAD").exists():
        git.out("init", "--bare", "-q")
    trees = []
    for side in (0, 1):
        for n, pair in enumerate(pairs):
            (git_dir / f"{n}.txt").write_bytes(encode(pair[side]))
        names = "".join(f"{n}.txt\n" for n in range(len(pairs)))
        blobs = git.out("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=names.encode()).decode().split()
        listing = "".join(f"100644 blob {blob}\t{n}\0" for n, blob in enumerate(blobs))
        trees.append(git.out("mktree", "-z", stdin=listing.encode()).decode().strip())
    found = {patch.path: patch for patch in diff(git, *trees)}
    for number, (before, after) in enumerate(pairs):
        patch = found.get(RepoPath(str(number)))
        if patch is None:
            assert before == after
        else:
            assert applied(before, patch.hunks) == after
            assert (patch.added_count, patch.removed_count) == (len(patch.added()), len(patch.removed()))


@given(st.text(alphabet="@ -+1,\ndif git\\ab/", max_size=80))
def test_any_text_can_be_parsed(text: str) -> None:
    """Whatever the text, each of its lines is in at most one hunk."""
    lines = [line for section in parse_patch(text.encode()) for hunk in section.hunks for line in hunk.lines]
    assert len(lines) <= text.count("\n") + 1


class TestSize:
    def test_one_line_of_twenty_megabytes(self, repo: Reviewed) -> None:
        found = _two(repo, {"f": "x" * 20_000_000 + "\n"}, {"f": "x" * 19_999_999 + "y\n"})
        assert [len(line) for line in found["f"].hunks[0].lines] == [20_000_001, 20_000_001]

    def test_two_hundred_thousand_lines(self, repo: Reviewed) -> None:
        files = {
            f"d{n % 7}/f{n}.txt": "".join(f"{n} {line} some text here\n" for line in range(500)) for n in range(400)
        }
        repo.box.commit("before", {"a": "a\n"})
        repo.box.commit("after", dict(files))
        pinned = repo.pin("HEAD")
        git = repo.mirror(pinned).git
        plain, ours = [], []
        for _ in range(3):
            started = time.monotonic()
            git.out("diff", pinned.base, pinned.head)
            between = time.monotonic()
            found = diff(git, pinned.base, pinned.head)
            plain.append(between - started)
            ours.append(time.monotonic() - between)
            assert sum(len(patch.added()) for patch in found) == 200_000
        assert min(ours) < 4 * min(plain) + 0.1
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1_000_000  # kilobytes; a ceiling, not a measure

    def test_against_nothing(self, repo: Reviewed) -> None:
        head = repo.box.commit("root", {"a": "a\n"})
        git = repo.mirror(repo.pin("HEAD")).git
        assert [p.path for p in diff(git, EMPTY_TREE, head)] == ["a"]
        assert [p.kind for p in diff(git, head, Sha(EMPTY_TREE))] == [FileKind.DELETED]
