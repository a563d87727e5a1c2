"""Running the analysers side by side: one that fails ends as a sentence, never as an exception."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from deepreview.model.change import RepoPath, Side
from deepreview.reviewers.base import Desk
from deepreview.reviewers.static.files import Layout, by_name
from deepreview.reviewers.static.hit import Analyser, Hit, Laid, Unreadable

_ARGUMENTS = 60_000
"""Bytes of file names for one process, well below the limit of every system."""
FILES = "files"
"""The folder below the reviewer's own in which the files of both sides lie."""
_BASE = "\0"
"""Stands before the path of a file at base, which no path can begin with, until the hits are told apart."""
_HALVES_FROM = 8
"""From so many files on, shellcheck, which uses one core, is run twice at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What one analyser said about both sides."""

    analyser: Analyser
    version: str
    files: int
    """Files at head that it read."""
    base: tuple[Hit, ...] = ()
    head: tuple[Hit, ...] = ()
    gaps: tuple[str, ...] = ()

    def by(self, version: str) -> "Scan":
        """The same with the version of the program."""
        gaps = tuple(f"{self.analyser.name} {version} {gap}.".replace("  ", " ") for gap in self.gaps)
        return replace(self, version=version, gaps=gaps)

    @property
    def complete(self) -> bool:
        """Whether both sides were read; otherwise nothing can be said to be new."""
        return not self.gaps


async def scan(analyser: Analyser, program: str, layout: Layout, desk: Desk) -> Scan:
    """Read the files that the analyser wants, both sides in one process where they fit; all or nothing."""
    files = {side: [laid for laid in layout.files(side) if analyser.wants(laid)] for side in Side}
    marked = [replace(laid, path=RepoPath(_BASE + laid.path)) for laid in files[Side.BASE]]
    async with asyncio.TaskGroup() as group:
        runs = [
            group.create_task(_batch(analyser, program, batch, desk))
            for batch in _batches(analyser, [*files[Side.HEAD], *marked])
        ]
    done = [task.result() for task in runs]
    if failed := next((result for result in done if isinstance(result, str)), ""):
        return Scan(analyser=analyser, version="", files=0, gaps=(failed,))
    hits = [hit for result in done for hit in result if isinstance(hit, Hit)]
    old = [replace(hit, path=RepoPath(hit.path.removeprefix(_BASE))) for hit in hits if hit.path.startswith(_BASE)]
    new = [hit for hit in hits if not hit.path.startswith(_BASE)]
    return Scan(analyser=analyser, version="", files=len(files[Side.HEAD]), base=tuple(old), head=tuple(new))


async def _batch(analyser: Analyser, program: str, files: Sequence[Laid], desk: Desk) -> Sequence[Hit] | str:
    """The hits in these files, or why there are none."""
    argv = [program, *analyser.argv([laid.name for laid in files], desk.scratch / "kit")]
    try:
        output = await desk.run(argv, cwd=desk.scratch / FILES)
        return analyser.parse(output, by_name(files))
    except Unreadable as error:
        return str(error)
    except OSError as error:
        return f"could not be started: {error}"


def _batches(analyser: Analyser, files: Sequence[Laid]) -> list[Sequence[Laid]]:
    parts = 2 if analyser.name == "shellcheck" and len(files) >= _HALVES_FROM else min(1, len(files))
    size = sum(len(laid.name) + 1 for laid in files)
    parts = max(parts, -(-size // _ARGUMENTS))
    return [files[start::parts] for start in range(parts)]
