"""Agents that are command lines printing JSON: one flow for all, a dialect for each."""

from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from typing import Protocol

from deepreview.agents.base import Exit, Guest, Invocation, Question, Spec, Wire
from deepreview.model.agent import AgentEvent, Answered, Broke, Failure


class Reading(Protocol):
    """Understands what one run of a tool prints; made anew for each turn."""

    def line(self, raw: bytes) -> Iterable[AgentEvent]:
        """The events that a line of its output stands for; never `Answered` or `Broke`, and never an exception."""
        ...

    def end(self, exit_: Exit) -> Answered | Broke:
        """What came of the turn, by all lines and the way the program ended."""
        ...


class Dialect(Protocol):
    """What is particular to one tool."""

    def invocation(self, spec: Spec, question: Question, guest: Guest) -> Invocation:
        """How to ask it; raises FileNotFoundError where its program is missing."""
        ...

    def reading(self, question: Question) -> Reading:
        """Something that understands the answer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CliAgent:
    """An agent whose tool is started once for each turn."""

    spec: Spec
    family: str
    program: str
    wires: tuple[Wire, ...]
    dialect: Dialect

    async def ask(self, question: Question, guest: Guest) -> AsyncGenerator[AgentEvent]:
        """Start the tool, and tell what it prints."""
        try:
            invocation = self.dialect.invocation(self.spec, question, guest)
            reading = self.dialect.reading(question)
            async with guest.start(invocation) as running:
                async for raw in running.lines():
                    for event in reading.line(raw):
                        yield event
                last = reading.end(await running.end())
        except OSError as error:
            yield Broke(failure=Failure.MISSING, message=f"{self.program} cannot be started: {error.strerror or error}")
            return
        yield last
