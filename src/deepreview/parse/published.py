"""A published report, of any generation, as one value; nothing in it is lost."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from deepreview.model.claim import Severity
from deepreview.model.published import Passage, Preface, Published, PublishedFinding, Row, Table
from deepreview.parse.appendix import Appendix, split_appendix
from deepreview.parse.heading import FindingHeading, finding_heading, heading_line
from deepreview.parse.lines import MOST_CHARACTERS, Line
from deepreview.parse.outline import Chapter, Stated, outline_lines
from deepreview.parse.passages import lowered, passages, split_passages
from deepreview.parse.resolution import read_resolution
from deepreview.parse.tables import split_tables, table_lines
from deepreview.parse.vocabulary import SEVERITIES, Part, part_of

_TITLE = re.compile(r"^#[ \t]+(\S[^\n]{0,300})$")
_RECONCILIATION = re.compile(r"^[\s*_#]{0,8}reconciliation\b", re.IGNORECASE)
_REPORT = {Part.RETRO, Part.RESOLUTION, Part.NOTES}
_LETTERS = {Severity.CRITICAL: "C", Severity.IMPORTANT: "I", Severity.SUGGESTION: "S"}
_PASSED_ON = {Part.OTHER, Part.VERDICT, Part.VERIFICATION, Part.FINDINGS, Part.APPENDIX}
_SETTLING = 4


def is_report(text: str) -> bool:
    """Whether a text has a section that only published reports have."""
    appendix = split_appendix(text[:MOST_CHARACTERS])
    return bool(appendix.originals) or any(chapter.part in _REPORT for chapter in outline_lines(appendix.lines))


def parse_report(text: str) -> Published:
    """The report; `parse_report(published_markdown(report))` is the same value again."""
    appendix = split_appendix(text[:MOST_CHARACTERS])
    return _published(outline_lines(appendix.lines), appendix)


def _published(chapters: Sequence[Chapter], appendix: Appendix) -> Published:
    sections = _Sections(chapters)
    title, rows, intro = _front(chapters[0].lines)
    retro = _retro(sections.lines(Part.RETRO))
    resolution = sections.lines(Part.RESOLUTION) or appendix.resolution
    return Published(
        title=title,
        rows=rows,
        intro=intro,
        summary=sections.text(Part.SUMMARY),
        previous=sections.text(Part.PREVIOUS),
        since=sections.text(Part.SINCE),
        findings=_findings(chapters),
        prefaces=tuple(
            Preface(severity=severity, text=text)
            for part, severity in SEVERITIES.items()
            if (text := sections.text(part))
        ),
        design=sections.text(Part.DESIGN),
        concerns=sections.text(Part.CONCERNS),
        strengths=sections.text(Part.STRENGTHS),
        testing=sections.text(Part.TESTING),
        docs=sections.text(Part.DOCS),
        commits=sections.text(Part.COMMITS),
        limitations=sections.text(Part.LIMITATIONS),
        feedback=sections.text(Part.FEEDBACK),
        coverage=sections.text(Part.COVERAGE),
        retro=retro.passages,
        totals=retro.totals,
        closing=retro.closing,
        reconciliation=retro.reconciliation,
        notes=passages(sections.lines(Part.NOTES)),
        reproductions=sections.text(Part.REPRODUCTIONS),
        resolution=read_resolution(resolution) if resolution else None,
        others=tuple(_others(chapters)),
        originals=appendix.originals,
        appendix=lowered(appendix.intro),
    )


class _Sections:
    """The chapters by part; those of one part are one section."""

    def __init__(self, chapters: Sequence[Chapter]) -> None:
        self._chapters = chapters

    def lines(self, part: Part) -> tuple[Line, ...]:
        blank = Line("", fenced=False)
        return tuple(line for chapter in self._chapters if chapter.part is part for line in (*chapter.lines, blank))

    def text(self, part: Part) -> str:
        texts = (lowered(chapter.lines) for chapter in self._chapters if chapter.part is part)
        return "\n\n".join(text for text in texts if text)


def _others(chapters: Sequence[Chapter]) -> list[Passage]:
    told = ((chapter, lowered(chapter.lines)) for chapter in chapters if chapter.part in _PASSED_ON)
    return [Passage(title=chapter.title or chapter.part.value.title(), text=text) for chapter, text in told if text]


def _front(lines: Sequence[Line]) -> tuple[str, tuple[Row, ...], str]:
    """Title, header rows, and what else stands before the first section."""
    at = next((number for number, line in enumerate(lines) if not line.fenced and _TITLE.match(line.text)), None)
    found = _TITLE.match(lines[at].text) if at is not None else None
    rest = [line for number, line in enumerate(lines) if number != at]
    tables, others = split_tables(rest)
    pairs = [row for row in (tables[0].columns, *tables[0].rows) if any(row)] if tables else []
    if not pairs or len(pairs[0]) != 2:  # noqa: PLR2004 - label and text
        return (found[1].strip(), (), lowered(rest)) if found else ("", (), lowered(rest))
    more = [lowered(others), *map(table_lines, tables[1:])]
    rows = tuple(Row(label=label.strip("*: "), text=said) for label, said in pairs)
    return found[1].strip() if found else "", rows, "\n\n".join(part for part in more if part)


def _findings(chapters: Sequence[Chapter]) -> tuple[PublishedFinding, ...]:
    stated = [one for chapter in chapters for one in chapter.stated]
    used = Counter[str]()
    found = []
    for severity, letter in _LETTERS.items():
        own = [one for one in stated if _severity(one) is severity]
        highest = max((one.heading.number for one in own), default=0)
        for one in own:
            number = one.heading.number
            if not number or used[f"{letter}{number}"]:
                highest = number = highest + 1
            used[f"{letter}{number}"] += 1
            found.append(_finding(one, f"{letter}{number}", severity))
    return tuple(found)


def _severity(one: Stated) -> Severity:
    return one.severity or one.heading.tagged or Severity.SUGGESTION


def _finding(one: Stated, alias: str, severity: Severity) -> PublishedFinding:
    head = _settled(one.heading, alias)
    return PublishedFinding(
        alias=alias,
        severity=severity,
        title=head.title,
        places=head.places,
        credited=head.credited,
        tagged=head.tagged,
        defect=head.defect,
        notes=head.notes,
        struck=head.struck,
        text=lowered(one.lines),
    )


def _settled(head: FindingHeading, alias: str) -> FindingHeading:
    """The heading as it is read from our own line: the same after few turns, whatever the line held."""
    for _ in range(_SETTLING):
        again = finding_heading(heading_line(head, alias))
        if again is None or again == head:
            break
        head = again
    return head


@dataclass(frozen=True, slots=True, kw_only=True)
class _Retro:
    passages: tuple[Passage, ...]
    totals: Table | None
    closing: str
    reconciliation: str


def _retro(lines: Sequence[Line]) -> _Retro:
    summary, pieces = _summed(lines)
    told = [(title, lowered(piece)) for title, piece in pieces]
    tables, rest = split_tables(summary)
    at = next((n for n, line in enumerate(rest) if not line.fenced and _RECONCILIATION.match(line.text)), len(rest))
    totals = _totals(tables)
    wide = [table for table in tables[1:] if len(table.columns) != len(tables[0].columns)]
    closing = (lowered(rest[:at]), *map(table_lines, wide))
    return _Retro(
        passages=tuple(Passage(title=title, text=text) for title, text in told if title or text),
        totals=totals,
        closing="\n\n".join(part for part in closing if part),
        reconciliation=lowered(rest[at:]),
    )


def _summed(lines: Sequence[Line]) -> tuple[list[Line], Sequence[tuple[str, tuple[Line, ...]]]]:
    """The lines of the summary, and the other pieces; where only their beginning is left, those of its own headings."""
    pieces = split_passages(lines)
    summary = [line for title, piece in pieces if part_of(title) is Part.SUMMARY for line in piece]
    others = [(title, piece) for title, piece in pieces if part_of(title) is not Part.SUMMARY]
    if len(others) == len(pieces) or len(others) > 1:
        return summary, others
    deeper, rest = _summed(others[0][1])
    return deeper + summary, rest


def _totals(tables: Sequence[Table]) -> Table | None:
    """The first table, with the rows of later ones of the same width: some reports put their totals apart."""
    if not tables:
        return None
    first, rows = tables[0], list(tables[0].rows)
    for table in tables[1:]:
        if len(table.columns) == len(first.columns):
            rows += [row for row in (table.columns, *table.rows) if row != first.columns and any(row)]
    return Table(columns=first.columns, rows=tuple(rows))
