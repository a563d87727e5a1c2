"""What goes to files that the user names."""

import os
import stat
import threading
from pathlib import Path

import pytest

from deepreview.cli.printing import chosen, deliver
from deepreview.errors import MachineError


def test_a_pipe_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_text()))
    reader.start()
    deliver("report", pipe)
    reader.join(10)
    assert heard == ["report"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "report.md"
    file.write_text("old")
    file.chmod(0o600)
    deliver("new", file)
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("new", 0o600)
    assert [path.name for path in tmp_path.iterdir()] == ["report.md"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link.md").symlink_to(tmp_path / "report.md")
    deliver("new", tmp_path / "link.md")
    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "report.md").read_text() == "new"


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match=r"cannot be written: No such file or directory \(choose another place\)"):
        deliver("report", tmp_path / "none" / "report.md")


def test_a_file_that_could_not_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    assert chosen("md", tmp_path / "report.md") is chosen("md")
    with pytest.raises(MachineError, match="there is no folder"):
        chosen("md", tmp_path / "nowhere" / "report.md")
    with pytest.raises(MachineError, match="it is a folder"):
        chosen("md", tmp_path)
