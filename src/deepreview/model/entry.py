"""What lists and statistics need to know of a round or a published report: small, so that thousands fit in memory."""

from dataclasses import dataclass
from enum import Enum

from deepreview.model.claim import DefectClass, Severity
from deepreview.model.finding import Standing, State
from deepreview.model.life import Now
from deepreview.model.verdict import VerdictValue


class DocumentKind(Enum):
    """What sort of document it is."""

    REVIEW = "review"
    SUPPLY_CHAIN = "supply chain scan"
    CI_FAILURES = "CI failures"
    OTHER = "document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A finding of one report."""

    fingerprint: str
    """By which its history is found. Of what was imported: of its path and the code it quotes, else of its title."""
    alias: str
    severity: Severity
    title: str
    path: str
    first: int
    """0 for a whole file or none."""
    defect: DefectClass | None
    reviewers: tuple[str, ...]
    voices: int
    """How many families said it."""
    proven: bool
    """Whether something was run that showed it."""
    state: State
    reason: str
    """What is said about its state; often empty."""
    standing: Standing = Standing.NEW


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """A finding of earlier rounds that a later one does not list."""

    fingerprint: str
    now: Now


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """How often a reviewer's claims of one severity ended in another."""

    claimed: Severity
    final: Severity | None
    """None where the claim was dropped."""
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """How well a reviewer's places hold."""

    checked: int
    moved: int
    """The quoted code stands at other lines than the cited ones."""
    lost: int
    """The quoted code stands nowhere in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A reviewer in one round; None is what nobody recorded, which is not 0."""

    reviewer: str
    family: str
    result: str
    """`completed`, `failed` or `skipped`."""
    failure: str = ""
    """The kind of the failure."""
    seconds: float | None = None
    tool_calls: int | None = None
    tokens: int | None = None
    """Sent and received."""
    usd: float | None = None
    downgraded: int | None = None
    dropped: int | None = None
    refuted: int | None = None
    """Claims that were dropped on evidence; of published reports, what they call false positives."""
    unique: int | None = None
    """Findings, in published reports also observations, that no other family made, as the report counts them."""
    misses: int | None = None
    """Files that it read and said nothing about, though another reviewer has a finding there."""
    anchors: Anchors | None = None
    ratings: tuple[Rated, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """A file that a change touches, with the lines added and removed."""

    path: str
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A gap in tests or documentation that a published report's author answered."""

    about: str
    """`testing`, `documentation` or `other`."""
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One round, or one published document."""

    id: str
    """The name of its folder in the archive."""
    shelf: str
    """The folder of its repository in the archive."""
    kind: DocumentKind
    imported: bool
    repo: str
    url: str
    """The repository's; empty where it has none on the web."""
    slug: str
    number: int
    """Of the pull request; 0 for none."""
    title: str
    branch: str
    head: str
    """The reviewed commit, as far as it is told."""
    round: int
    """As the report says; 0 where it does not."""
    started: str
    """ISO 8601; of published reports without a zone."""
    seconds: float | None
    verdict: VerdictValue | None
    said: str
    """The verdict in the report's words."""
    reason: str
    findings: tuple[Noted, ...] = ()
    became: tuple[Became, ...] = ()
    seats: tuple[Seat, ...] = ()
    files: tuple[Touched, ...] = ()
    """Empty for published reports, which do not tell how much changed."""
    gaps: tuple[Gap, ...] = ()

    @property
    def lines(self) -> int:
        """Lines added and removed; 0 where it is not told."""
        return sum(file.lines for file in self.files)

    @property
    def open(self) -> tuple[Noted, ...]:
        """The findings that its report leaves open."""
        return tuple(finding for finding in self.findings if finding.state is State.OPEN)
