import re
import tomllib
from pathlib import Path

import pytest

from deepreview.errors import INSTALL, ConfigError, DeepReviewError, Exit, MachineError, UsageError, how_to_add

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("kind", [UsageError, ConfigError, MachineError])
def test_every_error_has_a_hint_and_the_exit_code_of_its_kind(kind: type[DeepReviewError]) -> None:
    error = kind("it is gone", hint="look elsewhere")
    assert (str(error), error.exit) == ("it is gone (look elsewhere)", Exit.USAGE)


def test_exit_codes_are_the_published_ones() -> None:
    assert [code.value for code in Exit] == [0, 1, 2, 3, 70, 130]


def test_every_hint_names_an_extra_that_exists_by_the_way_of_the_readme() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    texts = [path.read_text() for path in (ROOT / "src").rglob("*.py")]
    named = {extra for text in texts for extra in re.findall(r"how_to_add\([\"'](\w+)[\"']\)", text)}
    assert named == {"static", "agents", "api", "github"}
    assert named < extras.keys()
    assert how_to_add("api") == "pip install '.[api]' in the folder of Deep Review's source"
    assert "pip install -q '.[" in (ROOT / "README.md").read_text()
    assert sum("pip install" in text for text in texts) == 1, "only INSTALL names the command"
    assert "{extra}" in INSTALL
