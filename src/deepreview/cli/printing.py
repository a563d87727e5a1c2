"""What goes to standard output, and to files that the user names."""

import contextlib
import os
import shutil
import stat
import sys
import tempfile
from pathlib import Path
from typing import TextIO

import click

from deepreview.catalog import nearest
from deepreview.errors import MachineError, UsageError
from deepreview.model.report import Report
from deepreview.render import terminal
from deepreview.render.base import Renderer
from deepreview.render.catalog import RENDERERS, SHORT, renderer

_NARROWEST, _WIDEST = 60, 110


def chosen(name: str, output: Path | None = None) -> Renderer:
    """The format of that name; raises UsageError that suggests the nearest.

    For a file that could not be written it raises MachineError, before the work is done.
    """
    found = renderer(name)
    if found is None:
        known = [*(r.name for r in RENDERERS), *SHORT]
        raise UsageError(f"no format is called {name!r}", hint=nearest(name, known))
    if output is not None and (output.is_dir() or not output.resolve().parent.is_dir()):
        why = "it is a folder" if output.is_dir() else f"there is no folder {output.parent}"
        raise MachineError(f"{output} cannot be written: {why}", hint="choose another place")
    return found


def rendered(report: Report, to: Renderer, *, alone: bool = False) -> str:
    """The report in a format, as wide and as coloured as standard output wants it; `alone`: its only finding, whole."""
    if to.name != "terminal":
        return to.render(report)
    if alone:
        return terminal.render_one(report, report.findings[0], width=width(), colour=sys.stdout.isatty())
    return terminal.render(report, width=width(), colour=sys.stdout.isatty())


def width() -> int:
    """Columns of text to use."""
    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size((100, 24)).columns))


def deliver(text: str, output: Path | None) -> None:
    """Print the text, or write it to a file whole."""
    if output is None:
        _print(text)
        return
    target = output.resolve()
    try:
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8")  # a pipe or a device is written to, never replaced
        else:
            _replace(target, text)
    except OSError as error:
        raise MachineError(f"{output} cannot be written: {error.strerror}", hint="choose another place") from error


def replaced(target: Path, text: str) -> None:
    """Put another text into a file whole, bytes that are not UTF-8 included."""
    try:
        _replace(target, text)
    except OSError as error:
        raise MachineError(f"{target} cannot be written: {error.strerror}", hint="see who may write there") from error


def _replace(target: Path, text: str) -> None:
    """Write beside the file and move it there, so that nobody sees half of it."""
    handle, fresh = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8", "surrogateescape"))
        Path(fresh).chmod(stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o644)
        Path(fresh).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(fresh).unlink()
        raise


def _print(text: str) -> None:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        hush(sys.stdout)
        if not isinstance(error, BrokenPipeError):  # a reader that has seen enough changes nothing about the outcome
            raise MachineError(
                f"standard output cannot be written: {error.strerror}", hint="write to a file with -o"
            ) from error


def hush(stream: TextIO) -> None:
    """Let what is still to be written go nowhere, so that the interpreter does not complain when it ends."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def note(text: str) -> None:
    """Tell the user something beside the result; when nobody can hear it any more, that is no failure."""
    try:
        click.echo(text, err=True)
    except OSError:
        hush(sys.stderr)
