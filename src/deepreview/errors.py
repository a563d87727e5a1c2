"""Every error that a user may see, and nothing else.

    DeepReviewError          kind decides the exit code, hint says the next step
    ├── UsageError           exit 2: what was asked for cannot be understood or does not exist
    ├── ConfigError          exit 2: a setting is unknown or has no meaning
    └── MachineError         exit 2: disk, permissions, a missing program

Anything else that reaches the top is a bug in this program: exit 70. That no reviewer completed is no error but a
verdict, with exit code 3.
"""

from enum import Enum


class Exit(Enum):
    """What the process tells its caller."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    NO_VERDICT = 3
    BUG = 70
    INTERRUPTED = 130


INSTALL = "pip install '.[{extra}]' in the folder of Deep Review's source"
"""How an extra is added while no package index has the program."""


def how_to_add(extra: str) -> str:
    """The command that installs what an extra brings, as a hint."""
    return INSTALL.format(extra=extra)


class DeepReviewError(Exception):
    """The root of all errors that are shown as one line."""

    exit = Exit.USAGE

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})"


class UsageError(DeepReviewError):
    """What was asked for cannot be understood or does not exist."""


class ConfigError(DeepReviewError):
    """A setting is unknown or its value has no meaning."""


class MachineError(DeepReviewError):
    """The disk, a permission or a program of this machine stands in the way."""
