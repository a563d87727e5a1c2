"""What goes to standard output, and to files that the user names."""

import contextlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

from deepreview.catalog import nearest
from deepreview.errors import MachineError, UsageError
from deepreview.model.report import Report
from deepreview.render import terminal
from deepreview.render.base import Renderer
from deepreview.render.catalog import RENDERERS, SHORT, renderer

_NARROWEST, _WIDEST = 60, 110


def chosen(name: str) -> Renderer:
    """The format of that name; raises UsageError that suggests the nearest."""
    found = renderer(name)
    if found is None:
        known = [*(r.name for r in RENDERERS), *SHORT]
        raise UsageError(f"no format is called {name!r}", hint=nearest(name, known))
    return found


def rendered(report: Report, to: Renderer) -> str:
    """The report in a format, as wide and as coloured as standard output wants it."""
    if to.name != "terminal":
        return to.render(report)
    return terminal.render(report, width=width(), colour=sys.stdout.isatty())


def width() -> int:
    """Columns of text to use."""
    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size((100, 24)).columns))


def deliver(text: str, output: Path | None) -> None:
    """Print the text, or write it to a file whole."""
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    try:
        handle, fresh = tempfile.mkstemp(prefix=f".{output.name}.", dir=output.absolute().parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            Path(fresh).chmod(0o644)
            Path(fresh).replace(output)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(fresh).unlink()
            raise
    except OSError as error:
        raise MachineError(f"{output} cannot be written: {error.strerror}", hint="choose another place") from error
