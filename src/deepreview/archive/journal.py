"""One reviewer's talks with agents on disk, event by event, so that a killed run shows how far it came.

`<reviewer>.events.jsonl` holds a line for each turn's start and one for each of its events. A turn that came to its
answer is never asked again: a resumed round reads it from here.
"""

import hashlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from pydantic import TypeAdapter

from deepreview.agents.base import Question, Spec
from deepreview.archive.folder import writing
from deepreview.model.agent import AgentEvent, Answered, Broke

EVENTS_SUFFIX = ".events.jsonl"
_EVENT: TypeAdapter[AgentEvent] = TypeAdapter(AgentEvent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What was asked, and of whom: equal turns have equal keys."""

    number: int
    """Which pass of the reviewer."""
    key: str

    @classmethod
    def of(cls, spec: Spec, question: Question, number: int) -> "Turn":
        """The turn of a question; the session that it goes on with differs in every process and is left out."""
        parts = (str(spec), question.prompt, question.schema, str(question.tools), str(bool(question.resume)))
        return cls(number=number, key=hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16])


@dataclass(eq=False, kw_only=True)
class Journal:
    """The open file of one reviewer. Used from one event loop."""

    path: Path
    _file: IO[str] | None = None
    _answered: dict[Turn, list[tuple[AgentEvent, ...]]] = field(default_factory=dict)
    _began: dict[int, float] = field(default_factory=dict)

    def open(self) -> None:
        """Read what an earlier process left, then write behind it, on a new line where it was killed in the last.

        Does nothing where it is open.
        """
        if self._file:
            return
        cut_off = self.path.exists() and self.path.stat().st_size > 0 and not self.path.read_bytes().endswith(b"\n")
        for turn, events in turns(self.path):
            if isinstance(events[-1], Answered):
                self._answered.setdefault(turn, []).append(events)
        with writing(self.path.parent):
            self._file = self.path.open("a", encoding="utf-8", newline="\n")
            self._file.write("\n" if cut_off else "")

    def close(self) -> None:
        """Write nothing more."""
        if self._file:
            self._file.close()
            self._file = None

    def earlier(self, turn: Turn) -> tuple[AgentEvent, ...]:
        """The events of such a turn in an earlier process, each given once; empty when it was not answered there."""
        left = self._answered.get(turn)
        return left.pop(0) if left else ()

    def begin(self, turn: Turn, spec: Spec) -> None:
        """A turn starts."""
        self._began[turn.number] = time.monotonic()
        self._write({"turn": turn.number, "key": turn.key, "agent": str(spec)})

    def note(self, turn: Turn, event: AgentEvent) -> None:
        """Something happened in it."""
        at = round(time.monotonic() - self._began[turn.number], 3)
        line = {"of": turn.number, "at": at, "event": _EVENT.dump_python(event, mode="json")}
        self._write(line)

    def _write(self, line: dict[str, Any]) -> None:
        text = json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace").decode()
        with writing(self.path.parent):
            assert self._file is not None, "the journal is not open"
            self._file.write(text + "\n")
            self._file.flush()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a journal as a watcher reads it."""

    number: int
    at: float
    """Seconds since the turn's start; 0 for the start itself."""
    started: str
    """The agent, where the line is a turn's start; empty otherwise."""
    key: str
    event: AgentEvent | None


def read_line(raw: str | bytes) -> Line | None:
    """What a line says; None for one that was cut off while it was written or is of another version."""
    try:
        found = json.loads(raw)
        if "turn" in found:
            return Line(number=found["turn"], at=0.0, started=str(found["agent"]), key=str(found["key"]), event=None)
        event = _EVENT.validate_python(found["event"])
        return Line(number=found["of"], at=float(found["at"]), started="", key="", event=event)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def turns(path: Path) -> Iterator[tuple[Turn, tuple[AgentEvent, ...]]]:
    """The turns that came to an end, answered or broken, in the order of their ends; none where there is no file."""
    if not path.exists():
        return
    opened: dict[int, tuple[Turn, list[AgentEvent]]] = {}
    with path.open("rb") as file:
        for raw in file:
            line = read_line(raw)
            if line is None:
                continue
            if line.event is None:
                opened[line.number] = (Turn(number=line.number, key=line.key), [])
            elif line.number in opened:
                turn, events = opened[line.number]
                events.append(line.event)
                if isinstance(line.event, Answered | Broke):
                    yield turn, tuple(events)
                    del opened[line.number]
