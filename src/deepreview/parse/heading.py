"""The line that opens a finding, in all the ways in which reviewers write it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from deepreview.model.claim import DefectClass, Place, Severity
from deepreview.parse.lead import Grade, Lead, Mark, are_tags, grade, lead, sign, without_count
from deepreview.parse.places import is_lines, places_in, without_places, written
from deepreview.parse.vocabulary import class_of, severity_of, spelt_out

_LONGEST = 3_000
_HASHES = re.compile(r"^#{1,6}[ \t]*(?=\D)")
_BULLET = re.compile(
    r"^[-*+•][ \t]+(?=[*\[`~(]|[CIS]\d|\d{1,3}[.)][ ]|P[0-4]\b|[^\x00-\u2100]|[A-Z][A-Za-z]{2,11}[ ]?[:|—]"
    r"|[A-Z]{1,6}-?\d{1,3}[.:)])"
    r"(?:\[[ xX]\][ \t]+)?"
)
_ESCAPED = re.compile(r"^(\*{0,2}[CIS]?\d{1,3})\\(?=[.)])")
_CODE = re.compile(r"\\[*`\\]|(`+)(?:(?!\1)[^\n])*?\1(?!`)")
"""Code, and the marks that are escaped: what is in them opens and closes nothing."""
_STARS = re.compile(r"(?P<code>\\[*`\\]|(`+)(?:(?!\2)[^\n])*?\2(?!`))|\*\*")
_PLACE_FIRST = re.compile(r"^`[^`\n]+:[\d,–-]+`[\s:—–-]*(?=\S)")
_BLANKS = re.compile(r"(?P<code>\\[*`\\]|(`+)(?:(?!\2)[^\s]|(?!\2)[ ])*?\2(?!`))|\s+")
_DASH = re.compile(r"\s+(?:[—–]|--?)\s+")
_PAREN = re.compile(
    r"(?<!/)(?P<shell>[*_`]{0,3})\((?P<inside>[^()\n]{1,300}(?:\([^()\n]{0,120}\)[^()\n]{0,200})?)\)(?P=shell)"
)
_BRACKET = re.compile(r"(?<!/)(?P<shell>[*_`]{0,3})\[(?P<inside>[^\[\]\n]{2,300}|[A-Z])\](?!\()(?P=shell)")
_CONNECTORS = re.compile(
    r"(?:\b(?:and|vs|in|at|lines?|also|et al|with|plus|commits?)\b|[\s,;:&+/.*_()…—–-])+", re.IGNORECASE
)
_PATHS = re.compile(r"\[[^\[\]\n]*\]\([^()\n]*\)|`[^`\n]*`|[\w./@+-]+[./][\w./@+-]*(?::[\d,\s–-]+)?")
_STRUCK = re.compile(r"(?<![\\~])~~+$")
_BOTH_ENDS = 2
_COLON = re.compile(r":\s+")
_APART = re.compile(r"\s*(?P<open>[(\[])|(?P<sure>\s+[|→@]\s+)|[:,]\s+|\s+(?:in|at)\s+")
_GRADED = re.compile(r"\s+[*_`]{0,3}[(\[]([\w ,/-]{2,40})[)\]][\s*_`]*$")
_LAST = re.compile(r"\s+(?:[—–|]|--?)\s+([\w ,/|-]{2,40})$")
_MOST_DASHES = 40
_MOST_MARKS = 16
_SAID = re.compile(r"\b(?:severity|priority|class|category|type):\s?", re.IGNORECASE)
_LABEL = re.compile(
    r"^(?:fix|problem|impact|evidence|note|why|suggested|recommend|location|file|severity|class|before|after|option)",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"^(?:where|paths?|affected(?: [a-z]+)?|sources?|code|ref(?:erence)?s?|at|in|see|lines?|trigger(?:ed by)?"
    r"|components?|scope|functions?|symbols?|methods?|origin|found (?:in|at|by)|(?:root )?cause|effect|result):",
    re.IGNORECASE,
)
"""A label in bold for what a line says of the finding above it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingHeading:
    """What the opening line of a finding says."""

    mark: Mark
    severity: Severity | None
    """By its letter or first word; None for a number."""
    number: int
    """0 where none is written."""
    title: str
    series: str = ""
    """The letter that its number counts, where it is none of ours: `H` of `H2`."""
    places: tuple[Place, ...] = ()
    credited: tuple[str, ...] = ()
    """Names in brackets, as written."""
    tagged: Severity | None = None
    defect: DefectClass | None = None
    notes: tuple[str, ...] = ()
    """What else stands in parentheses behind it."""
    struck: bool = False
    bold: bool = False
    """Or a heading."""
    level: int = 0
    """Of a heading; 0 for any other line."""

    @property
    def sure(self) -> bool:
        """Whether more than its first word speaks for it."""
        return bool(self.places or self.tagged or self.defect or self.credited)


@lru_cache(maxsize=16)  # what a line is, is asked more than once
def finding_heading(line: str) -> FindingHeading | None:
    """What a line says where it has the form of a finding's opening; whether it is one, the surroundings decide."""
    text = spelt_out(line[: 2 * _LONGEST]).strip()[:_LONGEST]
    level = len(text) - len(text.lstrip("#")) if _HASHES.match(text) else 0
    text = _BULLET.sub("", _HASHES.sub("", text))
    struck = text.startswith("~~")
    hue, text = sign(text.removeprefix("~~").strip())
    text = _ESCAPED.sub(r"\1", text)
    bold, rest = _bold(text)
    first = lead(bold or text, bold=bool(bold))
    found = _led(first, bold, rest, text) if first else None
    if found is None and (bold or level) and not (_LABEL.match(bold or text) or _FIELD.match(bold + rest[:1])):
        found = _titled(Lead(Mark.BARE, "", None, 0, 0), bold or text, rest if bold else "", bold=bool(bold))
    if found is None or not found.title or (found.mark is Mark.BARE and not any(map(str.isalnum, found.title))):
        return None
    within, title = _unstruck(found.title, text)
    struck = struck or within
    return replace(
        found, title=title, struck=struck, tagged=found.tagged or hue, bold=found.bold or bool(level), level=level
    )


def _unstruck(title: str, text: str) -> tuple[bool, str]:
    """Whether the whole title is struck out behind its number, and the title without the marks."""
    if not title.startswith("~~") or text.count("~~") < _BOTH_ENDS:
        return False, title
    bare = title[2:].removesuffix("~~").strip()
    return (True, bare) if bare and "~~" not in bare else (False, title)


def _bold(text: str) -> tuple[str, str]:
    """The bold text at the start and what follows it; stars in code do not count."""
    mark = text[:2]
    if mark not in {"**", "__"}:
        return "", text
    masked = _CODE.sub(lambda found: "`" * len(found[0]), text)
    end = masked.find(mark, 2)
    return (text[2:end].strip(), text[end + 2 :]) if end > len(mark) else ("", text)


def _led(first: Lead, bold: str, rest: str, text: str) -> FindingHeading:
    if bold and first.end < len(bold):
        return _titled(first, bold[first.end :], rest, bold=True)
    after = rest.strip().lstrip(":—–-. ") if bold else text[first.end :].strip()
    rated = grade(after)
    halved = after[: len(after) - len(rated.rest)].count("**") % 2  # `**High: title**` is rated within
    if halved or is_places(rated.rest):  # and `**High** — a.py:3` has no other title
        rated = Grade(None, None, after)
    inner, tail = _bold(rated.rest)
    found = _titled(first, inner or rated.rest, tail if inner else "", bold=bool(bold or inner))
    return replace(found, tagged=found.tagged or rated.severity, defect=found.defect or rated.defect)


def _titled(first: Lead, title: str, tail: str, *, bold: bool) -> FindingHeading:
    """With the words before the title that rate it, unless it is rated behind: then they are the title's."""
    head = FindingHeading(
        mark=first.mark, series=first.series, severity=first.severity, number=first.number, title="", bold=bold
    )
    whole = _named(head, without_count(title) if first.mark is Mark.WORD and not first.number else title, tail)
    rated = grade(whole.title)
    if whole.tagged or not (rated.severity or rated.defect):
        return whole
    return replace(_named(head, grade(title).rest, tail), tagged=rated.severity, defect=whole.defect or rated.defect)


def _named(head: FindingHeading, title: str, tail: str) -> FindingHeading:
    """With title, places and what stands behind them; the place may stand first (`a.py:3 — title`) or in the title."""
    title = _STRUCK.sub("", title.strip()).strip()
    if _lines_in(title) and is_places(title) and (said := tail.lstrip(" :—–-.")) and not is_places(said):
        title, tail = said, title
    if not tail.strip(" .:~") or not _CONNECTORS.sub("", tail):
        title, tail = _split(title)
    elif not places_in(_without(_PAREN, tail)) and (parted := _split(title))[1]:
        title, tail = parted[0], f"{parted[1]} {tail}"
    tail, credited, more = _names(tail.rstrip("~ "))
    tail, tagged, defect, notes = _tags(tail)
    for word in more:
        tagged, defect = tagged or severity_of(word), defect or class_of(word)
    places = places_in(tail)
    notes = (*notes, *_rest(tail))
    places = places or tuple(place for place in places_in(title) if place.first)
    for note in notes:
        places = places or (places_in(note) if is_places(note) else ())
    return replace(
        head,
        title=plain_title(_PLACE_FIRST.sub("", title) if head.mark is Mark.WORD else title),
        places=places,
        credited=credited,
        tagged=tagged,
        defect=defect,
        notes=tuple(note for note in notes if not is_places(note)),
    )


def _split(title: str) -> tuple[str, str]:
    """Title and tail of a text that holds both; severity and class at its end are of the tail."""
    rated, title = _unrated(title)
    before, tail = _split_places(title)
    more, before = _unrated(before)
    return before, " ".join(filter(None, (tail, *(f"({words})" for words in (rated, more) if words))))


def _unrated(title: str) -> tuple[str, str]:
    """The words at the end of a title that rate it, and the title without them."""
    found = _GRADED.search(title) or _LAST.search(title)
    told = found and title[: found.start()].strip() and are_tags(re.split(r"[,/|]", found[1]))
    return (found[1], title[: found.start()]) if found and told else ("", title)


def _split_places(title: str) -> tuple[str, str]:
    """Title and tail told apart by a dash or another mark with places on one side."""
    masked = _CODE.sub(lambda found: "`" * len(found[0]), title)
    dashes = list(_DASH.finditer(masked))[:_MOST_DASHES]
    for dash in dashes:
        if is_places(title[dash.end() :]):
            return title[: dash.start()], title[dash.end() :]
    for apart in [*dashes[:1], *_COLON.finditer(masked, 0, _LONGEST)][:2]:
        if is_places(title[: apart.start()]) and (apart.re is _DASH or _lines_in(title[: apart.start()])):
            return title[apart.end() :], title[: apart.start()]
    for apart in [*_APART.finditer(masked)][-_MOST_MARKS:]:
        tail = _opened(title[apart.end() :]) if apart["open"] else title[apart.end() :]
        if title[: apart.start()].strip() and is_places(tail) and (apart["sure"] or apart["open"] or _lines_in(tail)):
            return title[: apart.start()], tail
    ends = _without(_PAREN, _without(_BRACKET, title))
    return (title, "") if ends.strip() == title.strip() or not ends.strip() else _tail_of(title)


def _opened(tail: str) -> str:
    """What stands in a parenthesis or bracket that is open already, and behind it."""
    return re.sub(r"[)\]](?=[^)\]]*$)", " ", tail) if tail.rstrip("*_ .")[-1:] in {")", "]"} else ""


def _lines_in(text: str) -> bool:
    return any(place.first for place in places_in(text))


def _tail_of(title: str) -> tuple[str, str]:
    """Tags and names in brackets at the end of a title that names no place."""
    starts = [
        found.start()
        for pattern in (_PAREN, _BRACKET)
        for found in pattern.finditer(title)
        if _tells(found["inside"], pattern)
    ]
    start = min(
        (at for at in starts if not _CONNECTORS.sub("", _without(_PAREN, _without(_BRACKET, title[at:])))),
        default=len(title),
    )
    return title[:start], title[start:]


def _tells(inside: str, pattern: re.Pattern[str]) -> bool:
    return pattern is _BRACKET or any(severity_of(word) or class_of(word) for word in inside.split(","))


def _without(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(" ", text)


def _rest(tail: str) -> Iterable[str]:
    """What a tail says beside its places, as a note: the commit that it is about, a function's name."""
    left = " ".join(_PATHS.sub(lambda found: " " if _placed(found[0]) else found[0], without_places(tail)).split())
    left = left.strip(" —–-:;,.~+|")
    return (left,) if _CONNECTORS.sub("", left) else ()


def _placed(piece: str) -> bool:
    return bool(places_in(piece)) or not re.search(r"[A-Za-z]", piece)


def is_places(text: str) -> bool:
    """Whether a text holds places and, but for tags and names in brackets, nothing else."""
    bare = _PAREN.sub(lambda found: found[0] if is_lines(found["inside"]) or found["inside"].isdigit() else " ", text)
    bare = _BRACKET.sub(" ", bare)
    if not places_in(bare):
        return False
    left = _PATHS.sub(" ", without_places(bare))
    return not _CONNECTORS.sub("", re.sub(r"[L\d]+|`", " ", left)).strip()


def _tags(tail: str) -> tuple[str, Severity | None, DefectClass | None, tuple[str, ...]]:
    """The tail without its parentheses, and what they say: `(important, regression)` and notes."""
    tagged: Severity | None = None
    defect: DefectClass | None = None
    notes = list[str]()
    spans = [found.span() for found in re.finditer(r"\]\([^()\s]*\)", tail)]

    def taken(found: re.Match[str]) -> str:
        nonlocal tagged, defect
        if any(first <= found.start("inside") <= last for first, last in spans) or _says_lines(tail, found):
            return found[0]
        words = [word.strip() for word in re.split(r"[,/]", _SAID.sub("", found["inside"]))]
        severity, kind = severity_of(words[0]), next((kind for word in words if (kind := class_of(word))), None)
        if severity is None and kind is None:
            notes.append(found["inside"].strip())
            return " "
        tagged, defect = tagged or severity, defect or kind
        notes.extend(word for word in words if word and not severity_of(word) and not class_of(word))
        return " "

    return _PAREN.sub(taken, tail), tagged, defect, tuple(notes)


def _says_lines(tail: str, found: re.Match[str]) -> bool:
    """Whether a parenthesis says the lines of the path before it."""
    if is_lines(found["inside"]):
        return True
    return bool(re.fullmatch(r"[\d\s,–-]+", found["inside"])) and tail[: found.start()].rstrip()[-1:].isalnum() | (
        tail[: found.start()].rstrip()[-1:] == "`"
    )


def _names(tail: str) -> tuple[str, tuple[str, ...], Sequence[str]]:
    """The tail without names in brackets, the names, and the words among them that are tags."""
    names, tags = list[str](), list[str]()

    def taken(found: re.Match[str]) -> str:
        if is_places(found["inside"]):
            return f" {found['inside']} "
        for name in re.split(r",(?![^()]*\))", found["inside"]):
            bare = name.strip().strip("`*_")
            if severity_of(bare) or class_of(bare):
                tags.append(bare)
            elif bare:
                names.append(bare)
        return " "

    return _BRACKET.sub(taken, tail), tuple(dict.fromkeys(names)), tags


def plain_title(title: str) -> str:
    """One line without emphasis around it and without closing marks."""
    plain = _STARS.sub(lambda found: found["code"] or "", title)
    line = _BLANKS.sub(lambda found: found["code"] or " ", plain).strip("—–: ")
    if line.startswith("*") and line.endswith("*") and line.strip("*"):
        line = line.strip("*").strip()
    return line


def heading_line(head: FindingHeading, alias: str) -> str:
    """The heading in the newest form: `I1. **title** — places [names] (severity, class) (note)`."""
    tags = ", ".join(tag.value for tag in (head.tagged, head.defect) if tag)
    parts = [f"{alias}. **{head.title}**", *([f"— {written(head.places)}"] if head.places else ())]
    parts += [f"[{', '.join(head.credited)}]"] if head.credited else []
    parts += [f"({text})" for text in (tags, *head.notes) if text]
    line = " ".join(parts)
    return f"~~{line}~~" if head.struck else line
