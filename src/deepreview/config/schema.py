"""What can be set, and what each setting means. `docs/configuration.md` is made from this."""

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

REVIEWERS = ("static", "names", "paths", "history")
"""Those that need no account, in the order in which they are shown."""

LEVELS = ("suggestion", "important", "critical", "never")


def setting(default: Any, help_text: str, example: str) -> Any:  # noqa: ANN401 - as dataclasses.field itself
    """A field with what its documentation is made from."""
    return field(default=default, metadata={"help": help_text, "example": example})


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A review that was made elsewhere: its file, and its author's name where one was given."""

    path: Path
    name: str

    @classmethod
    def named(cls, text: str) -> "Replayed":
        """From `FILE` or `NAME=FILE`; a file whose own name holds `=` is meant where it exists."""
        name, sign, path = text.partition("=")
        if sign and name and path and "/" not in name and not Path(text).exists():
            return cls(path=Path(path), name=name)
        return cls(path=Path(text), name="")

    def __str__(self) -> str:
        """As it was given."""
        return f"{self.name}={self.path}" if self.name else str(self.path)


MACHINE = ("sarif", "replay", "commands", "archive")
"""Settings that name files and programs of this machine: a repository may not choose them, only its user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A program of the user's that prints SARIF about the files under the folder it is started in."""

    name: str
    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, each with its value."""

    reviewers: tuple[str, ...] = setting(REVIEWERS, "Who reviews.", 'reviewers = ["static", "names"]')
    timeout: int = setting(120, "Seconds that each reviewer may take.", "timeout = 300")
    base: str = setting(
        "", "What a branch is compared with; empty for the remote's default branch.", 'base = "develop"'
    )
    fail_on: str = setting(
        "suggestion",
        f"The lightest open finding that makes the exit code 1: {', '.join(LEVELS)}.",
        'fail-on = "important"',
    )
    enable: tuple[str, ...] = setting(
        (), "Rules that are off by default to switch on.", 'enable = ["go-context-replaced"]'
    )
    disable: tuple[str, ...] = setting((), "Rules to switch off.", 'disable = ["typos", "ruff:BLE001"]')
    sarif: tuple[Path, ...] = setting(
        (), "SARIF files of other tools to take as reviewers' claims.", 'sarif = ["scan.sarif"]'
    )
    replay: tuple[str, ...] = setting(
        (),
        "Reviews that were made elsewhere, each as `FILE` or `NAME=FILE`, as reviewers of this run.",
        'replay = ["claude=review.md"]',
    )
    commands: tuple[Command, ...] = setting(
        (),
        "Programs that print SARIF, run on the changed files of head and base.",
        'commands = { semgrep = ["semgrep", "scan", "--sarif", "--quiet", "."] }',
    )
    archive: Path = setting(
        Path(), "Where rounds are kept; empty for `deepreview/` in the user's data folder.", 'archive = "reviews"'
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Valued:
    """One setting's value and where it came from."""

    name: str
    value: Any
    origin: str
    """`default`, `--flag`, `DEEPREVIEW_X`, or the file's name."""


def key_of(name: str) -> str:
    """The name in files and flags: `fail-on` for `fail_on`."""
    return name.replace("_", "-")


def variable_of(name: str) -> str:
    """The environment variable: `DEEPREVIEW_FAIL_ON` for `fail_on`."""
    return f"DEEPREVIEW_{name.upper()}"


NAMES = tuple(entry.name for entry in fields(Settings))


def reference() -> str:
    """The table of all settings, in Markdown."""
    rows = [
        f"| `{key_of(f.name)}` | {_variable(f.name)} | {f.metadata['help']} | `{f.metadata['example']}` |"
        for f in fields(Settings)
    ]
    return "\n".join(["| key | variable | meaning | example |", "| --- | --- | --- | --- |", *rows]) + "\n"


def _variable(name: str) -> str:
    return f"`{variable_of(name)}`" if name != "commands" else "none"
