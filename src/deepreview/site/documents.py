"""A published report as sections of a page: its text, in the order in which reports of that format stand."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from deepreview.model.published import Published
from deepreview.parse.tables import table_lines
from deepreview.render.prose import Prose
from deepreview.render.published import passages_markdown, resolution_markdown


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A headed part."""

    title: str
    html: Markup


def document(report: Published, prose: Prose) -> tuple[Section, ...]:
    """All sections but findings and originals; those without text are left out."""
    return tuple(Section(title=title, html=prose.blocks(text)) for title, text in _texts(report) if text)


def _texts(report: Published) -> Iterator[tuple[str, str]]:
    yield "Summary", "\n\n".join(text for text in (report.intro, report.summary) if text)
    yield "What became of earlier findings", report.previous
    yield "Code changed since this review", report.since
    yield "Design", "\n\n".join(text for text in (report.design, report.concerns) if text)
    yield "Strengths", report.strengths
    yield "Testing", report.testing
    yield "Documentation", report.docs
    yield "Commits", report.commits
    yield "Known limitations", report.limitations
    yield "Feedback still open", report.feedback
    yield "Coverage", report.coverage
    totals = table_lines(report.totals) if report.totals else ""
    told = (passages_markdown(report.retro), totals, report.closing, report.reconciliation)
    yield "The reviewers", "\n\n".join(text for text in told if text)
    yield "Notes on the process", passages_markdown(report.notes)
    yield "Reproductions", report.reproductions
    yield "Resolution", resolution_markdown(report.resolution) if report.resolution else ""
    for passage in report.others:
        yield passage.title, passage.text
    yield "Appendix", report.appendix
