"""`deepreview publish` and `deepreview fetch-rounds`: rounds for others to read, and those of others."""

from pathlib import Path

import click

from deepreview.archive.folder import RoundFolder
from deepreview.cli.context import Where
from deepreview.cli.options import where
from deepreview.cli.printing import deliver, note
from deepreview.errors import UsageError
from deepreview.git.press import open_press
from deepreview.git.source import Source, open_source
from deepreview.publish.branch import BRANCH, Archivist, Remote
from deepreview.publish.directory import publish_to
from deepreview.publish.front import front
from deepreview.publish.shelf import Shelf
from deepreview.render.wording import counted

_branch = click.option("--branch", default=BRANCH, show_default=True, help="The branch that holds published rounds.")
_remote = click.option("--remote", default="", help="The remote to ask; default: origin, or the first there is.")


@click.command(name="publish")
@click.argument("rounds", metavar="[ROUND]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All rounds of this repository.")
@click.option("--to", "folder", metavar="DIR", type=click.Path(path_type=Path), help="Write to a folder, not a branch.")
@_branch
@click.option("--push", is_flag=True, help="Bring the branch together with the remote's, and push it.")
@_remote
@where
def publish_command(
    rounds: tuple[str, ...],
    everything: bool,
    folder: Path | None,
    branch: str,
    push: bool,
    remote: str,
    repo: Path,
    archive: Path | None,
    config: Path | None,
) -> int:
    """Publish rounds with all that was said about their findings; default: the newest round.

    They go to a branch of this repository, whose files, index and checked out branch are left alone. With --push the
    rounds of others come back the same way and count as rounds here.
    """
    at = Where(repo=repo, archive=archive, config=config)
    if folder and push:
        raise UsageError("--to and --push exclude each other", hint="publish twice")
    shelf = Shelf(archive=at.rounds(), name=at.shelf())
    contents = shelf.contents(_chosen(rounds, shelf, everything=everything))
    if folder:
        new, place = publish_to(folder, contents, front), str(folder)
    else:
        source = _source(at)
        to = _named(source, remote) if push else None
        with open_press(source, at.place().environ) as press:
            archivist = Archivist(press=press, branch=branch, front=front)
            new = archivist.publish(contents, to).rounds
            taken = archivist.take_in(shelf)
        place = f"{branch} of {to.name}" if to else branch
        _tell_taken(taken)
    note(f"{counted(len(new), 'round')} published on {place}." if new else f"{place} holds these rounds already.")
    deliver("".join(f"{name}\n" for name in new), None)
    return 0


@click.command(name="fetch-rounds")
@_branch
@_remote
@where
def fetch_rounds_command(branch: str, remote: str, repo: Path, archive: Path | None, config: Path | None) -> int:
    """Fetch the rounds that others published on a branch of a remote; `deepreview list` shows them."""
    at = Where(repo=repo, archive=archive, config=config)
    source = _source(at)
    with open_press(source, at.place().environ) as press:
        archivist = Archivist(press=press, branch=branch, front=front)
        from_ = _named(source, remote)
        if archivist.fetch(from_).commit is None:
            note(f"{from_.name} has no branch {branch}.")
            return 0
        _tell_taken(archivist.take_in(Shelf(archive=at.rounds(), name=at.shelf())), always=True)
    return 0


def _tell_taken(number: int, *, always: bool = False) -> None:
    if number or always:
        note(f"{counted(number, 'round')} of others fetched." if number else "No rounds that are not here already.")


def _chosen(rounds: tuple[str, ...], shelf: Shelf, *, everything: bool) -> tuple[RoundFolder, ...]:
    if everything:
        if rounds:
            raise UsageError("--all goes without a round's name", hint="leave one of them out")
        return shelf.finished()
    return tuple(shelf.archive.find(name, shelf.name) for name in rounds or ("",))


def _source(at: Where) -> Source:
    place = at.place()
    return open_source(place.folder, place.environ)


def _named(source: Source, name: str) -> Remote:
    remotes = source.remotes
    if not remotes:
        raise UsageError(f"{source.top} has no remote", hint="`git remote add origin ADDRESS` adds one")
    chosen = name or ("origin" if "origin" in remotes else next(iter(remotes)))
    if chosen not in remotes:
        raise UsageError(f"no remote is called {chosen!r}", hint=f"there are {', '.join(remotes)}")
    return Remote(name=chosen, url=remotes[chosen])
