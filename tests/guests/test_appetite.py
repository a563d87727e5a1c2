"""Guests that use more memory, processes or disk than they may are ended with all that they started, and told why."""

import os
import sys
import textwrap
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from deepreview.guests import appetite, guest
from deepreview.guests.appetite import Allowance, Watched
from deepreview.guests.isolation import Isolation
from deepreview.testing.guests import Lodging, all_gone, descendants, ran, ran_python

Go = Callable[[Awaitable[None]], None]
MB = 1_000_000
FREE = Allowance(memory=0, processes=0, disk=0)
GREEDY = {
    "memory": ("held = bytearray(b'x') * 150_000_000", replace(FREE, memory=100 * MB), "MB of memory, of 100 MB"),
    "processes": (
        "import subprocess as s\nfor _ in range(30): s.Popen(['sleep', '60'])",
        replace(FREE, processes=20),
        "processes at once, of 20",
    ),
    "disk": (
        "import os\nfor n in range(8): open(os.environ['HOME'] + f'/{n}', 'wb').write(bytes(4_000_000))",
        replace(FREE, disk=20 * MB),
        "MB of files, of 20 MB",
    ),
}


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look more often than a user's machine needs."""
    monkeypatch.setattr(appetite, "_EVERY", 0.1)
    monkeypatch.setattr(appetite, "_FILES_EVERY", 0.1)


@pytest.mark.parametrize("name", list(GREEDY))
def test_who_uses_too_much_is_ended_with_all_it_started(lodging: Lodging, name: str, go: Go) -> None:
    code, allowance, told = GREEDY[name]

    async def visit() -> None:
        async with replace(lodging, allowance=allowance).open() as room:
            ended = await ran_python(room, f"{code}\nprint('done', flush=True)\nimport time; time.sleep(60)")
            assert ended.exit.code != 0
        (why,) = lodging.ended
        assert told in why
        assert f"(guest-{name})" in why
        assert await all_gone(descendants(os.getpid()))

    go(visit())


def test_a_launcher_that_was_stopped_is_ended_too_and_its_end_is_told(
    lodging: Lodging, go: Go, monkeypatch: pytest.MonkeyPatch
) -> None:
    if lodging.isolation is Isolation.LANDLOCK:
        pytest.skip("it cannot be stopped")
    monkeypatch.setattr(guest, "_ENDS_WITHIN", 0.5)
    code = "import os, signal, time\nos.kill(os.getppid(), signal.SIGSTOP)\nheld = b'x' * 150_000_000\ntime.sleep(60)"

    async def visit() -> None:
        async with replace(lodging, allowance=replace(FREE, memory=100 * MB)).open() as room:
            assert (await ran_python(room, code)).exit.code != 0
        assert "(guest-memory)" in lodging.ended[0]
        assert await all_gone(descendants(os.getpid()))

    go(visit())


def test_who_uses_less_is_let_be(wrapped: Lodging, go: Go) -> None:
    async def visit() -> None:
        allowance = Allowance(memory=400 * MB, processes=40, disk=20 * MB)
        async with replace(wrapped, allowance=allowance).open() as room:
            for code, _, _ in GREEDY.values():
                less = code.replace("30)", "9)").replace("(8)", "(2)")
                ended = await ran_python(room, f"{less}\nimport time; time.sleep(0.3)\nprint('done')")
                assert (ended.out, ended.exit.code) == ("done", 0), ended.exit.stderr
        assert wrapped.ended == []

    go(visit())


def test_memory_that_processes_share_counts_once(tmp_path: Path, go: Go) -> None:
    forking = """
        import os, time
        held = bytearray(b'x') * 120_000_000
        for _ in range(5):
            if not os.fork():
                break
        print("held", flush=True)
        time.sleep(60)
    """
    from deepreview.process import start  # noqa: PLC0415 - only here

    async def visit() -> None:
        argv = [sys.executable, "-I", "-c", textwrap.dedent(forking)]
        async with start(argv, env={}, cwd=tmp_path) as stream:
            told = stream.lines()
            for _ in range(6):
                assert await anext(told) == b"held"
            watched = Watched(pid=stream.pid, folders=(), allowance=replace(FREE, memory=300 * MB))
            assert sum(appetite._below(stream.pid).values()) > 600 * MB
            assert watched._too_much() == ""
            watched = Watched(pid=stream.pid, folders=(), allowance=replace(FREE, memory=100 * MB))
            assert "of memory" in watched._too_much()

    go(visit())


def test_files_that_were_there_count_for_nothing_and_counting_never_follows_links(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "old").write_bytes(bytes(3 * MB))
    (tmp_path / "a" / "out").symlink_to(tmp_path / "b")
    (tmp_path / "b").mkdir()
    watched = Watched(pid=os.getpid(), folders=(tmp_path / "a",), allowance=replace(FREE, disk=2 * MB))
    assert watched._too_much() == ""
    (tmp_path / "b" / "new").write_bytes(bytes(3 * MB))
    watched._next_count = 0.0
    assert watched._too_much() == ""
    (tmp_path / "a" / "new").write_bytes(bytes(3 * MB))
    watched._next_count = 0.0
    assert watched._too_much() == "it wrote 3 MB of files, of 2 MB (guest-disk)"


def test_what_goes_while_it_is_counted_hides_nothing_beside_it(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).write_bytes(bytes(MB))
    _, second, _ = tmp_path.iterdir()
    sizes = appetite._sizes([tmp_path])
    assert next(sizes) >= MB
    second.unlink()
    assert sum(sizes) >= MB


def test_folders_take_room_and_a_file_of_many_names_takes_it_once(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(MB))
    for number in range(9):
        (tmp_path / f"b{number}").hardlink_to(tmp_path / "a")
    assert MB <= sum(appetite._sizes([tmp_path])) < 2 * MB
    for number in range(500):
        (tmp_path / str(number)).mkdir()
    rooms = 500 * (tmp_path / "0").stat().st_blocks * 512
    assert sum(appetite._sizes([tmp_path])) >= MB + rooms


def test_file_systems_in_memory_are_bounded(wrapped: Lodging, go: Go) -> None:
    async def visit() -> None:
        async with wrapped.open() as room:
            ended = await ran(room, "df", "--output=size,target", "/tmp", "/run", "/dev/shm")
            sizes = [line.split()[0] for line in ended.out.splitlines()[1:]]
            assert sizes == [str(1 << 20), str(1 << 14), str(1 << 20)]
            assert (await ran(room, "touch", "/dev/x")).exit.code != 0
            assert (await ran(room, "touch", "/dev/shm/x")).exit.code == 0

    go(visit())
