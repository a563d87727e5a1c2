"""What an agent does while it answers, in the same words whatever its tool prints, and what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Literal


class Failure(Enum):
    """Why there is no answer, or no review in it. What is worth another try is said at `engine.retry`."""

    ERROR = "error"
    """None of the others; the message says what."""
    TIMEOUT = "timeout"
    """The wall clock ran out."""
    SILENT = "silent"
    """It went on running and said nothing for too long."""
    MISSING = "missing"
    """Its program is not installed or does not start."""
    AUTH = "auth"
    """The account or key was refused."""
    QUOTA = "quota"
    """The account has nothing left; waiting minutes does not help."""
    RATE_LIMIT = "rate-limit"
    """Too many requests just now."""
    SERVER = "server"
    """The model's service failed or was overloaded."""
    REQUEST = "request"
    """The service refused the request itself: an unknown model, a prompt that is too long, a bad flag."""
    MALFORMED = "malformed"
    """What came back cannot be understood."""
    CUT_OFF = "cut-off"
    """The connection or the output ended before the answer did."""
    REFUSED = "refused"
    """The model or a filter declined to answer."""
    LIMIT = "limit"
    """The agent's own limit of turns, time or money."""
    BUDGET = "budget"
    """Our budget is spent."""
    RESOURCES = "resources"
    """It used more memory, processes or disk than a guest may."""
    KILLED = "killed"
    """Something else ended its process."""
    EMPTY = "empty"
    """It ended well and said nothing."""
    SHORT = "short"
    """It said too little in too short a time to have read anything."""
    NOTICE = "notice"
    """A usage, quota or sign-in notice in the place of a review."""
    ELSEWHERE = "elsewhere"
    """It names no code of this change."""
    UNREAD = "unread"
    """Nothing shows that it read any of the change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What was used, in tokens and money; sums of several are made with `total`."""

    input: int = 0
    """Tokens sent that were not read from a cache."""
    cached: int = 0
    """Tokens sent that were read from the model's cache."""
    written: int = 0
    """Tokens sent that were written to the model's cache, where that is billed apart."""
    output: int = 0
    """Tokens received, reasoning included."""
    reasoning: int = 0
    """Of those received, the ones spent on reasoning; 0 where it is not told."""
    requests: int = 0
    """Requests to the model, retries included."""
    usd: float = 0.0
    priced: Literal["none", "reported", "list", "partly"] = "none"
    """Where the money figure is from: told by the tool, computed from list prices, or partly unknown."""

    @property
    def sent(self) -> int:
        """All tokens sent."""
        return self.input + self.cached + self.written


def total(usages: Iterable[Usage]) -> Usage:
    """The sum; the money is `partly` known when one that used tokens has no price."""
    summed = Usage()
    sources = set[str]()
    for one in usages:
        if one.sent or one.output or one.usd:
            sources.add(one.priced)
        summed = Usage(
            input=summed.input + one.input,
            cached=summed.cached + one.cached,
            written=summed.written + one.written,
            output=summed.output + one.output,
            reasoning=summed.reasoning + one.reasoning,
            requests=summed.requests + one.requests,
            usd=summed.usd + one.usd,
        )
    if sources <= {"none"}:
        return summed
    if sources & {"none", "partly"}:
        return replace(summed, priced="partly")
    return replace(summed, priced="list" if "list" in sources else "reported")


def less(whole: Usage, part: Usage) -> Usage:
    """What was used beyond an earlier count of the same."""
    return Usage(
        input=whole.input - part.input,
        cached=whole.cached - part.cached,
        written=whole.written - part.written,
        output=whole.output - part.output,
        reasoning=whole.reasoning - part.reasoning,
        requests=whole.requests - part.requests,
        usd=whole.usd - part.usd,
        priced=whole.priced,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """The agent's own name for this conversation, with which it can be taken up again, and what answers."""

    session: str
    model: str
    version: str
    kind: Literal["began"] = "began"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A piece of what the agent wrote; all of them joined are its whole text, its last message included once."""

    text: str
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """The agent used one of its tools."""

    id: str
    tool: str
    arguments: str
    """JSON as the agent wrote it, cut at 4,000 characters."""
    kind: Literal["tool-call"] = "tool-call"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What a tool gave back."""

    id: str
    size: int
    """Characters; -1 where the agent's tool does not tell."""
    failed: bool
    kind: Literal["tool-result"] = "tool-result"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was used since the last such event."""

    usage: Usage
    kind: Literal["spent"] = "spent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """The agent tries a request again by itself."""

    attempt: int
    reason: str
    kind: Literal["retried"] = "retried"


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """The agent was not allowed something."""

    tool: str
    reason: str
    kind: Literal["denied"] = "denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrecognised:
    """Something that this version of the tool prints and we do not know: kept, never fatal."""

    what: str
    """The event's own type, or `text` for a line that is not JSON."""
    raw: str
    """As printed, cut at 2,000 characters."""
    kind: Literal["unrecognised"] = "unrecognised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The last event of a turn that came to its end."""

    text: str
    """The final message."""
    data: str
    """The JSON that a schema asked for; empty without one, or where it is not to be had."""
    kind: Literal["answered"] = "answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Broke:
    """The last event of a turn that did not come to its end."""

    failure: Failure
    message: str
    """One line in the tool's or our own words."""
    wait: float = 0.0
    """Seconds that the service asked to wait before the next try; 0 where it did not say."""
    kind: Literal["broke"] = "broke"


AgentEvent = Began | Text | ToolCall | ToolResult | Spent | Retried | Denied | Unrecognised | Answered | Broke
"""A turn yields any number of these; exactly one `Answered` or `Broke` is its last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of one reviewer: a turn, or a turn and its repair."""

    agent: str
    """As `--with` takes it: `claude:opus@high`."""
    failure: Failure | None
    message: str
    seconds: float
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a reviewer that is an agent did, counted from its events."""

    agent: str = ""
    """As `--with` takes it; empty for reviewers that are no agents."""
    model: str = ""
    """What answered, in the agent's words."""
    version: str = ""
    isolation: str = ""
    """How it was kept apart, as a phrase: `bubblewrap, no network but the model`."""
    prompt: str = ""
    """The first 12 hexadecimal digits of the prompt's hash."""
    attempts: tuple[Attempt, ...] = ()
    usage: Usage = Usage()
    tools: tuple[tuple[str, int], ...] = ()
    """How often it used each tool, most used first."""
    opened: tuple[str, ...] = ()
    """Paths of the repository that its tool calls name, sorted."""
    retries: int = 0
    denials: tuple[str, ...] = ()
    """What it was not allowed, as phrases without repeats."""
    first_finding: float = -1.0
    """Seconds until its first finding was read in its text; -1 where there was none."""
    violations: tuple[str, ...] = ()
    """What it did against the rules, as sentences: tracked files that it changed."""
