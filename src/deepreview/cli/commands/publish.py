"""`deepreview publish` and `deepreview fetch-rounds`: rounds for others to read, and those of others."""

import re
from contextlib import AbstractContextManager
from pathlib import Path

import click

from deepreview.archive.folder import RoundFolder
from deepreview.cli.commands.rounds import load
from deepreview.cli.context import TOOL, Where, environment
from deepreview.cli.options import where
from deepreview.cli.printing import deliver, note
from deepreview.errors import MachineError, UsageError, how_to_add
from deepreview.forge.base import Forge
from deepreview.git.press import open_press
from deepreview.git.source import Source, open_source
from deepreview.model.report import Report
from deepreview.publish.apply import Publisher, described
from deepreview.publish.branch import BRANCH, Archivist, Remote, Taken
from deepreview.publish.directory import publish_to
from deepreview.publish.pages import published
from deepreview.publish.shelf import Shelf
from deepreview.render.links import links
from deepreview.render.wording import SHORT, counted

_ABOUT = published("Reviews", TOOL)
_NUMBER = re.compile(r"#?([1-9]\d{0,8})")

_branch = click.option("--branch", default=BRANCH, show_default=True, help="The branch that holds published rounds.")
_remote = click.option("--remote", default="", help="The remote to ask; default: origin, or the first there is.")


@click.command(name="publish")
@click.argument("rounds", metavar="[ROUND]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All rounds of this repository.")
@click.option("--to", "folder", metavar="DIR", type=click.Path(path_type=Path), help="Write to a folder, not a branch.")
@_branch
@click.option("--push", is_flag=True, help="Bring the branch together with the remote's, and push it.")
@_remote
@click.option(
    "--github",
    "pull",
    metavar="[PR]",
    is_flag=False,
    flag_value="",
    help="Say it on a pull request on GitHub, by default the one that was reviewed.",
)
@click.option("--dry-run", is_flag=True, help="With --github: print what would be done and its hash, and do nothing.")
@click.option("--apply", "wanted", metavar="HASH", default="", help="With --github: only if the plan has this hash.")
@where
def publish_command(
    rounds: tuple[str, ...],
    everything: bool,
    folder: Path | None,
    branch: str,
    push: bool,
    remote: str,
    pull: str | None,
    dry_run: bool,
    wanted: str,
    repo: Path,
    archive: Path | None,
    config: Path | None,
) -> int:
    """Publish rounds with all that was said about their findings; default: the newest round.

    They go to a branch of this repository, whose files, index and checked out branch are left alone. With --push the
    rounds of others come back the same way and count as rounds here. With --github one round goes to a pull request:
    a summary that is kept up to date, a thread for each finding at a line of the diff, and a check.
    """
    at = Where(repo=repo, archive=archive, config=config)
    targets = (folder is not None, push, pull is not None)
    if sum(targets) > 1:
        raise UsageError("--to, --push and --github exclude each other", hint="publish to one after the other")
    if pull is None and (dry_run or wanted):
        raise UsageError("--dry-run and --apply are of --github", hint="add --github")
    shelf = Shelf(archive=at.rounds(), name=at.shelf())
    chosen = _chosen(rounds, shelf, everything=everything)
    if pull is not None:
        return _to_pull_request(chosen, pull, dry_run=dry_run, wanted=wanted)
    if folder:
        new, place = publish_to(folder, shelf.contents(chosen), _ABOUT), str(folder)
    else:
        new, place = _to_branch(at, shelf, chosen, branch, remote if push else None)
    note(f"{counted(len(new), 'round')} published on {place}." if new else f"{place} holds these rounds already.")
    deliver("".join(f"{name}\n" for name in new), None)
    return 0


def _to_branch(
    at: Where, shelf: Shelf, rounds: tuple[RoundFolder, ...], branch: str, remote: str | None
) -> tuple[tuple[str, ...], str]:
    """Publish on a branch, and on a remote's where one is asked for; the rounds that are new there, and where."""
    source = _source(at)
    to = None if remote is None else _named(source, remote)
    with open_press(source, at.place().environ) as press:
        archivist = Archivist(press=press, branch=branch, about=_ABOUT)
        new = archivist.publish(shelf.contents(rounds), to).rounds
        _tell_taken(archivist.take_in(shelf))
    return new, f"{branch} of {to.name}" if to else branch


def _to_pull_request(rounds: tuple[RoundFolder, ...], pull: str, *, dry_run: bool, wanted: str) -> int:
    """Publish a round on GitHub, or say what would be done."""
    if len(rounds) != 1:
        raise UsageError("a pull request gets one round", hint="name one round")
    report = load(rounds[0])
    with _forge(report) as forge:
        publisher = Publisher(forge=forge, report=report, number=_number(pull, forge, report))
        if dry_run:
            plan = publisher.plan()
            deliver("".join(f"{described(action)}\n" for action in plan.actions) + f"{plan.hash}\n", None)
            return 0
        done = publisher.apply(wanted, lambda action: note(described(action)))
        if not done:
            note(f"#{publisher.number} says all that already.")
    return 0


def _forge(report: Report) -> AbstractContextManager[Forge]:
    if not (web := links(report.subject).root):
        raise UsageError(
            f"{report.clock.round_id} is not about commits of a repository on GitHub",
            hint="review a pull request, or a branch of a clone that has its remote there",
        )
    try:
        from deepreview.forge.connect import connect  # noqa: PLC0415 - of the extra `github`
    except ModuleNotFoundError as error:
        raise MachineError(f"GitHub cannot be reached, {error.name} is missing", hint=how_to_add("github")) from error
    return connect(web, environment())


def _number(pull: str, forge: Forge, report: Report) -> int:
    if not pull:
        return report.subject.number or _only_pull(forge, report)
    if not (number := _NUMBER.fullmatch(pull)):
        raise UsageError(f"{pull!r} is no number of a pull request", hint="name the round before --github")
    return int(number[1])


def _only_pull(forge: Forge, report: Report) -> int:
    found = forge.pulls_of(report.subject.head)
    if len(found) != 1:
        what = (
            f"{counted(len(found), 'pull request')} end at {report.subject.head[:SHORT]}"
            if found
            else (f"no open pull request is at {report.subject.head[:SHORT]}")
        )
        raise UsageError(what, hint="name one: `--github 12`")
    return found[0]


@click.command(name="fetch-rounds")
@_branch
@_remote
@where
def fetch_rounds_command(branch: str, remote: str, repo: Path, archive: Path | None, config: Path | None) -> int:
    """Fetch the rounds that others published on a branch of a remote; `deepreview list` shows them."""
    at = Where(repo=repo, archive=archive, config=config)
    source = _source(at)
    with open_press(source, at.place().environ) as press:
        archivist = Archivist(press=press, branch=branch, about=_ABOUT)
        from_ = _named(source, remote)
        if archivist.fetch(from_).commit is None:
            note(f"{from_.name} has no branch {branch}.")
            return 0
        _tell_taken(archivist.take_in(Shelf(archive=at.rounds(), name=at.shelf())), always=True)
    return 0


def _tell_taken(taken: Taken, *, always: bool = False) -> None:
    for problem in taken.refused:
        note(f"Not kept: {problem}.")
    if taken.rounds:
        note(f"{counted(taken.rounds, 'round')} of others fetched.")
    elif always and not taken.refused:
        note("No rounds that are not here already.")


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
