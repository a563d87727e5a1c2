import asyncio
import sys
from pathlib import Path

from deepreview.model.change import FileKind, Hunk, RepoPath, Side
from deepreview.testing.builders import make_claim
from deepreview.testing.desk import MemoryDesk, change_between
from deepreview.testing.sandbox import Sandbox


def test_patches_agree_with_git(tmp_path: Path) -> None:
    before, after = (
        "".join(f"line {n}\n" for n in range(30)),
        "".join(f"line {n}\n" for n in range(30) if n != 7) + "end",
    )
    box = Sandbox(tmp_path / "repo")
    base = box.commit("base", {"a.txt": before})
    box.commit("head", {"a.txt": after})
    diff = [line for line in box.git("diff", base, "HEAD").split("\n")[4:] if not line.startswith("@@")]
    (patch,) = change_between({"a.txt": before}, {"a.txt": after}).patches
    assert [line for hunk in patch.hunks for line in hunk.lines] == diff
    assert patch.hunks[0] == Hunk(old_start=5, old_count=7, new_start=5, new_count=6, section="", lines=tuple(diff[:7]))
    assert str(patch.new_blob) == box.git("rev-parse", "HEAD:a.txt")


def test_kinds() -> None:
    change = change_between(
        {"gone": "1\n", "old": "2\n", "same": "3\n", "mod": "4\n"},
        {"new": "2\n", "same": "3\n", "mod": "5\n", "added": "6\n", "bin": b"\0"},
        renames={"old": "new"},
    )
    assert {(p.path, p.old_path, p.kind, p.binary) for p in change.patches} == {
        ("gone", "gone", FileKind.DELETED, False),
        ("new", "old", FileKind.RENAMED, False),
        ("mod", "mod", FileKind.MODIFIED, False),
        ("added", "added", FileKind.ADDED, False),
        ("bin", "bin", FileKind.ADDED, True),
    }
    assert change_between({"a": "1"}, {"a": "1"}).patches == ()


def test_the_desk_reads_runs_and_keeps(tmp_path: Path) -> None:
    desk = MemoryDesk({"a\udcff": b"\xff"}, {"a": "ü"}, tmp_path)
    assert desk.tree(Side.BASE).read([RepoPath("a\udcff"), RepoPath("none")]) == {"a\udcff": b"\xff"}
    assert desk.tree(Side.HEAD).entries()[RepoPath("a")].size == 2
    output = asyncio.run(desk.run([sys.executable, "-c", "print(input())"], cwd=tmp_path, stdin=b"hello\n"))
    assert (output.code, output.stdout) == (0, b"hello\n")
    desk.say(make_claim())
    assert desk.claims == [make_claim()]
