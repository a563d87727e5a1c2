"""`deepreview stats`: what all rounds say about reviewers, changes and files."""

from pathlib import Path

import click
from pydantic import TypeAdapter

from deepreview import wire
from deepreview.cli.context import Where
from deepreview.cli.options import where
from deepreview.cli.printing import deliver, note
from deepreview.context.visible import one_line
from deepreview.render.wording import counted
from deepreview.site.changes import histories
from deepreview.site.gather import gather, said, sources
from deepreview.site.sheets import Sheet, sheets
from deepreview.site.stats import Statistics, statistics

_STATISTICS: TypeAdapter[Statistics] = TypeAdapter(Statistics)
_WIDEST = 44


@click.command(name="stats")
@click.option("--json", "as_json", is_flag=True, help="All figures, as JSON.")
@click.option("--all", "everywhere", is_flag=True, help="Rounds of all repositories.")
@where
def stats_command(as_json: bool, everywhere: bool, repo: Path, archive: Path | None, config: Path | None) -> int:
    """Say what the rounds of this repository tell about reviewers, changes and files.

    Imported reports count as far as they say; — is what nobody recorded. docs/statistics.md defines each number.
    """
    at = Where(repo=repo, archive=archive, config=config)
    shelf = "" if everywhere else at.shelf()
    rounds = at.rounds()
    known, _, unread = gather(sources(rounds, shelf), {})
    told = statistics(histories([one.entry for one in known.values()], said(rounds, shelf)))
    for line in unread:
        note(f"left out: {one_line(line)}")
    if as_json:
        deliver(wire.to_json(_STATISTICS, told, indent=2) + "\n", None)
    elif not told.reviews:
        note("No rounds yet; `deepreview review` makes one, `deepreview import` brings older reports.")
    else:
        reviews, changes = counted(told.reviews, "review"), counted(told.changes, "change")
        counts = f"{reviews} of {changes}, {counted(sum(told.findings), 'finding')} listed\n"
        deliver("\n".join((counts, *map(_table, sheets(told)))), None)
    return 0


def _table(sheet: Sheet) -> str:
    rows = [sheet.columns, *sheet.rows]
    cells = [[_short(one_line(cell)) for cell in row] for row in rows]
    wide = [max(len(row[at]) for row in cells) for at in range(len(sheet.columns))]
    lines = [
        "  ".join(f"{cell:>{w}}" if at else f"{cell:<{w}}" for at, (cell, w) in enumerate(zip(row, wide, strict=True)))
        for row in cells
    ]
    return "\n".join((sheet.title, *(line.rstrip() for line in lines))) + "\n"


def _short(cell: str) -> str:
    return cell if len(cell) <= _WIDEST else f"{cell[: _WIDEST - 1]}…"
