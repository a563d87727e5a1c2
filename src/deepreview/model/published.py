"""A published report as its text holds it, section by section: what a person or another tool wrote."""

from dataclasses import dataclass

from deepreview.model.claim import DefectClass, Place, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of the header: `Verdict`, `Review SHA`, `Reviewers`."""

    label: str
    text: str
    """Markdown, as it stands in the cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFinding:
    """One finding of a published report."""

    alias: str
    """`I1`: its letter is that of its section, its number the one written, or the next free one."""
    severity: Severity
    title: str
    places: tuple[Place, ...]
    credited: tuple[str, ...]
    """Who found it, as written in brackets."""
    tagged: Severity | None
    """The severity in parentheses, where one is written."""
    defect: DefectClass | None
    notes: tuple[str, ...]
    """Other parentheses of the heading: `round 6 S3, unaddressed`."""
    struck: bool
    text: str
    """All that stands under the heading, in Markdown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preface:
    """What stands in a section of findings before the first one."""

    severity: Severity
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A headed piece of a section, or a section of its own that reports do not usually have."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table, its cells in Markdown; every row has as many cells as there are columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A row of the resolution: what became of a finding or a gap."""

    ref: str
    """`I1`, `Testing Gap #2`; empty where the row names none."""
    title: str
    action: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What the author did about the findings."""

    info: tuple[Row, ...]
    rows: tuple[Resolved, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """One reviewer's own text, from the appendix."""

    name: str
    number: int
    """Which of its passes, from 1."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """All sections; texts are Markdown without their headings, empty where a section is missing or says none."""

    title: str
    rows: tuple[Row, ...]
    intro: str
    summary: str
    previous: str
    since: str
    findings: tuple[PublishedFinding, ...]
    """By severity, in the order shown."""
    prefaces: tuple[Preface, ...]
    design: str
    concerns: str
    strengths: str
    testing: str
    docs: str
    commits: str
    limitations: str
    feedback: str
    coverage: str
    retro: tuple[Passage, ...]
    """By reviewer; a passage without a title is what stands before the first."""
    totals: Table | None
    """The table of the retro's summary: one column for each reviewer behind the first."""
    closing: str
    """What stands in the retro's summary beside the table."""
    reconciliation: str
    """What became of the claims that were changed, from its label on."""
    notes: tuple[Passage, ...]
    reproductions: str
    resolution: Resolution | None
    others: tuple[Passage, ...]
    originals: tuple[Original, ...]
    appendix: str
    """What stands in the appendix before the first original."""

    def row(self, label: str) -> str:
        """The header's cell of that label, or nothing."""
        return next((row.text for row in self.rows if row.label.lower() == label.lower()), "")
