"""The report: the only thing that renderers and publishers see."""

from dataclasses import dataclass

from deepreview.model.change import Commit, FileKind, RepoPath, Sha, Side
from deepreview.model.claim import Claim, ClaimId, Observation, Section
from deepreview.model.finding import Dropped, Finding, State
from deepreview.model.gap import Gap
from deepreview.model.lead import Lead
from deepreview.model.life import Convergence, Previous
from deepreview.model.memory import RepoRule
from deepreview.model.round import Run
from deepreview.model.verdict import Verdict

SCHEMA = 2
"""The version of the report's JSON; it grows when a reader of the old form would break."""


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
    """Findings that no other family said: two models of one maker are one voice."""
    downgraded: int
    """Claims that stand in a finding of a lower severity."""
    dropped: int
    files: int
    """Changed files that it read."""
    shared: int = 0
    """Findings that another family said too."""
    raised: int = 0
    """Claims that stand in a finding of a higher severity, since another reviewer rates it so."""
    refuted: int = 0
    """Claims dropped on evidence: the code is not there, or a check speaks against them."""
    concerns: int = 0
    strengths: int = 0
    misses: int = 0
    """Files that it read and has no finding in, though another reviewer has."""
    transitions: tuple[str, ...] = ()
    """Each lowering, as `I→S`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something that one or several reviewers observed, that is not a defect at a place."""

    section: Section
    text: str
    """Markdown, verbatim from the first of the reviewers."""
    reviewers: tuple[str, ...]
    also: tuple[str, ...] = ()
    """What the others said, in their words."""
    numbered: bool = False
    """Whether one of them had it in a numbered list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far two reviewers say the same."""

    one: str
    other: str
    both: int
    """Findings that both said."""
    either: int
    """Findings that at least one of them said."""


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
    remarks: tuple[Remark, ...] = ()
    """The observations without repetition."""
    gaps: tuple[Gap, ...] = ()
    """What reviewers number of tests and documents, each with its state; earlier ones that are open still too."""
    agreement: tuple[Agreement, ...] = ()
    """One entry for each pair of reviewers of which at least one said a finding that is shown."""
    lead: Lead | None = None
    """What a model that led did to the report, where there was one."""
    tallies: tuple[Tally, ...]
    reconciliation: tuple[str, ...]
    """One sentence for each claim that was lowered, merged or dropped."""
    cited: tuple[CitedCode, ...]
    previous: tuple[Previous, ...] = ()
    """The findings of earlier rounds of the same target and what became of them; empty in a first round."""
    convergence: Convergence | None = None
    """None in a report that is no round of a target."""
    rules: tuple[RepoRule, ...] = ()
    """The accepted rules of the project that reviewers were given."""

    @property
    def waiting(self) -> tuple[Gap, ...]:
        """Gaps that nobody answered."""
        return tuple(gap for gap in self.gaps if gap.state is State.OPEN)

    @property
    def told(self) -> tuple[Remark, ...]:
        """The remarks; of a report without any, each observation for itself."""
        if self.remarks:
            return self.remarks
        return tuple(Remark(section=o.section, text=o.text, reviewers=(o.reviewer,)) for o in self.observations)
