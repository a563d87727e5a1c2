"""Where the real command lines are, and what a test does where they are not."""

from pathlib import Path

import pytest

from deepreview.testing.real_clis import FOLDER, AbsentError, find, installed, must_be_there


def test_a_program_is_found_in_the_named_folder_else_in_the_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for folder in (tmp_path / "named", home / ".cache/deepreview-test-clis"):
        (folder / "bin").mkdir(parents=True)
        (folder / "bin/codex").touch()
    named = {FOLDER: str(tmp_path / "named"), "HOME": str(home)}
    assert find("codex", named) == tmp_path / "named/bin/codex"
    assert find("codex", {"HOME": str(home)}) == home / ".cache/deepreview-test-clis/bin/codex"
    assert find("claude", named) is None


def test_an_absent_program_says_how_to_install_it(tmp_path: Path) -> None:
    with pytest.raises(AbsentError, match=r"claude is not installed: run tests/agents/install_clis\.sh claude"):
        installed("claude", {FOLDER: str(tmp_path)})


@pytest.mark.parametrize(
    ("environ", "must"),
    [({}, False), ({"CI": "true"}, False), ({FOLDER: "x"}, False), ({"CI": "1", FOLDER: "x"}, True)],
)
def test_only_ci_that_installed_them_must_have_them(environ: dict[str, str], must: bool) -> None:
    assert must_be_there("codex", environ) is must
    assert not must_be_there("qwen", environ)
