"""One reviewer's talks with agents: a guest's place for each, our limits, and a journal of all that happens."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Protocol, Self, TypeVar

from deepreview.agents.base import Agent, Guest, Question
from deepreview.archive.journal import Journal, Turn
from deepreview.engine.held import Held
from deepreview.errors import DeepReviewError
from deepreview.model.agent import AgentEvent, Answered, Began, Broke, Denied, Failure, Spent, Usage, less, total
from deepreview.model.event import AgentActed, Emit

T = TypeVar("T")
_MOST, _BARE = 32_000_000, 100
"""Bytes of all events of a turn, and of one that says nothing: what is told is kept in memory and on disk."""
_ENDLESS = Broke(failure=Failure.LIMIT, message=f"it told more than {_MOST // 1_000_000} MB of what it did")


class Host(Protocol):
    """Takes guests in."""

    def receive(self, reviewer: str, agent: Agent, number: int) -> AbstractAsyncContextManager[Guest]:
        """A place for an agent to work in, gone when the context is left; raises DeepReviewError, OSError."""
        ...

    def exhausted(self, reviewer: str) -> str:
        """Why our budget lets this reviewer ask nothing more, in one sentence; empty while it may."""
        ...

    def ended(self, reviewer: str) -> str:
        """Why what its agent had started was ended since the last call, in a clause; mostly empty."""
        ...

    def spent(self, reviewer: str) -> Usage:
        """What it has used so far, as our broker counted it; nothing where its requests do not come through there."""
        ...

    def denied(self, reviewer: str) -> tuple[Denied, ...]:
        """What our broker did not let through since the last call."""
        ...

    def clean(self, text: str) -> str:
        """The text without secrets and private paths: paths of a guest's checkout become those of the repository."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """How a reviewer's agents were kept, and what they did against the rules."""

    isolation: str = ""
    violations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long an agent may take; both in seconds."""

    deadline: float
    """On the clock of `time.monotonic`."""
    silence: float
    """Between two events."""


@dataclass(eq=False, kw_only=True)
class Sessions:
    """All talks of one reviewer; leaving the context ends them and their places."""

    reviewer: str
    host: Host
    journal: Journal
    limits: Limits
    emit: Emit
    _counted: Usage = field(default_factory=Usage)
    _lost: set[str] = field(default_factory=set)
    """Conversations of earlier processes: the homes that kept them are gone."""
    _guests: dict[tuple[str, int], Guest] = field(default_factory=dict)
    _places: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def __aenter__(self) -> Self:
        """Begin; the journal is opened when somebody is asked."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Send all guests home."""
        try:
            await self._places.aclose()
        finally:
            self.journal.close()

    async def ask(self, agent: Agent, question: Question, number: int) -> AsyncGenerator[AgentEvent]:
        """The events of one turn, from the journal where an earlier process has had its answer; never an exception."""
        self.journal.open()
        turn = Turn.of(agent.spec, question, number)
        if earlier := self.journal.earlier(turn):
            self._lost.update(event.session for event in earlier if isinstance(event, Began) and event.session)
            for event in earlier:
                self.emit(AgentActed(reviewer=self.reviewer, event=event))
                yield event
            return
        asked = replace(question, prompt=question.anew, resume="") if question.resume in self._lost else question
        self.journal.begin(turn, agent.spec)
        held = Held()
        async with aclosing(self._turn(agent, asked, number)) as events:
            async for told in events:
                for event in (_cleaned(one, self.host.clean) for one in held.take(told)):
                    self.journal.note(turn, event)
                    self.emit(AgentActed(reviewer=self.reviewer, event=event))
                    yield event
                if isinstance(told, Answered | Broke):
                    return

    async def _turn(self, agent: Agent, question: Question, number: int) -> AsyncGenerator[AgentEvent]:
        """The agent's events with a last one in every case: ours where the agent raises, stalls or forgets it."""
        if refused := self.host.exhausted(self.reviewer):
            yield Broke(failure=Failure.BUDGET, message=refused)
            return
        try:
            guest = await self._guest(agent, number)
            async with aclosing(agent.ask(question, guest)) as events:
                told: list[Spent] = []
                size = 0
                event = await self._next(events)
                while not isinstance(event, Answered | Broke):
                    size += _weight(event)
                    if isinstance(event, Spent):
                        told.append(event)  # our own count goes before it, and is complete at the turn's end only
                    else:
                        yield event
                    event = _ENDLESS if size > _MOST else await self._next(events)
            counted: tuple[AgentEvent, ...] = (*self._spent(told), *self.host.denied(self.reviewer))
            for one in counted:
                yield one
            ended = self.host.ended(self.reviewer)
            last: AgentEvent = self._why(event, ended) if isinstance(event, Broke) else event
            yield last
        except (DeepReviewError, OSError) as error:
            yield Broke(failure=Failure.MISSING, message=str(error))

    async def _next(self, events: AsyncGenerator[AgentEvent]) -> AgentEvent:
        left = self.limits.deadline - time.monotonic()
        limit = asyncio.timeout(max(0.0, min(left, self.limits.silence)))
        try:
            async with limit:
                return await anext(events)
        except StopAsyncIteration:
            return Broke(failure=Failure.ERROR, message="it ended without an answer")
        except TimeoutError as error:
            if not limit.expired():
                return Broke(failure=Failure.ERROR, message=str(error) or "it timed out")
            if left <= self.limits.silence:
                return Broke(failure=Failure.TIMEOUT, message="its time was over before it had finished")
            return Broke(failure=Failure.SILENT, message=f"no sign of life for {self.limits.silence:g} s")
        except (DeepReviewError, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - bulkhead: an agent may break in any way
            return Broke(failure=Failure.ERROR, message=f"{type(error).__name__}: {error}")

    def _spent(self, told: Sequence[Spent]) -> Sequence[Spent]:
        """What the turn used: as our broker counted, with the tool's own price where there is no list price."""
        counted = self.host.spent(self.reviewer)
        fresh = less(counted, self._counted)
        if not fresh.requests:
            return told
        self._counted = counted
        reported = total(event.usage for event in told)
        if fresh.priced in {"none", "partly"} and reported.priced == "reported":
            fresh = replace(fresh, usd=reported.usd, priced="reported")
        return (Spent(usage=fresh),)

    def _why(self, broke: Broke, ended: str) -> Broke:
        """What killed it may be our own watch; a service that refuses may be our own broker, which keeps the budget."""
        if ended:
            return Broke(failure=Failure.RESOURCES, message=ended)
        if refused := self.host.exhausted(self.reviewer):
            return Broke(failure=Failure.BUDGET, message=refused)
        return broke

    async def _guest(self, agent: Agent, number: int) -> Guest:
        key = (str(agent.spec), number)
        if key not in self._guests:
            self._guests[key] = await self._places.enter_async_context(self.host.receive(self.reviewer, agent, number))
        return self._guests[key]


def _weight(event: AgentEvent) -> int:
    """About how many bytes an event takes."""
    return _BARE + sum(len(value) for one in fields(event) if isinstance(value := getattr(event, one.name), str))


def _cleaned(event: T, clean: Callable[[str], str]) -> T:
    """The same event with its texts cleaned."""
    assert is_dataclass(event)
    assert not isinstance(event, type)
    old = {one.name: getattr(event, one.name) for one in fields(event) if one.name != "kind"}
    new = {name: text for name, value in old.items() if isinstance(value, str) and (text := clean(value)) != value}
    return replace(event, **new) if new else event
