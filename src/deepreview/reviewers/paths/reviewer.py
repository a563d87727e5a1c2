"""Paths that the change removed and lines still name, and paths in added text that never were.

A path is only called gone if head has nothing that ends in it, holds it, or could be meant by it.
"""

import asyncio

from deepreview.context.brief import Brief
from deepreview.model.round import Reading
from deepreview.reviewers.base import Desk, NothingToDo
from deepreview.reviewers.ground import Ground, numbered
from deepreview.reviewers.paths import dangling, gone
from deepreview.reviewers.paths.layout import Layout
from deepreview.reviewers.prose import count

KINDS = (gone.KIND, dangling.KIND)


class PathsReviewer:
    """Compares the paths that text names with those that the tree has."""

    name = "paths"
    summary = "paths that are gone and still named; paths in new text that do not exist"

    def missing(self) -> tuple[str, ...]:
        """Nothing: it needs no program."""
        return ()

    async def review(self, brief: Brief, desk: Desk) -> Reading:
        """Look on a thread of its own; the work is all computation."""
        return await asyncio.to_thread(review_paths, brief, desk)


def review_paths(brief: Brief, desk: Desk) -> Reading:
    """Say all claims at the desk, in a fixed order."""
    ground = Ground(brief.change, desk)
    layout = Layout(ground.head_tree)
    patches = gone.gone_files(ground, layout)
    if not ground.changed and not patches:
        raise NothingToDo("no text file was added or changed, and no file removed or renamed")
    keyed = gone.sources(patches, layout)
    found = gone.mentions(ground, layout, keyed[: gone.MOST_KEYS]) if keyed else []
    written = dangling.written_paths(ground, layout)
    told = {(mention.page.path, mention.line) for mention in found}
    said = [*gone.said(ground, found, gone.moves(patches)), *dangling.dangling(ground, layout, written, told)]
    for claim in numbered("paths", said):
        desk.say(claim)
    against = f" against {count(len(ground.index.paths), 'file')}" if keyed else ""
    return Reading(
        read=ground.read,
        unread=ground.unread,
        checked=(
            f"{count(len(patches), 'gone path')}{against}",
            f"{count(len(written), 'path')} in added comments and documents",
        ),
        gaps=_gaps(ground, len(keyed)),
    )


def _gaps(ground: Ground, keys: int) -> tuple[str, ...]:
    found = []
    if keys > gone.MOST_KEYS:
        found.append(f"Only {gone.MOST_KEYS:,} of {keys:,} ways to write the gone paths were looked for.")
    if keys and not ground.index.complete:
        found.append("The tree holds too much text to index: gone paths were looked for in a part of it.")
    return tuple(found)


REVIEWER = PathsReviewer()
