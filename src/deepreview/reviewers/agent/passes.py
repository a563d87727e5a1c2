"""One pass of an agent over a change: asked, tried again where that helps, and mended once where the form is wrong."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from deepreview.agents.base import Agent, Question
from deepreview.context.papers import Papers
from deepreview.model.agent import Attempt, Broke, Failure, total
from deepreview.model.change import RepoPath
from deepreview.model.claim import Claim
from deepreview.parse.review import Author
from deepreview.reviewers.agent import prompt
from deepreview.reviewers.agent.coverage import Coverage, coverage
from deepreview.reviewers.agent.form import Answer, better, problems, read_answer, together
from deepreview.reviewers.agent.opened import Opened, opened
from deepreview.reviewers.agent.transcript import Transcript
from deepreview.reviewers.agent.worth import Given, Vocabulary, Worthless, worthless
from deepreview.reviewers.base import Desk

Again = Callable[[Failure, int, float, float], float | None]
"""By failure, tries so far, the wait that the service asks for and the seconds left: the wait, or None for no more."""

_NOTHING_OF_IT = {Failure.EMPTY, Failure.SHORT, Failure.ELSEWHERE, Failure.UNREAD}
"""Failures of which nothing is kept as a finding."""
_LEAST = 30.0
"""Seconds that must be left for a mending turn."""


def never(failure: Failure, tries: int, asked: float, left: float) -> float | None:
    """No further try."""
    del failure, tries, asked, left
    return None


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What all passes share."""

    agent: Agent
    reviewer: str
    papers: Papers
    words: Vocabulary
    known: frozenset[RepoPath]
    """All paths at head."""
    earlier: bool
    """Whether there are findings of earlier rounds to answer for."""
    passes: int
    deadline: float
    """On the clock of `time.monotonic`."""
    again: Again


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lost:
    failure: Failure
    message: str
    wait: float = 0.0


@dataclass(eq=False, kw_only=True)
class Pass:
    """What one pass did and what came of it: an answer, or why there is none."""

    asked: Asked
    number: int
    turns: list[Transcript] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    answer: Answer | None = None
    gaps: tuple[str, ...] = ()
    """What its answer still lacks, as sentences."""
    lost: _Lost | None = None
    _from: int = 0
    """The first turn of the last try."""
    _trying: bool = False
    _partial: list[tuple[Failure, Answer]] = field(default_factory=list)
    """What was written by tries that came to no end."""

    async def run(self, desk: Desk) -> None:
        """Ask until there is a review, or until asking again does not help."""
        asked = self.asked
        whole = prompt.task(
            asked.papers, asked.agent.family, number=self.number, passes=asked.passes, earlier=asked.earlier
        )
        while True:
            self._from, self.lost, self._trying = len(self.turns), None, True
            await self._try(whole, desk)
            if self.lost is None:
                return
            left = asked.deadline - time.monotonic()
            wait = asked.again(self.lost.failure, len(self.attempts), self.lost.wait, left)
            if wait is None:
                return
            await asyncio.sleep(wait)

    async def _try(self, whole: str, desk: Desk) -> None:
        """One question and, where its answer is a review in the wrong form, one more."""
        turn = await self._turn(Question(prompt=whole), desk)
        answer = self._read(turn)
        if lost := self._judged(turn, answer):
            self._end(lost)
            return
        if answer.review.claims and turn.first_finding < 0:
            turn.first_finding = turn.ended  # one that is told from prose only when all of it is there
        self.answer, self.gaps = answer, (wrong := self._problems(answer))
        if wrong and self.asked.deadline - time.monotonic() > _LEAST:
            again = await self._turn(self._mending(whole, wrong, turn), desk)
            second = self._read(again)
            if self._judged(again, second) is None:
                self.answer = together(answer, second)
                self.gaps = self._problems(self.answer)
        self._end(None)

    def _mending(self, whole: str, wrong: tuple[str, ...], turn: Transcript) -> Question:
        """The question for the same conversation, or for a new one where it cannot be taken up again."""
        anew = prompt.anew(whole, wrong, turn.whole)
        if turn.session:
            return Question(prompt=prompt.repair(wrong), resume=turn.session, anew=anew)
        return Question(prompt=anew)

    async def _turn(self, question: Question, desk: Desk) -> Transcript:
        turn = Transcript()
        self.turns.append(turn)
        async with aclosing(desk.ask(self.asked.agent, question, self.number)) as events:
            async for event in events:
                turn.take(event)
        return turn

    def _read(self, turn: Transcript) -> Answer:
        """The last message where the whole review is in it, else whichever text holds more of one."""
        author = Author(name=self.asked.reviewer, family=self.asked.agent.family, number=self.number)
        final = read_answer(turn.final, author)
        return final if final.whole else better(final, read_answer(turn.whole, author))

    def _judged(self, turn: Transcript, answer: Answer) -> _Lost | None:
        """Why a turn gave no review; None where it did."""
        if isinstance(turn.end, Broke):
            return _Lost(failure=turn.end.failure, message=turn.end.message, wait=turn.end.wait)
        if turn.end is None:
            return _Lost(failure=Failure.ERROR, message="it ended without an answer")
        given = Given(
            text=turn.whole,
            review=answer.review,
            parts=answer.parts,
            read=len(self.coverage(answer).read),
            calls=len(turn.calls),
            seconds=turn.seconds,
        )
        found = worthless(given, self.asked.words)
        return _lost(found) if found else None

    def _problems(self, answer: Answer) -> tuple[str, ...]:
        chunks = self.asked.papers.chunks
        return problems(answer, self.coverage(answer).parts, len(chunks))

    @property
    def opened(self) -> Opened:
        """What the tool calls of the last try name."""
        calls = [call for turn in self.turns[self._from :] for call in turn.calls]
        return opened(calls, self.asked.known, len(self.asked.papers.chunks))

    def coverage(self, answer: Answer) -> Coverage:
        """What this pass read."""
        written = "\n".join(turn.whole for turn in self.turns[self._from :])
        return coverage(self.asked.words.change, self.asked.papers.chunks, written, answer.review.covered, self.opened)

    def give_up(self, failure: Failure, message: str) -> None:
        """End a pass that is cut short; one that has an answer keeps it."""
        cut = None if self.answer else self.lost or _Lost(failure=failure, message=message)
        if self._trying:
            self._end(cut)
        self.lost = cut

    def _end(self, lost: _Lost | None) -> None:
        """Put a try on record."""
        self._trying = False
        turns = self.turns[self._from :]
        mended = "asked once more for what its answer lacked" if len(turns) > 1 else ""
        self.lost = lost
        if lost and lost.failure not in _NOTHING_OF_IT:
            self._partial.append((lost.failure, self._read(turns[0])))
        self.attempts.append(
            Attempt(
                agent=str(self.asked.agent.spec),
                failure=lost.failure if lost else None,
                message=lost.message if lost else mended,
                seconds=round(sum(turn.seconds for turn in turns), 3),
                usage=total(turn.usage for turn in turns),
            )
        )

    def salvaged(self) -> Iterator[Claim]:
        """Findings that stand in a text that came to no end, marked as such: of the try that has most of them."""
        stated = [(failure, answer.review.claims) for failure, answer in self._partial if answer.stated]
        failure, claims = max(stated, key=lambda one: len(one[1]), default=(Failure.ERROR, ()))
        for claim in claims:
            yield replace(claim, method=f"Said before it stopped ({failure.value}): the review is not whole.")

    @property
    def text(self) -> str:
        """What it answered, or what it had written by then."""
        return self.answer.text if self.answer else "\n\n---\n\n".join(turn.whole for turn in self.turns if turn.whole)


def _lost(found: Worthless) -> _Lost:
    return _Lost(failure=found.failure, message=found.message)
