"""`deepreview watch`: a round as it happens, from another terminal."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click

from deepreview import wire
from deepreview.archive.folder import RoundFolder
from deepreview.archive.journal import EVENTS_SUFFIX, Line, read_line
from deepreview.cli.console import ending
from deepreview.cli.context import Where
from deepreview.cli.options import where
from deepreview.cli.printing import deliver
from deepreview.context.visible import one_line
from deepreview.errors import UsageError
from deepreview.render.activity import activity

_PAUSE = 0.3
_RUN_SUFFIX = ".run.json"


@click.command(name="watch")
@click.argument("round_id", metavar="[ROUND]", required=False, default="")
@click.option("--once", is_flag=True, help="Tell what happened so far, and end.")
@where
def watch_command(round_id: str, once: bool, repo: Path, archive: Path | None, config: Path | None) -> int:
    """Follow a round while it runs: who does what, and how each reviewer ends.

    ROUND is a round's id or the end of it; nothing means the newest round of this repository.
    """
    at = Where(repo=repo, archive=archive, config=config)
    watcher = Watcher(folder=at.rounds().find(round_id, at.shelf()))
    deliver(f"{watcher.folder.path.name}\n", None)
    while True:
        finished = watcher.folder.finished
        for line in watcher.news():
            deliver(line + "\n", None)
        if finished:
            deliver(f"finished; `deepreview show {watcher.folder.path.name}` shows the report\n", None)
        if finished or once:
            return 0
        if not watcher.folder.path.exists():
            raise UsageError(f"{watcher.folder.path.name} is gone", hint="`deepreview list` shows the rounds")
        time.sleep(_PAUSE)


@dataclass(eq=False, kw_only=True)
class Watcher:
    """Reads on in a round's folder from where it stopped the last time."""

    folder: RoundFolder
    _read: dict[Path, int] = field(default_factory=dict)
    _ended: set[Path] = field(default_factory=set)

    def news(self) -> Iterator[str]:
        """What happened since the last call, each reviewer for itself."""
        for path in sorted(self.folder.path.glob(f"*{EVENTS_SUFFIX}")):
            name = path.name.removesuffix(EVENTS_SUFFIX)
            yield from (f"{name:<16} {told}" for line in self._fresh(path) if (told := _told(line)))
        for path in sorted(self.folder.path.glob(f"*{_RUN_SUFFIX}")):
            if path not in self._ended and (told := _ending(path)):
                self._ended.add(path)
                yield f"{path.name.removesuffix(_RUN_SUFFIX):<16} {told}"

    def _fresh(self, path: Path) -> Iterator[Line]:
        """The whole lines behind the last one that was read."""
        with path.open("rb") as file:
            file.seek(self._read.get(path, 0))
            for raw in file:
                if not raw.endswith(b"\n"):
                    return
                self._read[path] = self._read.get(path, 0) + len(raw)
                if line := read_line(raw):
                    yield line


def _told(line: Line) -> str:
    if line.event is None:
        return f"  0:00  asks {one_line(line.started)}" + (f" (pass {line.number})" if line.number > 1 else "")
    told = activity(line.event)
    return f"{int(line.at) // 60:>3}:{int(line.at) % 60:02d}  {told}" if told else ""


def _ending(path: Path) -> str:
    try:
        return one_line(ending(wire.from_json(wire.RUN, path.read_bytes())))
    except (OSError, ValueError):
        return ""  # being written, or of another version
