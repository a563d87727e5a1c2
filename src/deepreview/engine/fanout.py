"""Reviewers side by side: each with its own time, its own scratch folder and its own bulkhead."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Protocol

from deepreview.archive.folder import RoundFolder
from deepreview.archive.journal import EVENTS_SUFFIX, Journal
from deepreview.context.brief import Brief
from deepreview.engine.desk import Repository, ReviewerDesk
from deepreview.engine.scratch import scratch_folder
from deepreview.engine.session import Host, Sessions, Stay
from deepreview.engine.session import Limits as Talking
from deepreview.errors import DeepReviewError
from deepreview.model.agent import Failure
from deepreview.model.change import Change
from deepreview.model.claim import Claim, Observation
from deepreview.model.event import Emit, ReviewerEnded, ReviewerStarted
from deepreview.model.round import Completed, Failed, Reading, Run, Skipped
from deepreview.reviewers.base import NoReview, NothingToDo, Recorded, Reviewer

Said = tuple[Claim | Observation, ...]
_GRACE = 10.0
"""Seconds in which a reviewer that asks agents may say what it has when their time is over."""

_CHANGED = "It changed files of its checkout: what it says may be about code that only it has seen."


class _Unwaited(ThreadPoolExecutor):
    """Threads that nobody waits for: one that computes past its reviewer's time must not hold up the report."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - as inherited
        """Take no more work, and return at once."""
        del wait, cancel_futures
        super().shutdown(wait=False, cancel_futures=True)


class House(Host, Protocol):
    """Takes agents in, and tells how each was kept."""

    def stay(self, reviewer: str) -> Stay:
        """How a reviewer's agents were kept; known when all of them are gone."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long reviewers may take; all in seconds."""

    usual: float
    of: Mapping[str, float] = field(default_factory=dict)
    """By reviewer, where it is another."""
    silence: float = 300.0
    """How long an agent may say nothing."""

    def seconds(self, reviewer: str) -> float:
        """How long this reviewer may take."""
        return self.of.get(reviewer, self.usual)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What all reviewers of a round share."""

    repository: Repository
    folder: RoundFolder
    brief: Brief
    environ: Mapping[str, str]
    limits: Limits
    emit: Emit
    house: House | None = None
    """Where agents are taken in; None where nobody asks any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """Who reviews, and who takes the place of one that is lost."""

    reviewers: tuple[Reviewer, ...]
    reserve: tuple[Reviewer, ...] = ()
    replaceable: frozenset[str] = frozenset()
    """The reviewers whose loss the reserve makes up for."""
    unasked: frozenset[str] = frozenset()
    """Those whom nobody named: that one of them had nothing to do is not told."""


async def fan_out(seats: Seats, room: Room) -> tuple[tuple[Run, ...], Said]:
    """How each reviewer ended and all that was said, in the order of the reviewers; who took a place stands behind."""
    asyncio.get_running_loop().set_default_executor(_Unwaited())
    with scratch_folder() as scratch:
        try:
            async with asyncio.TaskGroup() as group:
                reserve = deque(seats.reserve)
                seated = [_seat(reviewer, reserve, seats, room, scratch) for reviewer in seats.reviewers]
                tasks = [group.create_task(one) for one in seated]
        except ExceptionGroup as broken:  # outside the bulkheads only the round's own folder can fail
            raise broken.exceptions[0] from broken
    ended = [one for task in tasks for one in task.result()]
    runs = (run for run, _ in ended if not (isinstance(run, Skipped) and run.reviewer in seats.unasked))
    return tuple(runs), tuple(said for _, all_said in ended for said in all_said)


async def _seat(
    reviewer: Reviewer, reserve: deque[Reviewer], seats: Seats, room: Room, scratch: Path
) -> list[tuple[Run, Said]]:
    """A reviewer and, where it is lost, those of the reserve until one completes."""
    ended = [await _one(reviewer, room, scratch)]
    while reserve and reviewer.name in seats.replaceable and _lost(ended[-1][0]):
        ended.append(await _one(reserve.popleft(), room, scratch))
    return ended


def _lost(run: Run) -> bool:
    """Whether somebody else could do better: not when our own money or time is at an end."""
    return isinstance(run, Failed) and run.failure not in {Failure.BUDGET, Failure.TIMEOUT}


async def _one(reviewer: Reviewer, room: Room, scratch: Path) -> tuple[Run, Said]:
    if earlier := room.folder.completed(reviewer.name):
        room.emit(ReviewerEnded(run=earlier[0], resumed=True))
        return earlier
    room.folder.forget(reviewer.name)
    own = scratch / reviewer.name
    own.mkdir()
    room.emit(ReviewerStarted(reviewer=reviewer.name))
    async with talks(reviewer.name, room) as own_talks:
        desk = ReviewerDesk(
            reviewer=reviewer.name,
            repository=room.repository,
            folder=room.folder,
            scratch=own,
            environ=room.environ,
            emit=room.emit,
            talks=own_talks,
        )
        run = await _bulkhead(reviewer, desk, room)
    run = _kept(run, room.house)
    said = desk.close()
    room.folder.end(run)
    room.emit(ReviewerEnded(run=run, resumed=False))
    return run, said


@asynccontextmanager
async def talks(reviewer: str, room: Room) -> AsyncIterator[Sessions | None]:
    """Its talks with agents, where it may have any."""
    if room.house is None:
        yield None
        return
    limits = Talking(deadline=time.monotonic() + room.limits.seconds(reviewer), silence=room.limits.silence)
    async with Sessions(
        reviewer=reviewer,
        host=room.house,
        journal=Journal(path=room.folder.path / f"{reviewer}{EVENTS_SUFFIX}"),
        limits=limits,
        emit=room.emit,
    ) as own:
        yield own


def _kept(run: Run, house: House | None) -> Run:
    """The run with how its agents were kept, and what they did against the rules."""
    if house is None or isinstance(run, Skipped) or run.record is None:
        return run
    stay = house.stay(run.reviewer)
    record = replace(run.record, isolation=stay.isolation, violations=stay.violations)
    if stay.violations and isinstance(run, Completed):
        run = replace(run, reading=replace(run.reading, gaps=(*run.reading.gaps, _CHANGED)))
    return replace(run, record=record)


async def _bulkhead(reviewer: Reviewer, desk: ReviewerDesk, room: Room) -> Run:
    """Whatever a reviewer does, the others and the round go on."""
    started = time.monotonic()

    def failed(lost: NoReview) -> Failed:
        return Failed(
            reviewer=reviewer.name,
            failure=lost.failure,
            error=lost.message.strip().split("\n", 1)[0][:300],
            claims=sum(isinstance(said, Claim) for said in desk.close()),
            seconds=round(time.monotonic() - started, 3),
            original=lost.original,
            record=lost.record,
        )

    seconds = room.limits.seconds(reviewer.name)
    limit = asyncio.timeout(seconds + (_GRACE if desk.talks else 0))
    try:
        async with limit:
            told = await reviewer.review(room.brief, desk)
        reading = _read(told, room.brief.change)
    except NothingToDo as reason:
        return Skipped(reviewer=reviewer.name, reason=str(reason))
    except asyncio.CancelledError as error:
        if _round_is_cancelled():
            raise
        return failed(_why(error))
    except (Exception, SystemExit) as error:  # bulkhead: a reviewer may fail in any way
        if _round_is_cancelled():  # and it may have made something else of being cancelled
            raise asyncio.CancelledError from error
        return failed(_why(error, seconds if limit.expired() else 0))
    if _round_is_cancelled():  # what it had by then is no end: it goes on when the round does
        raise asyncio.CancelledError
    return Completed(
        reviewer=reviewer.name,
        claims=sum(isinstance(said, Claim) for said in desk.said),
        seconds=round(time.monotonic() - started, 3),
        reading=reading,
        record=told.record if isinstance(told, Recorded) else None,
    )


def _read(reading: object, change: Change) -> Reading:
    """What was read of the change: a file of which no line changed was not reviewed by being opened."""
    if not isinstance(reading, Reading):
        raise TypeError(f"review() returned {reading!r} and no reading")
    changed = {patch.path for patch in change.patches if patch.hunks}
    read = tuple(path for path in reading.read if path in changed)
    kept = {one.name: getattr(reading, one.name) for one in fields(Reading) if one.name != "read"}
    return Reading(read=read, **kept)


def _round_is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _why(error: BaseException, stopped: float = 0) -> NoReview:
    """Why there is no review; `stopped` is the limit in seconds, where it was that which ended the reviewer."""
    own = error if isinstance(error, NoReview) else NoReview(Failure.ERROR, _told(error))
    if not stopped:
        return own
    return NoReview(Failure.TIMEOUT, f"stopped after {stopped:g} s", original=own.original, record=own.record)


def _told(error: BaseException) -> str:
    """What went wrong, also when it went wrong in a group of tasks."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error) if isinstance(error, DeepReviewError) else f"{type(error).__name__}: {error}"
