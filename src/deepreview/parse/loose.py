"""Findings in a text that has no form: items, paragraphs and lines of output that begin with, or hold, a place."""

import re
from collections.abc import Iterable

from deepreview.parse.heading import FindingHeading, plain_title
from deepreview.parse.items import items_of
from deepreview.parse.lead import Mark
from deepreview.parse.lines import read_lines
from deepreview.parse.outline import Chapter, Stated
from deepreview.parse.places import places_in
from deepreview.parse.vocabulary import Part, severity_of

_PARTS = {Part.PREAMBLE, Part.FINDINGS, Part.OTHER, Part.SUMMARY}
_OUTPUT = re.compile(
    r"^(?P<path>[\w./@+\\-]{1,300}\.\w{1,12}):(?P<line>\d{1,7})(?::\d{1,5})?:\s*(?:(?P<level>\w+)(?:\[[\w-]+\])?:\s*)?(?P<text>\S[^\n]{3,600})$"
)
_LEVEL = re.compile(r"^[\W_]*\[?(?P<word>[A-Za-z0-9]{2,12})\]?(?:\*\*)?\s*[:—–-]\s*")
_SENTENCE = re.compile(r"(?<=[.!?])\s")
_SHORTEST, _LONGEST = 4, 160


def loose_findings(chapter: Chapter) -> Iterable[Stated]:
    """Findings at the places that a chapter names, with their line numbers; a place alone is none."""
    if chapter.part not in _PARTS:
        return
    for text in items_of(chapter.lines):
        if outputs := _outputs(text):
            yield from (_printed(found, below) for found, below in outputs)
        elif (stated := _item(text)) is not None:
            yield stated


def _outputs(text: str) -> list[tuple[re.Match[str], str]]:
    """The lines of output in a text, each with what stands below it."""
    outputs = list[tuple[re.Match[str], list[str]]]()
    for line in text.split("\n"):
        if found := _OUTPUT.match(line.strip()[:1000]):
            outputs.append((found, []))
        elif outputs:
            outputs[-1][1].append(line)
    return [(found, "\n".join(below).rstrip()) for found, below in outputs]


def _printed(found: re.Match[str], below: str) -> Stated:
    """A line as compilers and linters print it, with the code or the rest of the sentence below it."""
    text = f"{found['text']}\n{below}" if below else found["text"]
    places = places_in(f"`{found['path']}:{found['line']}`")
    heading = FindingHeading(
        mark=Mark.BARE, severity=None, number=0, title=plain_title(found["text"])[:_LONGEST], places=places
    )
    return Stated(heading=heading, severity=severity_of(found["level"] or ""), lines=read_lines(text, lambda _: False))


def _item(text: str) -> Stated | None:
    first = text.split("\n", 1)[0][:2000]
    places = tuple(place for place in places_in(first) if place.first)
    if not places:
        return None
    level = _LEVEL.match(first)
    severity = severity_of(level["word"]) if level else None
    words = first[level.end() :] if level and severity else first
    words = re.sub(r"^[\s*]*`?[\w./@+-]+:[\d,:–-]+`?[*\s]*[:—–-]?\s*", "", words).strip()
    title = plain_title(_SENTENCE.split(words, maxsplit=1)[0])[:_LONGEST]
    if len(title) < _SHORTEST:
        return None
    heading = FindingHeading(mark=Mark.BARE, severity=None, number=0, title=title, places=places)
    return Stated(heading=heading, severity=severity, lines=read_lines(text, lambda _: False))
