"""One turn of an agent as it was told, event by event."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from deepreview.agents.kept import Kept
from deepreview.model.agent import (
    AgentEvent,
    Answered,
    Attempt,
    Began,
    Broke,
    Denied,
    Record,
    Retried,
    Spent,
    Text,
    ToolCall,
    ToolResult,
    Unrecognised,
    Usage,
    total,
)
from deepreview.parse.heading import finding_heading

_LONGEST_HEADING = 1_000


@dataclass(eq=False, kw_only=True)
class Transcript:
    """Takes the events of one turn as they come; times are on the clock of `time.monotonic`."""

    started: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    session: str = ""
    model: str = ""
    version: str = ""
    calls: list[ToolCall] = field(default_factory=list)
    spent: list[Usage] = field(default_factory=list)
    retries: int = 0
    denials: list[str] = field(default_factory=list)
    first_finding: float = -1.0
    end: Answered | Broke | None = None
    _written: Kept = field(default_factory=Kept)
    _ends: str = ""
    """The last piece of it."""
    _apart: bool = False
    _line: str = ""

    def take(self, event: AgentEvent) -> None:
        """Take one event."""
        self.ended = time.monotonic()
        match event:
            case Began():
                self.session, self.model, self.version = event.session, event.model, event.version
            case Text():
                self._write(event.text)
            case ToolCall():
                self.calls.append(event)
                self._apart = True
            case Spent():
                self.spent.append(event.usage)
            case Retried():
                self.retries += 1
            case Denied():
                self.denials.append(f"{event.tool}: {event.reason}" if event.reason else event.tool)
            case ToolResult() | Unrecognised():
                pass
            case Answered():
                self._look(f"\n{event.text}\n" if event.text not in self.joined else "\n")
                self.end = event
            case Broke():
                self.end = event
            case _:
                assert_never(event)

    def _write(self, text: str) -> None:
        """What is written after a tool was used is another message."""
        if self._apart and self._ends and not (self._ends.endswith("\n") or text.startswith("\n")):
            text = f"\n\n{text}"
        self._apart = False
        self._written.add(text)
        self._ends = text or self._ends
        self._look(text)

    def _look(self, text: str) -> None:
        """Note when the first finding is read, line by line as they become whole."""
        if self.first_finding >= 0:
            return
        *whole, last = (self._line + text).split("\n")
        self._line = last[:_LONGEST_HEADING]
        if any(_is_finding(line) for line in whole):
            self.first_finding = time.monotonic()

    @property
    def joined(self) -> str:
        """All that it wrote, as far as it is kept."""
        return self._written.text

    @property
    def final(self) -> str:
        """Its last message; empty for a turn that broke, or where it is not told apart."""
        return self.end.text if isinstance(self.end, Answered) else ""

    @property
    def whole(self) -> str:
        """All that it wrote, its last message included."""
        joined, final = self.joined, self.final
        return joined if final.strip() in joined else f"{joined}\n\n{final}".strip("\n")

    @property
    def seconds(self) -> float:
        """From its start to its last event."""
        return max(0.0, self.ended - self.started)

    @property
    def usage(self) -> Usage:
        """All that it used."""
        return total(self.spent)


def _is_finding(line: str) -> bool:
    if not line.startswith(("**", "#", "C", "I", "S", "[", "-", "*")):
        return False
    found = finding_heading(line)
    return bool(found and found.sure and found.severity)


def record_of(
    transcripts: Sequence[Transcript], attempts: Iterable[Attempt], started: float, opened: Iterable[str]
) -> Record:
    """What several turns did, counted together; who was asked and how it was kept apart is not theirs to say."""
    tools = Counter(call.tool for one in transcripts for call in one.calls)
    first = [one.first_finding - started for one in transcripts if one.first_finding >= 0]
    return Record(
        model=next((one.model for one in transcripts if one.model), ""),
        version=next((one.version for one in transcripts if one.version), ""),
        attempts=tuple(attempts),
        usage=total(one.usage for one in transcripts),
        tools=tuple(sorted(tools.items(), key=lambda item: (-item[1], item[0]))),
        opened=tuple(sorted(opened)),
        retries=sum(one.retries for one in transcripts),
        denials=tuple(dict.fromkeys(denial for one in transcripts for denial in one.denials)),
        first_finding=round(min(first), 3) if first else -1.0,
    )
