"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Command = Callable[..., Any]


def where(command: Command) -> Command:
    """Add --repo, --archive and --config."""
    for option in (
        click.option(
            "--config",
            metavar="FILE",
            type=click.Path(path_type=Path),
            help="Read settings from FILE instead of the base commit.",
        ),
        click.option("--archive", metavar="DIR", type=click.Path(path_type=Path), help="Keep rounds in DIR."),
        click.option(
            "--repo",
            metavar="DIR",
            type=click.Path(path_type=Path),
            default=".",
            help="The repository; default: this folder.",
        ),
    ):
        command = option(command)
    return command


def comma_separated(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    """Turn `a,b` into its names."""
    return None if value is None else tuple(part.strip() for part in value.split(",") if part.strip())
