"""Finding the analysers: beside this interpreter first, where the extra puts them, then on the path."""

import re
import shutil
import sys
import sysconfig
from pathlib import Path

from deepreview.reviewers.base import Desk

_VERSION = re.compile(r"\d+\.\d+(?:\.\d+)*")


def find_program(name: str) -> str | None:
    """The full path of an executable, or None."""
    for folder in (sysconfig.get_path("scripts"), str(Path(sys.executable).parent)):
        found = shutil.which(name, path=folder)
        if found:
            return found
    return shutil.which(name)


async def version_of(program: str, desk: Desk) -> str:
    """The version that a program gives of itself; empty when it gives none."""
    try:
        output = await desk.run([program, "--version"], cwd=desk.scratch)
    except OSError:
        return ""
    found = _VERSION.search(output.stdout.decode("utf-8", "replace"))
    return found[0] if found else ""
