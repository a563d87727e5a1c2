"""What the appendix of a report of our own says of one reviewer: its claims, field by field, and its own words."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from deepreview.model.change import Side
from deepreview.model.claim import DefectClass, Place, Severity
from deepreview.reviewers.replay.voice import Remark

_OPENS = re.compile(r"(?P<ticks>`{3,})text")
_CLAIM = re.compile(r"`[^`]+` → .")
_WORDS = "In its own words:"
_LABELS = (
    "title", "places", "rating", "body", "unless", "method", "quote", "fix", "patch", "repro", "suppressed", "excuse",
)  # fmt: skip
"""In the order in which they are written."""
_PLACE = re.compile(r"(?P<path>.+?)(?::(?P<first>\d{1,9})(?:-(?P<last>\d{1,9}))?)?(?P<base> \(base\))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What stands under the name of one reviewer."""

    remarks: tuple[Remark, ...]
    words: str
    """Empty where its own text is not there."""


def appended(text: str) -> Appended | None:
    """None for a text of another kind: the reviewer's own, as other programs append it."""
    remarks, words = list[Remark](), ""
    for lead, content in _blocks(text):
        if _CLAIM.match(lead):
            remarks.append(_remark(_fields(content)))
        elif lead == _WORDS:
            words = content
    return Appended(remarks=tuple(remarks), words=words) if remarks or words else None


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Each fenced block with the last line before it that is not blank; what is cut off ends with the text."""
    lead, ticks = "", ""
    inside = list[str]()
    for line in text.split("\n"):
        if ticks and line == ticks:
            yield lead, "\n".join(inside)
            ticks, inside = "", []
        elif ticks:
            inside.append(line)
        elif opens := _OPENS.fullmatch(line):
            ticks = opens["ticks"]
        elif line.strip():
            lead = line.strip()
    if ticks:
        yield lead, "\n".join(inside)


def _fields(text: str) -> Mapping[str, str]:
    """By label; a line that begins like a field that would have had to come earlier belongs to the one before it."""
    found = dict[str, list[str]]()
    last = ""
    for line in text.split("\n"):
        label, colon, value = line.partition(":")
        if colon and label in _LABELS[_LABELS.index(last) + 1 if last else 0 :] and (not value or value[0] == " "):
            last = label
            found[last] = [value.strip()] if value.strip() else []
        elif last:
            found[last].append(line)
    return {label: "\n".join(lines) for label, lines in found.items()}


def _remark(fields: Mapping[str, str]) -> Remark:
    severity, _, rest = fields.get("rating", "").partition(", ")
    body, unless = fields.get("body", ""), fields.get("unless", "")
    return Remark(
        title=fields.get("title", ""),
        body=f"{body}\n\nWhen it does not matter: {unless}" if unless else body,
        severity=next((one for one in Severity if one.value == severity), Severity.SUGGESTION),
        defect=next((one for one in DefectClass if one.value == rest.partition(";")[0]), DefectClass.REGRESSION),
        places=tuple(_places(fields.get("places", ""))),
        quote=fields.get("quote", ""),
        fix=fields.get("fix", ""),
        patch=fields.get("patch", ""),
        repro=fields.get("repro", ""),
        method=fields.get("method", ""),
        suppressed=fields.get("suppressed", ""),
    )


def _places(text: str) -> Iterator[Place]:
    for told in text.split(", ") if text and text != "none" else ():
        if found := _PLACE.fullmatch(told):
            first = int(found["first"] or 0)
            last = int(found["last"] or first)
            side = Side.BASE if found["base"] else Side.HEAD
            yield Place(path=found["path"], first=first, last=max(first, last), side=side)
