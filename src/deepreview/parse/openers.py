"""The lines with which a remark begins in the texts of review tools."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deepreview.model.claim import Place, Severity
from deepreview.parse.heading import is_places
from deepreview.parse.labels import Sort, severity_of_sort, unlabelled
from deepreview.parse.lead import sign
from deepreview.parse.markup import Bit
from deepreview.parse.places import places_in
from deepreview.parse.vocabulary import severity_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Opener:
    """What the first line of a remark says."""

    title: str = ""
    """Empty where it is told below."""
    places: tuple[Place, ...] = ()
    severity: Severity | None = None
    rest: str = ""
    """What else the line says."""
    sort: Sort = Sort.CLAIM
    ends_on_rule: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a reader is: a line, those behind it, and the file that the section is about."""

    bits: Sequence[Bit]
    at: int
    path: str

    @property
    def text(self) -> str:
        """The line."""
        return self.bits[self.at].text.strip()

    @property
    def next(self) -> str:
        """The next line that says something."""
        return next((bit.text.strip() for bit in self.bits[self.at + 1 : self.at + 1 + _NEAR] if bit.text.strip()), "")


_NEAR = 6
_FAR = 40
_RANGE = r"\d{1,7}(?:\s?[-–]\s?\d{1,7})?"
_TICKED = re.compile(rf"^[*]{{0,2}}`(?P<ranges>{_RANGE}(?:,\s?{_RANGE}){{0,10}})`[*]{{0,2}}:[*]{{0,2}}\s*(?P<rest>.*)$")
_BARE = re.compile(r"^(?P<ranges>\d{1,7}\s?[-–]\s?\d{1,7}):\s*(?P<rest>.*)$")
_LINES = re.compile(
    rf"^#{{2,6}}\s+(?P<sign>[^\w\s]{{1,4}}\s+)?(?:lines?|L)\s?(?P<ranges>{_RANGE})(?:[:.]|\s[—–-])?\s+(?P<rest>\S.*)$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^(?:#{1,6}\s+)?(?:\d{1,3}\\?[.)]\s+)?")
_LINK = re.compile(r"\s*\(\[link\]\([^()\s]*\)\)\s*$")
_BLOB = re.compile(
    r"^(?:[-*]\s+)?<?https?://\S{1,200}?/blob/[\w.-]{1,80}/(?P<path>[^\s#?<>]{1,300})#L(?P<first>\d+)(?:-L?(?P<last>\d+))?>?$"
)
_BADGE = re.compile(r"^\*{0,2}!\[(?P<level>P[0-4])(?: Badge)?\]\([^)\s]*\)\s*(?P<rest>\S.*?)\**$")
_BOLD = re.compile(r"^\*\*(?P<title>[^*\n]{3,300}?)\*\*\s+(?P<rest>\S.*)$")
_HEADING = re.compile(r"^#{2,5}\s+(?P<title>\S.*)$")
_CATEGORY = re.compile(r"\s*!\[category [^\]\n]{1,40}\]\([^)\s]*\)\s*$")
_SEVERE = re.compile(r"^\*\*(?P<word>\w{3,10}) Severity\*\*$")
_FILE = re.compile(r"^File: (?P<path>\S{1,300})$")
_LINE_TO = re.compile(r"^Lines?: (?P<first>\d{1,7})(?: (?:to|-) (?P<last>\d{1,7}))?$")
_TYPE = re.compile(r"^Type: (?P<said>\w{3,30})$")
_BULLET = re.compile(
    rf"^[-*]\s+(?:\[(?P<linked>[^\]\n]{{3,300}})\]\([^)\s]*\)|(?P<plain>[^\[\n]{{3,300}}?))"
    rf"\s*:\s*\[?Lines? (?P<ranges>{_RANGE})(?:\]\([^)\s]*\))?$"
)
_TABLED = re.compile(r"^\[(?P<path>[^\s\[\]]{1,300}) \[(?P<ranges>[\d, -]{1,40})\]\]\(")
_AREA = re.compile(r"^\[\*\*(?P<name>[^*\n]{2,80})\*\*\]\((?P<target>\S{1,600})\)$")
_COUNTED = re.compile(r"^\d{1,2}\.\s+(?P<said>\S.{3,600})$")
_REASON = re.compile(r"\s+\([^()]{3,400}(?:\([^()]{0,80}\)[^()]{0,200})?\)[.\s]*$")
_NAMED = re.compile(r"^\*\*[a-z]{4,12}(?: \([\w, -]{2,30}\))?:\*\*\s+\S", re.IGNORECASE)


def opener(spot: Spot) -> Opener | None:
    """What a line says where it begins a remark."""
    return next(filter(None, (read(spot) for read in _READERS)), None)


def _at(path: str, ranges: str) -> tuple[Place, ...]:
    lines = re.sub(r"\s", "", ranges)
    return places_in(f"`{path}:{lines}`") if path else ()


def _ranged(spot: Spot) -> Opener | None:
    """`` `32-33`: **Title.** `` in the section of a file."""
    found = (_TICKED.match(spot.text) or _BARE.match(spot.text)) if spot.path else None
    return Opener(places=_at(spot.path, found["ranges"]), rest=found["rest"]) if found else None


def _lined(spot: Spot) -> Opener | None:
    """`### Line 12: Title` in the section of a file."""
    found = _LINES.match(spot.text) if spot.path else None
    if found is None:
        return None
    hue, _ = sign(f"{found['sign'] or ''}x")
    return Opener(title=found["rest"], places=_at(spot.path, found["ranges"]), severity=hue)


def _placed(spot: Spot) -> Opener | None:
    """A line that is but a place, in bold, numbered or as a heading: `**a.py:12**`."""
    bare = _LINK.sub("", _NUMBER.sub("", spot.text))
    if bare == spot.text and not spot.text.startswith("**"):
        return None
    places = tuple(place for place in places_in(bare) if place.first)
    return Opener(places=places) if places and is_places(bare.strip("*")) else None


def _badged(spot: Spot) -> Opener | None:
    """`![P1 Badge](…) Title` in the section of a file, or under a link."""
    found = _BADGE.match(spot.text)
    if found is None:
        return None
    severity = severity_of(found["level"])
    if parted := _BOLD.match(found["rest"]):
        return Opener(title=parted["title"], rest=parted["rest"], severity=severity)
    return Opener(title=found["rest"].strip("* "), severity=severity)


def _headed(spot: Spot) -> Opener | None:
    """A heading that a line with a severity follows, or that says itself that it is of a remark."""
    found = _HEADING.match(spot.text)
    if found is None:
        return None
    title = found["title"]
    if re.fullmatch(r"Comment \d{1,3}", title):
        return Opener()
    if title.lower().startswith("bug: "):
        return Opener(title=title[len("bug: ") :], severity=Severity.IMPORTANT)
    if _CATEGORY.search(title):
        return Opener(title=_CATEGORY.sub("", title))
    if severe := _SEVERE.match(spot.next):
        return Opener(title=title, severity=severity_of(severe["word"]))
    return None


def _filed(spot: Spot) -> Opener | None:
    """`File: a.py`, `Line: 3 to 5`, `Type: nitpick` on three lines."""
    found = _FILE.match(spot.text)
    told = [bit.text.strip() for bit in spot.bits[spot.at + 1 : spot.at + 3]]
    line = _LINE_TO.match(told[0]) if found and told else None
    if found is None or line is None:
        return None
    sort = _TYPE.match(told[1]) if len(told) > 1 else None
    severity = severity_of_sort(sort["said"].lower()) if sort else None
    return Opener(
        places=_at(found["path"], f"{line['first']}-{line['last'] or line['first']}"),
        severity=severity,
        ends_on_rule=True,
    )


def _listed(spot: Spot) -> Opener | None:
    """`* [Title](link): [Line 3-5](link)` in the section of a file."""
    found = _BULLET.match(spot.text) if spot.path else None
    return Opener(title=found["linked"] or found["plain"], places=_at(spot.path, found["ranges"])) if found else None


def _tabled(spot: Spot) -> Opener | None:
    """A fold with a rule under its title, or in whose text a link to the lines of a file stands alone on a line."""
    if not spot.bits[spot.at].title:
        return None
    depth, ruled = spot.bits[spot.at].depth, spot.next == "___"
    for bit in spot.bits[spot.at + 1 : spot.at + _FAR]:
        if bit.depth < depth or bit.title:
            break
        if found := _TABLED.match(bit.text.strip()):
            return Opener(title=spot.text, places=_at(found["path"], found["ranges"]))
    return Opener(title=spot.text) if ruled else None


def _area(spot: Spot) -> Opener | None:
    """A fold whose title is a link to lines, with a name for what may be wrong there."""
    found = _AREA.match(spot.text) if spot.bits[spot.at].title else None
    if found is None:
        return None
    link = _BLOB.match(found["target"])
    return Opener(title=f"{found['name']}: ", places=linked(link) if link else ())


def _counted(spot: Spot) -> Opener | None:
    """A numbered line with a link to lines below it."""
    found = _COUNTED.match(spot.text)
    if found is None or not _BLOB.match(spot.next):
        return None
    title = _REASON.sub("", found["said"])
    return Opener(title=title, rest=found["said"] if title != found["said"] else "")


def _named(spot: Spot) -> Opener | None:
    """`**issue (blocking):** text`."""
    if not _NAMED.match(spot.text):
        return None
    told = unlabelled(spot.text)
    return Opener(rest=told.text, severity=told.severity, sort=told.sort) if told.found else None


_READERS: tuple[Callable[[Spot], Opener | None], ...] = (
    _ranged,
    _lined,
    _placed,
    _badged,
    _headed,
    _filed,
    _listed,
    _tabled,
    _area,
    _counted,
    _named,
)


def blob(text: str) -> tuple[Place, ...]:
    """The place of a line that is but a link to lines of a file; none for any other."""
    found = _BLOB.match(text.strip())
    return linked(found) if found else ()


def linked(found: re.Match[str]) -> tuple[Place, ...]:
    """The place that a link names."""
    return _at(found["path"], f"{found['first']}-{found['last'] or found['first']}")


def is_badge(text: str) -> bool:
    """Whether a line begins with a badge for its priority."""
    return bool(_BADGE.match(text))
