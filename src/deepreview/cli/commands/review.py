"""`deepreview review` and `deepreview resume`."""

import asyncio
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from deepreview import wiring
from deepreview.archive.folder import Plan, RoundFolder, usual_seconds
from deepreview.cli.again import Wish, begun
from deepreview.cli.commands import outlook
from deepreview.cli.console import progress
from deepreview.cli.context import Where, environment, now
from deepreview.cli.discussion import discussion
from deepreview.cli.options import comma_separated, where
from deepreview.cli.printing import chosen, deliver, note, rendered
from deepreview.config.schema import LEVELS, Settings
from deepreview.engine.pipeline import Surroundings, review
from deepreview.errors import Exit, UsageError
from deepreview.git.target import Asked, Auto, Named, PatchText, Pin, Place, Staged, WorkTree
from deepreview.lint.base import Given, Problem
from deepreview.lint.catalog import lint
from deepreview.model.claim import Severity
from deepreview.model.finding import Finding
from deepreview.model.report import Report
from deepreview.model.verdict import VerdictValue
from deepreview.parse.lines import MOST_CHARACTERS
from deepreview.parse.published import parse_report
from deepreview.render.catalog import KEPT
from deepreview.render.wording import by_severity, counted


def outcome_options(command: Any) -> Any:  # noqa: ANN401 - a decorator hands on what it is given
    """Add --to, --output and --quiet."""
    for option in (
        click.option("-q", "--quiet", is_flag=True, help="No progress."),
        click.option(
            "-o",
            "--output",
            metavar="FILE",
            type=click.Path(path_type=Path),
            help="Write to FILE instead of standard output.",
        ),
        click.option("--to", default="terminal", show_default=True, help="terminal, markdown, html, json or sarif."),
    ):
        command = option(command)
    return command


@click.command(name="review")
@click.argument("target", required=False, default="")
@click.option("--staged", is_flag=True, help="Review what is staged.")
@click.option("--worktree", is_flag=True, help="Review all that is not committed.")
@click.option("--patch", metavar="FILE", help="Review a patch; - reads it from standard input.")
@click.option("--base", help="Compare with this branch or commit instead of the remote's default branch.")
@click.option("--with", "reviewers", callback=comma_separated, help="Reviewers, separated by commas.")
@click.option("--timeout", help="What each reviewer may take, for instance 90s or 30m.")
@click.option("--passes", type=int, help="How often each agent reviews the change, at the same time.")
@click.option("--reserve", callback=comma_separated, help="Agents that take the place of one that is lost.")
@click.option("--lead", help="An agent that groups, rates and sums up what the reviewers said.")
@click.option("--budget", help="What models may cost in this run, for instance 5usd or 400k tokens.")
@click.option("--isolation", help="What keeps agents apart: auto, bubblewrap, landlock or none.")
@click.option("--fail-on", help="Lightest finding that makes the exit code 1: suggestion, important, critical, never.")
@click.option("--again", is_flag=True, help="Review a commit anew that the last round reviewed.")
@click.option("--only-failed", "failed", is_flag=True, help="Ask only those that failed in the last round.")
@click.option("--enable", multiple=True, help="Switch a rule on.")
@click.option("--disable", multiple=True, help="Switch a rule off.")
@click.option(
    "--sarif",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Take another tool's SARIF file as claims.",
)
@click.option(
    "--replay",
    metavar="[NAME=]FILE",
    multiple=True,
    help="Seat a review that was made elsewhere: text, JSON, SARIF, rdjson, or a pull request's exported comments.",
)
@click.option("--dry-run", is_flag=True, help="Say who would be asked and what it may cost, and ask nobody.")
@outcome_options
@where
def review_command(
    target: str,
    staged: bool,
    worktree: bool,
    patch: str | None,
    dry_run: bool,
    to: str,
    output: Path | None,
    quiet: bool,
    again: bool,
    failed: bool,
    repo: Path,
    archive: Path | None,
    config: Path | None,
    **flags: Any,  # noqa: ANN401 - settings of many types, read by config/load.py
) -> int:
    """Review a change and report.

    TARGET is a branch, a commit, a range A..B or A...B, a pull request's number or address. Without one: this branch
    against its merge base with the default branch; where it has no commits of its own, what is not committed; else the
    last commit.
    """
    format_ = chosen(to, output)
    place = Where(repo=repo, archive=archive, config=config).place()
    asked = what_was_asked(target, staged=staged, worktree=worktree, patch=patch)
    pinned, loaded = wiring.prepare(asked, {**flags, "archive": archive}, place, config)
    settings = loaded.settings
    crew = wiring.crew(settings, place.environ)  # a reviewer that does not exist is told before a folder is made
    wiring.refuse_empty(pinned, place.environ)
    if dry_run:
        return forecast(settings, pinned, place, output)
    note_outlook(settings, pinned, place, quiet=quiet)
    wish = Wish(again=again, only_failed=failed, costs=crew.terms is not None, quiet=quiet)
    folder, plan = begun(wiring.archive(settings, place.environ), pinned, settings, wish)
    with telling_how_to_go_on(plan, folder), folder.alone():
        report = carry_out(plan, folder, quiet=quiet)
    note_others(settings, place, quiet=quiet)
    deliver(rendered(report, format_), output)
    return exit_code(report, settings.fail_on, quiet=quiet)


@click.command(name="resume")
@click.argument("round_id", metavar="[ROUND]", required=False, default="")
@outcome_options
@where
def resume_command(
    round_id: str,
    to: str,
    output: Path | None,
    quiet: bool,
    repo: Path,
    archive: Path | None,
    config: Path | None,
) -> int:
    """Go on with an interrupted round.

    Reviewers that had come to their end are not run again.
    """
    format_ = chosen(to, output)
    at = Where(repo=repo, archive=archive, config=config)
    rounds = at.rounds()
    if round_id:
        folder = rounds.find(round_id, at.shelf())
    else:
        open_rounds = [folder for folder in rounds.rounds(at.shelf()) if not folder.finished]
        if not open_rounds:
            raise UsageError("no round was interrupted here", hint="`deepreview list` shows all rounds")
        folder = open_rounds[-1]
    with folder.alone():
        if folder.finished:
            raise UsageError(f"{folder.path.name} is finished", hint=f"`deepreview show {folder.path.name}` shows it")
        plan = folder.plan()
        with telling_how_to_go_on(plan, folder):
            report = carry_out(plan, folder, quiet=quiet)
    deliver(rendered(report, format_), output)
    return exit_code(report, plan.settings.fail_on, quiet=quiet)


def forecast(settings: Settings, pinned: Pin, place: Place, output: Path | None) -> int:
    """Say what a round would be, and end as it would where nobody can review."""
    told, exit_ = outlook.dry_run(settings, pinned, place)
    deliver(told, output)
    return exit_.value


def note_outlook(settings: Settings, pinned: Pin, place: Place, *, quiet: bool) -> None:
    """Say who is asked and what it may cost, before anybody is."""
    for line in () if quiet else outlook.lines(outlook.outlooks(settings, pinned, place)):
        note(line)


def note_others(settings: Settings, place: Place, *, quiet: bool) -> None:
    """Say who else could be asked."""
    if not quiet and (others := outlook.could_join(settings, place)):
        note(others)


def what_was_asked(target: str, *, staged: bool, worktree: bool, patch: str | None) -> Asked:
    """The one form of change that was asked for."""
    given = [bool(target), staged, worktree, patch is not None]
    if sum(given) > 1:
        raise UsageError(
            "more than one change was named", hint="name a target, or one of --staged, --worktree, --patch"
        )
    if staged:
        return Staged()
    if worktree:
        return WorkTree()
    if patch is not None:
        return PatchText(name="standard input" if patch == "-" else patch, content=_patch(patch))
    return Named(text=target) if target else Auto()


def _patch(name: str) -> bytes:
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise UsageError(
            f"{name} cannot be read: {error.strerror}", hint="name a readable patch, or - for standard input"
        ) from error
    if not content.strip():
        raise UsageError(f"{'standard input' if name == '-' else name} holds no patch", hint="`git diff` makes one")
    return content


@contextmanager
def telling_how_to_go_on(plan: Plan, folder: RoundFolder) -> Iterator[None]:
    """Where the user interrupts what is done inside, name the command that goes on; KeyboardInterrupt in each case."""
    try:
        yield
    except (KeyboardInterrupt, asyncio.CancelledError):
        own = plan.settings.archive
        kept = f" --archive {shlex.quote(str(own))}" if own != Path() else ""
        command, does = ("show", "shows the report") if folder.finished else ("resume", "goes on")
        note(f"Interrupted; `deepreview {command} {folder.path.name}{kept}` {does}.")
        raise KeyboardInterrupt from None


def carry_out(plan: Plan, folder: RoundFolder, *, quiet: bool) -> Report:
    """Run the round and store its report in every format."""
    environ = environment()
    usual = usual_seconds(folder.path.parent)
    crew = wiring.crew(plan.settings, environ)
    threads = discussion(plan, folder, environ, quiet=quiet) if crew.terms else ()  # only agents read the brief whole
    with progress(quiet=quiet, ci=bool(environ.get("CI")), usual=usual) as emit:
        around = Surroundings(environ=environ, now=now, emit=emit, threads=threads)
        report = asyncio.run(review(plan, folder, crew, around))
    texts = {renderer.suffix: renderer.render(report) for renderer in KEPT}
    paths = [folder.write(f"report{suffix}", text) for suffix, text in texts.items()]
    for problem in problems_of(texts[".md"], texts[".html"]):
        note(f"This report breaks rule {problem.rule} of `deepreview lint`: {problem.where}: {problem.message}")
    if not quiet:
        note(f"Report: {next(path for path in paths if path.suffix == '.html')}")
    return report


def problems_of(text: str, page: str) -> tuple[Problem, ...]:
    """What the linter says of a report of ours; one that is too long to be read whole is not linted."""
    if len(text) > MOST_CHARACTERS:
        return ()
    return lint(Given(report=parse_report(text), page=page)).problems


def exit_code(report: Report, fail_on: str, *, quiet: bool) -> int:
    """0 clean, 1 with an open finding that is heavy enough, told beside the verdict; 3 without a verdict."""
    if report.verdict.value is VerdictValue.NONE:
        return Exit.NO_VERDICT.value
    heavy = by_severity(f for f in report.findings if f.counts and _counts(f.severity, fail_on))
    left = [row for row in report.previous if row.waits and _counts(row.severity, fail_on)]
    if left and not any(heavy.values()):
        if not quiet:
            note(f"Exit code {Exit.FINDINGS.value}: {counted(len(left), 'finding')} of earlier rounds still open.")
        return Exit.FINDINGS.value
    if not any(heavy.values()):
        return Exit.CLEAN.value
    if not quiet:
        note(f"Exit code {Exit.FINDINGS.value}: {why_it_fails(heavy)}")
    return Exit.FINDINGS.value


def _counts(severity: Severity, fail_on: str) -> bool:
    return fail_on != "never" and severity.weight >= Severity(fail_on).weight


def why_it_fails(heavy: Mapping[Severity, Sequence[Finding]]) -> str:
    """What makes the exit code 1, and the least that would make it 0: a change may be fit to merge and not yet clean.

    `heavy` holds at least one finding.
    """
    counts = [
        counted(len(found), f"open {'suggestion' if severity is Severity.SUGGESTION else f'{severity.value} finding'}")
        for severity, found in heavy.items()
        if found
    ]
    heaviest = max((severity for severity, found in heavy.items() if found), key=lambda severity: severity.weight)
    lenient = LEVELS[LEVELS.index(heaviest.value) + 1]
    return f"{', '.join(counts)}; `--fail-on {lenient}` would pass."
