"""What happened in one round: who ran, what they read, how it ended."""

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from deepreview.model.agent import Failure, Record
from deepreview.model.change import RepoPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A changed file that a reviewer did not read, and why."""

    path: RepoPath
    reason: str


class Basis(Enum):
    """What a reviewer's list of files that it read rests on."""

    SHOWN = "shown"
    """A program of ours read them, or receipts and tool calls show that an agent did."""
    STATED = "stated"
    """It says so itself."""
    NAMED = "named"
    """It does not say what it read: its findings name these files."""
    ELSEWHERE = "elsewhere"
    """It looks at lines, commits or settings, and reads no file for what is wrong in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reviewer read: silence about the rest is not praise."""

    read: tuple[RepoPath, ...]
    """Changed files that it read, sorted."""
    unread: tuple[Unread, ...]
    checked: tuple[str, ...]
    """What was looked for, as phrases with numbers: `412 removed names`, `ruff 0.17: 63 rules on 12 files`."""
    gaps: tuple[str, ...]
    """What could not be done, as sentences: an analyser that is missing or failed."""
    original: str = ""
    """The reviewer's own text, verbatim, where it wrote one: what stands between its findings is nowhere else."""
    basis: Basis = Basis.SHOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """The reviewer came to its end."""

    reviewer: str
    claims: int
    seconds: float
    reading: Reading
    record: Record | None = None
    """What it did, where it is an agent."""
    result: Literal["completed"] = "completed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """The reviewer had nothing it could do here."""

    reviewer: str
    reason: str
    result: Literal["skipped"] = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The reviewer broke or ran out of time; what it had said by then is kept."""

    reviewer: str
    failure: Failure
    error: str
    claims: int
    seconds: float
    original: str = ""
    """What it had written by then, verbatim."""
    record: Record | None = None
    """What it did, where it is an agent."""
    result: Literal["failed"] = "failed"


Run = Completed | Skipped | Failed
