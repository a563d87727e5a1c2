"""The chapters of a review or report, and the findings in those that hold findings."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from deepreview.model.claim import Severity
from deepreview.parse.fields import says_all
from deepreview.parse.heading import FindingHeading, finding_heading
from deepreview.parse.items import is_count, is_nothing
from deepreview.parse.lead import Mark
from deepreview.parse.lines import Line, read_lines
from deepreview.parse.vocabulary import (
    BOLD,
    CLAIMING,
    SEVERITIES,
    Part,
    heading,
    is_label,
    is_rating,
    labelled,
    part_of,
)

_WHOLE = {Part.RETRO, Part.NOTES, Part.RESOLUTION, Part.REPRODUCTIONS, Part.PREVIOUS, Part.SINCE}
"""Parts that keep their deeper headings, whatever these say."""
_UNDER = re.compile(r"^ {0,3}([=-])\1{2,100}[ \t]*$")
_LONGEST_TITLE = 80
_MOST_SEVERITIES = 6
_BEGINS = set("CIS0123456789")
_OPEN = {Part.PREAMBLE, *CLAIMING}
_INDENTED = re.compile(r"^(?: {3,}|\t)")
_BELOW = 12
"""Lines below a title that are looked at."""
_TAKES_BACK = re.compile(
    r"\b(?:false|reject|dismiss|refut|discard|not\b|no\b|consider|withdrawn|drop|resolv|fixed|previous|earlier|prior|verif"
    r"|check|declin|skip|exclu|ignor|out of|duplicat)",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"^#{1,6}[ \t]+[\"“'(]?[A-Z][^={}();<>]{2,90}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A finding: its opening line and the lines under it."""

    heading: FindingHeading
    severity: Severity | None
    """By its chapter, else its letter or first word."""
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A part of the text with what stands in it."""

    part: Part
    title: str
    level: int
    lines: tuple[Line, ...]
    """Those before the first finding; all of them where there is none."""
    stated: tuple[Stated, ...]

    @property
    def text(self) -> str:
        """The lines before the first finding."""
        return "\n".join(line.text for line in self.lines).strip("\n")


def outline(text: str) -> tuple[Chapter, ...]:
    """The chapters in their order, the first being what stands before any heading; linear in the text."""
    return outline_lines(read_lines(text, opens))


def outline_lines(lines: Sequence[Line]) -> tuple[Chapter, ...]:
    """The chapters of lines that were read."""
    reader = _Reader()
    marked = tuple(_marked(lines))
    for number, line in enumerate(marked):
        reader.take(line, marked[number + 1 : number + 1 + _BELOW])
    return reader.end()


def _marked(lines: Sequence[Line]) -> Iterable[Line]:
    """The lines, known headings that are underlined with hashes instead."""
    skip = False
    for line, below in zip(lines, chain(lines[1:], [Line("", fenced=False)]), strict=False):
        plain = not (line.fenced or below.fenced or line.text.lstrip().startswith("#"))
        under = _UNDER.match(below.text) if plain else None
        titled = bool(under and not skip and len(line.text) < _LONGEST_TITLE and part_of(line.text))
        if not skip:
            yield (
                Line(f"{'#' if under and under[1] == '=' else '##'} {line.text.strip()}", fenced=False)
                if titled
                else line
            )
        skip = titled


def opens(line: str) -> bool:
    """Whether a line can only be a heading of a review: it ends fenced code that nobody closed."""
    titled = heading(line)
    if titled and part_of(titled[1]) and (titled[0] < BOLD or " " in titled[1]):
        return True
    found = finding_heading(line) if line.startswith(("**", "#")) or line[:1] in _BEGINS else None
    if found is None or not found.bold or found.series:
        return False
    if found.mark is Mark.WORD:
        return bool(found.places)
    return found.mark is not Mark.BARE and (found.sure or found.level > 1 or found.mark is Mark.LETTER)


class _Reader:
    """Goes through the lines once; knows the chapter and the finding that are open."""

    def __init__(self) -> None:
        self.chapters: list[Chapter] = []
        self.part, self.title, self.level = Part.PREAMBLE, "", 0
        self.lines: list[Line] = []
        self.stated: list[Stated] = []
        self.current: tuple[FindingHeading, Severity | None] | None = None
        self.before: list[Line] = []
        self.numbering = _Numbering()
        self._parts = set[Part]()

    def take(self, line: Line, below: Sequence[Line]) -> None:
        if not line.fenced and line.text.strip():
            if opened := self._opened(line.text):
                self._chapter(*opened)
                return
            if self._states(line.text, below):
                return
        self.lines.append(line)

    def _opened(self, text: str) -> tuple[Part, str, int, str] | None:
        """Part, title, level and the first words of the chapter that a line opens."""
        if titled := heading(text):
            level, title = titled
            part = self._ours(part_of(title), title)
            if part is Part.APPENDIX:
                return None
            if part and self._may_open(part, level, title) and not (part in CLAIMING and self._is_placed(text)):
                return part, title, level, ""
            if part is None and self._goes_on(level) and self._may_be_other(level, text):
                return Part.OTHER, title, level, ""
        elif (told := labelled(text)) and self._may_open(told[0], BOLD, ""):
            return told[0], "", BOLD, told[1]
        return None

    def _ours(self, part: Part | None, title: str) -> Part | None:
        """What a heading opens here: `Recommendations` behind the suggestions say again what to do."""
        again = part is Part.SUGGESTIONS and part in {self.part, *self._parts}
        return Part.OTHER if again and title.strip("*_: ").lower().endswith("recommendations") else part

    def _may_open(self, part: Part, level: int, title: str) -> bool:
        if self.part in _WHOLE:
            return level <= min(self.level, BOLD - 1)
        if self.current is None or level <= self.level < BOLD:
            return True
        if title.lower() == "suggestion" or is_label(title):
            return False
        if level == BOLD and is_rating(title) and not is_rating(self.title):
            return False
        bold = level < BOLD or self.level == BOLD
        return len(title.split()) > 1 or part in {Part.CONCERNS, Part.STRENGTHS} or (bold and part in SEVERITIES)

    def _goes_on(self, level: int) -> bool:
        """Whether a heading of no known name may end what stands before it; above any section, numbered findings."""
        if self.part is Part.PREAMBLE and self.level == 0:
            return self.numbering.mark is Mark.NUMBER and self.current is not None and self.current[0].level == 0
        return level <= self.level

    def _may_be_other(self, level: int, text: str) -> bool:
        """Whether a heading of no known name opens a section, rather than a part of the finding above."""
        within = self.current is not None and self.level in {level, BOLD} and is_label(text)
        return level < BOLD and not within and bool(_PLAIN.match(text.rstrip())) and not self._is_finding(text)

    def _is_placed(self, text: str) -> bool:
        """Whether a heading that begins with a severity's name is a finding: `### High — title — a.py:3`."""
        found = finding_heading(text)
        return bool(found and found.places)

    def _is_finding(self, text: str) -> bool:
        found = finding_heading(text)
        return bool(found and found.mark in {Mark.LETTER, Mark.WORD})

    def _states(self, text: str, below: Sequence[Line]) -> bool:
        """Open a finding where the line opens one."""
        early = self.part is Part.SUMMARY and (self.current is not None or "[" in text[:8])
        if self.part not in _OPEN and not early and not self._unnamed:
            return False
        found = finding_heading(text)
        if found is None or (self._unnamed and not self._is_whole(found)):
            return False
        fielded = self.part is Part.PREAMBLE and found.level > 1 and says_all(below)
        if not (fielded or self._accepts(found, text)) or (early and found.mark is Mark.WORD and not found.sure):
            return False
        self._close()
        self.current = (found, SEVERITIES.get(self.part) or found.severity)
        self.numbering.accept(found)
        return True

    def _accepts(self, found: FindingHeading, text: str) -> bool:
        indented = bool(_INDENTED.match(text))
        if found.mark is Mark.LETTER:
            return found.bold or found.sure
        if found.mark is Mark.WORD:  # below `S1.` in one chapter, `**Minor**: …` is a part of what S1 says
            other = self.numbering.mark not in {None, Mark.WORD}
            tells = found.bold or found.sure
            return not indented and not other and tells and not (is_nothing(found.title) or is_count(found.title))
        if indented or not (self.part in CLAIMING or self._is_whole(found)):
            return False
        if found.mark is Mark.NUMBER:
            return self.numbering.fits(found)
        if is_nothing(found.title):
            return False
        deeper = found.level > 0 and self.part in SEVERITIES
        return self.numbering.mark in {None, Mark.BARE} and (found.sure or deeper)

    def _is_whole(self, found: FindingHeading) -> bool:
        """Whether a line says all that a finding's can: above any heading, where the start of a text is lost."""
        told = found.bold and found.places and (found.tagged or found.defect or found.severity)
        marked = found.mark is not Mark.BARE or found.level > 1
        return (self.part is Part.PREAMBLE or self._unnamed) and marked and bool(told)

    @property
    def _unnamed(self) -> bool:
        """Whether the section has a name that reviews do not have, and that does not take back what it holds."""
        return self.part is Part.OTHER and part_of(self.title) is None and not _TAKES_BACK.search(self.title)

    def _chapter(self, part: Part, title: str, level: int, words: str) -> None:
        self._end()
        self._parts.add(self.part)
        self.part, self.title, self.level = part, title, level
        while words and (more := labelled(words)):
            self._end()
            (self.part, words), self.title = more, ""
        if words:
            self.lines.append(Line(words, fenced=False))

    def _close(self) -> None:
        if self.current is None:
            self.before = self.lines
        else:
            found, severity = self.current
            self.stated.append(Stated(heading=found, severity=severity, lines=tuple(trimmed(self.lines))))
        self.lines, self.current = [], None

    def _end(self) -> None:
        self._close() if self.current else self._settle()
        self.chapters.append(
            Chapter(part=self.part, title=self.title, level=self.level, lines=tuple(self.before), stated=self._told())
        )
        self.before, self.lines, self.stated, self.numbering = [], [], [], _Numbering()

    def _told(self) -> tuple[Stated, ...]:
        """The findings; above any section, not what only says which severities there are."""
        return tuple(self.stated[_legend(self.stated) if self.part is Part.PREAMBLE else 0 :])

    def _settle(self) -> None:
        self.before, self.lines = self.lines, []

    def end(self) -> tuple[Chapter, ...]:
        self._end()
        return tuple(self.chapters)


def _legend(stated: Sequence[Stated]) -> int:
    """How many at the start explain the severities: each of them in its order, with no place and nothing under it."""
    told = list[Severity]()
    for one in stated[:_MOST_SEVERITIES]:
        head = one.heading
        if head.mark is not Mark.WORD or head.number or head.places or head.severity is None:
            break
        told.append(head.severity)
        if one.lines:
            break
    order = list(Severity)
    ranks = [order.index(severity) for severity in told]
    return len(told) if {*told} == {*order} and ranks in (sorted(ranks), sorted(ranks)[::-1]) else 0


def trimmed(lines: Sequence[Line]) -> Sequence[Line]:
    """Without the blank lines and rules at the end."""
    end = len(lines)
    while end and not lines[end - 1].fenced and not lines[end - 1].text.strip().strip(" \t*_-"):
        end -= 1
    return lines[:end]


class _Numbering:
    """Tells a chapter's next finding from a list within a finding: the numbers go up by one, and look alike."""

    def __init__(self) -> None:
        self.mark: Mark | None = None
        self._last = dict[str, int]()
        self._first: FindingHeading | None = None
        self._level = 0
        self._nested = False

    def accept(self, found: FindingHeading) -> None:
        if self.mark is None:
            self._first = found
        self.mark, self._nested = found.mark, False
        self._last[found.series], self._level = found.number, found.level

    def fits(self, found: FindingHeading) -> bool:
        if self.mark not in {None, Mark.NUMBER} or not (found.bold or found.sure):
            return False
        if self.mark is None or (found.series and self._last):
            begins = found.sure and found.series not in self._last  # numbered through all sections
            return not found.series or begins or found.number == self._last.get(found.series, 0) + 1
        if found.number != self._last.get("", 0) + 1:
            self._nested = self._nested or found.number == 1
            return False
        if found.level == self._level > 0:
            return True
        if self._nested:
            return found.sure and self._looks_alike(found)
        return found.sure or not (self._first and self._first.sure)

    def _looks_alike(self, found: FindingHeading) -> bool:
        """Whether it says as much as the first: behind a list within a finding, a place alone may be of the list."""
        first = self._first
        return first is None or (found.bold >= first.bold and bool(found.defect) >= bool(first.defect))
