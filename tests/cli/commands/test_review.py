"""Whole runs in real processes: what they leave behind, how they are interrupted, how they go on."""

import asyncio
import json
import os
import pty
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from deepreview.archive.folder import RoundFolder
from deepreview.cli.commands.review import telling_how_to_go_on, why_it_fails
from deepreview.model.claim import Severity
from deepreview.testing.builders import make_finding
from deepreview.testing.shell import Shell


def still(report: Path) -> dict[str, Any]:
    """The report without what differs between two runs on the same commits: the clock, and seconds."""
    plain: dict[str, Any] = json.loads(report.read_text())
    plain["clock"] = None
    for run in plain["runs"]:
        run.pop("seconds", None)
    return plain


async def started(shell: Shell, gate: Path, *args: str, before: Sequence[str] = ()) -> asyncio.subprocess.Process:
    """A run that waits at the gate, all other reviewers being through."""
    argv = [*before, *shell.argv("review", "--config", str(gate.parent / "slow.toml"), *args)]
    process = await asyncio.create_subprocess_exec(
        *argv,
        cwd=shell.box.path,
        env=dict(shell.environ()),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    deadline = time.monotonic() + 60
    others = ("names", "paths", "history")
    while (
        not all(any(list(folder.rglob(f"{name}.run.json")) for folder in shell.rounds) for name in others)
        or not (gate.parent / "started").exists()
    ):
        assert time.monotonic() < deadline, await process.stderr.read()  # type: ignore[union-attr]  # it is a pipe
        assert process.returncode is None
        await asyncio.sleep(0.05)
    return process


@pytest.mark.parametrize(("how", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -9)])
def test_a_killed_run_goes_on_and_ends_like_one_that_was_not(
    shell: Shell, gate: Path, how: signal.Signals, code: int
) -> None:
    async def kill() -> tuple[int | None, bytes]:
        process = await started(shell, gate)
        process.send_signal(how)
        _, told = await asyncio.wait_for(process.communicate(), 20)
        return process.returncode, told

    returned, told = asyncio.run(kill())
    assert returned == code
    (folder,) = shell.rounds
    assert not (folder / "report.json").exists()
    if how is not signal.SIGKILL:
        assert f"Interrupted; `deepreview resume {folder.name}` goes on.\n".encode() in told
        assert b"Traceback" not in told
    assert b"interrupted" in shell("list").stdout
    gate.unlink()
    resumed = shell("resume")
    assert resumed.code == 1
    assert resumed.stderr.count(b"(from the earlier run)") == 3
    other = shell.home / "other"
    whole = shell("review", "-q", "--config", str(gate.parent / "slow.toml"), "--archive", str(other))
    assert whole.code == 1
    assert still(folder / "report.json") == still(next(other.glob("**/report.json")))


@pytest.mark.parametrize(("finished", "told"), [(True, "show {} --archive"), (False, "resume {} --archive")])
def test_whoever_interrupts_is_told_what_goes_on_at_whatever_moment(
    shell: Shell, capsys: pytest.CaptureFixture[str], finished: bool, told: str
) -> None:
    shell("review", "-q", "--archive", str(shell.home / "own"))
    folder = RoundFolder(path=next((shell.home / "own").glob("*/*/plan.json")).parent)
    if not finished:
        (folder.path / "report.json").unlink()
    with pytest.raises(KeyboardInterrupt), telling_how_to_go_on(folder.plan(), folder):
        raise KeyboardInterrupt
    assert f"`deepreview {told.format(folder.path.name)} {shell.home / 'own'}`" in capsys.readouterr().err


def test_what_runs_in_the_background_can_be_asked_to_end(shell: Shell, gate: Path) -> None:
    """A shell has interrupts ignored there; the request to end is not."""

    async def end() -> int | None:
        process = await started(shell, gate, before=("bash", "-c", 'trap "" INT; exec "$@"', "-"))
        process.terminate()
        await asyncio.wait_for(process.communicate(), 20)
        return process.returncode

    assert asyncio.run(end()) == 130
    assert b"interrupted" in shell("list").stdout


def test_two_runs_in_two_homes_give_the_same_bytes(shell: Shell) -> None:
    shell("review", "-q")
    other = shell.home.parent / "other"
    other.mkdir()
    shell("review", "-q", HOME=str(other))
    one, two = (next(home.glob("**/report.json")) for home in (shell.home, other))
    assert still(one) == still(two)
    assert json.dumps(still(one)) == json.dumps(still(two))


def test_progress_is_lines_in_a_pipe_and_nothing_in_ci(shell: Shell) -> None:
    plain = shell("review").stderr.decode().splitlines()
    assert plain[0] == "drop the gauge: 1 file, +0 −4; branch topic against its merge base with main"
    assert plain[1:5] == [f"{name}: started" for name in ("static", "names", "paths", "history")]
    assert sum(": done in " in line for line in plain) == 4
    assert plain[-2].startswith("Report: ")
    assert plain[-2].endswith("/report.html")
    assert plain[-1].startswith("Exit code 1: ")
    assert shell("review", "--again", CI="1").stderr.decode().startswith("Report: ")
    assert shell("review", "-q").stderr == b""


def test_on_a_terminal_progress_is_a_table_that_disappears(shell: Shell, gate: Path) -> None:
    async def look() -> bytes:
        near, far = pty.openpty()
        closed, waiting = str(gate), True
        argv = shell.argv(
            "review", "--config", str(gate.parent / "slow.toml"), "--to", "json", "-o", str(shell.home / "out.json")
        )
        env = dict(shell.environ(TERM="xterm-256color", COLUMNS="80", LINES="24"))
        process = await asyncio.create_subprocess_exec(
            *argv, cwd=shell.box.path, env=env, stdin=far, stdout=far, stderr=far
        )
        os.close(far)
        seen, deadline = b"", time.monotonic() + 60
        os.set_blocking(near, False)
        while process.returncode is None and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
            try:
                seen += os.read(near, 65536)
            except (BlockingIOError, OSError):
                continue
            if b"done in" in seen and waiting:
                waiting = False
                os.unlink(closed)  # noqa: PTH108 - in async code pathlib is refused
        await process.wait()
        os.close(near)
        return seen

    seen = asyncio.run(look())
    assert all(name in seen for name in (b"static", b"names", b"paths", b"history", b"reading", b"done in"))
    assert b"\x1b[2K" in seen, "the table is taken away line by line"
    assert b"Report: " in seen.rsplit(b"\x1b[2K", 1)[1]


def test_the_project_is_configured_by_the_base_and_not_by_the_change(shell: Shell) -> None:
    shell.box.git("checkout", "-q", "main")
    shell.box.commit("configure", {"pyproject.toml": '[tool.deepreview]\nfail-on = "never"\nreviewers = ["names"]\n'})
    shell.box.git("checkout", "-q", "topic")
    shell.box.git("rebase", "-q", "main")
    shell.box.commit("sneak", {"deepreview.toml": 'reviewers = ["paths"]\ndisable = ["stale-name"]\n'})
    done = shell("review", "-q", "--to", "json")
    assert (done.code, [run["reviewer"] for run in json.loads(done.stdout)["runs"]]) == (0, ["names"])
    assert [f["kind"] for f in json.loads(done.stdout)["findings"]] == ["stale-name"]


@pytest.mark.parametrize(
    "key",
    [
        'commands = { x = ["touch", "canary"] }',
        'archive = "canary"',
        'sarif = ["scan.sarif"]',
        'endpoints = { x = { url = "https://evil.example/v1", key = "OPENAI_API_KEY" } }',
        "prices = { x = { input = 0, output = 0 } }",
        'budget = "1000usd"',
        'budget-month = "1000usd"',
        'reviewers = ["static", "claude"]',
        'reviewers = ["acp:./canary.sh"]',
        'reserve = ["claude"]',
        'lead = "claude"',
        "passes = 50",
    ],
)
def test_a_repository_may_not_choose_files_programs_keys_and_money(shell: Shell, key: str) -> None:
    shell.box.git("checkout", "-q", "main")
    shell.box.commit("configure", {"deepreview.toml": f"{key}\n"})
    shell.box.git("checkout", "-q", "topic")
    shell.box.git("rebase", "-q", "main")
    code, line = shell.complains("review")
    assert (code, "which only you may choose, not a repository" in line) == (2, True)
    assert not list(shell.box.path.glob("**/canary"))


def test_agents_of_a_repository_are_asked_when_the_user_names_them(shell: Shell) -> None:
    shell.box.git("checkout", "-q", "main")
    shell.box.commit("configure", {"deepreview.toml": 'reviewers = ["static", "claude"]\n'})
    shell.box.git("checkout", "-q", "topic")
    shell.box.git("rebase", "-q", "main")
    assert "--with static,claude" in shell.complains("review", "--dry-run")[1]
    done = shell("review", "--dry-run", "--with", "static,claude")
    assert (done.code, b"reviewers: static, steering, claude" in done.stdout) == (0, True)


def test_nobody_completes(shell: Shell, gate: Path) -> None:
    done = shell("review", "-q", "--with", "static", "--timeout", "2", "--config", str(gate.parent / "slow.toml"))
    assert done.code == 3
    assert b"stopped after 2 s" in done.stdout


@pytest.mark.parametrize(("level", "code"), [("suggestion", 1), ("important", 0), ("never", 0)])
def test_what_makes_it_fail(shell: Shell, level: str, code: int) -> None:
    assert shell("review", "-q", "--with", "names", "--fail-on", level).code == code


def test_a_change_that_only_deletes_has_a_verdict(shell: Shell) -> None:
    shell.box.remove("gauge.py")
    shell.box.commit("drop all of it")
    done = shell("review", "-q", "HEAD", "--with", "names,paths")
    assert (done.code, b"No verdict" in done.stdout) == (0, False), done.stdout


def test_history_alone_gives_no_green_light(shell: Shell) -> None:
    done = shell("review", "-q", "--with", "history")
    assert (done.code, b"No reviewer could read any file" in done.stdout) == (3, True)


@pytest.mark.parametrize(
    "files",
    [{"api/boiler.pb.go": "package api\n"}, {"vendor/kit/kit.go": "package kit\n"}],
    ids=["generated", "vendored"],
)
def test_what_nobody_wrote_and_nobody_looked_through_is_no_green_light(shell: Shell, files: dict[str, str]) -> None:
    shell.box.git("checkout", "-q", "main")
    shell.box.commit("bring it in", dict(files))
    done = shell("review", "-q", "HEAD", "--with", "names,paths,history")
    assert (done.code, b"No verdict" in done.stdout) == (3, True)


def test_a_change_of_modes_alone_is_no_green_light(shell: Shell) -> None:
    shell.box.git("checkout", "-q", "main")
    shell.box.git("update-index", "--chmod=+x", shell.box.git("ls-files").split("\n")[0])
    shell.box.git("commit", "-q", "-m", "make it run")
    done = shell("review", "-q", "HEAD")
    assert (done.code, b"No verdict" in done.stdout) == (3, True)


def test_kinds_of_every_reviewer_can_be_switched_off(shell: Shell) -> None:
    kinds = {f["kind"] for f in json.loads(shell("review", "-q", "--to", "json").stdout)["findings"]}
    assert "stale-name" in kinds
    done = json.loads(shell("review", "-q", "--to", "json", "--disable", "stale-name").stdout)
    assert "stale-name" not in {f["kind"] for f in done["findings"]}
    assert {gone["step"] for gone in done["dropped"]} >= {"switched-off"}


def test_two_processes_never_work_on_one_round(shell: Shell, gate: Path) -> None:
    async def meanwhile() -> tuple[int, str, int]:
        process = await started(shell, gate)
        (folder,) = shell.rounds
        told = await asyncio.to_thread(shell.complains, "resume", folder.name)
        await asyncio.to_thread(gate.unlink)
        await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 1
        return *told, process.pid

    code, told, pid = asyncio.run(meanwhile())
    (folder,) = shell.rounds
    assert (code, told) == (
        2,
        f"deepreview: {folder.name} is already running, in process {pid} (wait for its end, or end that process)\n",
    )
    assert shell.complains("resume", folder.name)[1].startswith(f"deepreview: {folder.name} is finished")


@pytest.mark.parametrize(
    ("flags", "code", "reason"),
    [
        ((), 1, "Exit code 1: 1 open suggestion; `--fail-on important` would pass."),
        (("--fail-on", "important"), 0, ""),
        (("--fail-on", "never"), 0, ""),
        (("-q",), 1, ""),
    ],
)
def test_a_change_fit_to_merge_and_not_clean_says_why(
    shell: Shell, flags: tuple[str, ...], code: int, reason: str
) -> None:
    done = shell("review", *flags)
    assert done.code == code
    assert "Merge as-is" in done.stdout.decode()
    assert [line for line in done.stderr.decode().splitlines() if "Exit code" in line] == ([reason] if reason else [])


def test_the_heaviest_finding_says_what_would_pass() -> None:
    heavy = {
        Severity.CRITICAL: [],
        Severity.IMPORTANT: [make_finding(1), make_finding(2)],
        Severity.SUGGESTION: [make_finding(3)],
    }
    assert why_it_fails(heavy) == "2 open important findings, 1 open suggestion; `--fail-on critical` would pass."
    only = {Severity.CRITICAL: [make_finding(1)]}
    assert why_it_fails(only) == "1 open critical finding; `--fail-on never` would pass."


@pytest.mark.parametrize("option", ["--archive", "--repo", "--config"])
def test_an_empty_path_is_not_the_current_folder(shell: Shell, option: str) -> None:
    code, told = shell.complains("review", option, "")
    assert (code, told) == (2, f"deepreview: {option} is empty (name a path, or leave the option out)\n")
    assert not list(shell.box.path.glob("*/*/plan.json"))
