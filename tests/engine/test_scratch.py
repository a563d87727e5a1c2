"""Folders that are gone after a round, and those that killed rounds have left."""

import subprocess  # noqa: TID251 - a process that can be killed
import sys
import tempfile
from pathlib import Path

import pytest

from deepreview.engine.scratch import scratch_folder, sweep

HOLD = """
import sys, time
from deepreview.engine.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "guest-1").mkdir()
    (folder / "guest-1" / "credentials.json").write_text("signed in")
    print(folder, flush=True)
    time.sleep(60)
"""


def test_what_a_killed_round_left_goes_and_what_a_running_one_has_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    env = {"TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", HOLD], stdout=subprocess.PIPE, env=env, text=True) as other:
        assert other.stdout
        left = Path(other.stdout.readline().strip())
        with scratch_folder() as own:
            outside = tmp_path / "outside"
            outside.mkdir()
            (outside / "busy").touch()
            (tmp_path / "deepreview-link").symlink_to(outside)
            (tmp_path / "deepreview-other").mkdir()
            sweep()
            assert (left.parent, (left / "guest-1" / "credentials.json").exists()) == (tmp_path, True)
            other.kill()
            other.wait()
            sweep()
            assert not left.exists()
            assert own.exists()
            assert (outside / "busy").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["deepreview-link", "deepreview-other", "outside"]
