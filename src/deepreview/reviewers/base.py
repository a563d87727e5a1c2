"""What a reviewer is, and the one object that it is given."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from deepreview.agents.base import Agent, Question
from deepreview.context.brief import Brief
from deepreview.context.history import BlamedLine, History
from deepreview.context.tree import Tree
from deepreview.model.agent import AgentEvent, Failure, Record
from deepreview.model.change import Side
from deepreview.model.claim import Claim, Observation
from deepreview.model.round import Reading

__all__ = ["BlamedLine", "Desk", "History", "NoReview", "NothingToDo", "Output", "Recorded", "Reviewer"]


class NothingToDo(Exception):  # noqa: N818 - an answer, not an error
    """Raised by a reviewer that cannot do anything here; its text is the reason, shown in the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded(Reading):
    """The reading of a reviewer that is an agent, with what it did."""

    record: Record


class NoReview(Exception):  # noqa: N818 - an outcome with all that is known of it
    """Raised by a reviewer that was asked and gave no review; what it had said by then is kept."""

    def __init__(self, failure: Failure, message: str, *, original: str = "", record: Record | None = None) -> None:
        super().__init__(message)
        self.failure = failure
        self.message = message
        self.original = original
        self.record = record


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What a program printed and how it ended."""

    code: int
    stdout: bytes
    stderr: bytes
    seconds: float


class Desk(Protocol):
    """Everything that a reviewer may use. What it says here is kept even if it then fails."""

    def tree(self, side: Side) -> Tree:
        """The files at base or head."""
        ...

    @property
    def history(self) -> History:
        """What git remembers."""
        ...

    @property
    def scratch(self) -> Path:
        """An empty folder of this reviewer's own, removed after the round."""
        ...

    async def run(self, argv: Sequence[str], *, cwd: Path, stdin: bytes = b"") -> Output:
        """Run a program with an environment built from an allow-list; raises OSError when it cannot start.

        It is killed, with its children, when the reviewer's time is over.
        """
        ...

    def ask(self, agent: Agent, question: Question, number: int = 1) -> AsyncGenerator[AgentEvent]:
        """Ask an agent in a guest's place of its own, one for each `number`, which lasts as long as the desk.

        Its events are on disk before they are yielded. The last one is `Answered` or `Broke`, also when our own
        limits of time, silence or money end the turn.
        """
        ...

    def say(self, said: Claim | Observation) -> None:
        """Put something on record."""
        ...


class Reviewer(Protocol):
    """Reads a change and says what is wrong with it."""

    @property
    def name(self) -> str:
        """Short, lower case: what `--with` takes."""
        ...

    @property
    def summary(self) -> str:
        """What it looks for, in one line."""
        ...

    def missing(self) -> tuple[str, ...]:
        """What this machine lacks for it, each with how to add it; empty when all is there."""
        ...

    async def review(self, brief: Brief, desk: Desk) -> Reading:
        """Say claims at the desk and return what was read.

        Raises NothingToDo when nothing can be done here, NoReview when nothing came of asking somebody.
        """
        ...
