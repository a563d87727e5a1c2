"""The command line: parse, call, print; every error that a user may see becomes one line here.

Exit codes: 0 clean, 1 findings, 2 usage, configuration or machine, 3 no verdict, 70 bug, 130 interrupt.
"""

import contextlib
import os
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import click

from deepreview.cli.commands.address import address_command
from deepreview.cli.commands.bench import bench_command
from deepreview.cli.commands.imports import import_command
from deepreview.cli.commands.lint import lint_command
from deepreview.cli.commands.memory import memory_command
from deepreview.cli.commands.prompt import prompt_command
from deepreview.cli.commands.publish import fetch_rounds_command, publish_command
from deepreview.cli.commands.resolve import resolve_command, rounds_command
from deepreview.cli.commands.review import resume_command, review_command
from deepreview.cli.commands.reviews import consolidate_command, parse_command
from deepreview.cli.commands.rounds import list_command, open_command, render_command, show_command
from deepreview.cli.commands.setup import config_command, doctor_command
from deepreview.cli.commands.sites import site_command
from deepreview.cli.commands.statistics import stats_command
from deepreview.cli.commands.watch import watch_command
from deepreview.cli.context import TOOL
from deepreview.cli.printing import hush, note
from deepreview.context.visible import one_line
from deepreview.errors import DeepReviewError, Exit


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, invoke_without_command=True
)
@click.version_option(message=TOOL, version="")
@click.pass_context
def cli(context: click.Context) -> int:
    """Have a change reviewed by several independent reviewers, and read one report of what they found."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
    return Exit.USAGE.value


for command in (
    review_command,
    resume_command,
    watch_command,
    prompt_command,
    consolidate_command,
    parse_command,
    lint_command,
    show_command,
    open_command,
    list_command,
    resolve_command,
    address_command,
    rounds_command,
    memory_command,
    render_command,
    publish_command,
    fetch_rounds_command,
    import_command,
    stats_command,
    site_command,
    config_command,
    doctor_command,
    bench_command,
):
    cli.add_command(command)


def run(argv: Sequence[str]) -> int:
    """The exit code of one call; whatever goes wrong is told in one line on standard error."""
    try:
        code = cli.main(list(argv), prog_name="deepreview", standalone_mode=False)
    except DeepReviewError as error:
        _tell(f"{error.message}\n{error.hint}")
        return error.exit.value
    except click.ClickException as error:
        context = error.ctx if isinstance(error, click.UsageError) else None
        _tell(f"{error.format_message()}\n`{context.command_path if context else 'deepreview'} --help` shows more")
        return Exit.USAGE.value
    except (KeyboardInterrupt, click.Abort):
        return Exit.INTERRUPTED.value
    except SystemExit:  # how click and rich end when nobody reads what they print; our own texts end the command first
        hush(sys.stdout)
        return Exit.USAGE.value
    except Exception as error:  # noqa: BLE001 - the last bulkhead: a bug is told in one line, its trace goes to a file
        _tell(f"this is a bug in deepreview: {type(error).__name__}: {error}\n{_trace()}")
        return Exit.BUG.value
    return code if isinstance(code, int) else Exit.CLEAN.value


def _tell(message: str) -> None:
    first, *rest = message.split("\n")
    hint = f" ({'; '.join(one_line(line) for line in rest if line)})" if any(rest) else ""
    note(f"deepreview: {one_line(first)}{hint}")


def _trace() -> str:
    """Where the traceback was written."""
    try:
        handle, name = tempfile.mkstemp(prefix="deepreview-bug-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{TOOL}\n{traceback.format_exc()}")
    except OSError:
        return "its trace could not be written"
    return f"please report it with {Path(name)}"


def _nowhere() -> TextIO:
    """What stands in for a stream that the caller closed."""
    return Path(os.devnull).open("w", encoding="utf-8")


def _asked_to_end(*_: object) -> None:
    """As if interrupted, also where a shell has interrupts ignored, as it does for what runs in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.raise_signal(signal.SIGINT)


def main() -> None:
    """Run and leave, also when a reviewer that ran out of time still computes in a thread.

    To be asked to end is an interrupt too: reviewers' programs are ended, and the round can be resumed.
    """
    signal.signal(signal.SIGTERM, _asked_to_end)
    sys.stdout, sys.stderr = (stream or _nowhere() for stream in (sys.stdout, sys.stderr))
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # not every stream can
    code = run(sys.argv[1:])
    if any(thread is not threading.main_thread() and not thread.daemon for thread in threading.enumerate()):
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
