"""Real command lines, each in a repository and a home of its own, against a model server of ours."""

import asyncio
import json
import os
import shutil
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.agents.inn import Inn, inn_of
from tests.agents.record import repository, run_through

from deepreview.guests.isolation import Isolation
from deepreview.process import Ended
from deepreview.testing.guests import missing
from deepreview.testing.model_server import ModelServer, Recorded, serving
from deepreview.testing.real_clis import PATH, REAL, AbsentError, Place, installed, must_be_there


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a command line did."""

    ended: Ended
    place: Place
    seen: Sequence[Recorded]
    """What of it reached the model."""
    aside: Sequence[Recorded]
    """What else it asked of the server."""

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.ended.stdout.splitlines()]


Running = Callable[[str, str], Run]


@pytest.fixture(scope="session")
def server() -> Iterator[ModelServer]:
    with serving(ModelServer()) as running:
        yield running


def program_of(name: str) -> Path:
    """The command line; skips where it is not installed, and fails where it should be."""
    environ = os.environ  # noqa: TID251 - only to find the program
    try:
        return installed(name, environ)
    except AbsentError as error:
        if must_be_there(name, environ):
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture
def run(server: ModelServer, tmp_path: Path) -> Running:
    """Start a command line in a scenario, and wait for its end."""

    def running(name: str, scenario: str) -> Run:
        program = program_of(name)
        node = Path(shutil.which("node") or "/usr/bin/node").parent
        place = Place(repository=repository(tmp_path / "repo"), folder=tmp_path / "run", path=f"{node}:{PATH}")
        label = f"{name}-{tmp_path.name}"
        started = REAL[name](program, server.url(scenario, label), place, None)
        ended = run_through(started, 90)
        asked = [seen for seen in server.recording.requests if seen.label == label]
        seen, aside = [one for one in asked if one.asked], [one for one in asked if not one.asked]
        return Run(ended=ended, place=place, seen=seen, aside=aside)

    return running


@pytest.fixture
def inn(tmp_path: Path) -> Inn:
    """With the best containment there is here."""
    return inn_of(Isolation.NONE if missing(Isolation.BUBBLEWRAP) else Isolation.BUBBLEWRAP, tmp_path)


@pytest.fixture
def bare_inn(tmp_path: Path) -> Inn:
    """With no containment at all."""
    return inn_of(Isolation.NONE, tmp_path)


@pytest.fixture(params=list(Isolation), ids=lambda one: one.value)
def any_inn(request: pytest.FixtureRequest, tmp_path: Path) -> Inn:
    """With each kind of containment."""
    return inn_of(request.param, tmp_path)


@pytest.fixture
def go() -> Callable[[Awaitable[None]], None]:
    """Run a test's coroutine, with a limit on its time."""

    def run(work: Awaitable[None]) -> None:
        async def limited() -> None:
            async with asyncio.timeout(120):
                await work

        asyncio.run(limited())

    return run
