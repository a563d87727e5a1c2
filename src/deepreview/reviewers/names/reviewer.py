"""Names that the change removed and comments still say, names that it added and nothing uses, comments that mislead.

It knows words and where they stand, not what code means: it sees across languages and file kinds what a linter of one
language cannot, and is silent about everything else.
"""

import asyncio

from deepreview.context.brief import Brief
from deepreview.model.round import Reading
from deepreview.reviewers.base import Desk, NothingToDo
from deepreview.reviewers.ground import Ground, Said, numbered
from deepreview.reviewers.names import duplicates, headers, leftovers, stale, unused
from deepreview.reviewers.prose import count

KINDS = (
    stale.KIND,
    headers.KIND,
    unused.KIND,
    duplicates.KIND,
    duplicates.WORD_KIND,
    leftovers.KIND,
)


class NamesReviewer:
    """Compares the names of a change with all words of the tree."""

    name = "names"
    summary = "stale, unused and mislabelled names; comments written twice; debugger calls"

    def missing(self) -> tuple[str, ...]:
        """Nothing: it needs no program."""
        return ()

    async def review(self, brief: Brief, desk: Desk) -> Reading:
        """Look on a thread of its own; the work is all computation."""
        return await asyncio.to_thread(review_names, brief, desk)


def review_names(brief: Brief, desk: Desk) -> Reading:
    """Say all claims at the desk, in a fixed order."""
    ground = Ground(brief.change, desk)
    if not ground.changed and not ground.removed:
        raise NothingToDo("no text file was added, changed or removed")
    removed = stale.candidates(ground)
    found = headers.headers(ground)
    new = unused.new_definitions(ground)
    said: list[Said] = [
        *headers.wrong(ground, found),
        *duplicates.duplicated(ground),
        *duplicates.doubled(ground),
        *leftovers.leftovers(ground),
    ]
    gaps: list[str] = []
    whole = not (removed or new) or ground.index.complete
    if whole and len(removed) > stale.MOST_NAMES:
        gaps.append(f"At most {stale.MOST_NAMES:,} removed names that comments still hold were looked at.")
    if whole:
        said += [*stale.stale(ground, removed), *_unused(ground, new, gaps)]
    else:
        gaps.append("The tree holds too much text to index: removed and new names were not checked.")
    for claim in numbered("names", said):
        desk.say(claim)
    return Reading(
        read=ground.read,
        unread=ground.unread,
        checked=_checked(ground, len(removed), len(new), len(found)) if whole else _unindexed(ground, len(found)),
        gaps=tuple(gaps),
    )


def _unused(ground: Ground, new: list[unused.New], gaps: list[str]) -> list[Said]:
    alone = unused.unused(ground, new)
    if len(alone) <= unused.MOST:
        return unused.claims(ground, alone)
    gaps.append(f"{len(alone)} new names have no use yet: too many to be mistakes, so none is listed.")
    return []


def _checked(ground: Ground, removed: int, new: int, found: int) -> tuple[str, ...]:
    """What was looked for; the index is only named when something was looked up in it."""
    files = count(len(ground.index.paths), "file")
    spoken = f" in comments and documents of {files} (code that still uses one is left to compilers)" if removed else ""
    against = f" against {files}" if removed or new else ""
    return (
        f"{count(removed, 'removed name')}{spoken}",
        f"{count(new, 'new definition')}{against}",
        *_unindexed(ground, found),
    )


def _unindexed(ground: Ground, found: int) -> tuple[str, ...]:
    return (
        f"{count(found, 'comment that begins', 'comments that begin')} with a name",
        f"{count(duplicates.comment_lines_added(ground), 'added line')} of comment and prose",
    )


REVIEWER = NamesReviewer()
