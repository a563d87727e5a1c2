"""What a reviewer is given to read. Everything that comes from the change is data, never instruction."""

from dataclasses import dataclass

from deepreview.context.rules import Rule
from deepreview.model.change import Change
from deepreview.model.claim import Severity
from deepreview.model.finding import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """A finding of an earlier round and what became of it."""

    alias: str
    """As the newest round before this one calls it: `I1`."""
    round: int
    """The round that raised it first."""
    severity: Severity
    title: str
    place: str
    """`path:first-last` as of that round; empty for no file."""
    state: State
    reason: str
    """Why it was declined or deferred, or which commit fixes it; empty where nobody said."""
    what: str = ""
    """What it is where it is no finding: `testing gap`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What somebody said."""

    author: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A discussion of the change at the forge."""

    place: str
    """`path:line`; empty for one that is about the whole change."""
    resolved: bool
    remarks: tuple[Remark, ...]
    """In order; those of our own that were published there are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """The change and what surrounds it."""

    change: Change
    companions: tuple[str, ...]
    """Files that usually change together with changed ones but did not, as sentences: context, not findings."""
    rules: tuple[Rule, ...] = ()
    """What the project asks of its reviewers, as of the base."""
    earlier: tuple[Earlier, ...] = ()
    threads: tuple[Thread, ...] = ()
