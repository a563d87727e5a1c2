"""What a model is made to say: turns, figures, failures, and scripts that choose among them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol


class Wire(Enum):
    """The protocols a model is spoken to in."""

    MESSAGES = "anthropic-messages"
    RESPONSES = "openai-responses"
    CHAT = "openai-chat"
    GEMINI = "gemini"


class Stop(Enum):
    """Why the model stopped; a turn with calls stops for them whatever is said here."""

    DONE = "done"
    LENGTH = "length"
    REFUSAL = "refusal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The tokens a turn reports: `input` counts cached and newly cached ones, `output` counts reasoning."""

    input: int = 1000
    cached: int = 200
    written: int = 0
    """Newly cached; only Anthropic Messages reports it."""
    output: int = 50
    reasoning: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A tool call, word for word."""

    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    """What a tool is given that takes text of its own form, a program for instance, in place of arguments."""


class Deed(Enum):
    """What a tool is wanted for."""

    READ = "read"
    SHELL = "shell"
    WRITE = "write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A tool call by its purpose; it is put in the words of the program that asks."""

    deed: Deed
    subject: str
    """The path to read or write, or the command to run."""
    text: str = ""


def read(path: str) -> Wish:
    """A wish to read a file."""
    return Wish(deed=Deed.READ, subject=path)


def shell(command: str) -> Wish:
    """A wish to run a command."""
    return Wish(deed=Deed.SHELL, subject=command)


def write(path: str, text: str) -> Wish:
    """A wish to write a file."""
    return Wish(deed=Deed.WRITE, subject=path, text=text)


class Because(Enum):
    """What a refusing status is about, where a vendor says it differently from the plain status."""

    STATUS = "status"
    QUOTA = "quota"
    USAGE_LIMIT = "usage-limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An error status with the vendor's own body."""

    status: int
    because: Because = Because.STATUS
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Html:
    """A page of a proxy instead of an answer, with status 200."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Garbled:
    """A stream that stops making sense after that many events, then ends."""

    after: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """No answer, not even headers, for as long as the client waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stalled:
    """Nothing more after that many events, for as long as the client waits."""

    after: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The connection is closed after that many events."""

    after: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The stream carries the vendor's own error event after that many others."""

    after: int = 6


Failure = Refused | Html | Garbled | Silent | Stalled | Cut | Failed

Pieces = Callable[[], Iterable[str]]
"""A text too large to hold; asked for anew each time it is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One answer of the model."""

    text: str | Pieces = ""
    thought: str = ""
    """What it thinks aloud before the text."""
    calls: tuple[Call | Wish, ...] = ()
    usage: Usage = field(default_factory=Usage)
    stop: Stop = Stop.DONE
    delay: float = 0
    """Seconds before the first byte."""
    pace: float = 0
    """Seconds between two events of a stream."""
    piece: int = 256
    """Characters of text in one event of a stream."""
    failure: Failure | None = None

    def pieces(self) -> Iterator[str]:
        """The text in the pieces it is streamed in."""
        if callable(self.text):
            yield from self.text()
        else:
            for start in range(0, len(self.text), self.piece):
                yield self.text[start : start + self.piece]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a tool call came to, as the program told the model."""

    tool: str
    text: str
    error: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request to the model, the same for every wire."""

    wire: Wire
    model: str
    stream: bool
    system: str
    prompt: str
    """The last thing the user said."""
    turn: int
    """How many turns the model has already had in this conversation."""
    results: tuple[Result, ...]
    """What all tool calls so far came to."""
    tools: Mapping[str, Mapping[str, Any]]
    """The tools on offer, each with the schema of its arguments."""
    schema: Mapping[str, Any] | None
    """The schema that the answer must match, where one was sent."""
    schema_tool: str = ""
    """The tool that takes the answer, where the program wants it by a call."""
    figures: bool = True
    """Whether a stream is to report tokens."""
    nth: int = 0
    """How many requests this run has made before this one, retried ones included; ids are made of it."""


class Script(Protocol):
    """Chooses what the model says next."""

    def __call__(self, asked: Asked, /) -> Turn:
        """The next turn."""
        ...


def conversation(*turns: Turn) -> Script:
    """One turn after the other, by how many the conversation already holds; the last one is repeated."""
    return lambda asked: turns[min(asked.turn, len(turns) - 1)]


def requests(*turns: Turn) -> Script:
    """One turn per request of a run, so that a retried request gets the next one; the last one is repeated."""
    return lambda asked: turns[min(asked.nth, len(turns) - 1)]


def after(count: int, first: Script, then: Script) -> Script:
    """`first` for that many requests of a run, `then` for the others."""
    return lambda asked: first(asked) if asked.nth < count else then(asked)
