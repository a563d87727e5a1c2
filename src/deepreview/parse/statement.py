"""One finding as its author wrote it, taken apart: evidence, explanation, reproducer, fix, patch."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from deepreview.model.claim import DefectClass, Place, Severity
from deepreview.parse.fields import Fields
from deepreview.parse.lines import Line, closed

_FIX = re.compile(
    r"^(?:[\s>*_-]{0,8}(?:suggested |proposed |possible |recommended )?"
    r"(?:fix(?:es)?(?: options?)?|recommendation|remediation|suggestion|suggested text)"
    r"(?:(?:[ ][^:\n]{0,60})?(?::|\*\*:|:\*\*)|\*\*[ \t]*$)"
    r"|[ ]{0,3}#{2,6}[ \t]+(?:suggested |proposed |recommended )?(?:fix(?:es)?|recommendation|solution)[ \t:]*$)",
    re.IGNORECASE,
)
_WITHDRAWN = re.compile(
    r"^[\s*_~]{0,6}[(\[][\s*_]{0,4}(?:withdraw|withdrawn|removed|retract|dropped|not an issue|acknowledged by)",
    re.IGNORECASE,
)
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
    fields = Fields()
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
        places=tuple(dict.fromkeys(fields.places)),
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
