"""An agent as a reviewer of the change: asked in one pass or several at once, its answers read as claims."""

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from deepreview.agents.base import Agent
from deepreview.context.brief import Brief
from deepreview.context.papers import laid_out
from deepreview.model.agent import Failure, Record
from deepreview.model.change import RepoPath, Side
from deepreview.model.round import Unread
from deepreview.reviewers.agent.opened import opened
from deepreview.reviewers.agent.passes import Again, Asked, Pass, never
from deepreview.reviewers.agent.prompt import version
from deepreview.reviewers.agent.transcript import record_of
from deepreview.reviewers.agent.worth import Vocabulary
from deepreview.reviewers.base import Desk, NoReview, Recorded
from deepreview.reviewers.prose import count


@dataclass(kw_only=True)
class AgentReviewer:
    """Has an agent review the change, `passes` times at once."""

    agent: Agent
    name: str
    passes: int = 1
    seconds: float = math.inf
    """How long it may take, all tries together."""
    again: Again = never
    lacks: tuple[str, ...] = ()
    """What this machine lacks for the agent, each with how to add it."""

    @property
    def summary(self) -> str:
        """What it looks for, in one line."""
        return f"whatever {self.agent.spec} finds in the change"

    def missing(self) -> tuple[str, ...]:
        """What this machine lacks for the agent."""
        return self.lacks

    async def review(self, brief: Brief, desk: Desk) -> Recorded:
        """Ask, and say what was answered; raises NoReview where no pass gave a review.

        Cut short, it gives what its passes had answered by then.
        """
        started = time.monotonic()
        asked = Asked(
            agent=self.agent,
            reviewer=self.name,
            papers=laid_out(brief),
            words=Vocabulary(brief.change),
            known=frozenset(desk.tree(Side.HEAD).entries()),
            earlier=bool(brief.earlier),
            passes=self.passes,
            deadline=started + self.seconds,
            again=self.again,
        )
        passes = [Pass(asked=asked, number=number) for number in range(1, self.passes + 1)]
        try:
            async with asyncio.TaskGroup() as group:
                for one in passes:
                    group.create_task(one.run(desk))
        except asyncio.CancelledError:
            for one in passes:
                one.give_up(Failure.TIMEOUT, "its time was over")
        record = self._record(asked, passes, started)
        for one in passes:
            _say(one, desk)
        if not any(one.answer for one in passes):
            raise _no_review(passes, record)
        return _reading(asked, passes, record)

    def _record(self, asked: Asked, passes: Sequence[Pass], started: float) -> Record:
        turns = [turn for one in passes for turn in one.turns]
        attempts = (attempt for one in passes for attempt in one.attempts)
        named = opened((call for turn in turns for call in turn.calls), asked.known, len(asked.papers.chunks))
        return replace(record_of(turns, attempts, started, named.paths), agent=str(self.agent.spec), prompt=version())


def _say(one: Pass, desk: Desk) -> None:
    if one.answer is None:
        for claim in one.salvaged():
            desk.say(claim)
        return
    for claim in one.answer.review.claims:
        desk.say(claim)
    for observation in one.answer.review.observations:
        desk.say(observation)


def _no_review(passes: Sequence[Pass], record: Record) -> NoReview:
    """What the first pass failed of stands for all."""
    first = passes[0].lost
    assert first is not None, "a pass ended with neither an answer nor a reason"
    return NoReview(first.failure, first.message, original=_texts(passes), record=record)


def _texts(passes: Sequence[Pass]) -> str:
    return "\n\n---\n\n".join(one.text for one in passes if one.text)


def _reading(asked: Asked, passes: Sequence[Pass], record: Record) -> Recorded:
    """What all passes together read: a file that one of them read was read."""
    covers = [one.coverage(one.answer) for one in passes if one.answer]
    read = frozenset[RepoPath]().union(*(cover.read for cover in covers))
    unread = {one.path: one.reason for cover in covers for one in cover.unread if one.path not in read}
    parts = frozenset[int]().union(*(cover.parts for cover in covers))
    total = len(read) + len(unread)
    unseen = f"Nothing shows that it read {len(unread)} of {count(total, 'changed file')}."
    return Recorded(
        read=tuple(sorted(read)),
        unread=tuple(Unread(path=path, reason=reason) for path, reason in sorted(unread.items())),
        checked=(
            f"{len(parts)} of {count(len(asked.papers.chunks), 'part')} of the diff by their receipts",
            f"{count(sum(number for _, number in record.tools), 'tool call')}",
        ),
        gaps=(*((unseen,) if unread else ()), *dict.fromkeys(gap for one in passes for gap in _gaps(one))),
        original=_texts([one for one in passes if one.answer]),
        record=record,
    )


def _gaps(one: Pass) -> tuple[str, ...]:
    if one.lost:
        return (f"Pass {one.number} gave no review ({one.lost.failure.value}): {one.lost.message}.",)
    return (*one.gaps, *(one.answer.review.gaps if one.answer else ()))
