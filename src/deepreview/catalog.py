"""Names and what they stand for; an unknown name suggests the nearest one."""

import difflib
from collections.abc import Iterable

from deepreview.errors import UsageError


def nearest(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """A hint that names the nearest known name; when none is near, `otherwise`, or all of them without it."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else otherwise or f"known: {', '.join(names)}"


def choose(what: str, names: Iterable[str], known: Iterable[str], also: Iterable[str] = ()) -> tuple[str, ...]:
    """The names without repeats; raises UsageError for the first that is not known, whose hint knows `also` too."""
    chosen = tuple(dict.fromkeys(names))
    available = tuple(known)
    for name in chosen:
        if name not in available:
            raise UsageError(f"no {what} is called {name!r}", hint=nearest(name, (*available, *also)))
    return chosen
