"""What pages are made of, as short texts that differ where a page would: those that are equal are left as they are."""

from collections.abc import Callable, Iterator
from hashlib import sha256

from deepreview.model.entry import Entry
from deepreview.site.changes import History


def digest(*parts: object) -> str:
    """The parts, in a few letters."""
    return sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:20]


def of_change(form: str, history: History, told: Callable[[Entry], object]) -> str:
    """Of the page of a change: `form` is what all pages are made with, `told` stands for all that an entry holds."""
    return digest(form, *_parts(history, told))


def _parts(history: History, told: Callable[[Entry], object]) -> Iterator[object]:
    """Its rounds, and what was said about its findings."""
    yield from (told(entry) for entry in history.entries)
    yield [entry.id for entry in history.entries]
    for life in history.lives:
        if life.at:
            yield life.last.fingerprint, life.state.value, life.reason, life.by, life.at, life.commit
