"""Other people's tools: SARIF files that were given, and commands that print SARIF, run on both sides."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepreview.model.change import RepoPath, Side
from deepreview.reviewers.base import Desk
from deepreview.reviewers.static.compare import Comparison, compare
from deepreview.reviewers.static.files import Layout
from deepreview.reviewers.static.hit import Laid, Unreadable
from deepreview.reviewers.static.judge import Judged
from deepreview.reviewers.static.reports import said
from deepreview.reviewers.static.rules import foreign_rule
from deepreview.reviewers.static.sarif import Command, Result, lay_tree, load, results
from deepreview.reviewers.static.suppress import answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one file or command had to say."""

    source: str
    how: str
    """The sentence that says how it was found."""
    judged: tuple[Judged, ...] = ()
    read: tuple[RepoPath, ...] = ()
    checked: str = ""
    gap: str = ""


async def hear(sarif: Sequence[Path], commands: Sequence[Command], layout: Layout, desk: Desk) -> tuple[Heard, ...]:
    """What all of them say about what the change brought; one that fails becomes a gap."""
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(_run(command, layout, desk)) for command in commands]
    return (*(_read(path, layout) for path in sarif), *(task.result() for task in running))


def _read(path: Path, layout: Layout) -> Heard:
    """Results of a file know head only: those that meet an added line are taken for new."""
    files = _by_path(layout, Side.HEAD)
    try:
        found = results(load(path), files)
    except Unreadable as error:
        return Heard(source=path.name, how="", gap=f"{path.name} {error}.")
    return _heard(path.name, f"Read from {path.name}; the line is new.", found, [], layout)


async def _run(command: Command, layout: Layout, desk: Desk) -> Heard:
    """Both sides are laid out with their real paths, without files that would configure a tool."""
    async with asyncio.TaskGroup() as group:
        running = {side: group.create_task(_side(command, side, layout, desk)) for side in Side}
    base, head = running[Side.BASE].result(), running[Side.HEAD].result()
    if isinstance(base, str) or isinstance(head, str):
        reason = head if isinstance(head, str) else base
        return Heard(source=command.name, how="", gap=f"{command.name} {reason}.")
    return _heard(command.name, f"{command.name}, run on base and head; not in base.", head, base, layout)


async def _side(command: Command, side: Side, layout: Layout, desk: Desk) -> Sequence[Result] | str:
    """The results of one side, or why there are none."""
    folder = desk.scratch / "commands" / command.name.replace("/", "-").strip(".") / side.value
    lay_tree(layout.files(side), folder)
    try:
        output = await desk.run(command.argv, cwd=folder)
    except OSError as error:
        return f"could not be started: {error}"
    try:
        return results(output.stdout, _by_path(layout, side), command.name)
    except Unreadable as error:
        return f"printed what {error} (it ended with {output.code}: {said(output)})"


def _by_path(layout: Layout, side: Side) -> Mapping[str, Laid]:
    return {laid.path: laid for laid in layout.files(side)}


def _heard(source: str, how: str, head: Sequence[Result], base: Sequence[Result], layout: Layout) -> Heard:
    compared = compare(layout, [r.hit for r in base], [r.hit for r in head], lambda _: False)
    known = {id(result.hit): result for result in head}
    judged = tuple(_judged(known[id(new.hit)], new.pair.head) for new in compared.new if new.pair.head is not None)
    count = len({result.hit.path for result in head})
    return Heard(source=source, how=how, judged=judged, checked=_phrase(source, len(head), count, compared))


def _judged(result: Result, laid: Laid) -> Judged:
    rule = foreign_rule(result.hit.kind, result.about, result.severity)
    comment = answered(result.hit, laid)
    reason = f"answered by a comment for a tool: {comment}" if comment else ""
    return Judged(hit=result.hit, laid=laid, rule=rule, severity=result.severity, suppressed=reason)


def _phrase(source: str, count: int, files: int, compared: Comparison) -> str:
    moved = f", {compared.moved} moved" if compared.moved else ""
    return f"{source}: {count} results in {files} changed files, {compared.old} on old lines or in base{moved}"
