"""Reviews as tools publish them: remarks in folds by file, under badges, in tables of HTML, in blocks of output."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from deepreview.model.claim import Place, Section, Severity
from deepreview.parse.furniture import SIGNATURE, Fold, fold_of, is_furniture, is_section
from deepreview.parse.heading import FindingHeading, is_places, plain_title
from deepreview.parse.labels import Sort, is_label, sort_of, unlabelled
from deepreview.parse.lead import Mark
from deepreview.parse.lines import Line, read_lines
from deepreview.parse.loose import titled
from deepreview.parse.markup import Bit, unfolded
from deepreview.parse.openers import Opener, Spot, blob, is_badge, opener
from deepreview.parse.outline import Stated, trimmed
from deepreview.parse.places import is_path, places_in, written
from deepreview.parse.vocabulary import severity_of

_LONGEST = 200
_MOST_PLACES = 50
_MOST_LABELS = 6
_BOLD = re.compile(r"^\*\*(?P<title>[^*\n].*?)\*\*[.:]?(?:\s+(?P<rest>\S.*))?$")
_SENTENCE = re.compile(r"(?<=[.!?])\s")
_DRAFT = re.compile(r"^[-*]\s+\*\*Draft comment\W{0,5}(?P<rest>.*)$", re.IGNORECASE)
_KEPT_BACK = re.compile(r"^[-*]\s+\*\*Reason this comment was not posted", re.IGNORECASE)
_PROMPT = re.compile(r"^prompt for ai agents?:?$", re.IGNORECASE)
_FIELDS = re.compile(r"^(?:lines?: \d|type: \w+$|comment:$)", re.IGNORECASE)
_RULE = re.compile(r"^={5,}$")
_CELL = re.compile(r"^[|*-]\s+(?P<first>[^|\n]{1,300}?)(?:\s+\(\d+ hunks?\))?\s*(?:\||$)")
_LINKED = re.compile(r"^\[`[^`\]\n]{1,300}`\]\([^()\s]{1,600}\)$")
_HEADING = re.compile(r"^#{1,6}\s+\S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the text of a tool says."""

    stated: tuple[Stated, ...]
    remarks: tuple[tuple[Section, str], ...]
    """What it says that is no finding."""
    covered: tuple[str, ...]


@dataclass(eq=False, slots=True, kw_only=True)
class _Remark:
    """A remark whose lines are being read."""

    opened: Opener
    depth: int
    severity: Severity | None
    praised: bool
    lines: list[Line] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    withheld: bool = False
    said: bool = False
    """Whether more is known than the place and how bad it is."""

    @property
    def empty(self) -> bool:
        """Whether its title is still to come."""
        return not (self.said or self.opened.title)

    def keep(self, line: Line) -> None:
        """Add a line."""
        self.said = self.said or bool(line.text.strip() and not line.fenced and not is_label(line.text))
        self.lines.append(line)

    def complete(self, found: Opener) -> None:
        """Take what a second line says of the title."""
        severity = found.severity or self.opened.severity
        self.opened = replace(self.opened, title=found.title, severity=severity, sort=found.sort)
        if found.rest:
            self.keep(Line(found.rest, fenced=False))

    def point(self, places: Iterable[Place]) -> None:
        """Add places."""
        self.places += [place for place in places if place not in self.places][: _MOST_PLACES - len(self.places)]


def tool_review(text: str) -> Told | None:
    """What a text says that has the marks of a known tool; None for any other, and where nothing can be made of it."""
    if not SIGNATURE.search(text):
        return None
    reader = _Reader(unfolded(read_lines(text, lambda _: False)))
    told = reader.read()
    return told if told.stated or any(section is not Section.SUMMARY for section, _ in told.remarks) else None


def plainly(text: str) -> str:
    """A tool's comment without its tags, and without the folds that repeat, advertise or configure."""
    kept, skipped = list[str](), None
    for bit in unfolded(read_lines(text, lambda _: False)):
        if skipped is not None and (bit.depth < skipped or (bit.title and bit.depth <= skipped)):
            skipped = None
        if bit.title and fold_of(bit.text)[0] is Fold.FURNITURE:
            skipped = bit.depth
        if skipped is None and not (bit.line.text.strip() and not bit.line.fenced and is_furniture(bit.text)):
            kept.append(f"**{bit.text.strip('* ')}**" if bit.title else bit.text)
    return "\n".join(kept).strip()


class _Reader:
    """Goes through the lines once; knows the section, the file and the remark that are open."""

    def __init__(self, bits: Sequence[Bit]) -> None:
        self._bits = bits
        self._told: list[_Remark] = []
        self._open: _Remark | None = None
        self._kind, self._path = Fold.OTHER, ""
        self._severity: Severity | None = None
        self._path_depth = 0
        self._skipped: int | None = None
        self._pending: tuple[Place, ...] = ()
        self._rest: list[str] = []
        self._covered: list[str] = []

    def read(self) -> Told:
        """All that is told."""
        for at, bit in enumerate(self._bits):
            self._leave(bit)
            if self._skipped is not None:
                continue
            if bit.line.fenced or not bit.text.strip():
                self._keep(bit.line)
            else:
                self._take(at, bit)
        remarks = [_settled(one) for one in self._told]
        said = "\n".join(self._rest).strip()
        return Told(
            stated=tuple(one for one in remarks if isinstance(one, Stated)),
            remarks=(
                *(((Section.SUMMARY, re.sub(r"\n{3,}", "\n\n", said)),) if said else ()),
                *(one for one in remarks if not isinstance(one, Stated)),
            ),
            covered=tuple(dict.fromkeys(self._covered)),
        )

    def _leave(self, bit: Bit) -> None:
        """Close what the line does not stand in any more."""
        if self._open and (bit.depth < self._open.depth or (bit.title and bit.depth <= self._open.depth)):
            self._open = None
        if self._skipped is not None and (bit.depth < self._skipped or (bit.title and bit.depth <= self._skipped)):
            self._skipped = None
        if bit.depth < self._path_depth:
            self._path, self._path_depth = "", 0

    def _take(self, at: int, bit: Bit) -> None:
        text = bit.text.strip()
        if self._reads_on(text):
            return
        found = opener(Spot(bits=self._bits, at=at, path=self._path))
        if found and self._open and self._open.empty and not found.places:
            self._open.complete(found)
        elif found:
            self._begin(found, bit.depth)
        elif bit.title or _HEADING.match(text) or is_section(text):
            self._enter(text, bit)
        elif places := blob(text):
            self._link(at, places)
        elif not self._is_of_path(text, at):
            self._say(text, bit)

    def _reads_on(self, text: str) -> bool:
        """Take a line that only the forms of one tool have."""
        if _RULE.match(text):
            self._open = None if self._open and self._open.opened.ends_on_rule else self._open
            return True
        if self._open and self._open.opened.ends_on_rule and _FIELDS.match(text):
            return True
        if self._open and (_KEPT_BACK.match(text) or _PROMPT.match(text)):
            self._open.withheld = self._open.withheld or bool(_KEPT_BACK.match(text))
            if _PROMPT.match(text):
                self._open = None
                self._kind = Fold.FURNITURE
            return True
        if self._open and (draft := _DRAFT.match(text)):
            self._keep(Line(draft["rest"], fenced=False))
            return True
        return False

    def _begin(self, found: Opener, depth: int) -> None:
        """Open a remark."""
        if self._kind is Fold.FURNITURE:
            self._kind = Fold.OTHER
        places = found.places or self._pending
        if not places and is_badge(f"**![P1]() {found.title}") and found.severity and self._path:
            places = places_in(f"`{self._path}`")
        self._pending = ()
        self._open = _Remark(
            opened=found, depth=depth, severity=self._severity, praised=self._kind is Fold.PRAISE, places=list(places)
        )
        self._told.append(self._open)
        if found.rest:
            self._open.keep(Line(found.rest, fenced=False))

    def _enter(self, text: str, bit: Bit) -> None:
        """Open a section, a file's part of one, or a fold within a remark."""
        kind, path, severity = fold_of(text)
        within = self._open is not None and bit.depth > self._open.depth
        if kind is Fold.FURNITURE:
            if bit.title:
                self._skipped = bit.depth
            else:
                self._kind, self._open = kind, None
        elif kind is Fold.PLACES or (within and kind is Fold.OTHER):
            self._keep(Line("" if kind is Fold.PLACES else f"**{text.strip('*# ')}**", fenced=False))
        elif kind is Fold.FILE:
            self._open, self._path, self._path_depth = None, path, bit.depth
        elif self._open is not None and not bit.title and kind is Fold.OTHER and not is_section(text):
            if bit.depth >= self._open.depth and text.startswith("####"):
                self._keep(Line(f"**{text.lstrip('# ')}**", fenced=False))
            else:
                self._open = None
        else:
            self._open, self._path, self._path_depth = None, "", 0
            self._kind, self._severity = kind, severity

    def _link(self, at: int, places: tuple[Place, ...]) -> None:
        """A link to lines is of the remark above it, or of the one that a badge begins below."""
        if self._open is None or is_badge(Spot(bits=self._bits, at=at, path="").next):
            self._pending, self._open = places, None
        else:
            self._open.point(places)

    def _is_of_path(self, text: str, at: int) -> bool:
        """Take a line that is a file, a place, or a picture that rates what follows."""
        bit, bare = self._bits[at], text.strip("*`_ :")
        kind, path, _ = fold_of(text)
        counted = bool(re.search(r"\s\(\d+\)$", text))
        if kind is Fold.FILE and (text.startswith("**") or (counted and self._ranges_below(at))):
            self._open, self._path, self._path_depth = None, path, bit.depth
            return True
        told = text.removeprefix("Location: ").removeprefix("- ")
        if self._open and ((told != text and is_places(told)) or _LINKED.match(told)) and places_in(told):
            self._open.point(places_in(told))
            return True
        if self._path and text.startswith("![") and is_label(text) and not (self._open and self._open.empty):
            self._begin(Opener(places=places_in(f"`{self._path}`")), bit.depth)
            self._keep(bit.line)
            return True
        if self._kind is Fold.FILES and is_path(bare):
            self._covered.append(bare)
            return True
        return False

    def _ranges_below(self, at: int) -> bool:
        """Whether lines of the file follow the line that names it."""
        below = Spot(bits=self._bits, at=at, path="x.y").next
        return bool(re.match(r"^\**`?\d+(?:-\d+)?`?\**:", below))

    def _say(self, text: str, bit: Bit) -> None:
        """Keep a line of prose where it belongs."""
        if self._open:
            if self._open.depth <= bit.depth and not is_furniture(text):
                self._keep(bit.line)
            return
        if self._told and bit.depth < self._told[-1].depth and severity_of(text):  # the cell behind the remark's own
            self._told[-1].severity = severity_of(text)
        elif found := _CELL.match(text):
            first = found["first"].strip("`* ")
            if is_path(first) and (text.startswith("|") or self._kind is Fold.FILES):
                self._covered.append(first)
            elif not text.startswith("|"):
                self._note(text)
        else:
            self._note(text)

    def _note(self, text: str) -> None:
        if self._kind not in {Fold.FURNITURE, Fold.FILES} and not is_furniture(text) and not text.startswith("|"):
            self._rest.append(text)

    def _keep(self, line: Line) -> None:
        if self._open:
            self._open.keep(line)
        elif self._rest and not line.text.strip():
            self._rest.append("")


def _settled(one: _Remark) -> Stated | tuple[Section, str]:
    """A finding, or what is said that is none."""
    lines = list(one.lines)
    severity, sort, title = one.opened.severity, one.opened.sort, one.opened.title
    for _ in range(_MOST_LABELS):
        if (at := _first_words(lines)) is None:
            break
        told = unlabelled(lines[at].text.strip())
        if not told.found:
            break
        severity = severity or told.severity
        sort = told.sort if sort is Sort.CLAIM else sort
        lines[at] = Line(told.text, fenced=False)
    if not title or title.endswith(": "):
        title, lines = _title(lines, title)
    places = tuple(dict.fromkeys(one.places)) or tuple(place for place in places_in(title) if place.first)
    if places and not one.places:
        title, _ = titled(title, listed=True, lined=True)
    body = tuple(trimmed(lines[_first(lines) or 0 :]))
    if sort is Sort.CLAIM and not any(line.text.strip() for line in body):
        sort = sort_of(title)
    if one.praised or sort is not Sort.CLAIM:
        section = Section.STRENGTH if one.praised or sort is Sort.PRAISE else Section.NOTE
        said = "\n".join(line.text for line in body).strip()
        place = f"{written(places)}: " if one.places else ""
        return section, place + (said if said.startswith(title) else f"{title}\n\n{said}".strip())
    heading = FindingHeading(
        mark=Mark.BARE,
        severity=None,
        number=0,
        title=plain_title(title)[:_LONGEST] or "(no title)",
        places=places,
        struck=one.withheld,
    )
    return Stated(heading=heading, severity=severity or one.severity, lines=body)


def _first(lines: Sequence[Line]) -> int | None:
    return next((number for number, line in enumerate(lines) if line.text.strip()), None)


def _first_words(lines: Sequence[Line]) -> int | None:
    return next((number for number, line in enumerate(lines) if line.text.strip() and not line.fenced), None)


def _title(lines: list[Line], before: str) -> tuple[str, list[Line]]:
    """The title from the first words, and the lines that are left: all of them where the title is but a part."""
    at = _first_words(lines)
    if at is None:
        return before.rstrip(": "), lines
    code = lines[:at]
    first = lines[at].text.strip()
    first = first[2:].strip() if first.startswith(("* ", "- ")) else first
    if found := _BOLD.match(first):
        rest = [Line(found["rest"], fenced=False)] if found["rest"] else []
        return before + found["title"], [*code, *rest, *lines[at + 1 :]]
    words = " ".join(_paragraph(lines[at:], first))
    title = _SENTENCE.split(words, maxsplit=1)[0]
    whole = title == words and not before
    said = [] if title == first and whole else [Line(first, fenced=False)]
    return before + title, [*code, *said, *lines[at + 1 :]]


def _paragraph(lines: Sequence[Line], first: str) -> Iterable[str]:
    yield first
    for line in lines[1:]:
        if line.fenced or not line.text.strip() or line.text.lstrip().startswith(("- ", "* ", "#", "|")):
            return
        yield line.text.strip()
