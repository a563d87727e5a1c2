import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from deepreview.guests.isolation import Isolation
from deepreview.testing.guests import Lodging, missing
from deepreview.testing.reviewed import Reviewed


@pytest.fixture
def repo(tmp_path: Path) -> Reviewed:
    """A small change on `topic`."""
    repo = Reviewed.at(tmp_path)
    repo.box.commit("base", {"a.py": "print(1)\n", "sub/b.py": "print(2)\n"})
    repo.box.git("checkout", "-q", "-b", "topic")
    repo.box.commit("change", {"a.py": "print(3)\n"})
    return repo


@pytest.fixture(params=list(Isolation), ids=lambda one: one.value)
def lodging(request: pytest.FixtureRequest, repo: Reviewed) -> Lodging:
    """A place of each kind that can be made here."""
    return _lodging(request.param, repo)


@pytest.fixture(params=[Isolation.BUBBLEWRAP, Isolation.LANDLOCK], ids=lambda one: one.value)
def apart(request: pytest.FixtureRequest, repo: Reviewed) -> Lodging:
    """A place of each kind that keeps its guest apart."""
    return _lodging(request.param, repo)


@pytest.fixture
def wrapped(repo: Reviewed) -> Lodging:
    """A place made by bubblewrap."""
    return _lodging(Isolation.BUBBLEWRAP, repo)


def _lodging(isolation: Isolation, repo: Reviewed) -> Lodging:
    if why := missing(isolation):
        pytest.skip(why)
    return Lodging(repo=repo, isolation=isolation)


@pytest.fixture
def go() -> Callable[[Awaitable[None]], None]:
    """Run a test's coroutine, with a limit on its time."""

    def run(work: Awaitable[None]) -> None:
        async def limited() -> None:
            async with asyncio.timeout(60):
                await work

        asyncio.run(limited())

    return run
