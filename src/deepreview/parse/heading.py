"""The line that opens a finding, in all the ways in which reviewers write it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from deepreview.model.claim import DefectClass, Place, Severity
from deepreview.parse.places import places_in, written
from deepreview.parse.vocabulary import class_of, severity_of

_LONGEST = 3_000
_HASHES = re.compile(r"^#{1,6}[ \t]+")
_BULLET = re.compile(r"^[-*+•][ \t]+(?=[*\[`~]|[CIS]\d)")
_LEAD = re.compile(
    r"^[\[(]?(?:"
    r"(?P<letter>[CIS])-?(?P<count>\d{1,3})"
    r"|(?P<word>[A-Za-z]{3,12})(?:[ ]?#?(?P<nth>\d{1,3}))?"
    r"|#?(?P<number>\d{1,3})"
    r")[\])]?(?P<mark>[.:)]|[ ]?[—–]|[ ]-(?=[ ])|(?=$|[ ]))(?:\s+|$)",
)
_CODE = re.compile(r"\\[*`\\]|(`+)(?:(?!\1)[^\n])*?\1(?!`)")
"""Code, and the marks that are escaped: what is in them opens and closes nothing."""
_STARS = re.compile(r"(?P<code>\\[*`\\]|(`+)(?:(?!\2)[^\n])*?\2(?!`))|\*\*")
_PLACE_FIRST = re.compile(r"^`[^`\n]+:[\d,–-]+`[\s:—–-]*(?=\S)")
_DASH = re.compile(r"\s+(?:[—–]|--?)\s+")
_PAREN = re.compile(
    r"(?P<shell>[*_`]{0,3})\((?P<inside>[^()\n]{1,300}(?:\([^()\n]{0,120}\)[^()\n]{0,200})?)\)(?P=shell)"
)
_BRACKET = re.compile(r"(?P<shell>[*_`]{0,3})\[(?P<inside>[^\[\]\n]{2,300}|[A-Z])\](?!\()(?P=shell)")
_CONNECTORS = re.compile(
    r"(?:\b(?:and|vs|in|at|lines?|also|et al|with|plus|commits?)\b|[\s,;:&+/.*_()…—–-])+", re.IGNORECASE
)
_PATHS = re.compile(r"\[[^\[\]\n]*\]\([^()\n]*\)|`[^`\n]*`|[\w./@+-]+[./][\w./@+-]*(?::[\d,\s–-]+)?")
_LABEL = re.compile(
    r"^(?:fix|problem|impact|evidence|note|why|suggested|recommend|location|file|severity|class|before|after|option)",
    re.IGNORECASE,
)


class Mark(Enum):
    """What a heading is recognised by: the surest first."""

    LETTER = "letter"
    WORD = "word"
    NUMBER = "number"
    BARE = "bare"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingHeading:
    """What the opening line of a finding says."""

    mark: Mark
    severity: Severity | None
    """By its letter or first word; None for a number."""
    number: int
    """0 where none is written."""
    title: str
    places: tuple[Place, ...] = ()
    credited: tuple[str, ...] = ()
    """Names in brackets, as written."""
    tagged: Severity | None = None
    defect: DefectClass | None = None
    notes: tuple[str, ...] = ()
    """What else stands in parentheses behind it."""
    struck: bool = False
    bold: bool = False

    @property
    def sure(self) -> bool:
        """Whether more than its first word speaks for it."""
        return bool(self.places or self.tagged or self.defect or self.credited)


_LETTERS = {"C": Severity.CRITICAL, "I": Severity.IMPORTANT, "S": Severity.SUGGESTION}


def finding_heading(line: str) -> FindingHeading | None:
    """What a line says where it has the form of a finding's opening; whether it is one, the surroundings decide."""
    text = _BULLET.sub("", _HASHES.sub("", line.strip()[:_LONGEST]))
    hashed = line.lstrip().startswith("#")
    struck = text.startswith("~~")
    text = text.removeprefix("~~").strip()
    bold, rest = _bold(text)
    lead = _LEAD.match(bold or text)
    found = _led(lead, bold, rest, text) if lead else None
    if found is None and (bold or hashed) and not _LABEL.match(bold or text):
        found = _named(
            FindingHeading(mark=Mark.BARE, severity=None, number=0, title="", bold=bool(bold)),
            bold or text,
            rest if bold else "",
        )
    if found is None or not found.title:
        return None
    return replace(found, struck=struck)


def _bold(text: str) -> tuple[str, str]:
    """The bold text at the start and what follows it; stars in code do not count."""
    if not text.startswith("**"):
        return "", text
    masked = _CODE.sub(lambda found: "`" * len(found[0]), text)
    end = masked.find("**", 2)
    return (text[2:end].strip(), text[end + 2 :]) if end > len("**") else ("", text)


def _led(lead: re.Match[str], bold: str, rest: str, text: str) -> FindingHeading | None:
    if lead["letter"]:
        head = FindingHeading(mark=Mark.LETTER, severity=_LETTERS[lead["letter"]], number=int(lead["count"]), title="")
    elif lead["number"]:
        if not lead["mark"] and not lead[0].startswith(("[", "#")):
            return None
        head = FindingHeading(mark=Mark.NUMBER, severity=None, number=int(lead["number"]), title="")
    else:
        severity = severity_of(lead["word"])
        framed = lead[0][0] in "[(" or lead["nth"] or lead["mark"] or (bold and lead.end() >= len(bold))
        if not framed or (severity is None and not (lead["nth"] and lead["word"].lower() in {"finding", "issue"})):
            return None
        head = FindingHeading(mark=Mark.WORD, severity=severity, number=int(lead["nth"] or 0), title="")
    if not bold:
        inner, tail = _bold(text[lead.end() :].strip())
        return _named(replace(head, bold=bool(inner)), inner or text[lead.end() :], tail if inner else "")
    if lead.end() < len(bold):
        return _named(replace(head, bold=True), bold[lead.end() :], rest)
    after = rest.strip().lstrip(":—–-. ")
    inner, tail = _bold(after)
    return _named(replace(head, bold=True), inner or after, tail if inner else "")


def _named(head: FindingHeading, title: str, tail: str) -> FindingHeading:
    """With title, places and what stands behind them; the place may stand first (`a.py:3 — title`) or in the title."""
    title = title.strip().rstrip("~").strip()
    if not tail.strip(" .:~") or not _CONNECTORS.sub("", tail):
        title, tail = _split(title, head.mark)
    elif not places_in(_without(_PAREN, tail)) and (parted := _split(title, head.mark))[1]:
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


def _split(title: str, mark: Mark) -> tuple[str, str]:
    """Title and tail of a text that holds both, told apart by a dash with places on one side."""
    masked = _CODE.sub(lambda found: "`" * len(found[0]), title)
    dashes = list(_DASH.finditer(masked))[:40]
    for dash in dashes:
        if is_places(title[dash.end() :]):
            return title[: dash.start()], title[dash.end() :]
    if dashes and is_places(title[: dashes[0].start()]) and mark is not Mark.NUMBER:
        return title[dashes[0].end() :], title[: dashes[0].start()]
    ends = _without(_PAREN, _without(_BRACKET, title))
    return (title, "") if ends.strip() == title.strip() or not ends.strip() else _tail_of(title)


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
    left = " ".join(_PATHS.sub(lambda found: " " if _placed(found[0]) else found[0], tail).split()).strip(" —–-:;,.~+")
    return (left,) if _CONNECTORS.sub("", left) else ()


def _placed(piece: str) -> bool:
    return bool(places_in(piece)) or not re.search(r"[A-Za-z]", piece)


def is_places(text: str) -> bool:
    """Whether a text holds places and, but for tags and names in brackets, nothing else."""
    bare = _without(_PAREN, _without(_BRACKET, text))
    if not places_in(bare):
        return False
    left = _PATHS.sub(" ", bare)
    return not _CONNECTORS.sub("", re.sub(r"[L\d]+|`", " ", left)).strip()


def _tags(tail: str) -> tuple[str, Severity | None, DefectClass | None, tuple[str, ...]]:
    """The tail without its parentheses, and what they say: `(important, regression)` and notes."""
    tagged: Severity | None = None
    defect: DefectClass | None = None
    notes = list[str]()
    spans = [found.span() for found in re.finditer(r"\]\([^()\s]*\)", tail)]

    def taken(found: re.Match[str]) -> str:
        nonlocal tagged, defect
        if any(first <= found.start("inside") <= last for first, last in spans):
            return found[0]
        words = [word.strip() for word in found["inside"].split(",")]
        severity, kind = severity_of(words[0]), next((kind for word in words if (kind := class_of(word))), None)
        if severity is None and kind is None:
            notes.append(found["inside"].strip())
            return " "
        tagged, defect = tagged or severity, defect or kind
        notes.extend(word for word in words if word and not severity_of(word) and not class_of(word))
        return " "

    return _PAREN.sub(taken, tail), tagged, defect, tuple(notes)


def _names(tail: str) -> tuple[str, tuple[str, ...], Sequence[str]]:
    """The tail without names in brackets, the names, and the words among them that are tags."""
    names, tags = list[str](), list[str]()

    def taken(found: re.Match[str]) -> str:
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
    line = " ".join(plain.split()).strip("—–: ")
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
