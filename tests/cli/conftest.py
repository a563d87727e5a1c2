"""A repository with one suggestion to make, and a user in it."""

import sys
from pathlib import Path

import pytest

from deepreview.testing.sandbox import Sandbox
from deepreview.testing.shell import Shell

SLOW = """\
import pathlib, sys, time
gate = pathlib.Path(sys.argv[1])
(gate.parent / "started").touch()
while gate.exists():
    time.sleep(0.05)
print('{"version": "2.1.0", "runs": []}')
"""


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A branch that leaves a stale name behind: one suggestion."""
    box = Sandbox(tmp_path / "boiler")
    code = "def read_gauge():\n    return 1\n\n\ndef warm():\n    return 2\n"
    box.commit("start", {"gauge.py": code, "notes.md": "Call `read_gauge()` before `warm()`.\n"})
    box.git("checkout", "-q", "-b", "topic")
    box.commit("drop the gauge", {"gauge.py": "def warm():\n    return 2\n"})
    home = tmp_path / "home"
    home.mkdir()
    return Shell(box=box, home=home)


@pytest.fixture
def gate(shell: Shell) -> Path:
    """While this file exists, the configured command `slow` does not end; `slow.toml` beside it configures it."""
    folder = shell.home / "gate"
    folder.mkdir()
    (folder / "slow.py").write_text(SLOW)
    closed = folder / "closed"
    closed.touch()
    argv = f'["{sys.executable}", "{folder}/slow.py", "{closed}"]'
    (folder / "slow.toml").write_text(f"commands = {{ slow = {argv} }}\n")
    return closed
