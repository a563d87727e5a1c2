"""Names become objects here and nowhere else."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from deepreview.agents.catalog import named
from deepreview.archive.folder import Archive, shelf_of
from deepreview.catalog import choose
from deepreview.config.load import File, Loaded, load, parse_file
from deepreview.config.schema import MACHINE, Replayed, Settings, key_of
from deepreview.consolidate.base import Step
from deepreview.consolidate.steps import OFF_BY_DEFAULT, STEPS, switched_off
from deepreview.context.brief import Brief, Thread
from deepreview.engine.desk import Repository
from deepreview.engine.earlier import past_in, told
from deepreview.engine.fanout import Limits, Seats
from deepreview.engine.pipeline import Crew, brief_of
from deepreview.engine.reviewed import ReviewedCommit
from deepreview.errors import ConfigError, MachineError, UsageError
from deepreview.git.change import read_change
from deepreview.git.mirror import Mirror
from deepreview.git.target import Asked, Named, Pin, Place, pin
from deepreview.git.trees import GitTree
from deepreview.lives.converge import Policy
from deepreview.model.change import RepoPath
from deepreview.model.claim import Severity
from deepreview.reviewers.base import Reviewer
from deepreview.reviewers.history.reviewer import HistoryReviewer
from deepreview.reviewers.names.reviewer import KINDS as NAMES_KINDS
from deepreview.reviewers.names.reviewer import NamesReviewer
from deepreview.reviewers.paths.reviewer import KINDS as PATHS_KINDS
from deepreview.reviewers.paths.reviewer import PathsReviewer
from deepreview.reviewers.replay.formats import read_files
from deepreview.reviewers.replay.reviewer import ReplayReviewer
from deepreview.reviewers.static.reviewer import StaticReviewer
from deepreview.reviewers.static.rules import unknown
from deepreview.reviewers.static.sarif import Command as StaticCommand
from deepreview.reviewers.steering.reviewer import SteeringReviewer
from deepreview.seating import AGENT_NAMES, USUAL_SECONDS, agents, hospitality
from deepreview.verify.catalog import CHECKS

PROJECT_FILES = ("deepreview.toml", "pyproject.toml")


def reviewers(settings: Settings) -> tuple[Reviewer, ...]:
    """All reviewers that there are, configured."""
    static = StaticReviewer(
        sarif=settings.sarif,
        commands=tuple(StaticCommand(name=command.name, argv=command.argv) for command in settings.commands),
        enable=frozenset(settings.enable),
        disable=frozenset(settings.disable),
    )
    return (static, NamesReviewer(), PathsReviewer(), HistoryReviewer())


def crew(settings: Settings, environ: Mapping[str, str]) -> Crew:
    """Who takes part in a round."""
    known = {reviewer.name: reviewer for reviewer in reviewers(settings)}
    party = agents(settings, environ)
    chosen = choose("reviewer", (name for name in settings.reviewers if name not in party.seats), known, AGENT_NAMES)
    own = (known[name] for name in chosen)
    seats = (*own, *party.seated, *replayed(settings, (*known, *(one.name for one in party.all))))
    if not seats:
        raise UsageError("no reviewer is left", hint=f"name some with --with, for instance --with {','.join(known)}")
    return Crew(
        seats=Seats(
            reviewers=seats,
            reserve=party.reserve,
            replaceable=frozenset(one.name for one in party.all),
            unasked=frozenset({SteeringReviewer.name}),
        ),
        checks=CHECKS,
        steps=steps(settings),
        limits=Limits(
            usual=float(settings.timeout or USUAL_SECONDS),
            of={one.name: one.seconds for one in party.all},
            silence=float(settings.silence),
        ),
        lead=party.lead,
        policy=Policy(bar_round=settings.bar_round, bar=Severity(settings.bar), dry_rounds=settings.dry_rounds),
        terms=hospitality(settings, environ, folders(environ)[1] / "spending") if party.all or party.lead else None,
    )


def replayed(settings: Settings, taken: Iterable[str]) -> tuple[ReplayReviewer, ...]:
    """A reviewer for each voice in the files that are replayed, under names that nobody else has."""
    voices = read_files([Replayed.named(text) for text in settings.replay], taken)
    return tuple(ReplayReviewer(voice) for voice in voices)


def steps(settings: Settings) -> tuple[Step, ...]:
    """What judges the findings, in order."""
    return (switched_off(settings.disable, settings.enable), *STEPS)


def folders(environ: Mapping[str, str]) -> tuple[Path, Path]:
    """The user's cache and data folders for this program, by the XDG rules."""
    home = environ.get("HOME", "")
    cache, data = environ.get("XDG_CACHE_HOME", ""), environ.get("XDG_DATA_HOME", "")
    if not home and not (cache and data):
        raise MachineError("HOME is not set", hint="set HOME, or XDG_CACHE_HOME and XDG_DATA_HOME")
    return (
        Path(cache or Path(home) / ".cache") / "deepreview",
        Path(data or Path(home) / ".local" / "share") / "deepreview",
    )


def archive(settings: Settings, environ: Mapping[str, str]) -> Archive:
    """Where rounds are kept."""
    own = settings.archive if settings.archive != Path() else folders(environ)[1] / "reviews"
    return Archive(root=own.absolute())


def prepare(asked: Asked, flags: Mapping[str, Any], place: Place, config: Path | None) -> tuple[Pin, Loaded]:
    """The pinned change and the settings; the project's file is the one of the base commit unless one is named."""
    named = named_file(config)
    first = settled(flags, place.environ, named)
    pinned = pin(asked, first.settings.base, place)
    if named is not None:
        return pinned, first
    file = base_file(pinned, place.environ)
    loaded = settled(flags, place.environ, file)
    if file is not None:
        refuse_agents(file, loaded)
    if loaded.settings.base != first.settings.base:
        pinned = pin(asked, loaded.settings.base, place)
    return pinned, loaded


def settled(flags: Mapping[str, Any], environ: Mapping[str, str], file: File | None) -> Loaded:
    """The settings, once every rule that they switch and every file that they name is known to exist."""
    loaded = load(flags, environ, file)
    if lost := next((path for path in loaded.settings.sarif if not path.exists()), None):
        raise ConfigError(f"{lost} does not exist", hint="name a SARIF file that another tool wrote")
    for valued in loaded.valued:
        names = valued.value if valued.name in {"enable", "disable"} else ()
        own = OFF_BY_DEFAULT if valued.name == "enable" else own_kinds(loaded.settings)
        names = [name for name in names if name not in own]
        for name, hint in unknown(names, whole=valued.name == "disable").items():
            where = "" if valued.origin.startswith(("-", "DEEPREVIEW_")) else f": {valued.name}"
            raise ConfigError(f"{valued.origin}{where}: no rule is called {name!r}", hint=hint)
    return loaded


def own_kinds(settings: Settings) -> frozenset[str]:
    """What can be switched off besides the rules of `static`: kinds of other reviewers, and of the user's tools."""
    return frozenset((*NAMES_KINDS, *PATHS_KINDS, *(command.name for command in settings.commands)))


def reviewed_commit(sha: str, place: Place) -> ReviewedCommit:
    """A commit of the repository at that place, to look things up in; raises UsageError when it is not there."""
    pinned = pin(Named(text=sha), "", place)
    return ReviewedCommit(mirror=Mirror(path=pinned.mirror, environ=place.environ), pin=pinned)


def brief(
    pinned: Pin, settings: Settings, environ: Mapping[str, str], today: date, threads: tuple[Thread, ...] = ()
) -> Brief:
    """What every reviewer of the pinned change would be given to read in the next round."""
    mirror = Mirror(path=pinned.mirror, environ=environ)
    repository = Repository(mirror=mirror, change=read_change(pinned, mirror))
    shelf = archive(settings, environ).root / shelf_of(pinned.repo, pinned.mirror)
    rounds = Archive(root=shelf.parent).of_target(pinned, shelf.name)
    return brief_of(repository, told(past_in(shelf, rounds, repository)), today, threads)


def named_file(config: Path | None) -> File | None:
    """The configuration file that the user named."""
    if config is None:
        return None
    try:
        return parse_file(config.read_bytes(), str(config), str(config))
    except OSError as error:
        raise ConfigError(
            f"{config} cannot be read: {error.strerror}", hint="name an existing file with --config"
        ) from error


def base_file(pinned: Pin, environ: Mapping[str, str]) -> File | None:
    """The project's own settings as of the base commit: a change cannot configure its own review."""
    mirror = Mirror(path=pinned.mirror, environ=environ)
    found = GitTree(git=mirror.git, commit=pinned.base).read([RepoPath(name) for name in PROJECT_FILES])
    for name, content in found.items():
        file = parse_file(content, name, f"{name} of {pinned.base[:9]} (base)")
        if own := next((name for name in MACHINE if key_of(name) in file.values), None):
            raise ConfigError(
                f"{file.name} sets {key_of(own)}, which only you may choose, not a repository",
                hint="if you trust that file, name a copy of it with --config",
            )
        if file.values:
            return file
    return None


def refuse_agents(file: File, loaded: Loaded) -> None:
    """Raise ConfigError where a repository names an agent: it would spend money, and may be any program."""
    for valued in loaded.valued:
        if valued.name == "reviewers" and valued.origin == file.name and (own := list(filter(named, valued.value))):
            raise ConfigError(
                f"{file.name} names the agent {own[0]}, which only you may choose, not a repository",
                hint=f"if you want these reviewers, say so: --with {','.join(valued.value)}",
            )


def refuse_empty(pinned: Pin, environ: Mapping[str, str]) -> None:
    """Raise UsageError when base and head hold the same files, before anything is kept of such a round."""
    git = Mirror(path=pinned.mirror, environ=environ).git
    if len({git.line("rev-parse", f"{commit}^{{tree}}") for commit in (pinned.base, pinned.head)}) == 1:
        raise UsageError(
            f"there is nothing to review: {pinned.how} changes no file", hint="name a branch, commit or range"
        )
