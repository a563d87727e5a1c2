"""The tools that a model gets: they show the repository and cannot change it.

Each call starts a program in the guest's place, so what can be reached is decided there; paths are checked besides,
for places that keep nothing in.
"""

import asyncio
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from deepreview.agents.base import Guest, Invocation, Place

MOST_CHARACTERS = 30_000
"""Of one result; about 8,000 tokens."""
_LONGEST_LINE = 2_000
_MOST_LINES = 400
_SECONDS = 60
_AT_ONCE = 4
_READER = Path(__file__).with_name("reader.py")
_GIT = ("git", "--no-pager", "-c", "color.ui=false")


class WrongArgumentError(ValueError):
    """An argument that leads out of the repository or means something else than it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool."""

    name: str
    description: str
    properties: Mapping[str, Mapping[str, Any]]
    required: tuple[str, ...] = ()
    argv: Callable[[Mapping[str, Any], Place], tuple[str, ...]]
    """What to start; raises WrongArgumentError."""
    nothing: str = ""
    """What is said where the program prints nothing and ends with 0 or 1; empty where 1 is a failure."""

    @property
    def schema(self) -> dict[str, Any]:
        """What its arguments must fit."""
        return {
            "type": "object",
            "properties": {name: dict(one) for name, one in self.properties.items()},
            "required": list(self.required),
            "additionalProperties": False,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a tool gave."""

    text: str
    failed: bool = False


@dataclass(eq=False, kw_only=True)
class Toolbox:
    """The tools at a guest's place."""

    guest: Guest
    tools: Mapping[str, Tool]
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    @classmethod
    def at(cls, guest: Guest) -> "Toolbox":
        """All of them; the one that runs any command only where the operating system keeps it in."""
        return cls(guest=guest, tools={t.name: t for t in (*_READING, *((_RUN,) if guest.place.contained else ()))})

    async def use(self, name: str, arguments: Mapping[str, Any]) -> Result:
        """What the tool gives; a failure is a result too, since the model can do something about it."""
        tool = self.tools[name]
        try:
            argv = tool.argv(arguments, self.guest.place)
            async with self._room, asyncio.timeout(_SECONDS):
                return await self._started(tool, argv)
        except WrongArgumentError as error:
            return Result(text=str(error), failed=True)
        except TimeoutError:
            return Result(text=f"ended after {_SECONDS} s: ask for less", failed=True)
        except OSError as error:
            return Result(text=f"{name} cannot be started: {error.strerror or error}", failed=True)

    async def _started(self, tool: Tool, argv: tuple[str, ...]) -> Result:
        shown, size = list[str](), 0
        async with self.guest.start(Invocation(argv=argv, stdin=b"\n")) as running:
            async for raw in running.lines():
                line = _short(raw.decode("utf-8", "replace"))
                size += len(line) + 1
                if size > MOST_CHARACTERS:
                    shown.append(f"[cut here after {len(shown)} lines, {MOST_CHARACTERS:,} characters: ask for less]")
                    return Result(text="\n".join(shown))
                shown.append(line)
            ended = await running.end()
        failed = ended.code not in ({0, 1} if tool.nothing else {0})
        said = "\n".join((*shown, *([ended.stderr.strip(), f"[exit code {ended.code}]"] if failed else ())))
        return Result(text=said or tool.nothing or "[no output]", failed=failed)


async def text_of(guest: Guest, path: str, first: int, limit: int) -> Result:
    """A file's own text without numbers: `limit` lines from `first`, all of them for 0; cut like every result."""
    last = first + limit - 1 if limit else sys.maxsize
    whole = Tool(
        name="text",
        description="",
        properties={},
        argv=lambda given, place: (*_reader(place), "text", _path(given, place), str(first), str(last)),
    )
    return await Toolbox(guest=guest, tools={"text": whole}).use("text", {"path": path})


def _short(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]} [line cut, {len(line):,} characters]"


def _path(arguments: Mapping[str, Any], place: Place) -> str:
    """The argument `path` relative to the repository."""
    text = str(arguments.get("path", ""))
    pure = PurePosixPath(text)
    if pure.is_absolute():
        if not pure.is_relative_to(place.repo):
            raise WrongArgumentError(f"{text} is outside of the repository; paths are relative to its root")
        pure = pure.relative_to(place.repo)
    if ".." in pure.parts or "\0" in text:
        raise WrongArgumentError(f"{text} is outside of the repository; paths are relative to its root")
    return "" if pure == PurePosixPath() else str(pure)


def _only(arguments: Mapping[str, Any], place: Place) -> tuple[str, ...]:
    """The end of a git command that is about the argument `path`, where it is given."""
    path = _path(arguments, place)
    return ("--", path) if path else ()


def _revision(arguments: Mapping[str, Any], otherwise: str = "HEAD") -> str:
    text = str(arguments.get("revision", "")) or otherwise
    if text.startswith("-") or "\0" in text:
        raise WrongArgumentError(f"{text} is no revision")
    return text


def _read(arguments: Mapping[str, Any], place: Place) -> tuple[str, ...]:
    first = arguments.get("first", 1)
    last = min(arguments.get("last", first + _MOST_LINES - 1), first + _MOST_LINES - 1)
    return (*_reader(place), "read", _path(arguments, place), str(first), str(last))


def _list(arguments: Mapping[str, Any], place: Place) -> tuple[str, ...]:
    return (*_reader(place), "list", _path(arguments, place), str(arguments.get("depth", 1)))


def _reader(place: Place) -> tuple[str, ...]:
    return (sys.executable, "-I", "-S", "-c", _READER.read_text(encoding="utf-8"), str(place.repo))


def _search(arguments: Mapping[str, Any], place: Place) -> tuple[str, ...]:
    how = ("grep", "--no-index", "--no-color", "-n", "-I", "-E", *(("-i",) if arguments.get("ignore_case") else ()))
    return (*_GIT, *how, "-e", str(arguments["pattern"]), *_only(arguments, place))


def _log(arguments: Mapping[str, Any], place: Place) -> tuple[str, ...]:
    how = ("log", f"-n{arguments.get('count', 20)}", "--date=short", "--format=%h %ad %an: %s")
    patch = ("-p", "--no-ext-diff", "--no-textconv") if arguments.get("patch") else ()
    return (*_GIT, *how, *patch, "--end-of-options", _revision(arguments), *_only(arguments, place))


def _blame(arguments: Mapping[str, Any], place: Place) -> tuple[str, ...]:
    first = arguments.get("first", 1)
    last = min(arguments.get("last", first + _MOST_LINES - 1), first + _MOST_LINES - 1)
    how = ("blame", "--date=short", "--no-textconv", f"-L{first},{last}", _revision(arguments))
    return (*_GIT, *how, "--", _path(arguments, place))


def _show(arguments: Mapping[str, Any], place: Place) -> tuple[str, ...]:
    how = ("show", "--no-ext-diff", "--no-textconv", "--date=short", "--stat", "-p", "--end-of-options")
    return (*_GIT, *how, _revision(arguments), *_only(arguments, place))


def _run(arguments: Mapping[str, Any], place: Place) -> tuple[str, ...]:
    del place
    return ("sh", "-c", str(arguments["command"]))


_PATH = {"type": "string", "description": "Relative to the root of the repository."}
_WHERE = {"type": "string", "description": "Only there: a folder, a file, or a pattern such as *.py."}
_FIRST = {"type": "integer", "minimum": 1, "description": "The first line."}
_LAST = {"type": "integer", "minimum": 1, "description": f"The last line; at most {_MOST_LINES} are shown at once."}
_REVISION = {"type": "string", "description": "A commit, tag or range such as base..head; HEAD is the reviewed commit."}

_READING = (
    Tool(
        name="read_lines",
        description="Lines of a file, each with its number.",
        properties={"path": _PATH, "first": _FIRST, "last": _LAST},
        required=("path",),
        argv=_read,
    ),
    Tool(
        name="list_files",
        description="Files and folders, a folder with / at its end.",
        properties={"path": _PATH, "depth": {"type": "integer", "minimum": 1, "maximum": 9}},
        argv=_list,
    ),
    Tool(
        name="search",
        description="Lines that match a POSIX extended regular expression, as path:line:text.",
        properties={"pattern": {"type": "string"}, "path": _WHERE, "ignore_case": {"type": "boolean"}},
        required=("pattern",),
        argv=_search,
        nothing="[nothing found]",
    ),
    Tool(
        name="git_log",
        description="Commits, newest first, of a revision or range; with patch their changes too.",
        properties={
            "revision": _REVISION,
            "path": _WHERE,
            "count": {"type": "integer", "minimum": 1, "maximum": 200},
            "patch": {"type": "boolean"},
        },
        argv=_log,
    ),
    Tool(
        name="git_blame",
        description="Who last changed each line of a file, and in which commit.",
        properties={"path": _PATH, "first": _FIRST, "last": _LAST, "revision": _REVISION},
        required=("path",),
        argv=_blame,
    ),
    Tool(
        name="git_show",
        description="A commit with its change, or a file as it was: the revision is then COMMIT:PATH.",
        properties={"revision": _REVISION, "path": _WHERE},
        required=("revision",),
        argv=_show,
    ),
)
_RUN = Tool(
    name="run",
    description="A command line for sh, in the root of the repository, which cannot be written. There is no network.",
    properties={"command": {"type": "string"}},
    required=("command",),
    argv=_run,
)
