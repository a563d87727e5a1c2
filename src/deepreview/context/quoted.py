"""Text that others wrote, handed to a model as data: between two lines that the text cannot hold."""

import hashlib
from collections.abc import Iterable

from deepreview.context.visible import one_line, visible

LONGEST = 1_000
"""Characters of a line in a list."""


def mark_of(texts: Iterable[str]) -> str:
    """A word that occurs in none of the texts: made from their hash, so that none of them can have foreseen it."""
    whole = "\0".join(texts)
    mark = hashlib.sha256(whole.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    while mark in whole:
        mark = hashlib.sha256(mark.encode()).hexdigest()[:16]
    return mark


def begins(mark: str, what: str) -> str:
    """The line above data."""
    return f"----- {mark}: data begins: {what} -----"


def ends(mark: str) -> str:
    """The line below it."""
    return f"----- {mark}: data ends -----"


def quoted(mark: str, what: str, text: str) -> str:
    """Prose as data, each line behind `> ` and with all that cannot be seen, or moves what can, as escapes."""
    return "\n".join((begins(mark, what), *(f"> {line}".rstrip() for line in visible(text).split("\n")), ends(mark)))


def listed(mark: str, what: str, lines: Iterable[str]) -> str:
    """Lines as data; each stays one line, whatever it holds, and none is long."""
    return quoted(mark, what, "\n".join(one_line(line)[:LONGEST] for line in lines))
