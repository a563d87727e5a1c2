"""What a text says without the headings of findings: rows of tables, items of lists, prose about places."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deepreview.model.claim import Section
from deepreview.parse.labels import Sort
from deepreview.parse.loose import Loose, Weight, is_sure, loosely
from deepreview.parse.outline import Chapter, Stated
from deepreview.parse.tabled import tabled_findings
from deepreview.parse.vocabulary import CLAIMING, SEVERITIES, Part

_FAILED = re.compile(
    r"\b(?:(?:could|can|did) ?(?:not|n['’]t)|can['’]t|(?:un|not )able to|failed to)\b"
    r"(?! (?:find|identify|see|spot|detect|discover|think)\b)"
    r"|\b(?:(?:rate|usage|token) limit|timed out|denied|overloaded|unavailable|try again)\b|\berror:",
    re.IGNORECASE,
)
_OF_REVIEWS = re.compile(
    r"\b(?:must|should|could|critical|blockers?|blocking|high|major|medium|low|minor|nits?|nitpicks?|issues?|findings?"
    r"|suggestions?|important|p[0-4])\b",
    re.IGNORECASE,
)
"""Words in titles of reviews; improvements, bugs and notes have sections of their own in other documents too."""
_FEW = 4
_UNSAID = {Part.PREAMBLE, Part.OTHER, Part.SUMMARY, *CLAIMING}
_TOLD_WHOLE = {Part.OTHER, Part.SUMMARY}
"""Parts that are observations as a whole where no finding is in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unformed:
    """What is said without form."""

    stated: tuple[Stated, ...]
    remarks: tuple[tuple[Section, str], ...]
    chapters: frozenset[int]
    """Those by number of which all that is said is here."""


def unformed(chapters: Sequence[Chapter]) -> Unformed:
    """The findings and remarks of the chapters in which no heading states a finding."""
    formed = any(chapter.stated for chapter in chapters)
    rows = [[] if formed else [*tabled_findings(chapter)] for chapter in chapters]
    told = formed or any(rows)
    pieces = [
        [*loosely(chapter)] if not row and _is_read(chapter, chapters, told=told) else []
        for chapter, row in zip(chapters, rows, strict=True)
    ]
    sure = told or is_sure([piece for own in pieces for piece in own])
    stated, remarks, read = list[Stated](), list[tuple[Section, str]](), set[int]()
    for number, (chapter, row, own) in enumerate(zip(chapters, rows, pieces, strict=True)):
        findings = [piece for piece in own if _states(piece, chapter, own, sure=sure)]
        stated += row or (_rated(piece, chapter) for piece in findings)
        if row or findings:
            read.add(number)
        if own and (findings or chapter.part not in _TOLD_WHOLE):
            remarks += _remarks([piece for piece in own if piece not in findings], chapter, sure=sure)
    return Unformed(stated=tuple(stated), remarks=(*_opening(chapters), *remarks), chapters=frozenset(read))


def _is_read(chapter: Chapter, chapters: Sequence[Chapter], *, told: bool) -> bool:
    """Whether a chapter is one in which findings may stand without their headings."""
    if chapter.part in CLAIMING:
        return not chapter.stated and (chapter.part in SEVERITIES or not told)
    sections = any(one.part not in _UNSAID or one.part in SEVERITIES for one in chapters)
    return not told and not sections


def _states(piece: Loose, chapter: Chapter, own: Sequence[Loose], *, sure: bool) -> bool:
    """Whether a piece is a finding, by its place and by where it stands."""
    if piece.sort is not Sort.CLAIM:
        return False
    if piece.weight is Weight.LINE:
        return True
    rated = chapter.part in SEVERITIES and (sure or bool(_OF_REVIEWS.search(chapter.title)))
    if piece.weight is Weight.FILE:
        return sure or rated or chapter.part is Part.FINDINGS or piece.stated.severity is not None
    beside = chapter.part is Part.FINDINGS and any(other.weight is not Weight.NONE for other in own)
    return piece.listed and (rated or beside)


def _rated(piece: Loose, chapter: Chapter) -> Stated:
    one = piece.stated
    severity = SEVERITIES.get(chapter.part) or one.severity
    return Stated(heading=one.heading, severity=severity, lines=one.lines)


def _remarks(pieces: Iterable[Loose], chapter: Chapter, *, sure: bool) -> Iterable[tuple[Section, str]]:
    """What is said beside the findings, where it is a review that speaks, and about files where it may be one."""
    prose = list[str]()
    for piece in pieces:
        short = len(piece.text.split()) < _FEW
        if piece.sort is Sort.PRAISE:
            told = Section.STRENGTH
        elif piece.listed or piece.sort is Sort.QUESTION or chapter.part in CLAIMING:
            told = Section.NOTE
        else:
            told = Section.SUMMARY
        if not sure and (piece.weight is Weight.NONE or not piece.listed or _FAILED.search(piece.text)):
            continue
        if told is Section.SUMMARY:
            prose += [] if short or piece.text.rstrip().endswith(":") else [piece.text]
        else:
            yield told, piece.text
    if prose:
        yield Section.SUMMARY, "\n\n".join(prose)


def _opening(chapters: Sequence[Chapter]) -> Iterable[tuple[Section, str]]:
    """What stands above findings that no section has: all that such a text says of the whole."""
    first = chapters[0]
    if first.stated and not any(chapter.part not in {Part.PREAMBLE, Part.OTHER} for chapter in chapters):
        said = [piece for piece in loosely(first) if piece.sort is not Sort.QUESTION]
        yield from _remarks(said, first, sure=True)
