"""The place an agent works in, made for one reviewer and removed after it."""

import asyncio
import json
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from deepreview import process
from deepreview.agents.base import Door, Exit, Invocation, Place, Running, Wire
from deepreview.errors import MachineError
from deepreview.guests import bubblewrap, folders, programs, watch
from deepreview.guests.appetite import Allowance, Watched
from deepreview.guests.isolation import Isolation, closed, label
from deepreview.guests.isolation import bubblewrap as found_bubblewrap
from deepreview.outward import certificates, outward, told_on

_HERE = Path(__file__).parent
_INSIDE = Path("/run/deepreview")
_STARTS_WITHIN = 60
_ENDS_WITHIN = 5
_SEEN_BY_LANDLOCK = (
    "/etc/alternatives", "/etc/group", "/etc/hosts", "/etc/ld.so.cache", "/etc/localtime", "/etc/nsswitch.conf",
    "/etc/passwd", "/etc/resolv.conf", "/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/proc", "/sys/devices/system/cpu",
    "/sys/fs/cgroup", "/dev/urandom", "/dev/random",
)  # fmt: skip
_WRITTEN_BY_LANDLOCK = ("/dev/null", "/dev/zero", "/dev/full", "/dev/ptmx")
"""Not `/dev/tty` and `/dev/pts`: the user's own terminals are there."""
PAPERS = ".deepreview"
"""The folder of a checkout in which papers are found; a checkout holds it empty."""
_GIT = """\
[safe]
	directory = *
	bareRepository = explicit
[core]
	fsmonitor = false
	hooksPath = /dev/null
	pager = cat
[log]
	showSignature = false
[gc]
	auto = 0
[protocol]
	allow = never
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Where the broker is, and which of its doors speak what."""

    socket: Path
    port: int
    """The same broker on 127.0.0.1; inside a network namespace, the port at which its socket is reached."""
    doors: Mapping[Wire, Door]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An agent's own sign-in: it costs the isolation of the network, and the agent can read it."""

    file: Path
    at: str
    """Where the agent looks for it, relative to its home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What a guest's place is made of."""

    repo: Path
    """A checkout. With bubblewrap several guests may share one; otherwise each needs its own."""
    objects: Path
    """The object folder that the checkout's history is read from."""
    folder: Path
    """Where the guest's own folder is made, for the time that it lasts; an absolute path without links."""
    gate: Gate
    environ: Mapping[str, str]
    isolation: Isolation
    papers: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    allowance: Allowance = field(default_factory=Allowance)
    ended: Callable[[str], None] = lambda _: None
    """Told why a program was ended that used more than it may."""


@asynccontextmanager
async def open_guest(setup: Setup) -> "AsyncIterator[Room]":
    """A place for an agent; on leaving all that it started is gone, and all that was made for it."""
    folder = Path(tempfile.mkdtemp(prefix="guest-", dir=setup.folder))
    apart = setup.isolation is Isolation.BUBBLEWRAP
    papers = folder / "papers" if apart else setup.repo / PAPERS
    try:
        for made in (folder / "home", folder / "scratch", folder / "etc", papers):
            made.mkdir(exist_ok=True)
        folders.write(papers, setup.papers, 0o444)
        if setup.account is not None:
            folders.write(folder / "home", {setup.account.at: setup.account.file.read_bytes()})
        own = bubblewrap.etc_files(network=setup.account is not None) | {"gitconfig": _GIT} | _authorities(setup)
        folders.write(folder / "etc", own, 0o444)
        before = {} if apart else await asyncio.to_thread(watch.marks, setup.repo)
        yield Room(setup=setup, folder=folder, before=before)
    finally:
        await asyncio.to_thread(folders.remove, folder)  # an agent may have made a million files
        if not apart:
            await asyncio.to_thread(folders.remove, papers)


def _authorities(setup: Setup) -> dict[str, str]:
    """The certificates that the user's own tools trust, by file: for those who reach the outside by themselves."""
    if setup.account is None:
        return {}
    return {f"{name}.pem": certificates(path) for name, path in outward(setup.environ).authorities.items()}


@dataclass(frozen=True, kw_only=True)
class Room:
    """A guest's place; see `deepreview.agents.base.Guest`."""

    setup: Setup
    folder: Path
    before: watch.Marks

    @property
    def place(self) -> Place:
        """Its folders as seen from inside."""
        if self.setup.isolation is Isolation.BUBBLEWRAP:
            repo, home, scratch = Path("/repo"), Path("/home/agent"), Path("/scratch")
        else:
            repo, home, scratch = self.setup.repo.resolve(), self.folder / "home", self.folder / "scratch"
        contained = closed(self.setup.isolation, account=self.setup.account is not None)
        return Place(repo=repo, papers=repo / PAPERS, home=home, scratch=scratch, contained=contained)

    @property
    def isolation(self) -> str:
        """How it is kept apart, as a phrase for the report."""
        return label(self.setup.isolation, account=self.setup.account is not None)

    async def violations(self) -> tuple[str, ...]:
        """What it did to tracked files, as sentences; nothing where it cannot write them."""
        if self.setup.isolation is Isolation.BUBBLEWRAP:
            return ()
        return await asyncio.to_thread(watch.changed, self.setup.repo, self.before)

    def door(self, wire: Wire) -> Door:
        """Where a model that speaks this protocol is reached; raises MachineError where there is no credential."""
        if self.setup.account is not None:
            return Door(url="", key="")
        try:
            return self.setup.gate.doors[wire]
        except KeyError:
            raise MachineError(
                f"no credential for a model that speaks {wire.value}", hint="`deepreview doctor` says how to add one"
            ) from None

    def find(self, program: str) -> Path:
        """Where a program is, outside; raises FileNotFoundError."""
        return programs.find(program, self.setup.environ)

    def start(self, invocation: Invocation) -> AbstractAsyncContextManager[Running]:
        """Start a program inside; raises OSError when it cannot start."""
        return self._start(invocation)

    @asynccontextmanager
    async def _start(self, invocation: Invocation) -> AsyncIterator["Program"]:
        program = self.find(invocation.argv[0])
        folders.write(self.folder / "home", invocation.files)
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ours.setblocking(False)  # noqa: FBT003 - its only argument
            starting = process.start(
                self._command(program, invocation.argv[1:], theirs.fileno()),
                env=self._environment(program) | dict(invocation.env),
                cwd=self.setup.repo,
                stdin=invocation.stdin or None,
                keep=(theirs.fileno(),),
            )
            async with starting as stream:
                theirs.close()
                leash = Leash(ours)
                try:
                    await leash.started(stream)
                    watching = asyncio.create_task(self._watch(stream, leash))
                    try:
                        yield Program(stream, leash)
                    finally:
                        watching.cancel()
                        await asyncio.wait([watching])
                finally:
                    await leash.let_go()

    async def _watch(self, stream: process.Stream, leash: "Leash") -> None:
        """End a program, as soon as it uses more than it may."""
        written = (self.folder, *(() if self.setup.isolation is not Isolation.NONE else (self.setup.repo,)))
        watched = Watched(pid=stream.pid, folders=written, allowance=self.setup.allowance)
        self.setup.ended(await watched.until_too_much())
        leash.pull()
        await asyncio.sleep(_ENDS_WITHIN)
        await stream.kill()

    def _environment(self, program: Path) -> dict[str, str]:
        """What every guest has; nothing of the caller's."""
        place = self.place
        beside = [str(folder) for folder in programs.folders(program, self.setup.environ)]
        return {
            "PATH": ":".join(dict.fromkeys([*beside, "/usr/local/bin", "/usr/bin", "/bin"])),
            "HOME": str(place.home),
            "TMPDIR": str(place.scratch),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "USER": "agent",
            "PAGER": "cat",
            **self._git_settings(),
            **self._way_out(),
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
        }

    def _way_out(self) -> dict[str, str]:
        """The user's proxy and authorities, only where the network is open: others reach nobody but the broker."""
        if self.setup.account is None:
            return {}
        etc = Path("/etc") if self.setup.isolation is Isolation.BUBBLEWRAP else self.folder / "etc"
        trusted = {name: str(etc / f"{name}.pem") for name in outward(self.setup.environ).authorities}
        return told_on(self.setup.environ) | trusted

    def _git_settings(self) -> dict[str, str]:
        """Where git finds our settings; inside bubblewrap they are the system's, which nothing inside can change."""
        if self.setup.isolation is Isolation.BUBBLEWRAP:
            return {}
        return {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": str(self.folder / "etc" / "gitconfig")}

    def _command(self, program: Path, arguments: tuple[str, ...], leash: int) -> list[str]:
        python = Path(sys.executable).resolve()
        seen = dict.fromkeys(
            [*programs.seen_for(program, self.setup.environ), *programs.seen_for(python, self.setup.environ)]
        )
        if not any(program.is_relative_to(path) for path in (*seen, *programs.SYSTEM)):
            program = program.resolve()  # the link itself stands where nothing else is seen
        apart = self.setup.isolation is Isolation.BUBBLEWRAP
        script = (_INSIDE if apart else _HERE) / "inside.py"
        order = {"leash": leash, "listen": 0, "socket": "", "landlock": None}
        wrapped: list[str] = []
        if apart:
            if self.setup.account is None:
                order |= {"listen": self.setup.gate.port, "socket": str(_INSIDE / "model.sock")}
            wrapped = self._wrapped(tuple(seen))
        elif self.setup.isolation is Isolation.LANDLOCK:
            order["landlock"] = self._landlock(tuple(seen))
        return [*wrapped, str(python), "-I", "-S", str(script), json.dumps(order), str(program), *arguments]

    def _wrapped(self, seen: tuple[Path, ...]) -> list[str]:
        found = found_bubblewrap(self.setup.environ)
        if found is None:
            raise FileNotFoundError(2, "not found on the path, or not allowed", "bwrap")
        place = self.place
        read = {path: path for path in seen}
        read |= {Path("/etc") / file.name: file for file in sorted((self.folder / "etc").iterdir())}
        read |= {_INSIDE / "inside.py": _HERE / "inside.py", _INSIDE / "model.sock": self.setup.gate.socket}
        read |= {place.repo: self.setup.repo, place.repo / ".git" / "objects": self.setup.objects}
        read |= {place.papers: self.folder / "papers"}
        write = {place.home: self.folder / "home", place.scratch: self.folder / "scratch"}
        view = bubblewrap.View(read=read, write=write, network=self.setup.account is not None)
        return bubblewrap.command(found, view, place.repo)

    def _landlock(self, seen: tuple[Path, ...]) -> dict[str, object]:
        read = [*map(str, programs.SYSTEM), *_SEEN_BY_LANDLOCK, *map(str, seen)]
        read += [str(self.setup.repo), str(self.setup.objects), str(self.folder / "etc"), str(_HERE)]
        write = [*_WRITTEN_BY_LANDLOCK, str(self.folder / "home"), str(self.folder / "scratch")]
        return {"read": read, "write": write, "port": 0 if self.setup.account else self.setup.gate.port}


class Leash:
    """The line to the first program inside: it tells of the start and the end, and closing it ends all."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._said = bytearray()

    async def started(self, stream: process.Stream) -> None:
        """Wait until the program runs; raises OSError when it does not."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_STARTS_WITHIN):
                while b"\n" not in self._said and await self._hear():
                    pass
        if self._said.startswith(b"S"):
            return
        if self._said.startswith(b"E"):
            number = int(self._said.split()[1])
            raise OSError(number, "it cannot be executed")
        await asyncio.sleep(0.05)  # its last words come by another way
        why = stream.stderr.strip().splitlines()
        raise OSError(5, f"its place could not be made: {why[-1] if why else 'no reason given'}")

    async def code(self) -> int | None:
        """The program's exit code; None when what would have told it is gone."""
        while await self._hear():
            pass
        said = [line for line in self._said.decode().splitlines() if line.startswith("X")]
        return int(said[0].split()[1]) if said else None

    def pull(self) -> None:
        """End the program and all that it started."""
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_WR)

    async def let_go(self) -> None:
        """End the program and all that it started, and wait until nothing holds the other end."""
        self.pull()
        with suppress(TimeoutError):
            async with asyncio.timeout(_ENDS_WITHIN):
                while await self._hear():
                    pass

    async def _hear(self) -> bool:
        try:
            heard = await asyncio.get_running_loop().sock_recv(self._line, 1024)
        except ConnectionError:
            return False
        self._said += heard
        return bool(heard)


@dataclass(frozen=True)
class Program:
    """A program at work inside; see `deepreview.agents.base.Running`."""

    stream: process.Stream
    leash: Leash

    def lines(self) -> AsyncIterator[bytes]:
        """Its standard output."""
        return self.stream.lines()

    async def send(self, data: bytes) -> None:
        """Write to its standard input; raises ConnectionError when it reads no more."""
        await self.stream.send(data)

    async def end(self) -> Exit:
        """Wait for its end."""
        outer = await self.stream.end()
        code = await self.leash.code()
        return Exit(code=outer or -9 if code is None else code, stderr=self.stream.stderr)
