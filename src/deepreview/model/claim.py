"""What a reviewer said: verbatim, untrusted, not yet placed."""

from dataclasses import dataclass
from enum import Enum
from typing import NewType

from deepreview.model.change import Side

ClaimId = NewType("ClaimId", str)
"""`reviewer/local`, unique in a round and the same in every run on the same commits."""

SAID = "said"
"""The kind of a claim that somebody made in prose, a person or a model: no rule stands behind it."""


class Severity(Enum):
    """How much a defect matters; the order of definition is the order of weight."""

    CRITICAL = "critical"
    IMPORTANT = "important"
    SUGGESTION = "suggestion"

    weight: int
    """3 for critical, 2 for important, 1 for a suggestion."""

    def __init__(self, _: str) -> None:
        """Weigh less than those before it."""
        self.weight = 3 - len(type(self).__members__)


class DefectClass(Enum):
    """Regression: this change brought it. Gap: something is missing. Enhancement: it could be better."""

    REGRESSION = "regression"
    GAP = "gap"
    ENHANCEMENT = "enhancement"


class Answer(Enum):
    """An answer to a question of the severity rubric."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place as a reviewer wrote it; 0 to 0 means the whole file."""

    path: str
    first: int
    last: int
    side: Side = Side.HEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One thing that a reviewer said about the change."""

    id: ClaimId
    reviewer: str
    family: str
    """Who counts as one voice in agreement: two models of one maker are one. Usually the reviewer's own name."""
    kind: str
    """What sort of defect: a rule's name (`ruff:F821`) or a detector's (`stale-name`). Part of the identity."""
    severity: Severity
    """As declared by the reviewer."""
    defect: DefectClass
    title: str
    """One line: the subject, what goes wrong, and when; not the fix."""
    body: str
    """Markdown: the mechanism and why it matters."""
    unless: str
    """Markdown, one sentence: when it does not matter. Empty when the reviewer did not say."""
    method: str
    """Plain text, one sentence: how it was found, with the tool's name and version."""
    places: tuple[Place, ...]
    """The first is the one that the quote is from; empty where the defect is in no file (a commit's message)."""
    quote: str
    """The code that the claim is about, as it stands in the file; may be empty for a whole file."""
    fix: str
    """Markdown: what to do. Empty when unknown."""
    patch: str
    """A unified diff against head that applies with `git apply`, only where the fix is certain."""
    repro: str
    """Markdown: fenced scripts and what they printed. Empty when the reviewer ran nothing."""
    silent: Answer
    """Would nobody notice when it happens?"""
    reachable: Answer
    """Can it happen in normal use?"""
    suppressed: str
    """Why the reviewer itself would not show it (a generated file, a suppression comment); empty otherwise."""
    excuse: str
    """A nearby comment that explains the choice, quoted; it lowers the severity and never drops the claim."""

    @property
    def main(self) -> Place | None:
        """The place that the quote is from."""
        return self.places[0] if self.places else None


class Section(Enum):
    """Which part of the report an observation belongs to."""

    SUMMARY = "summary"
    STRENGTH = "strength"
    CONCERN = "concern"
    TESTING = "testing"
    DOCS = "docs"
    COMMITS = "commits"
    LIMITATION = "limitation"
    FEEDBACK = "feedback"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Something worth saying that is not a defect at a place."""

    reviewer: str
    section: Section
    text: str
    """Markdown."""
    numbered: bool = False
    """An item of a numbered list: of tests and documents, something to answer."""
