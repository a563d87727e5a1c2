"""What an agent is, what it is asked, and the place that it is given to work in."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Protocol

from deepreview.model.agent import AgentEvent


class Wire(Enum):
    """The protocols by which models are reached."""

    ANTHROPIC = "anthropic"
    RESPONSES = "openai-responses"
    CHAT = "openai-chat"
    GEMINI = "gemini"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """How to call an agent, as `--with` takes it: `claude`, `claude:opus`, `codex:gpt-5@high`, `qwen/local:coder`."""

    agent: str
    endpoint: str = ""
    """A server of the user's own, by its name in the settings; empty for the maker's."""
    model: str = ""
    effort: str = ""

    def __str__(self) -> str:
        """As it was given."""
        endpoint = f"/{self.endpoint}" if self.endpoint else ""
        model = f":{self.model}" if self.model else ""
        return self.agent + endpoint + model + (f"@{self.effort}" if self.effort else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing that an agent is asked."""

    prompt: str
    schema: str = ""
    """A JSON schema that the answer must fit; empty for free text."""
    resume: str = ""
    """The session of an earlier turn, as `Began` told it, to go on with; empty for a new conversation."""
    anew: str = ""
    """The prompt for when that conversation is gone, as after a process that was killed: then it begins anew."""
    tools: bool = True
    """Whether it may read the repository; without, it has only what the prompt says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where the model is reached from inside, and the placeholder that stands for the key there."""

    url: str
    """The base URL without a trailing slash and without a version part; empty where the tool's own sign-in is used."""
    key: str
    """Worth nothing but at our own broker, and only while this run lasts; empty like the URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Folders as the agent sees them."""

    repo: Path
    """The reviewed commit's files with their history, read-only, without the change's agent configuration."""
    papers: Path
    """The brief and the diff in parts, read-only: the folder `.deepreview` of `repo`, since tools read no further."""
    home: Path
    """Its own, empty but for what its invocation puts there; it may write here."""
    scratch: Path
    """Empty, for its temporary files; it may write here."""
    contained: bool = False
    """Whether the operating system keeps in what it starts, so that it may be given a shell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """How to start a program: an argument list, never a shell."""

    argv: tuple[str, ...]
    """The first is a program's name, found on the caller's path, or an absolute path."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to what every guest has: PATH, HOME, TMPDIR, LANG, TERM."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Written into its home before the start, by path relative to it."""
    stdin: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """How a program ended."""

    code: int
    """Negative for a signal."""
    stderr: str
    """The last 8,000 characters."""


class Running(Protocol):
    """A program at work. Leaving its context ends it and all that it started."""

    def lines(self) -> AsyncIterator[bytes]:
        """Its standard output, line by line without the newline; a line over 32 MB is cut."""
        ...

    async def send(self, data: bytes) -> None:
        """Write to its standard input, which stays open only for an invocation without `stdin`."""
        ...

    async def end(self) -> Exit:
        """Wait for its end."""
        ...


class Guest(Protocol):
    """Where an agent works: kept apart from the user's files, keys and network."""

    @property
    def place(self) -> Place:
        """Its folders."""
        ...

    def door(self, wire: Wire) -> Door:
        """Where a model that speaks this protocol is reached; raises MachineError where there is no credential."""
        ...

    def find(self, program: str) -> Path:
        """Where a program is, outside; raises FileNotFoundError. Its folder can be seen inside once it is started."""
        ...

    def start(self, invocation: Invocation) -> AbstractAsyncContextManager[Running]:
        """Start a program inside; raises OSError when it cannot start."""
        ...


class Agent(Protocol):
    """A program or a model that can be asked something about a repository."""

    @property
    def spec(self) -> Spec:
        """How it is called."""
        ...

    @property
    def family(self) -> str:
        """Its maker's voice: two models of one maker are one."""
        ...

    @property
    def program(self) -> str:
        """What must be installed for it; empty where it runs in this process."""
        ...

    @property
    def wires(self) -> tuple[Wire, ...]:
        """The protocols that it can reach a model by, the one it takes first."""
        ...

    def ask(self, question: Question, guest: Guest) -> AsyncGenerator[AgentEvent]:
        """Ask and yield what happens; failures are events, and only the last one is `Answered` or `Broke`.

        Cancelling it, or leaving it early, ends all that it started.
        """
        ...
