import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from deepreview.process import LONGEST_LINE, TAIL, allowed, open_pipe, run, run_now, start
from deepreview.testing.guests import alive

ENV = {"PATH": os.defpath}


def test_what_a_program_prints(tmp_path: Path) -> None:
    done = run_now(["sh", "-c", "cat; echo err >&2; pwd; exit 3"], env=ENV, cwd=tmp_path, stdin=b"in\n")
    assert (done.code, done.stdout, done.stderr) == (3, f"in\n{tmp_path}\n".encode(), b"err\n")
    assert done.seconds > 0


def test_only_the_given_environment(tmp_path: Path) -> None:
    env = allowed({"PATH": os.defpath, "SECRET_TOKEN": "x", "GIT_DIR": "x", "LANG": "C"}, tmp_path)
    assert env == {"PATH": os.defpath, "LANG": "C", "HOME": str(tmp_path), "NO_COLOR": "1"}
    done = run_now([sys.executable, "-c", "import os; print(sorted(os.environ))"], env=env, cwd=tmp_path)
    assert b"SECRET_TOKEN" not in done.stdout


def test_no_shell(tmp_path: Path) -> None:
    done = run_now(["echo", "$HOME; touch x", b"\xff"], env=ENV, cwd=tmp_path)
    assert done.stdout == b"$HOME; touch x \xff\n"


def test_what_cannot_start(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        run_now(["no-such-program"], env=ENV, cwd=tmp_path)
    with pytest.raises(FileNotFoundError):
        asyncio.run(run(["no-such-program"], env=ENV, cwd=tmp_path))
    with pytest.raises(FileNotFoundError):
        run_now(["true"], env=ENV, cwd=tmp_path / "none")


def test_a_limit_on_time(tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(TimeoutError, match=r"'sleep' took over 0\.1 s"):
        run_now(["sleep", "9"], env=ENV, cwd=tmp_path, timeout=0.1)
    assert time.monotonic() - started < 5


def test_a_program_that_does_not_read_its_input(tmp_path: Path) -> None:
    assert run_now(["true"], env=ENV, cwd=tmp_path, stdin=b"x" * 1_000_000).code == 0
    assert asyncio.run(run(["true"], env=ENV, cwd=tmp_path, stdin=b"x" * 1_000_000)).code == 0


def test_much_output_on_both_channels(tmp_path: Path) -> None:
    code = "import sys; sys.stderr.write('e' * 3_000_000); sys.stdout.write('o' * 3_000_000)"
    done = asyncio.run(run([sys.executable, "-c", code], env=ENV, cwd=tmp_path))
    assert (len(done.stdout), len(done.stderr), done.code) == (3_000_000, 3_000_000, 0)


def test_cancelling_ends_the_whole_group(tmp_path: Path) -> None:
    argv = ["sh", "-c", "(sleep 2; touch late) & echo $$ >started; wait"]

    async def cancelled() -> None:
        task = asyncio.create_task(run(argv, env=ENV, cwd=tmp_path))
        while not (tmp_path / "started").exists():  # noqa: ASYNC110 - another process gives the sign
            await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    time.sleep(2.3)
    assert not (tmp_path / "late").exists()


def test_a_pipe(tmp_path: Path) -> None:
    with open_pipe(["cat"], env=ENV, cwd=tmp_path) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"hello\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"hello\n"
        process.stdin.close()
    assert process.returncode == 0


async def _lines(code: str, folder: Path, stdin: bytes | None = b"") -> list[bytes]:
    async with start([sys.executable, "-c", code], env=ENV, cwd=folder, stdin=stdin) as stream:
        return [line async for line in stream.lines()]


def test_lines_as_they_come(tmp_path: Path) -> None:
    async def talk() -> None:
        argv = ["sh", "-c", "while read x; do echo got $x; done; echo end >&2; exit 4"]
        async with start(argv, env=ENV, cwd=tmp_path) as stream:
            lines = stream.lines()
            for word in (b"a", b"b"):
                await stream.send(word + b"\n")
                assert await anext(lines) == b"got " + word
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(stream.end(), 0.2)

    asyncio.run(talk())


@pytest.mark.parametrize(
    ("printed", "lines"),
    [
        ("b''", []),
        ("b'a'", [b"a"]),
        ("b'a\\n\\nb\\r\\n'", [b"a", b"", b"b\r"]),
        ("b'\\xff\\0\\n'", [b"\xff\0"]),
        ("b'x' * 200_000 + b'\\ny'", [b"x" * 200_000, b"y"]),
    ],
)
def test_where_lines_end(printed: str, lines: list[bytes], tmp_path: Path) -> None:
    assert asyncio.run(_lines(f"import sys; sys.stdout.buffer.write({printed})", tmp_path)) == lines


def test_a_line_that_is_too_long_is_cut(tmp_path: Path) -> None:
    code = "import sys; [sys.stdout.write('x' * 1_000_000) for _ in range(40)]; sys.stdout.write('\\nnext\\n')"
    lines = asyncio.run(_lines(code, tmp_path))
    assert [len(line) for line in lines] == [LONGEST_LINE, 4]


def test_the_end_and_the_last_words(tmp_path: Path) -> None:
    async def ended() -> tuple[int, str]:
        code = "import sys; sys.stderr.write('é' * 50_000 + 'end'); print('x' * 1_000_000); sys.exit(5)"
        async with start([sys.executable, "-c", code], env=ENV, cwd=tmp_path, stdin=b"") as stream:
            return await stream.end(), stream.stderr

    code, said = asyncio.run(ended())
    assert (code, len(said), said[-4:]) == (5, TAIL, "éend")


MUCH = """
import asyncio, resource, sys
from pathlib import Path
from deepreview.process import start

async def main():
    code = "import sys; [sys.stdout.write(('x' * 99 + chr(10)) * 10_000) for _ in range(100)]"
    async with start([sys.executable, "-c", code], env={}, cwd=Path("."), stdin=b"") as stream:
        n = 0
        async for _ in stream.lines():
            if n == 10_000:
                print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
            n += 1
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, n)

asyncio.run(main())
"""


def test_memory_stays_flat(tmp_path: Path) -> None:
    done = run_now([sys.executable, "-c", MUCH], env=ENV, cwd=tmp_path)
    before, after, lines = map(int, done.stdout.split())
    assert lines == 1_000_000
    assert after - before < 4_000, "kilobytes more after 100 MB than after 1 MB"


def test_leaving_ends_the_whole_group(tmp_path: Path) -> None:
    async def left() -> list[int]:
        argv = ["sh", "-c", "sleep 97 & echo $$ $!; yes"]
        async with start(argv, env=ENV, cwd=tmp_path, stdin=b"x" * 1_000_000) as stream:
            return [int(pid) for pid in (await anext(stream.lines())).split()]

    started = time.monotonic()
    pids = asyncio.run(left())
    assert time.monotonic() - started < 4
    assert len(pids) == 2
    assert [pid for pid in pids if alive(pid)] == []


def test_a_file_descriptor_to_keep(tmp_path: Path) -> None:
    async def kept() -> list[bytes]:
        reader, writer = os.pipe()
        argv = [sys.executable, "-c", f"import os; os.write({writer}, b'said\\n')"]
        async with start(argv, env=ENV, cwd=tmp_path, stdin=b"", keep=(writer,)) as stream:
            await stream.end()
        os.close(writer)
        with os.fdopen(reader, "rb") as file:
            return file.readlines()

    assert asyncio.run(kept()) == [b"said\n"]
