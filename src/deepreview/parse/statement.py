"""One finding as its author wrote it, taken apart: evidence, explanation, reproducer, fix, patch."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deepreview.model.claim import DefectClass, Place, Severity
from deepreview.parse.heading import is_places
from deepreview.parse.lines import Line, closed
from deepreview.parse.places import places_in
from deepreview.parse.vocabulary import class_of, severity_of

_FEW = 3
_FIX = re.compile(
    r"^[\s>*_-]{0,8}(?:suggested |proposed |possible |recommended )?"
    r"(?:fix(?:es)?(?: options?)?|recommendation|remediation|suggestion|suggested text)"
    r"(?:[ ][^:\n]{0,60})?(?::|\*\*:|:\*\*)",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"^[\s>*_-]{0,8}(?P<name>classification|class|category|severity|priority|location|locations|file|files|where|path)"
    r"[*_]{0,3}[ ]?:[*_]{0,3}[ ]*(?P<value>\S[^\n]{0,600})$",
    re.IGNORECASE,
)
_WITHDRAWN = re.compile(
    r"^[\s*_~]{0,6}[(\[][\s*_]{0,4}(?:withdraw|withdrawn|removed|retract|dropped|not an issue|acknowledged by)",
    re.IGNORECASE,
)
_TAG = re.compile(r"^[\s*_`]{0,4}\(([\w, ]{3,40})\)[\s*_`]{0,4}$")
_OUTPUT = re.compile(r"\brepro-output\b")
_REPRO = re.compile(r"\brepro\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The parts of a finding's text; together they hold all of it but the lines that only name fields."""

    text: str
    """Explanation, in Markdown."""
    quote: str
    """The code it is about, without its fence."""
    fix: str
    patch: str
    repro: str
    places: tuple[Place, ...]
    """From lines such as `File: a.py:3`."""
    tagged: Severity | None
    defect: DefectClass | None
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together: one fenced passage, or the lines between two."""

    lines: tuple[str, ...]
    fence: str | None
    """What stands behind the opening fence; None for prose."""

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self.lines)

    @property
    def code(self) -> str:
        """The lines within the fence."""
        closing = len(self.lines) > 1 and not self.lines[-1].strip().strip("`~")
        return "\n".join(self.lines[1 : -1 if closing else None])


def statement(lines: Sequence[Line]) -> Statement:
    """The parts of a finding from the lines under its heading."""
    kept, fix, repro = list[str](), list[str](), list[str]()
    quote, patch, fixing = "", "", False
    fields = _Fields()
    lines = fields.beneath(lines)
    for block in blocks(lines):
        if block.fence is None:
            explained, proposed = _parted(fields.taken(block.lines), fixing=fixing)
            kept.append(explained)
            fix.append(proposed)
            fixing = fixing or bool(proposed)
        elif _REPRO.search(block.fence) or _OUTPUT.search(block.fence):
            repro.append(block.text)
        elif block.fence.split()[:2] == ["diff", "patch"]:
            patch = patch + block.code + "\n"
        elif fixing or block.fence.startswith("diff"):
            fix.append(block.text)
        elif not quote and block.code.strip():
            quote = block.code
        else:
            kept.append(block.text)
    text = _joined(kept)
    return Statement(
        text=text,
        quote=quote,
        fix=_joined(fix),
        patch=patch,
        repro=_joined(repro),
        places=fields.places,
        tagged=fields.tagged,
        defect=fields.defect,
        withdrawn=any(_WITHDRAWN.match(part.lstrip()) for part in _last(text, _joined(fix))),
    )


def _last(*texts: str) -> Iterable[str]:
    return (text.rstrip().rpartition("\n\n")[2] for text in texts if text.strip())


def _joined(parts: Iterable[str]) -> str:
    return closed("\n\n".join(part.strip("\n") for part in parts if part.strip()))


def blocks(lines: Sequence[Line]) -> Iterable[Block]:
    """The fenced passages and what stands between them, in order."""
    gathered = list[Line]()
    for line in lines:
        if gathered and (line.opens is not None or line.fenced != gathered[-1].fenced):
            yield Block(tuple(one.text for one in gathered), gathered[0].opens)
            gathered = []
        gathered.append(line)
    if gathered:
        yield Block(tuple(one.text for one in gathered), gathered[0].opens)


def _parted(lines: Sequence[str], *, fixing: bool) -> tuple[str, str]:
    """Explanation and fix: all from the label on."""
    if fixing:
        return "", "\n".join(lines)
    at = next((number for number, line in enumerate(lines) if _FIX.match(line)), len(lines))
    return "\n".join(lines[:at]), _unlabelled("\n".join(lines[at:]))


def _unlabelled(text: str) -> str:
    """Without a bare `Fix:`; a label that says more stays."""
    return re.sub(
        r"^[\s>*_-]{0,8}(?:suggested |proposed )?fix(?::\*\*|\*\*:|:)[ ]?\**", "", text, count=1, flags=re.IGNORECASE
    )


class _Fields:
    """Collects the lines that only say severity, class or place."""

    def __init__(self) -> None:
        self.places: tuple[Place, ...] = ()
        self.tagged: Severity | None = None
        self.defect: DefectClass | None = None

    def beneath(self, lines: Sequence[Line]) -> Sequence[Line]:
        """The lines without the first, where that is but the place: some write it under the heading."""
        at = next((number for number, line in enumerate(lines) if line.text.strip()), len(lines))
        if at < len(lines) and not lines[at].fenced and is_places(lines[at].text):
            self.places = places_in(lines[at].text)
            return lines[at + 1 :]
        return lines

    def taken(self, lines: Iterable[str]) -> list[str]:
        return [line for line in lines if not self._took(line)]

    def _took(self, line: str) -> bool:
        found = _FIELD.match(line)
        if found is None:
            return self._took_tag(line)
        name, value = found["name"].lower(), found["value"]
        words = re.findall(r"[A-Za-z0-9]+", value)
        if name.startswith(("class", "categ", "sever", "prior")):
            defect, severity = (
                next(filter(None, map(class_of, words)), None),
                next(filter(None, map(severity_of, words[:2])), None),
            )
            self.defect, self.tagged = self.defect or defect, self.tagged or severity
            return bool(defect or severity) and len(words) <= _FEW
        if places := places_in(value):
            self.places += places
            return True
        return False

    def _took_tag(self, line: str) -> bool:
        """`(important, gap)` on a line of its own."""
        tag = _TAG.match(line)
        words = tag[1].split(",") if tag else []
        if not words or not all(severity_of(word) or class_of(word) for word in words):
            return False
        for word in words:
            self.tagged, self.defect = self.tagged or severity_of(word), self.defect or class_of(word)
        return True
