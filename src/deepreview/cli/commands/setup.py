"""`deepreview config` and `deepreview doctor`: what would happen here, and what is missing."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import click

from deepreview import seating, wiring
from deepreview.agents.base import Spec
from deepreview.agents.catalog import COMMAND_LINES, agent_of
from deepreview.agents.endpoint import Endpoint
from deepreview.cli.context import TOOL, Where, environment
from deepreview.cli.options import where
from deepreview.cli.printing import deliver
from deepreview.config.load import Loaded
from deepreview.config.schema import Settings, Valued, key_of
from deepreview.context.visible import exact, visible
from deepreview.errors import DeepReviewError, Exit, UsageError
from deepreview.git.run import for_source
from deepreview.git.source import open_source
from deepreview.git.target import Auto
from deepreview.guests.isolation import Isolation, best, label
from deepreview.model.budget import Budget, Price


@click.command(name="config")
@where
def config_command(repo: Path, archive: Path | None, config: Path | None) -> int:
    """Print each setting with its value and its origin."""
    loaded = _effective(Where(repo=repo, archive=archive, config=config), {"archive": archive})
    lines = [f"{key_of(valued.name)} = {_setting(valued)}  # {exact(valued.origin)}\n" for valued in loaded.valued]
    deliver("".join(lines), None)
    return 0


def _effective(at: Where, flags: dict[str, Any]) -> Loaded:
    """What a review of this branch would use; outside a repository, what holds everywhere."""
    try:
        return wiring.prepare(Auto(), flags, at.place(), at.config)[1]
    except UsageError:
        return wiring.settled(flags, environment(), wiring.named_file(at.config))


def _setting(valued: Valued) -> str:
    """The value as `deepreview.toml` takes it."""
    match valued.name:
        case "commands" | "agents":
            return _toml({command.name: command.argv for command in valued.value})
        case "endpoints":
            return _toml({one.name: _endpoint(one) for one in valued.value})
        case "prices":
            return _toml({one.model: _rates(one) for one in valued.value})
        case _:
            return _toml(valued.value)


def _endpoint(endpoint: Endpoint) -> dict[str, str]:
    return {"url": endpoint.url, "wire": endpoint.wire.value, "key": endpoint.variable}


def _rates(price: Price) -> dict[str, float]:
    return {name: rate for name, rate in asdict(price).items() if name != "model" and rate is not None}


def _toml(value: Any) -> str:  # noqa: ANN401 - any setting's value
    match value:
        case tuple():
            return "[" + ", ".join(_toml(part) for part in value) + "]"
        case dict():
            pairs = [f"{_toml(key)} = {_toml(part)}" for key, part in value.items()]
            return f"{{ {', '.join(pairs)} }}" if pairs else "{}"
        case Budget():
            return _toml(str(value))
        case Path():
            return _toml("" if value == Path() else str(value))
        case str():
            return json.dumps(visible(value), ensure_ascii=False)
        case _:
            return json.dumps(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One thing that was looked at."""

    what: str
    state: Literal["ok", "partly", "missing"]
    told: str


@click.command(name="doctor")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@where
def doctor_command(as_json: bool, repo: Path, archive: Path | None, config: Path | None) -> int:
    """Say who can review here and what is missing."""
    found = list(_diagnoses(Where(repo=repo, archive=archive, config=config)))
    if as_json:
        deliver(json.dumps({"tool": TOOL, "checks": [asdict(one) for one in found]}, indent=2) + "\n", None)
    else:
        wide = max(len(one.what) for one in found)
        lines = [f"{one.state:<7}  {one.what:<{wide}}  {visible(one.told)}\n" for one in found]
        deliver("".join(lines), None)
    needed = [one for one in found if one.what in {"git", "mirrors", "rounds"}]
    return Exit.CLEAN.value if all(one.state == "ok" for one in needed) else Exit.USAGE.value


def _state(*, well: bool) -> Literal["ok", "missing"]:
    return "ok" if well else "missing"


def _diagnoses(at: Where) -> Iterator[Diagnosis]:
    environ = environment()
    git = shutil.which("git", path=environ.get("PATH"))
    told = for_source(Path.cwd(), environ).line("--version") if git else "not found; install git 2.30 or newer"
    yield Diagnosis(what="git", state=_state(well=bool(git)), told=told)
    cache, _ = wiring.folders(environ)
    loaded = at.loaded()
    for what, folder in (("mirrors", cache), ("rounds", wiring.archive(loaded.settings, environ).root)):
        problem = _unwritable(folder)
        yield Diagnosis(what=what, state=_state(well=not problem), told=f"{folder}{problem}")
    for reviewer in wiring.reviewers(loaded.settings):
        missing = reviewer.missing()
        yield Diagnosis(what=reviewer.name, state="partly" if missing else "ok", told=reviewer.summary)
        for lack in missing:
            yield Diagnosis(what=reviewer.name, state="missing", told=lack)
    yield from _agents(loaded.settings, environ)
    try:
        source = open_source(at.repo.absolute(), environ)
        against = source.default_branch or "nothing: no default branch is known, use --base"
        yield Diagnosis(what="repository", state="ok", told=f"{source.name}, branches are compared with {against}")
    except DeepReviewError as error:
        yield Diagnosis(what="repository", state="missing", told=str(error))


def _agents(settings: Settings, environ: Mapping[str, str]) -> Iterator[Diagnosis]:
    """The agents that are known, and how they would be kept apart."""
    kept = best(environ)
    advice = "" if kept is Isolation.BUBBLEWRAP else "; install bubblewrap to keep agents apart better"
    yield Diagnosis(
        what="isolation", state=_state(well=kept is not Isolation.NONE), told=f"{label(kept, account=False)}{advice}"
    )
    for name in COMMAND_LINES:
        missing = seating.lacks(agent_of(Spec(agent=name)), settings, environ)
        told = "; ".join(missing) or f"ready; `deepreview review --with {name}` asks it"
        yield Diagnosis(what=name, state=_state(well=not missing), told=told)


def _unwritable(folder: Path) -> str:
    """Why nothing can be written there, with a comma before it, or nothing."""
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    return (
        "" if os.access(existing, os.W_OK | os.X_OK) and existing.is_dir() else f", where {existing} cannot be written"
    )
