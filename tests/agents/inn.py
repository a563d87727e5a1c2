"""Guests' places on a real checkout, with a model server behind the door."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from deepreview.agents.base import Door, Invocation, Place, Running, Wire
from deepreview.guests.guest import Gate, Room, Setup, open_guest
from deepreview.guests.isolation import Isolation
from deepreview.testing.guests import ENVIRON, Lodging, missing
from deepreview.testing.model_server import ModelServer
from deepreview.testing.reviewed import Reviewed

KEY = "placeholder"


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A place whose doors lead to one run of a model server."""

    room: Room
    url: str
    contained: bool

    @property
    def place(self) -> Place:
        return replace(self.room.place, contained=self.contained)

    def door(self, wire: Wire) -> Door:
        del wire
        return Door(url=self.url, key=KEY)

    def find(self, program: str) -> Path:
        return self.room.find(program)

    def start(self, invocation: Invocation) -> AbstractAsyncContextManager[Running]:
        return self.room.start(invocation)


@dataclass(frozen=True, kw_only=True)
class Stay:
    """A place that was opened, and the model server."""

    room: Room
    server: ModelServer

    def visit(self, scenario: str, label: str = "", *, contained: bool = True) -> Visit:
        return Visit(room=self.room, url=self.server.url(scenario, label), contained=contained)


@dataclass(frozen=True, kw_only=True)
class Inn:
    """A repository with a history, and how an agent is taken in."""

    lodging: Lodging
    environ: Mapping[str, str] = field(default_factory=lambda: ENVIRON)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Stay]:
        root = self.lodging.repo.root
        checkout, rooms = self.lodging.checkout(), root / "rooms"
        rooms.mkdir()
        async with ModelServer() as server, ModelServer(socket=root / "model.sock"):
            door = Door(url=server.url("tools"), key=KEY)
            setup = Setup(
                repo=checkout.path,
                objects=checkout.objects,
                folder=rooms,
                gate=Gate(socket=root / "model.sock", port=server.port, doors=dict.fromkeys(Wire, door)),
                environ=self.environ,
                isolation=self.lodging.isolation,
                papers={"brief.md": "# Brief\n"},
            )
            async with open_guest(setup) as room:
                yield Stay(room=room, server=server)


def inn_of(isolation: Isolation, tmp_path: Path) -> Inn:
    if why := missing(isolation):
        pytest.skip(why)
    repo = Reviewed.at(tmp_path)
    lines = "".join(f"line {number}\n" for number in range(1, 1001))
    repo.box.commit("Start", {"README.md": "# Read\n", "src/a.py": "x = 1\n", "long.txt": lines, "bin.dat": b"\0\1"})
    repo.box.git("checkout", "-q", "-b", "topic")
    repo.box.write("src/a.py", "x = 2\ny = 'needle'\n")
    (repo.box.path / "out").symlink_to("/etc/passwd")
    repo.box.commit("Change x", {"sub/b.txt": "A needle here\n"})
    return Inn(lodging=Lodging(repo=repo, isolation=isolation))
