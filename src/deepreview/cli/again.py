"""The same commit once more: anew, only those that failed, or not at all."""

import sys
from dataclasses import dataclass

import click

from deepreview.archive.folder import Archive, Plan, RoundFolder, shelf_of
from deepreview.broker.broker import require_modules
from deepreview.cli.commands.rounds import load
from deepreview.cli.context import TOOL, now
from deepreview.cli.printing import note
from deepreview.config.schema import Settings
from deepreview.errors import UsageError
from deepreview.git.target import Pin
from deepreview.model.report import Report
from deepreview.model.round import Completed, Failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Same:
    """The newest finished round of a target, where it reviewed the same commit."""

    folder: RoundFolder
    report: Report
    settings: Settings

    @property
    def failed(self) -> tuple[str, ...]:
        """Those that did not come to their end."""
        return tuple(run.reviewer for run in self.report.runs if isinstance(run, Failed))

    @property
    def completed(self) -> tuple[str, ...]:
        """Those whose work need not be done again."""
        return tuple(run.reviewer for run in self.report.runs if isinstance(run, Completed))


def same_commit(archive: Archive, pinned: Pin) -> Same | None:
    """The round that reviewed just this, where it is the newest of its target."""
    rounds = archive.of_target(pinned, shelf_of(pinned.repo, pinned.mirror))
    finished = [folder for folder in rounds if folder.finished]
    if not finished or not finished[-1].pins(pinned.head):
        return None
    plan = finished[-1].try_plan()
    if plan is None or (plan.pin.head, plan.pin.base) != (pinned.head, pinned.base):
        return None
    try:
        return Same(folder=finished[-1], report=load(finished[-1]), settings=plan.settings)
    except UsageError:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the user said about it, and whether another round costs anything."""

    again: bool
    only_failed: bool
    costs: bool
    quiet: bool


def begun(archive: Archive, pinned: Pin, settings: Settings, wish: Wish) -> tuple[RoundFolder, Plan]:
    """A new round's folder, with what is taken over from the last one in it; none where no agent could be asked."""
    if wish.costs:
        require_modules()
    same = taken_over(archive, pinned, settings, wish)
    folder, plan = archive.start(pinned, same.settings if same else settings, TOOL, now())
    if same:
        folder.adopt(same.folder, same.completed)
    return folder, plan


def taken_over(archive: Archive, pinned: Pin, settings: Settings, wish: Wish) -> Same | None:
    """The round from which all but the failed reviewers are taken over; None to review anew.

    Other reviewers than last time are no repetition. Where nobody can be asked, what costs nothing goes on; raises
    UsageError, or Abort, to stop.
    """
    same = same_commit(archive, pinned)
    if wish.only_failed:
        return _only_failed(same)
    if same is None or wish.again or _seats(settings) != _seats(same.settings):
        return None
    told = f"round {same.report.round} reviewed just this commit, with the same reviewers"
    if not wish.quiet and sys.stdin.isatty() and sys.stderr.isatty():
        return _asked(same, told)
    if wish.costs:
        raise UsageError(told, hint="--again reviews it anew, --only-failed asks only those that failed")
    if not wish.quiet:
        failed = "; --only-failed would ask only those that failed" if same.failed else ""
        note(f"{told[:1].upper()}{told[1:]}{failed}.")
    return None


def _seats(settings: Settings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return settings.reviewers, settings.replay


def _only_failed(same: Same | None) -> Same:
    if same is None:
        raise UsageError("no finished round has reviewed just this commit", hint="review it without --only-failed")
    if not same.failed:
        raise UsageError(f"no reviewer failed in {same.folder.path.name}", hint="--again reviews it anew")
    return same


def _asked(same: Same, told: str) -> Same | None:
    note(f"{told[:1].upper()}{told[1:]} ({same.folder.path.name}).")
    if same.failed:
        note(f"Failed then: {', '.join(same.failed)}.")
    choices = click.Choice(["again", *(["failed"] if same.failed else []), "stop"])
    answer = click.prompt("Review it again, only those that failed, or stop?", type=choices, default="stop", err=True)
    if answer == "stop":
        raise click.Abort
    return same if answer == "failed" else None
