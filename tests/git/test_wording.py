"""How what was chosen is told."""

from pathlib import Path

import pytest

from deepreview.testing.sandbox import Sandbox
from deepreview.testing.shell import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    box = Sandbox(tmp_path / "boiler")
    box.commit("one", {"a.py": "x = 1\n"})
    box.commit("two", {"a.py": "x = 2\n"})
    (tmp_path / "home").mkdir()
    return Shell(box=box, home=tmp_path / "home")


def test_an_address_of_another_forge_is_told(shell: Shell) -> None:
    code, told = shell.complains("review", "https://gitlab.com/a/b/-/merge_requests/3")
    assert (code, "the only kind that is known by address" in told) == (2, True)


def test_whole_names_of_commits_are_shortened(shell: Shell) -> None:
    head = shell.box.head()
    told = shell("review", f"{head}~1..{head}", "--with", "paths", "--to", "markdown", "-q").stdout.decode()
    assert f"{head[:9]} against {head[:9]}" in told
    assert f"-{head}" not in told.splitlines()[0]


def test_the_branch_that_others_are_compared_with(shell: Shell) -> None:
    told = shell("review", "--base", "main", "--with", "paths", "--to", "markdown", "-q").stdout.decode()
    assert "since this is main itself and nothing is uncommitted" in told
