"""Lines of a finding that only say its severity, its class or its place, in whatever dress."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from deepreview.model.claim import DefectClass, Place, Severity
from deepreview.parse.heading import is_places
from deepreview.parse.lead import are_tags
from deepreview.parse.lines import Line
from deepreview.parse.places import is_path, places_in
from deepreview.parse.vocabulary import class_of, severity_of, spelt_out

_FEW = 3
_FIRST = 4
_MOST_PIECES = 8
_LONGEST = 800
_FIELD = re.compile(
    r"^[\s>*_`#|(\[-]{0,10}(?:[^\x00-\u2100]{1,4}\s?)?(?P<name>classification|class|category|severity|priority|impact|level"
    r"|(?:code |affected )?(?:locations?|files?|paths?)|affected(?: code| lines?)?|where|source|code|references?|ref|at"
    r"|lines?|evidence|see|in|type)"
    r"(?: rating| level| path)?(?:\(s\))?"
    r"[*_`]{0,3}(?P<apart>[ ]?[:：|=]|[ ][—–-](?=[ ])|(?=[ ]`)|(?<=ity)(?=[ ]\w+\W{0,3}$))"
    r"[*_`]{0,3}[ ]*(?P<value>\S[^\n]{0,600})$",
    re.IGNORECASE,
)
_TITLED = re.compile(
    r"^[\s>*_#-]{0,10}(?:[^\x00-\u2100]{1,4}\s?)?(?:locations?|files?|where)(?:\(s\))?[\s*_:]{0,4}$", re.IGNORECASE
)
_PIECES = re.compile(r"\s*[|·•;]\s*(?=[*_`]{0,3}[A-Z])")
_TAG = re.compile(
    r"^[\s>*_`(\[-]{0,8}(?P<said>\w[\w, /-]{1,40}?)(?P<sure>[ -](?:severity|priority))?[\s*_`)\].]{0,8}$", re.IGNORECASE
)
_RATING_TITLE = re.compile(r"^[\s>*_#-]{0,10}(?:severity|priority)[\s*_:]{0,4}$", re.IGNORECASE)
_EMPTY_ROW = re.compile(r"^\s*\|[\s|:-]*$")
_RATING = ("sever", "prior", "impact", "level")
_CLASSING = ("class", "categ", "type")
_VAGUE = ("affected", "source", "code", "ref", "at", "evidence", "see", "in")
"""Names that places alone make a field; any other words behind them are prose."""


def says_all(lines: Iterable[Line]) -> bool:
    """Whether the first lines under a title rate and place what it says."""
    fields = Fields()
    fields.taken(line.text for line in islice((one for one in lines if one.text.strip() and not one.fenced), _FIRST))
    return bool(fields.tagged and fields.places)


class Fields:
    """Collects the lines that only say severity, class or place."""

    def __init__(self) -> None:
        self.places: tuple[Place, ...] = ()
        self.tagged: Severity | None = None
        self.defect: DefectClass | None = None
        self._awaited = self._rated = False

    def beneath(self, lines: Sequence[Line]) -> Sequence[Line]:
        """The lines without the first, where that is but the place: some write it under the heading."""
        at = next((number for number, line in enumerate(lines) if line.text.strip()), len(lines))
        if at < len(lines) and not lines[at].fenced and _is_place(lines[at].text):
            self.places = places_in(lines[at].text)
            return lines[at + 1 :]
        return lines

    def taken(self, lines: Iterable[str]) -> list[str]:
        """The other lines."""
        kept, rows = list[str](), 0
        for line in lines:
            if self._took(line):
                rows += line.lstrip().startswith("|")
            else:
                kept.append(line)
        return [line for line in kept if not _EMPTY_ROW.match(line)] if rows else kept

    def _took(self, line: str) -> bool:
        if len(line) > _LONGEST:
            return False
        line = spelt_out(line)
        if line.strip() and self._took_titled(line):
            return True
        pieces = _PIECES.split(line.strip().strip("|").strip())[:_MOST_PIECES]
        if len(pieces) > 1 and all(map(_FIELD.match, pieces)):
            return min(map(self._took_one, pieces))
        return self._took_one(line.strip().strip("|").strip() if line.lstrip().startswith("|") else line)

    def _took_titled(self, line: str) -> bool:
        """`Location` or `Severity` as a title on a line of its own, and then what it is."""
        awaited, rated = self._awaited, self._rated
        self._awaited = self._rated = False
        if rated and self._took_rating("severity", line, tight=False):
            return True
        if awaited and _is_place(line):
            self.places += places_in(line)
            return True
        self._rated = bool(_RATING_TITLE.match(line)) and self.tagged is None
        self._awaited = bool(_TITLED.match(line)) and not self.places
        return self._rated or self._awaited

    def _took_one(self, line: str) -> bool:
        found = _FIELD.match(line)
        if found is None:
            return self._took_tag(line)
        name, value = found["name"].lower(), _balanced(found["value"].strip())
        if name.startswith(_RATING + _CLASSING):
            return self._took_rating(name, value, tight=found["apart"].strip() in {":", "："})
        if is_path(value):
            value = f"`{value}`"
        if name.startswith("line"):
            return self._took_lines(value)
        if found["apart"].strip() not in {":", "：", "|"} or name.startswith(_VAGUE):
            return self._took_places(value) if is_places(value) and not self.places else False
        return self._took_places(value) if places_in(value) else False

    def _took_rating(self, name: str, value: str, *, tight: bool) -> bool:
        words = re.findall(r"[A-Za-z0-9-]+|[^\x00-\u2100]", value)
        if (not tight or name.startswith(("impact", "level", "type"))) and not are_tags(words):
            return False
        defect = next(filter(None, map(class_of, words)), None)
        severity = next(filter(None, map(severity_of, words[:_FEW])), None) if name.startswith(_RATING) else None
        self.defect, self.tagged = self.defect or defect, self.tagged or severity
        return bool(defect or severity) and len(words) <= _FEW

    def _took_places(self, value: str) -> bool:
        self.places += places_in(value)
        return True

    def _took_lines(self, value: str) -> bool:
        """`Lines: 3-5` under `File: a.py`."""
        if not self.places or self.places[-1].first:
            found = places_in(value) if is_places(value) and not self.places else ()
        else:
            found = places_in(f"`{self.places[-1].path}`, lines {value}")
        if any(place.first for place in found):
            self.places = self.places[:-1] + found
            return True
        return False

    def _took_tag(self, line: str) -> bool:
        """`(important, gap)` on a line of its own; one word must be set apart by marks."""
        tag = _TAG.match(line)
        words = re.split(r"[,/]", tag["said"]) if tag else []
        if tag is None or not are_tags(words) or not (tag["sure"] or line.strip()[:1] in {"(", "[", "*", "_", "`"}):
            return False
        for word in words:
            self.tagged, self.defect = self.tagged or severity_of(word), self.defect or class_of(word)
        return True


def _balanced(value: str) -> str:
    """Without the mark at its end that opened before the name: `(severity: high)`."""
    for opening, closing in (("(", ")"), ("[", "]"), ("`", "`")):
        if value.endswith(closing) and (value.count(closing) % 2 if opening == closing else opening not in value):
            value = value[:-1]
    return value


def _is_place(line: str) -> bool:
    return is_places(line.lstrip().removeprefix("> ").removeprefix("- ").removeprefix("\U0001f4cd"))
