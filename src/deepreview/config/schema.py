"""What can be set, and what each setting means. `docs/configuration.md` is made from this."""

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from deepreview.agents.endpoint import Endpoint
from deepreview.model.budget import Budget, Price

REVIEWERS = ("static", "names", "paths", "history")
"""Those that need no account, in the order in which they are shown."""

ISOLATIONS = ("auto", "bubblewrap", "landlock", "none")
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


TABLES = ("commands", "agents", "endpoints", "prices")
"""Settings that only a file can hold."""

MACHINE = (
    "sarif", "replay", "commands", "agents", "archive", "isolation", "subscriptions", "endpoints", "prices",
    "guest_memory", "guest_processes", "guest_disk", "budget", "budget_reviewer", "budget_month",
    "lead", "reserve", "passes",
)  # fmt: skip
"""Settings about files, programs, keys and money of this machine: a repository may not choose them, only its user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A program of the user's, and how it is started."""

    name: str
    argv: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, each with its value."""

    reviewers: tuple[str, ...] = setting(REVIEWERS, "Who reviews.", 'reviewers = ["static", "names"]')
    timeout: int = setting(
        0,
        "What each reviewer may take: `90s`, `30m`, `1h` or seconds; 0 for the usual, 2 minutes, and 30 for an agent.",
        'timeout = "45m"',
    )
    silence: int = setting(300, "How long an agent may say nothing before it is ended.", 'silence = "5m"')
    passes: int = setting(1, "How often each agent reviews the change, at the same time.", "passes = 2")
    reserve: tuple[str, ...] = setting(
        (), "Agents that take the place of one that is lost, in this order.", 'reserve = ["gemini"]'
    )
    lead: str = setting(
        "", "An agent that groups, rates and sums up what the reviewers said; empty for none.", 'lead = "claude:opus"'
    )
    isolation: str = setting(
        "auto",
        f"What keeps agents apart: {', '.join(ISOLATIONS)}; `auto` takes the best that works here.",
        'isolation = "bubblewrap"',
    )
    guest_memory: int = setting(
        8_000_000_000,
        "The memory that all processes of an agent may use together; one that uses more is ended. 0 for no limit.",
        'guest-memory = "4gb"',
    )
    guest_processes: int = setting(
        512, "How many processes an agent may run at once; 0 for no limit.", "guest-processes = 200"
    )
    guest_disk: int = setting(
        8_000_000_000, "What an agent may write into its folders; 0 for no limit.", 'guest-disk = "500mb"'
    )
    subscriptions: tuple[str, ...] = setting(
        (),
        "Agents that use their own sign-in in the place of a key; they are not kept from the network then.",
        'subscriptions = ["claude"]',
    )
    base: str = setting(
        "", "What a branch is compared with; empty for the remote's default branch.", 'base = "develop"'
    )
    fail_on: str = setting(
        "suggestion",
        f"The lightest open finding that makes the exit code 1: {', '.join(LEVELS)}.",
        'fail-on = "important"',
    )
    bar_round: int = setting(
        3,
        "The round from which on a new finding counts at once only where it reaches `bar` and is in code that changed "
        "since the round before; what is critical always does. 0 for never.",
        "bar-round = 4",
    )
    bar: str = setting(
        "important", "The lightest new finding that counts once the bar is up; the others wait.", 'bar = "critical"'
    )
    dry_rounds: int = setting(
        2, "So many rounds in a row that raise nothing new that counts end the rounds; 0 for never.", "dry-rounds = 3"
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
    agents: tuple[Command, ...] = setting(
        (),
        "Programs that speak the Agent Client Protocol, each to be called as `acp:NAME`.",
        'agents = { fast = ["gemini", "--acp", "-m", "gemini-2.5-flash"] }',
    )
    archive: Path = setting(
        Path(), "Where rounds are kept; empty for `deepreview/` in the user's data folder.", 'archive = "reviews"'
    )
    budget: Budget = setting(
        Budget(),
        "What models may cost in a run, in USD (list prices) or tokens; empty for no limit.",
        'budget = "5usd"',
    )
    budget_reviewer: Budget = setting(
        Budget(), "What models may cost for one reviewer of a run.", 'budget-reviewer = "400k tokens"'
    )
    budget_month: Budget = setting(
        Budget(), "What models may cost in a calendar month (UTC), over all your runs.", 'budget-month = "100usd"'
    )
    endpoints: tuple[Endpoint, ...] = setting(
        (),
        "Servers that speak a model's protocol (`wire`, or `openai-chat`), and the variable that holds the key.",
        'endpoints = { local = { url = "http://127.0.0.1:11434/v1", wire = "openai-chat", key = "LOCAL_KEY" } }',
    )
    prices: tuple[Price, ...] = setting(
        (),
        "Prices of models in USD per million tokens, before list prices; also `cached` and `written`.",
        'prices = { "my-model" = { input = 0.5, output = 1.5 } }',
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
    return f"`{variable_of(name)}`" if name not in TABLES else "none"
