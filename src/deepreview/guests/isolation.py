"""How well an agent can be kept apart on this machine: tried, not assumed."""

import os
import shutil
import sys
from collections.abc import Mapping
from enum import Enum
from functools import cache
from pathlib import Path

from deepreview.guests import landlock
from deepreview.guests.bubblewrap import View, command
from deepreview.process import run_now


class Isolation(Enum):
    """What keeps an agent apart, the best first."""

    BUBBLEWRAP = "bubblewrap"
    LANDLOCK = "landlock"
    NONE = "none"


def best(environ: Mapping[str, str]) -> Isolation:
    """The best that works here."""
    if bubblewrap(environ) is not None:
        return Isolation.BUBBLEWRAP
    return Isolation.LANDLOCK if landlock.version() else Isolation.NONE


def closed(isolation: Isolation, *, account: bool) -> bool:
    """Whether it reads nothing of its user and reaches nothing but the model."""
    if account or isolation is Isolation.NONE:
        return False
    return isolation is Isolation.BUBBLEWRAP or landlock.closes_network()


def label(isolation: Isolation, *, account: bool) -> str:
    """What a report says about it."""
    network = "no network but the model" if closed(isolation, account=account) else "open network"
    network += ", signed in to an account" if account else ""
    match isolation:
        case Isolation.BUBBLEWRAP:
            return f"bubblewrap, {network}"
        case Isolation.LANDLOCK:
            return f"Landlock, {network}"
        case Isolation.NONE:
            return "none: it could read and change what its user can"


def bubblewrap(environ: Mapping[str, str]) -> Path | None:
    """Where bubblewrap is; None where there is none or the machine does not let it make namespaces."""
    found = shutil.which("bwrap", path=environ.get("PATH", os.defpath))
    return Path(found).resolve() if found is not None and _works(found) else None


@cache
def _works(program: str) -> bool:
    if sys.platform != "linux":
        return False
    argv = [*command(Path(program), View(read={}, write={}), Path("/")), "/bin/sh", "-c", ":"]
    try:
        return run_now(argv, env={}, cwd=Path("/"), timeout=20).code == 0
    except (OSError, TimeoutError):
        return False
