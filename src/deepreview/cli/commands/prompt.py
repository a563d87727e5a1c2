"""`deepreview prompt`: what an agent would be asked, without asking it."""

from pathlib import Path

import click

from deepreview import wiring
from deepreview.agents.catalog import COMMAND_LINES, named
from deepreview.catalog import nearest
from deepreview.cli.commands.review import what_was_asked
from deepreview.cli.context import Where, now
from deepreview.cli.discussion import said_now
from deepreview.cli.options import where
from deepreview.cli.printing import deliver, note
from deepreview.config.schema import Settings
from deepreview.context.papers import Papers, laid_out
from deepreview.errors import MachineError, UsageError
from deepreview.reviewers.agent.prompt import task
from deepreview.reviewers.prose import count
from deepreview.seating import called


@click.command(name="prompt")
@click.argument("target", required=False, default="")
@click.option("--staged", is_flag=True, help="What is staged.")
@click.option("--worktree", is_flag=True, help="All that is not committed.")
@click.option("--patch", metavar="FILE", help="A patch; - reads it from standard input.")
@click.option("--base", help="Compare with this branch or commit instead of the remote's default branch.")
@click.option("--with", "seat", metavar="AGENT", help="Ask this agent: some are told what their family does worst.")
@click.option(
    "--papers",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write what the agent would find in .deepreview to DIR: the brief, and the diff in parts.",
)
@where
def prompt_command(
    target: str,
    staged: bool,
    worktree: bool,
    patch: str | None,
    base: str | None,
    seat: str | None,
    papers: Path | None,
    repo: Path,
    archive: Path | None,
    config: Path | None,
) -> int:
    """Print what an agent would be asked about a change.

    TARGET is as for `deepreview review`. It is what the next round would ask, findings of earlier ones included, and
    what is said on a pull request now (with --papers). Nobody is asked and nothing is kept.
    """
    place = Where(repo=repo, archive=archive, config=config).place()
    asked = what_was_asked(target, staged=staged, worktree=worktree, patch=patch)
    pinned, loaded = wiring.prepare(asked, {"base": base, "archive": archive}, place, config)
    family = _family(seat, loaded.settings) if seat else ""
    wiring.refuse_empty(pinned, place.environ)
    threads = said_now(pinned, place.environ, quiet=False) if papers else ()  # they stand in the papers alone
    brief = wiring.brief(pinned, loaded.settings, place.environ, now().date(), threads)
    told = laid_out(brief)
    if papers is not None:
        _write(told, papers)
        note(f"Papers: {papers} ({count(len(told.chunks), 'part')} of the diff)")
    elif brief.earlier:
        note(f"The brief tells of {count(len(brief.earlier), 'earlier finding')}: --papers DIR writes it.")
    deliver(task(told, family, earlier=bool(brief.earlier)), None)
    return 0


def _family(seat: str, settings: Settings) -> str:
    spec = named(seat)
    if spec is None:
        raise UsageError(f"no agent is called {seat!r}", hint=nearest(seat.partition(":")[0], COMMAND_LINES))
    return called(spec, settings).family


def _write(papers: Papers, folder: Path) -> None:
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder} is not an empty folder", hint="name one that is not there yet")
        for name, text in papers.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise MachineError(f"{folder} cannot be written: {error.strerror or error}", hint="choose another") from error
