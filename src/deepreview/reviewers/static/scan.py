"""Running the analysers side by side: one that fails ends as a sentence, never as an exception."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from deepreview.model.change import Side
from deepreview.reviewers.base import Desk
from deepreview.reviewers.static.files import Layout, by_name
from deepreview.reviewers.static.hit import Analyser, Hit, Laid, Unreadable

_ARGUMENTS = 60_000
"""Bytes of file names for one process, well below the limit of every system."""
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
    """Read the files that the analyser wants, both sides at once; all or nothing."""
    files = {side: [laid for laid in layout.files(side) if analyser.wants(laid)] for side in Side}
    async with asyncio.TaskGroup() as group:
        runs = {
            side: [
                group.create_task(_batch(analyser, program, batch, desk, side))
                for batch in _batches(analyser, files[side])
            ]
            for side in Side
        }
    failed = [task.result() for side in Side for task in runs[side] if isinstance(task.result(), str)]
    if failed:
        return Scan(analyser=analyser, version="", files=0, gaps=(str(failed[0]),))
    return Scan(
        analyser=analyser,
        version="",
        files=len(files[Side.HEAD]),
        base=tuple(hit for task in runs[Side.BASE] for hit in task.result() if isinstance(hit, Hit)),
        head=tuple(hit for task in runs[Side.HEAD] for hit in task.result() if isinstance(hit, Hit)),
    )


async def _batch(
    analyser: Analyser, program: str, files: Sequence[Laid], desk: Desk, side: Side
) -> Sequence[Hit] | str:
    """The hits in these files, or why there are none."""
    argv = [program, *analyser.argv([laid.name for laid in files], desk.scratch / "kit")]
    try:
        output = await desk.run(argv, cwd=desk.scratch / side.value)
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
