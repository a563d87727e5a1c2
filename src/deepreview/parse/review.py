"""One reviewer's text: what it claims, what else it observes, what it read. Tolerant of every format seen so far."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from deepreview.model.claim import SAID, Answer, Claim, ClaimId, DefectClass, Observation, Section, Severity
from deepreview.model.review import Review
from deepreview.parse.cut import cut_off
from deepreview.parse.items import Item, is_nothing, marked_items_of
from deepreview.parse.lead import Mark
from deepreview.parse.lines import MOST_CHARACTERS, bared
from deepreview.parse.outline import Chapter, Stated, outline
from deepreview.parse.places import is_path, places_in
from deepreview.parse.statement import statement
from deepreview.parse.tools import Told, tool_review
from deepreview.parse.unformed import unformed
from deepreview.parse.vocabulary import CLAIMING, Part

_SECTIONS = {
    Part.SUMMARY: Section.SUMMARY,
    Part.DESIGN: Section.CONCERN,
    Part.CONCERNS: Section.CONCERN,
    Part.STRENGTHS: Section.STRENGTH,
    Part.TESTING: Section.TESTING,
    Part.DOCS: Section.DOCS,
    Part.COMMITS: Section.COMMITS,
    Part.LIMITATIONS: Section.LIMITATION,
    Part.FEEDBACK: Section.FEEDBACK,
}
_LETTERS = {Severity.CRITICAL: "C", Severity.IMPORTANT: "I", Severity.SUGGESTION: "S"}
_VERDICT = re.compile(r"^[\s|*#_-]*verdict[\s|*_:—-]+(?P<said>\S[^\n]{0,300}?)[\s|*]*$", re.IGNORECASE | re.MULTILINE)
_ROW = re.compile(r"^\s*\|(?P<first>[^|\n]{1,500})\|")
_BULLET = re.compile(r"^\s*[-*+]\s+(?P<first>\S[^\n]{0,500})$")
_NOT_READ = re.compile(
    r"[|:—–-][\s*_`(]{0,6}(?:(?:was )?not (?:read|reviewed|opened|looked at|examined)|unread|unreviewed|skipped)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Whose text it is."""

    name: str
    family: str
    number: int = 1
    """Which of its passes."""


def parse_review(text: str, author: Author) -> Review:
    """Claims, observations and coverage; a text in no known form gives what it says about places, else nothing."""
    read = bared(text[:MOST_CHARACTERS])
    chapters = outline(read)
    if (told := tool_review(read)) and not _is_formed(chapters, told):
        stated, said, covered = told.stated, _said(told.remarks, author), told.covered
    else:
        more = unformed(chapters)
        stated = (*(one for chapter in chapters for one in chapter.stated), *more.stated)
        rest = (chapter for number, chapter in enumerate(chapters) if number not in more.chapters)
        told_in = (one for chapter in rest for one in _observations(chapter, author.name))
        said = (*_said(more.remarks, author), *told_in)
        covered = tuple(path for chapter in chapters if chapter.part is Part.COVERAGE for path in _covered(chapter))
    return Review(
        reviewer=author.name,
        verdict=_verdict(text[:MOST_CHARACTERS]),
        claims=_claims(stated, author),
        observations=said,
        covered=tuple(dict.fromkeys(covered)),
        gaps=_gaps(text, says=bool(stated or said or covered)),
    )


def _is_formed(chapters: Iterable[Chapter], told: Told) -> bool:
    """Whether findings under headings of their own stand in a text that only quotes a tool."""
    heads = [one.heading for chapter in chapters for one in chapter.stated]
    return any(head.mark is Mark.LETTER for head in heads) or sum(bool(head.places) for head in heads) > len(
        told.stated
    )


def _said(remarks: Iterable[tuple[Section, str]], author: Author) -> tuple[Observation, ...]:
    return tuple(Observation(reviewer=author.name, section=section, text=text) for section, text in remarks)


def _gaps(text: str, *, says: bool) -> tuple[str, ...]:
    if len(text) > MOST_CHARACTERS:
        return (f"The text is longer than {MOST_CHARACTERS:,} characters; what follows was not read.",)
    return tuple(filter(None, (cut_off(text) if says else "",)))


def _verdict(text: str) -> str:
    found = _VERDICT.search(text[:20_000])
    return found["said"].replace("**", "").strip(" *_") if found else ""


def _claims(stated: Sequence[Stated], author: Author) -> tuple[Claim, ...]:
    counts, seen, said = Counter[Severity](), Counter[str](), set[Claim]()
    claims = []
    for one in stated:
        claim = _claim(one, author)
        if claim in said:  # some hand over their report twice
            continue
        said.add(claim)
        counts[claim.severity] += 1
        number = one.heading.number or counts[claim.severity]
        local = f"{_LETTERS[claim.severity]}{number}"
        seen[local] += 1
        own = local if seen[local] == 1 else f"{local}.{seen[local]}"
        claims.append(replace(claim, id=ClaimId(f"{author.name}/{author.number}/{own}")))
    return tuple(claims)


def _claim(one: Stated, author: Author) -> Claim:
    head, body = one.heading, statement(one.lines)
    severity = one.severity or head.tagged or body.tagged or Severity.SUGGESTION
    return Claim(
        id=ClaimId(""),
        reviewer=author.name,
        family=author.family,
        kind=SAID,
        severity=severity,
        defect=head.defect or body.defect or DefectClass.REGRESSION,
        title=head.title,
        body="\n\n".join(filter(None, (body.text, *(f"({note})" for note in head.notes)))),
        unless="",
        method="",
        places=head.places or body.places,
        quote=body.quote,
        fix=body.fix,
        patch=body.patch,
        repro=body.repro,
        silent=Answer.UNKNOWN,
        reachable=Answer.UNKNOWN,
        suppressed="withdrawn by its reviewer" if body.withdrawn or head.struck else "",
        excuse="",
    )


def _observations(chapter: Chapter, reviewer: str) -> Iterable[Observation]:
    if chapter.part in CLAIMING or chapter.part in {Part.PREAMBLE, Part.COVERAGE, Part.VERDICT, Part.APPENDIX}:
        return
    section = _SECTIONS.get(chapter.part, Section.NOTE)
    if section is Section.NOTE:
        if chapter.text.strip() and not is_nothing(chapter.text):
            yield Observation(reviewer=reviewer, section=section, text=f"**{chapter.title}**\n\n{chapter.text.strip()}")
        return
    whole = section is Section.SUMMARY
    for item in (Item(chapter.text.strip(), ""),) if whole else marked_items_of(chapter.lines):
        if item.text:
            yield Observation(reviewer=reviewer, section=section, text=item.text, numbered=item.numbered)


def _covered(chapter: Chapter) -> Iterable[str]:
    """The paths in the first cells of a table, or at the start of a list's items, but for those called unread."""
    for line in chapter.lines:
        found = (
            None
            if line.fenced or _NOT_READ.search(line.text[:1000])
            else _ROW.match(line.text) or _BULLET.match(line.text)
        )
        if found is None:
            continue
        first = found["first"].strip()
        plain = first.strip("`*_ ")
        if is_path(plain):
            yield plain
        else:
            yield from dict.fromkeys(place.path for place in places_in(first))
