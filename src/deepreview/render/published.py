"""A published report of any generation, written again in the newest form of the format."""

import re
from collections.abc import Iterable

from deepreview.model.claim import Severity
from deepreview.model.published import Original, Passage, Published, PublishedFinding, Resolution, Table
from deepreview.parse.heading import FindingHeading, heading_line
from deepreview.parse.lead import Mark
from deepreview.parse.resolution import resolution_cells
from deepreview.parse.tables import table_lines

_TITLES = {
    Severity.CRITICAL: "Critical Issues",
    Severity.IMPORTANT: "Important Issues",
    Severity.SUGGESTION: "Suggestions",
}
_RUN = re.compile(r"`{3,}")


def published_markdown(report: Published) -> str:
    """The report with its sections in the canonical order, ids with letters, and the originals verbatim in code."""
    sections = [
        _section("Executive Summary", report.summary or "None."),
        _section("Previous Review Findings", report.previous),
        _section("Code Changed Since This Review", report.since),
        *(_severity(report, severity) for severity in Severity),
        _design(report),
        _section("Testing Assessment", report.testing or "None."),
        _section("Documentation Assessment", report.docs or "None."),
        _section("Commit Structure", report.commits),
        _section("Acknowledged Limitations", report.limitations),
        _section("Unresolved Feedback", report.feedback),
        _section("Coverage Summary", report.coverage),
        _retro(report),
        _section("Review Process Notes", passages_markdown(report.notes)),
        _section("Reproductions", report.reproductions),
        _section("Resolution", resolution_markdown(report.resolution)) if report.resolution else "",
        *(_section(passage.title, passage.text) for passage in report.others),
        _appendix(report),
    ]
    return "\n\n---\n\n".join(part for part in (_front(report), *sections) if part) + "\n"


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n{text}" if text else ""


def _front(report: Published) -> str:
    rows = tuple((f"**{row.label}**", row.text) for row in report.rows)
    header = table_lines(Table(columns=("", ""), rows=rows)) if rows else ""
    title = f"# {report.title}" if report.title else ""
    return "\n\n".join(part for part in (title, header, report.intro) if part)


def _severity(report: Published, severity: Severity) -> str:
    preface = [preface.text for preface in report.prefaces if preface.severity is severity]
    found = [_finding(finding) for finding in report.findings if finding.severity is severity]
    return _section(_TITLES[severity], "\n\n".join((*preface, *found)) or "None.")


def _finding(finding: PublishedFinding) -> str:
    head = FindingHeading(
        mark=Mark.LETTER,
        severity=finding.severity,
        number=int(finding.alias[1:]),
        title=finding.title,
        places=finding.places,
        credited=finding.credited,
        tagged=finding.tagged,
        defect=finding.defect,
        notes=finding.notes,
        struck=finding.struck,
    )
    line = heading_line(head, finding.alias)
    return f"{line}\n\n{finding.text}" if finding.text else line


def _design(report: Published) -> str:
    concerns = f"### Concerns\n\n{report.concerns or 'None.'}"
    strengths = f"### Strengths\n\n{report.strengths or 'None.'}"
    return _section("Design Observations", "\n\n".join(part for part in (report.design, concerns, strengths) if part))


def passages_markdown(passages: Iterable[Passage]) -> str:
    """Each with its heading."""
    texts = (f"### {passage.title}\n\n{passage.text}" if passage.title else passage.text for passage in passages)
    return "\n\n".join(text.strip("\n") for text in texts)


def _retro(report: Published) -> str:
    parts = [table_lines(report.totals) if report.totals else "", report.closing, report.reconciliation]
    summary = "\n\n".join(part for part in parts if part)
    told = (passages_markdown(report.retro), f"### Summary\n\n{summary}" if summary else "")
    return _section("Agent Performance Retro", "\n\n".join(part for part in told if part))


def resolution_markdown(resolution: Resolution) -> str:
    """Its facts, its table and its text, without its heading."""
    info = tuple((f"**{row.label}**", row.text) for row in resolution.info)
    rows = tuple(resolution_cells(entry, number) for number, entry in enumerate(resolution.rows, 1))
    parts = (
        table_lines(Table(columns=("", ""), rows=info)) if info else "",
        table_lines(Table(columns=("#", "Finding", "Action", "Reason"), rows=rows)) if rows else "",
        resolution.text,
    )
    return "\n\n".join(part for part in parts if part) or "None."


def _appendix(report: Published) -> str:
    texts = (report.appendix, *map(_original, report.originals))
    return _section("Appendix: Original Reviews", "\n\n".join(text for text in texts if text))


def _original(original: Original) -> str:
    longest = max((len(run[0]) for run in _RUN.finditer(original.text)), default=3)
    fence = "`" * max(4, longest + 1)
    return f"### [{original.name}] — Pass {original.number}\n\n{fence}markdown\n{original.text}\n{fence}"
