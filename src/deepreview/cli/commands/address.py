"""`deepreview address`: go through all findings that wait for an answer."""

import sys
from pathlib import Path

import click

from deepreview.archive.resolutions import FILE, Resolutions
from deepreview.cli.commands.resolve import commit_named, record, speaker
from deepreview.cli.commands.rounds import load
from deepreview.cli.context import Where, now
from deepreview.cli.options import where
from deepreview.cli.printing import note, width
from deepreview.cli.walk import Stop, Walk
from deepreview.context.visible import exact, one_line, visible
from deepreview.errors import DeepReviewError, UsageError
from deepreview.git.patching import Patching
from deepreview.git.source import Source, open_source
from deepreview.lives.answer import Answer, find, resolution
from deepreview.model.finding import Finding, State
from deepreview.model.report import Report
from deepreview.render.terminal import render_one


@click.command(name="address")
@click.argument("round_id", metavar="[ROUND]", required=False, default="")
@where
def address_command(round_id: str, repo: Path, archive: Path | None, config: Path | None) -> int:
    """Go through the findings that wait for an answer, one by one.

    Each is shown with its code, its fix and its patch. What you answer is put on record at once. A patch is applied,
    and committed on its own, only where you say so.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("address asks questions, and there is no terminal", hint="use `deepreview resolve I1 fixed`")
    at = Where(repo=repo, archive=archive, config=config)
    folder = at.rounds().find(round_id, at.shelf())
    report = load(folder)
    by = speaker(at)

    def take(stop: Stop, answer: Answer) -> None:
        when = now().isoformat(timespec="seconds")
        record(folder, [resolution(answer, find(stop.name, report), report, by, when)])
        note(f"{stop.name} {answer.state.value}.")

    said = Resolutions(path=folder.path.parent / FILE).all()
    answered = {one.fingerprint: one.state for one in said if one.round == report.clock.round_id and not one.proposed}
    stops = [
        stop
        for stop in stops_of(report, open_source(at.place().folder, at.place().environ))
        if answered.get(find(stop.name, report).life, State.OPEN) is State.OPEN
    ]
    if not stops:
        note(f"Nothing in {folder.path.name} waits for an answer.")
        return 0
    Walk(ask=_ask, tell=note, take=take, commit=lambda name: _commit(name, at)).go(stops)
    return 0


def _ask(question: str) -> str:
    return str(click.prompt(question, default="", show_default=False, prompt_suffix="", err=True))


def _commit(name: str, at: Where) -> str:
    """The commit of that name; told and left out where there is none, since the walk must not end on a slip."""
    try:
        return commit_named(name, at)
    except DeepReviewError as error:
        note(f"{error.message}: put on record without a commit.")
        return ""


def stops_of(report: Report, source: Source) -> tuple[Stop, ...]:
    """All that waits: open findings of the report, open ones of earlier rounds that are not in it, open gaps."""
    here = [_stop(finding, report, source) for finding in report.findings if finding.state.value == "open"]
    left = [
        Stop(
            name=row.name,
            title=row.title,
            shown=one_line(f"{row.name} {row.now.value}: {row.title} — {row.path} {' '.join(row.evidence)}"),
            patch=None,
        )
        for row in report.previous
        if row.waits
    ]
    missing = [
        Stop(name=gap.alias, title=one_line(gap.title), shown=f"{gap.alias} {visible(gap.text)}\n", patch=None)
        for gap in report.waiting
    ]
    return (*here, *left, *missing)


def _stop(finding: Finding, report: Report, source: Source) -> Stop:
    code = "".join(f"    | {exact(line)}\n" for line in (finding.main.quote.splitlines() if finding.main else ()))
    shown = f"{render_one(report, finding, width=width(), colour=False)}\n{code}"
    patch = Patching(source=source, patch=finding.patch) if finding.patch.strip() else None
    return Stop(name=finding.alias, title=one_line(finding.title), shown=shown, patch=patch)
