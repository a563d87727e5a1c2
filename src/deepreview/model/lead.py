"""What a model that leads proposes about a slate, and what became of each proposal."""

from dataclasses import dataclass
from typing import Literal

from deepreview.model.agent import Failure, Record
from deepreview.model.claim import Severity
from deepreview.model.verdict import Verdict, VerdictValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Findings that the lead takes for one defect, and how heavy it is."""

    aliases: tuple[str, ...]
    """As the rules named them; the first is the one whose words are shown."""
    severity: Severity
    reason: str
    """Why they are one, or why the severity is another; may be empty when neither is so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """A finding that the lead takes for wrong, with the code that shows it."""

    alias: str
    path: str
    quote: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The lead's answer."""

    summary: str
    verdict: Literal["merge as-is", "merge with fixes", "rework"]
    verdict_reason: str
    findings: tuple[Kept, ...]
    drops: tuple[Struck, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """One proposal of the lead, and whether it was taken."""

    what: Literal["merge", "severity", "drop", "verdict", "summary", "silence"]
    about: tuple[str, ...]
    """Aliases as the rules named them; empty for the verdict and the summary."""
    told: str
    """What was proposed, in one sentence."""
    objection: str
    """Why it was not taken, in one sentence; empty when it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """A finding as the rules alone would have shown it."""

    alias: str
    now: str
    """Its alias in this report; empty when the lead dropped it."""
    severity: Severity
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """What the lead did to this report, beside what the rules alone say."""

    agent: str
    failure: Failure | None
    """Why its answer was not used at all; the report is then the rules' own."""
    message: str
    summary: str
    """In the lead's words, with the aliases of this report; empty when it was not taken."""
    verdict: VerdictValue
    verdict_reason: str
    rulings: tuple[Ruling, ...]
    alone: tuple[Alone, ...]
    alone_verdict: Verdict
    record: Record
