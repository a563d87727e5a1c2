"""Reviewers side by side: each with its own time, its own scratch folder and its own bulkhead."""

import asyncio
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

from deepreview.archive.folder import RoundFolder
from deepreview.context.brief import Brief
from deepreview.engine.desk import Repository, ReviewerDesk
from deepreview.errors import DeepReviewError, MachineError
from deepreview.model.agent import Failure
from deepreview.model.change import Change
from deepreview.model.claim import Claim, Observation
from deepreview.model.event import Emit, ReviewerEnded, ReviewerStarted
from deepreview.model.round import Completed, Failed, Reading, Run, Skipped
from deepreview.reviewers.base import NoReview, NothingToDo, Recorded, Reviewer

Said = tuple[Claim | Observation, ...]


class _Unwaited(ThreadPoolExecutor):
    """Threads that nobody waits for: one that computes past its reviewer's time must not hold up the report."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002 - as inherited
        """Take no more work, and return at once."""
        del wait, cancel_futures
        super().shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What all reviewers of a round share."""

    repository: Repository
    folder: RoundFolder
    brief: Brief
    environ: Mapping[str, str]
    timeout: float
    emit: Emit


async def fan_out(reviewers: Sequence[Reviewer], room: Room) -> tuple[tuple[Run, ...], Said]:
    """How each reviewer ended and all that was said, in the order of the reviewers."""
    asyncio.get_running_loop().set_default_executor(_Unwaited())
    with _scratch() as scratch:
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(_one(reviewer, room, scratch)) for reviewer in reviewers]
        except ExceptionGroup as broken:  # outside the bulkheads only the round's own folder can fail
            raise broken.exceptions[0] from broken
    ended = [task.result() for task in tasks]
    return tuple(run for run, _ in ended), tuple(said for _, all_said in ended for said in all_said)


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder that is gone after the round."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="deepreview-", ignore_cleanup_errors=True)
    except OSError as error:
        raise MachineError(
            f"no temporary folder can be made: {error.strerror or error}", hint="make room, or set TMPDIR to another"
        ) from error
    with folder as path:
        yield Path(path)


async def _one(reviewer: Reviewer, room: Room, scratch: Path) -> tuple[Run, Said]:
    if earlier := room.folder.completed(reviewer.name):
        room.emit(ReviewerEnded(run=earlier[0], resumed=True))
        return earlier
    room.folder.forget(reviewer.name)
    own = scratch / reviewer.name
    own.mkdir()
    desk = ReviewerDesk(
        reviewer=reviewer.name,
        repository=room.repository,
        folder=room.folder,
        scratch=own,
        environ=room.environ,
        emit=room.emit,
    )
    room.emit(ReviewerStarted(reviewer=reviewer.name))
    run = await _bulkhead(reviewer, desk, room)
    said = desk.close()
    room.folder.end(run)
    room.emit(ReviewerEnded(run=run, resumed=False))
    return run, said


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

    limit = asyncio.timeout(room.timeout)
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
        return failed(_why(error, room.timeout if limit.expired() else 0))
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
    kept = {field.name: getattr(reading, field.name) for field in fields(Reading) if field.name != "read"}
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
