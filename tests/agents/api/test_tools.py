"""What a model's tools show, and that they show nothing else."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from jsonschema.validators import Draft202012Validator
from tests.agents.inn import Inn

from deepreview.agents.api.tools import MOST_CHARACTERS, Toolbox

Go = Callable[[Awaitable[None]], None]


def test_each_shows_its_part_of_the_repository_in_every_kind_of_place(any_inn: Inn, go: Go) -> None:
    async def work() -> None:
        async with any_inn.open() as stay:
            box = Toolbox.at(stay.visit("ok"))
            root = str(stay.room.place.repo)

            async def shown(name: str, **arguments: object) -> str:
                result = await box.use(name, arguments)
                assert not result.failed, result.text
                return result.text

            assert await shown("read_lines", path="src/a.py") == "1\tx = 2\n2\ty = 'needle'"
            assert await shown("read_lines", path=f"{root}/README.md") == "1\t# Read"
            assert await shown("read_lines", path=".deepreview/brief.md") == "1\t# Brief"
            assert await shown("read_lines", path="bin.dat") == "bin.dat is binary, 2 bytes"
            assert (await shown("list_files")).split() == [
                ".deepreview/", "README.md", "bin.dat", "long.txt", "out", "src/", "sub/",
            ]  # fmt: skip
            assert "src/a.py" in (await shown("list_files", depth=2)).split()
            found = await shown("search", pattern="NEEDLE", ignore_case=True)
            assert sorted(found.split("\n")) == ["src/a.py:2:y = 'needle'", "sub/b.txt:1:A needle here"]
            assert await shown("search", pattern="needle", path="*.py") == "src/a.py:2:y = 'needle'"
            assert await shown("search", pattern="nowhere") == "[nothing found]"
            assert [line.split(": ")[1] for line in (await shown("git_log")).split("\n")] == ["Change x", "Start"]
            assert "-x = 1\n+x = 2" in await shown("git_log", revision="base..head", path="src/a.py", patch=True)
            assert "(Sam 2026-01-05 1) x = 2" in await shown("git_blame", path="src/a.py", first=1, last=1)
            assert await shown("git_show", revision="base:src/a.py") == "x = 1"
            assert "A needle here" in await shown("git_show", revision="head")
            assert await shown("run", command="cat README.md | tr a-z A-Z") == "# READ"

    go(work())


def test_what_is_cut_says_so(inn: Inn, go: Go) -> None:
    async def work() -> None:
        async with inn.open() as stay:
            box = Toolbox.at(stay.visit("ok"))
            first = (await box.use("read_lines", {"path": "long.txt"})).text.split("\n")
            assert (first[0], first[399]) == ("1\tline 1", "400\tline 400")
            assert first[400:] == [
                "[long.txt goes on: lines 1 to 400 of 1000 are shown; ask for others by first and last]"
            ]
            last = (await box.use("read_lines", {"path": "long.txt", "first": 999})).text
            assert last == "999\tline 999\n1000\tline 1000"
            assert (await box.use("read_lines", {"path": "long.txt", "first": 1001})).text == "long.txt has 1000 lines"
            many = await box.use("run", {"command": "yes | head -c 40000000"})
            assert many.text.endswith("[cut here after 15000 lines, 30,000 characters: ask for less]")
            assert len(many.text) < MOST_CHARACTERS + 100
            wide = await box.use("run", {"command": "printf %5000d 1"})
            assert wide.text.endswith(" [line cut, 5,000 characters]")

    go(work())


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("read_lines", {"path": "/etc/passwd"}),
        ("read_lines", {"path": "../home/secret"}),
        ("read_lines", {"path": "src/../../home/secret"}),
        ("read_lines", {"path": ".git/config"}),
        ("read_lines", {"path": "link/passwd"}),
        ("read_lines", {"path": "nowhere"}),
        ("read_lines", {"path": "src"}),
        ("list_files", {"path": "/"}),
        ("list_files", {"path": "../.."}),
        ("search", {"pattern": "root", "path": "/etc/passwd"}),
        ("search", {"pattern": "root", "path": "../.."}),
        ("search", {"pattern": "root", "path": ":(top)../../etc"}),
        ("search", {"pattern": "("}),
        ("git_blame", {"path": "../x"}),
        ("git_blame", {"path": "src/a.py", "revision": "--contents=/etc/passwd"}),
        ("git_log", {"revision": "--output=/tmp/canary"}),
        ("git_show", {"revision": "--output=canary"}),
        ("git_show", {"revision": "HEAD", "path": "/etc"}),
        ("git_show", {"revision": "nothing"}),
    ],
)
def test_nothing_else_is_shown_even_where_nothing_is_kept_in(
    bare_inn: Inn, go: Go, name: str, arguments: dict[str, object]
) -> None:
    async def work() -> None:
        async with bare_inn.open() as stay:
            repo = stay.room.setup.repo
            (repo / "link").symlink_to("/etc")
            box = Toolbox.at(stay.visit("ok"))
            result = await box.use(name, arguments)
            assert result.failed, result.text
            assert "root:" not in result.text
            assert (await box.use("search", {"pattern": "root:"})).text == "[nothing found]"
            assert not list(repo.rglob("canary"))

    go(work())


def test_a_link_in_the_change_is_a_file_that_holds_its_target(inn: Inn, go: Go) -> None:
    async def work() -> None:
        async with inn.open() as stay:
            assert (await Toolbox.at(stay.visit("ok")).use("read_lines", {"path": "out"})).text == "1\t/etc/passwd"

    go(work())


def test_any_command_only_where_it_is_kept_in(inn: Inn, go: Go) -> None:
    async def work() -> None:
        async with inn.open() as stay:
            assert "run" not in Toolbox.at(stay.visit("ok", contained=False)).tools
            box = Toolbox.at(stay.visit("ok"))
            failed = await box.use("run", {"command": "touch canary; echo said >&2; exit 7"})
            assert failed.failed
            assert failed.text.endswith("said\n[exit code 7]")
            assert not (stay.room.setup.repo / "canary").exists()

    go(work())


def test_a_call_that_takes_too_long_is_ended(inn: Inn, go: Go, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepreview.agents.api.tools._SECONDS", 0.5)

    async def work() -> None:
        async with inn.open() as stay:
            result = await Toolbox.at(stay.visit("ok")).use("run", {"command": "sleep 60"})
            assert (result.failed, result.text) == (True, "ended after 0.5 s: ask for less")

    go(work())


def test_the_tools_are_described_by_valid_schemas_and_work_side_by_side(inn: Inn, go: Go) -> None:
    async def work() -> None:
        async with inn.open() as stay:
            box = Toolbox.at(stay.visit("ok"))
            for tool in box.tools.values():
                Draft202012Validator.check_schema(tool.schema)
            results = await asyncio.gather(*(box.use("read_lines", {"path": "src/a.py"}) for _ in range(9)))
            assert len({result.text for result in results}) == 1

    go(work())
