import os
from pathlib import Path

from deepreview.cli.main import cli
from deepreview.cli.reference import reference

PAGE = Path(__file__).parent.parent.parent / "docs" / "cli.md"


def test_the_page_of_all_commands_is_current() -> None:
    if os.environ.get("DEEPREVIEW_UPDATE_GOLDEN") == "1":  # noqa: TID251 - tests may ask how they were started
        PAGE.write_text(reference(cli))
    assert PAGE.read_text() == reference(cli), "run once with DEEPREVIEW_UPDATE_GOLDEN=1"


def test_every_command_and_option_says_what_it_does() -> None:
    for command in cli.commands.values():
        assert command.help
        assert all(getattr(option, "help", "") for option in command.params if option.param_type_name == "option")
