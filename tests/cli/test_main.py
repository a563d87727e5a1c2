"""Bad input in real processes: one line, a next step, the right exit code."""

import os
from pathlib import Path

import pytest

from deepreview.cli.commands import setup
from deepreview.cli.main import run
from deepreview.process import run_now
from deepreview.testing.shell import Shell

BAD = [
    (["review", "nope"], "'nope' is no branch, tag or commit of "),
    (["review", "topci"], "did you mean topic?"),
    (["review", "HEAD..HEAD"], "there is nothing to review: HEAD against HEAD changes no file"),
    (["review", "--patch", "no-such.patch"], "no-such.patch cannot be read: No such file or directory"),
    (["review", "--patch", "gauge.py"], "gauge.py"),
    (["review", "--patch", "."], ". cannot be read: Is a directory"),
    (["review", "--patch", "-"], "standard input holds no patch"),
    (["review", "topic", "--staged"], "more than one change was named"),
    (["review", "--staged", "--worktree"], "more than one change was named"),
    (["review", "--staged"], "there is nothing to review: what is staged changes no file"),
    (["review", "--with", ""], "no reviewer is left"),
    (["review", "--with", "statc"], "no reviewer is called 'statc' (did you mean static?)"),
    (["review", "--to", "htlm"], "no format is called 'htlm' (did you mean html?)"),
    (["review", "--fail-on", "always"], "one of suggestion, important, critical, never is wanted"),
    (["review", "--disable", "typoss"], "--disable: no rule is called 'typoss' (did you mean typos?)"),
    (["review", "--enable", "typo"], "--enable: no rule is called 'typo' (did you mean typos?)"),
    (["config", "--config", "switch.toml"], "switch.toml: enable: no rule is called 'ts-doble-cast' (did you mean"),
    (["review", "--sarif", "no.sarif"], "no.sarif does not exist (name a SARIF file"),
    (["review", "--timeout", "-1"], "a time such as 90s, 30m or 1h is wanted, not '-1'"),
    (["review", "--timeout", "soon"], "--timeout: a time such as 90s, 30m or 1h is wanted, not 'soon'"),
    (["review", "--passes", "0"], "--passes: a number from 1 to 9 is wanted, not 0"),
    (["review", "--with", "claud"], "no reviewer is called 'claud' (did you mean claude?"),
    (["review", "--with", "gemini@high"], "gemini cannot be told how hard to think (leave out @high)"),
    (["review", "--lead", "names"], "lead: no agent is called 'names'"),
    (["review", "--budget", "much"], "--budget: an amount such as 5usd, 2.50 or 400k tokens is wanted, not 'much'"),
    (["review", "--config", "no.toml"], "no.toml cannot be read: No such file or directory"),
    (["review", "--config", "gauge.py"], "gauge.py is not valid TOML"),
    (["review", "--wiht", "x"], "No such option"),
    (["review", "a", "b"], "unexpected extra argument"),
    (["review", "--repo", "gauge.py"], "gauge.py is not a folder"),
    (["review", "--archive", "gauge.py/x"], "gauge.py/x"),
    (["reviw"], "No such command 'reviw'"),
    (["show"], "no round has been made yet"),
    (["show", "S1"], "no round has been made yet"),
    (["open"], "no round has been made yet"),
    (["resume"], "no round was interrupted here"),
    (["resume", "nope"], "no round is called 'nope'"),
    (["render", "--to", "html", "no.json"], "no.json cannot be read"),
    (["render", "--to", "html", "gauge.py"], "gauge.py is not a Deep Review report"),
    (["render"], "Missing option '--to'"),
]  # fmt: skip


@pytest.mark.parametrize(("args", "told"), BAD, ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_bad_input_is_one_line_with_a_next_step(shell: Shell, args: list[str], told: str) -> None:
    (shell.box.path / "switch.toml").write_text('enable = ["ts-doble-cast"]\n')
    code, line = shell.complains(*args)
    assert (code, told in line) == (2, True), line
    assert shell.rounds == [], "nothing is kept of what did not start"


def test_outside_a_repository(shell: Shell) -> None:
    code, line = shell.complains("review", cwd=shell.home)
    assert code == 2
    assert "is not in a git repository" in line


def test_without_a_home(shell: Shell) -> None:
    assert shell.complains("review", HOME="") == (
        2,
        "deepreview: HOME is not set (set HOME, or XDG_CACHE_HOME and XDG_DATA_HOME)\n",
    )


def test_without_git(shell: Shell) -> None:
    code, line = shell.complains("review", PATH=str(shell.home))
    assert (code, "git is not installed" in line) == (2, True)


def test_an_unknown_variable_of_ours(shell: Shell) -> None:
    code, line = shell.complains("review", DEEPREVIEW_TIMOUT="1")
    assert (code, "did you mean DEEPREVIEW_TIMEOUT?" in line) == (2, True)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
@pytest.mark.parametrize("folder", [".cache", ".local"])
def test_a_folder_that_may_not_be_written(shell: Shell, folder: str) -> None:
    (shell.home / folder).mkdir(mode=0o500)
    code, line = shell.complains("review", "-q")
    assert (code, "Permission denied" in line) == (2, True)


@pytest.mark.parametrize("variable", ["XDG_CACHE_HOME", "XDG_DATA_HOME"])
def test_a_folder_that_cannot_be_made(shell: Shell, variable: str) -> None:
    shell.env[variable] = str(shell.box.path / "gauge.py" / "x")
    code, line = shell.complains("review", "-q")
    assert (code, "gauge.py/x" in line) == (2, True)


def test_a_full_disk(shell: Shell) -> None:
    """No file may grow beyond four kilobytes, which the page does."""
    assert shell("review", "-q").code == 1
    limited = ["bash", "-c", 'ulimit -f 4; exec "$@"', "-", *shell.argv("review", "-q")]
    done = run_now(limited, env=shell.environ(PYTHONDONTWRITEBYTECODE="1"), cwd=shell.box.path)
    told = done.stderr.decode()
    assert (done.code, done.stdout) == (2, b""), told
    assert "File too large (make room there, or name another with --archive)" in told
    assert told.count("\n") == 1


def test_standard_output_that_is_full(shell: Shell) -> None:
    full = ["bash", "-c", '"$@" > /dev/full', "-", *shell.argv("review", "-q")]
    done = run_now(full, env=shell.environ(), cwd=shell.box.path)
    assert done.code == 2
    assert done.stderr.startswith(b"deepreview: standard output cannot be written: No space left on device (")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('"$@" review -q --to json | head -1 >&2; exit ${PIPESTATUS[0]}', 1),
        ('"$@" review 2>&1 | head -0; exit ${PIPESTATUS[0]}', 1),
        ('"$@" review 2>&1 >/dev/null | head -1; exit ${PIPESTATUS[0]}', 1),
        ('"$@" --help | head -0; exit ${PIPESTATUS[0]}', 2),
        ('"$@" config | head -0; exit ${PIPESTATUS[0]}', 0),
        ('"$@" review -q >&-', 1),
        ('"$@" review 2>&- >/dev/null', 1),
    ],
)
def test_a_reader_that_has_seen_enough_is_no_error(shell: Shell, line: str, code: int) -> None:
    done = run_now(["bash", "-c", line, "-", *shell.argv()], env=shell.environ(), cwd=shell.box.path)
    assert done.code == code
    told = (done.stdout + done.stderr).decode()
    assert not any(word in told for word in ("Traceback", "BrokenPipe", "Exception", "deepreview:")), told


def test_a_bug_is_told_in_one_line_and_its_trace_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(setup, "_effective", lambda *_: 1 / 0)
    assert run(["config"]) == 70
    told = capsys.readouterr().err
    assert told.startswith(
        "deepreview: this is a bug in deepreview: ZeroDivisionError: division by zero (please report"
    )
    (trace,) = tmp_path.glob("deepreview-bug-*.txt")
    assert str(trace) in told
    assert "ZeroDivisionError" in trace.read_text()


def test_without_a_command_it_shows_its_help_and_is_no_success(shell: Shell) -> None:
    done = shell()
    assert (done.code, done.stdout) == (2, b"")
    assert b"Usage: deepreview [OPTIONS] COMMAND" in done.stderr.replace(b"[COMMAND] [ARGS]...", b"COMMAND")


def test_help_and_version(shell: Shell) -> None:
    assert shell("-h").stdout == shell("--help").stdout
    assert shell("--version").stdout.startswith(b"deepreview ")
