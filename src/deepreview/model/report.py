"""The report: the only thing that renderers and publishers see."""

from dataclasses import dataclass
from enum import Enum

from deepreview.model.change import Commit, FileKind, RepoPath, Sha, Side
from deepreview.model.claim import Claim, ClaimId, Observation
from deepreview.model.finding import Dropped, Finding
from deepreview.model.round import Run

SCHEMA = 1
"""The version of the report's JSON; it grows when a reader of the old form would break."""


class VerdictValue(Enum):
    """Whether it may be merged."""

    MERGE = "merge as-is"
    FIXES = "merge with fixes"
    REWORK = "rework"
    NONE = "no verdict"
    """No reviewer read the change, so there is nothing to conclude."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Derived from the open findings."""

    value: VerdictValue
    reason: str
    """One sentence that names the findings that decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFile:
    """One row of the coverage table."""

    path: RepoPath
    old_path: RepoPath
    kind: FileKind
    added: int
    removed: int
    note: str
    """`binary`, `symbolic link`, `submodule`, `mode 100644 → 100755`, or empty."""
    readers: tuple[str, ...]
    """Reviewers that read it."""
    unread: str
    """Why nobody read it; empty when somebody did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What was reviewed, without the hunks."""

    slug: str
    repo: str
    url: str
    number: int
    title: str
    branch: str
    how: str
    base: Sha
    head: Sha
    commits: tuple[Commit, ...]
    files: tuple[ChangedFile, ...]
    added: int
    removed: int
    shallow: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedCode:
    """Code as reviewed, stored so that a page shows it after the commit is gone."""

    path: RepoPath
    side: Side
    blob: Sha
    first: int
    """The number of the first stored line."""
    lines: tuple[str, ...]
    changed: tuple[int, ...]
    """Which of the line numbers the change added (head) or removed (base)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """Where a claim ended: exactly one of the two is set."""

    claim: ClaimId
    finding: str
    """The fingerprint of a finding of this report, or empty."""
    dropped: int
    """Index into `Report.dropped`, or -1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One reviewer's column of the summary table."""

    reviewer: str
    claims: int
    critical: int
    important: int
    suggestions: int
    unique: int
    """Findings that nobody else said."""
    downgraded: int
    dropped: int
    files: int
    """Changed files that it read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """All that differs between two runs on the same commits."""

    round_id: str
    started: str
    finished: str
    seconds: float
    stages: dict[str, float]
    """Seconds by stage: change, reviewers, checks, report, and each reviewer by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One round's result, complete: a page can be made from it alone."""

    schema: int
    tool: str
    """Name and version of this program."""
    round: int
    clock: Clock
    subject: Subject
    verdict: Verdict
    summary: str
    """Markdown, one or two paragraphs, computed."""
    runs: tuple[Run, ...]
    findings: tuple[Finding, ...]
    """In the order in which a reader should take them."""
    dropped: tuple[Dropped, ...]
    claims: tuple[Claim, ...]
    claims_map: tuple[Fate, ...]
    observations: tuple[Observation, ...]
    tallies: tuple[Tally, ...]
    reconciliation: tuple[str, ...]
    """One sentence for each claim that was lowered, merged or dropped."""
    cited: tuple[CitedCode, ...]
