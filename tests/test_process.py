import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from deepreview.process import allowed, open_pipe, run, run_now

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
