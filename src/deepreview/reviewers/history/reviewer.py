"""What history adds to a change, as notes: earlier fixes that go away, new TODOs, commits that wait to be squashed.

It makes no claim: none of the three is a defect by itself.
"""

import asyncio

from deepreview.context.brief import Brief
from deepreview.model.claim import Observation, Section
from deepreview.model.round import Basis, Reading
from deepreview.reviewers.base import Desk, NothingToDo
from deepreview.reviewers.ground import Ground
from deepreview.reviewers.history import fixes, marks
from deepreview.reviewers.prose import count


class HistoryReviewer:
    """Asks git who wrote what the change deletes."""

    name = "history"
    summary = "earlier fixes that the change deletes, new TODOs, commits to squash: notes, no findings"

    def missing(self) -> tuple[str, ...]:
        """Nothing: it needs no program but git."""
        return ()

    async def review(self, brief: Brief, desk: Desk) -> Reading:
        """Look on a thread of its own: it waits for git and compares lines."""
        return await asyncio.to_thread(review_history, brief, desk)


def review_history(brief: Brief, desk: Desk) -> Reading:
    """Put at most three notes on record, in a fixed order."""
    ground = Ground(brief.change, desk)
    deleted, left_out = fixes.deleted_lines(ground)
    if not ground.changed and not deleted and not brief.change.commits:
        raise NothingToDo("no text was added or removed, and there are no commits")
    undone = fixes.undone(ground, desk.history, deleted)
    todos = marks.new_todos(ground)
    unfinished = marks.unfinished(brief.change.commits)
    if undone:
        desk.say(Observation(reviewer="history", section=Section.NOTE, text=fixes.note(undone)))
    if todos:
        desk.say(Observation(reviewer="history", section=Section.NOTE, text=marks.todo_note(todos)))
    if unfinished:
        desk.say(Observation(reviewer="history", section=Section.COMMITS, text=marks.commit_note(unfinished)))
    lines = sum(len(one.lines) for one in deleted)
    return Reading(
        read=(),  # it makes no claims, so its silence about a file must not count as a reading of it
        unread=(),
        checked=(
            f"writers of {count(lines, 'deleted line')} in {count(len(deleted), 'file')}",
            f"{count(len(brief.change.commits), 'commit subject')}",
        ),
        gaps=_gaps(left_out, shallow=brief.change.shallow),
        basis=Basis.ELSEWHERE,
    )


def _gaps(left_out: int, *, shallow: bool) -> tuple[str, ...]:
    found = []
    if left_out:
        found.append(f"Deleted lines of {count(left_out, 'more file')} were not traced to their commits.")
    if shallow:
        found.append("The history is cut short, so older fixes cannot be seen.")
    return tuple(found)


REVIEWER = HistoryReviewer()
