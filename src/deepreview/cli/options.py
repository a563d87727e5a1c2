"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from deepreview.errors import UsageError

Command = Callable[..., Any]


class _Somewhere(click.Path):
    """A path; no text is a mistake, such as a variable that is not set, and would mean the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - click's own types
        """The path."""
        if value == "" and param is not None:
            raise UsageError(f"{param.opts[0]} is empty", hint="name a path, or leave the option out")
        return super().convert(value, param, ctx)


def where(command: Command) -> Command:
    """Add --repo, --archive and --config."""
    for option in (
        click.option(
            "--config",
            metavar="FILE",
            type=_Somewhere(path_type=Path),
            help="Read settings from FILE instead of the base commit.",
        ),
        click.option("--archive", metavar="DIR", type=_Somewhere(path_type=Path), help="Keep rounds in DIR."),
        click.option(
            "--repo",
            metavar="DIR",
            type=_Somewhere(path_type=Path),
            default=".",
            help="The repository; default: this folder.",
        ),
    ):
        command = option(command)
    return command


def comma_separated(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    """Turn `a,b` into its names."""
    return None if value is None else tuple(part.strip() for part in value.split(",") if part.strip())
