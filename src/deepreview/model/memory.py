"""Repo memory: notes that reviewers propose, what people decide of them, and the rules that came of it."""

from dataclasses import dataclass
from enum import Enum
from typing import Literal


class Verb(Enum):
    """What a note asks for."""

    ADD = "add"
    UPDATE = "update"
    REMOVE = "remove"


class Deed(Enum):
    """What a person did with a note."""

    ACCEPT = "accepted"
    EDIT = "edited"
    REJECT = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepoRule:
    """One accepted rule, as its line in the project's file says it."""

    id: str
    """`R3`; never given twice."""
    text: str
    """One line."""
    paths: tuple[str, ...] = ()
    """Globs; it holds for changes that touch a path of them. Empty for all."""
    until: str = ""
    """The last day on which it holds, `2026-12-31`; empty for no end."""
    pr: int = 0
    """The only pull request for which it holds; 0 for all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A rule that somebody proposes: untrusted, and in force for nobody."""

    verb: Verb
    text: str
    """One line, cut where it is very long."""
    target: str = ""
    """The rule to update or remove; empty where none is named."""
    reviewers: tuple[str, ...] = ()
    """Empty for a note that comes from decisions."""
    round: str = ""
    """The id of the round that brought it first."""
    evidence: tuple[str, ...] = ()
    """The decisions that it comes from, as sentences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A note came into the queue."""

    number: int
    note: Note
    at: str
    entry: Literal["proposed"] = "proposed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seconded:
    """It was said again, in another round or by others."""

    number: int
    reviewers: tuple[str, ...]
    round: str
    at: str
    entry: Literal["seconded"] = "seconded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A person decided; the newest decision counts."""

    number: int
    deed: Deed
    by: str
    at: str
    text: str = ""
    """The reason of a rejection, else the text as accepted or edited."""
    rule: str = ""
    """The rule that it became, changed or removed."""
    entry: Literal["decided"] = "decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """A person took a rule out of the file."""

    rule: str
    by: str
    at: str
    entry: Literal["expired"] = "expired"


MemoryEntry = Proposed | Seconded | Decided | Expired
