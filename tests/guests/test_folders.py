import os
import stat
from pathlib import Path

import pytest

from deepreview.guests import folders


def test_files_in_folders(tmp_path: Path) -> None:
    folders.write(tmp_path, {"a": "1", "b/c/d": b"\xff", "b/e": "é"}, 0o444)
    assert (tmp_path / "a").read_text() == "1"
    assert (tmp_path / "b/c/d").read_bytes() == b"\xff"
    assert (tmp_path / "b/e").read_text() == "é"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o444
    folders.write(tmp_path, {"a": "2"})
    assert (tmp_path / "a").read_text() == "2"


@pytest.mark.parametrize("path", ["/etc/x", "../x", "a/../../x", "a/.."])
def test_no_path_leads_out(tmp_path: Path, path: str) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    with pytest.raises(ValueError, match="not a path below a folder"):
        folders.write(inside, {path: "x"})
    assert list(inside.iterdir()) == []


def test_no_link_is_followed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "f").write_text("untouched")
    (inside / "folder").symlink_to(outside)
    (inside / "file").symlink_to(outside / "f")
    os.mkfifo(inside / "pipe")
    opened = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(OSError, match="folder"):
        folders.write(inside, {"folder/f": "x"})
    folders.write(inside, {"file": "new", "pipe": "new"})
    assert (outside / "f").read_text() == "untouched"
    assert [(inside / name).read_text() for name in ("file", "pipe")] == ["new", "new"]
    assert len(list(Path("/proc/self/fd").iterdir())) == opened


def test_removing_what_resists(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    (inside / "a" / "b").mkdir(parents=True)
    (inside / "a" / "b" / "c").write_text("x")
    outside.mkdir(mode=0o755)
    (outside / "f").write_text("untouched")
    (inside / "link").symlink_to(outside)
    (inside / "a" / "b").chmod(0)
    (inside / "a").chmod(0)
    folders.remove(inside)
    assert not inside.exists()
    assert (outside / "f").read_text() == "untouched"
    assert stat.S_IMODE(outside.stat().st_mode) == 0o755
    folders.remove(tmp_path / "never there")


def test_removing_what_is_deeper_than_any_path_or_stack(tmp_path: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    at = os.open(top, os.O_RDONLY)
    for _ in range(3_000):
        os.mkdir("deep", dir_fd=at)
        below = os.open("deep", os.O_RDONLY, dir_fd=at)
        os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=at))
        os.close(at)
        at = below
    os.close(at)
    folders.remove(top)
    assert not top.exists()


def test_bytes_that_are_not_utf_8_are_written_as_they_were(tmp_path: Path) -> None:
    folders.write(tmp_path, {"diff/001.patch": "+caf\udce9\n"}, 0o444)
    assert (tmp_path / "diff/001.patch").read_bytes() == b"+caf\xe9\n"
