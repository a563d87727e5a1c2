"""`deepreview list`, `show`, `open` and `render`: rounds that were made."""

import webbrowser
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from deepreview import wire
from deepreview.archive.folder import REPORT_FILE, Archive, RoundFolder
from deepreview.cli.context import Where
from deepreview.cli.options import where
from deepreview.cli.printing import chosen, deliver, note, rendered
from deepreview.context.visible import one_line
from deepreview.errors import UsageError
from deepreview.lives.answer import find, is_name, round_of
from deepreview.model.claim import Severity
from deepreview.model.report import Report
from deepreview.render import html

_WIDEST = 60
"""Characters of what a round reviewed."""


@click.command(name="list")
@click.option("--all", "everywhere", is_flag=True, help="Rounds of all repositories.")
@where
def list_command(everywhere: bool, repo: Path, archive: Path | None, config: Path | None) -> int:
    """List the rounds of this repository, newest last.

    C, I and S count critical and important findings and suggestions. An interrupted round can be resumed.
    """
    at = Where(repo=repo, archive=archive, config=config)
    folders = at.rounds().rounds("" if everywhere else at.shelf())
    if not folders:
        note("No rounds yet; `deepreview review` makes one.")
        return 0
    rows = [("round", "no.", "verdict", "C", "I", "S", "change"), *(_row(folder, everywhere) for folder in folders)]
    wide = [max(len(one_line(row[column])) for row in rows) for column in range(len(rows[0]))]
    lines = ("  ".join(f"{one_line(cell):<{w}}" for cell, w in zip(row, wide, strict=True)).rstrip() for row in rows)
    deliver("\n".join(lines) + "\n", None)
    return 0


def _row(folder: RoundFolder, everywhere: bool) -> tuple[str, ...]:
    shelf = folder.path.parent.name if everywhere else ""
    if not folder.finished:
        return (folder.path.name, "", "interrupted", "", "", "", shelf)
    try:
        report = load(folder)
    except UsageError:
        return (folder.path.name, "", "not readable by this version", "", "", "", shelf)
    counts = [sum(finding.severity is severity for finding in report.findings) for severity in Severity]
    change = ": ".join(
        filter(None, (report.subject.repo if everywhere else "", report.subject.title or report.subject.branch))
    )
    short = change if len(change) <= _WIDEST else f"{change[: _WIDEST - 1]}…"
    return (folder.path.name, str(report.round), report.verdict.value.value, *map(str, counts), short)


@click.command(name="show")
@click.argument("what", required=False, default="")
@click.option("--to", default="terminal", show_default=True, help="terminal, markdown, html, json or sarif.")
@where
def show_command(what: str, to: str, repo: Path, archive: Path | None, config: Path | None) -> int:
    """Show a round, or one finding.

    WHAT is a round's id or the end of it, or a finding as `deepreview resolve` takes it: like S1 in the newest round,
    or like R2-S1 in that round of the same target. Nothing means the newest round of this repository.
    """
    at = Where(repo=repo, archive=archive, config=config)
    format_ = chosen(to)
    rounds, shelf = at.rounds(), at.shelf()
    if not is_name(what):
        deliver(rendered(load(rounds.find(what, shelf)), format_), None)
        return 0
    report = load(rounds.find("", shelf))
    if (number := round_of(what)) and number != report.round:
        report = next((one for one in _same_target(rounds, shelf) if one.round == number), report)
    deliver(rendered(_only(report, what), format_, alone=True), None)
    return 0


def _same_target(rounds: Archive, shelf: str) -> Iterator[Report]:
    """The finished rounds of what the newest one reviewed."""
    plan = rounds.find("", shelf).try_plan()
    for folder in rounds.of_target(plan.pin, shelf) if plan else ():
        if folder.finished:
            yield load(folder)


def _only(report: Report, name: str) -> Report:
    """The report with the one finding that a name means in it; raises UsageError where it lists none of that name."""
    life = find(name, report).life
    kept = tuple(finding for finding in report.findings if finding.life == life)
    if not kept:
        known = ", ".join(finding.alias for finding in report.findings) or "none"
        raise UsageError(f"{report.clock.round_id} has no finding {name} to show", hint=f"it has {known}")
    return replace(report, findings=kept[:1])


@click.command(name="open")
@click.argument("round_id", metavar="[ROUND]", required=False, default="")
@where
def open_command(round_id: str, repo: Path, archive: Path | None, config: Path | None) -> int:
    """Open a round's page in the browser and print where it is."""
    at = Where(repo=repo, archive=archive, config=config)
    folder = at.rounds().find(round_id, at.shelf())
    report = load(folder)
    page = folder.path / "report.html"
    if not page.exists():  # of a round that was fetched
        folder.write(page.name, html.RENDERER.render(report))
    deliver(f"{page}\n", None)
    if not webbrowser.open(page.as_uri()):
        note("No browser could be started; open the file by hand.")
    return 0


@click.command(name="render")
@click.argument("what", required=False, default="")
@click.option("--to", required=True, help="terminal, markdown, html, json or sarif.")
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write to FILE instead of standard output."
)
@where
def render_command(
    what: str, to: str, output: Path | None, repo: Path, archive: Path | None, config: Path | None
) -> int:
    """Render a stored round, or a report.json, in another format.

    Everything comes from the stored report: neither the repository nor the commits need to exist any more.
    """
    format_ = chosen(to)
    if what.endswith(".json") or Path(what).is_file():
        report = read(Path(what))
    else:
        at = Where(repo=repo, archive=archive, config=config)
        report = load(at.rounds().find(what, at.shelf()))
    deliver(rendered(report, format_), output)
    return 0


def load(folder: RoundFolder) -> Report:
    """The report of a finished round."""
    if not folder.finished:
        name = folder.path.name
        raise UsageError(f"{name} was interrupted and has no report yet", hint=f"`deepreview resume {name}` goes on")
    return read(folder.path / REPORT_FILE)


def read(path: Path) -> Report:
    """A report from a file."""
    try:
        return wire.load_report(path.read_bytes(), str(path))
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}", hint="`deepreview list` shows the rounds"
        ) from error
