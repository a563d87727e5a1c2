"""An agent that plays a script: real asynchronous time, no program, no model, no chance."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass, field

from deepreview.agents.base import Guest, Question, Spec, Wire
from deepreview.model.agent import AgentEvent

Script = Iterable[AgentEvent | float]
"""Events, and between them seconds to wait."""


@dataclass(eq=False, kw_only=True)
class ScriptedAgent:
    """Plays what `script` gives for each question; `asked` holds the questions in the order of their coming."""

    script: Callable[[Question], Script]
    spec: Spec = field(default_factory=lambda: Spec(agent="scripted"))
    family: str = "scripted"
    program: str = ""
    wires: tuple[Wire, ...] = ()
    asked: list[Question] = field(default_factory=list)
    ended: int = 0
    """How many of its turns are over, whether played to the end or left early."""

    async def ask(self, question: Question, guest: Guest) -> AsyncGenerator[AgentEvent]:
        """Play the script for this question."""
        del guest
        self.asked.append(question)
        try:
            for step in self.script(question):
                if isinstance(step, float | int):
                    await asyncio.sleep(step)
                else:
                    yield step
        finally:
            self.ended += 1


def in_turn(*turns: Script) -> Callable[[Question], Script]:
    """One script after the other, whatever is asked; the last one again and again."""
    left = [list(turn) for turn in turns]

    def script(question: Question) -> Script:
        del question
        return left.pop(0) if len(left) > 1 else left[0]

    return script
