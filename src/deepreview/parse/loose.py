"""What a text that has no form says: items, paragraphs and lines of output, with or without a place."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from deepreview.model.claim import DefectClass, Place, Severity
from deepreview.parse.heading import FindingHeading, plain_title
from deepreview.parse.items import Item, is_count, marked_items_of
from deepreview.parse.labels import Sort, sort_of, unlabelled
from deepreview.parse.lead import Mark, sign
from deepreview.parse.lines import read_lines
from deepreview.parse.outline import Chapter, Stated
from deepreview.parse.places import is_path, place_spans, places_in, without_places
from deepreview.parse.statement import statement
from deepreview.parse.vocabulary import CLAIMING, Part, severity_of

_PARTS = {Part.PREAMBLE, Part.OTHER, Part.SUMMARY, *CLAIMING}
_OUTPUT = re.compile(
    r"^(?P<path>[\w./@+\\-]{1,300}\.\w{1,12}):(?P<line>\d{1,7})(?::\d{1,5})?:\s*(?:(?P<level>\w+)(?:\[[\w-]+\])?:\s*)?(?P<text>\S[^\n]{3,600})$"
)
_TOOL = re.compile(r"^\[[a-z][\w./-]{1,30}\]\s+(?=\S)")
_LEVEL = re.compile(r"^[\W_]*\[?(?P<word>[A-Za-z0-9]{2,12})\]?(?:\*\*)?\s*[:—–-]\s*")
_SENTENCE = re.compile(r"(?<=[.!?])\s")
_BEFORE = re.compile(r"^[\s*`(\[_]*$")
_APART = re.compile(r"[*`)\]_]*\s*(?P<mark>:|[—–→]|--?(?=\s))?\s*")
_NAMED = re.compile(r"[*_\s]*(?P<path>[\w@+-][\w.@+/-]{1,300})[*_]*(?:\s?:|\s(?:[—–]|--?))\s+(?=\S)")
_TAIL = re.compile(r"(?:\s[—–]|\s--?|:|\s[(\[])\s*[*`_]*$")
_END = re.compile(r"^[\s*`_)\].]*$")
_POINTS = re.compile(
    r"^[\W_]*(?:see|look at|open|run|try|cf\.?|check out|go to)\b[^.;:—]{0,200}[.]?\s*$", re.IGNORECASE
)
_VERB = re.compile(r"^[\s*_>-]*(?:see|look|open|run|try|cf|check|go)\b", re.IGNORECASE)
_TAG = re.compile(r"</?(?:details|summary|blockquote|table|tr|td|th|p|div|br|b|strong)\b[^<>\n]{0,200}>", re.IGNORECASE)
_FIELD = re.compile(
    r"^[\s>*_-]{0,8}(?:severity|priority|file|location|path|lines?|category)[*_]{0,2}\s?:", re.IGNORECASE
)
_NUMBERED = re.compile(
    r"^[\W_]*(?:finding|issue|problem|bug|comment|vulnerability)\s?#?\d{1,3}\s?[:.)—–-]\s*", re.IGNORECASE
)
_RANGE = re.compile(
    r"^[*_`]{0,3}(?:lines?\s|L)(?P<ranges>\d{1,7}(?:\s?[-–]\s?L?\d{1,7})?)[*_`]{0,3}\s?[:—–-]\s*", re.IGNORECASE
)
_TITLE = re.compile(r"^(?:#{1,6}\s+\S|\*\*[^*\n]+\*\*:?$)")
_COUNTED = re.compile(r"^[*`]{0,3}\S{1,300}?[*`]{0,3} \(\d{1,4}\)(?::.{0,200})?$")
_NONE = re.compile(r"^[\W_]*(?:no|none|nothing|there (?:are|were|is) no|i (?:found|see|saw|have) no)\b", re.IGNORECASE)
_SHORTEST, _LONGEST = 4, 160
_SHARE = 8
"""Of as many pieces one names a line where all of them are a review: other documents name a line now and then."""
_READ = 2_000


class Weight(Enum):
    """How sure it is that something is a finding."""

    LINE = auto()
    """It names a line."""
    FILE = auto()
    """It is about a file, as any list of files may be."""
    NONE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Loose:
    """One item, paragraph or line of output."""

    stated: Stated
    """What it states if it is a finding."""
    text: str
    weight: Weight
    sort: Sort
    listed: bool


def loosely(chapter: Chapter) -> Iterator[Loose]:
    """The pieces of a chapter in their order, but for those that only say that there is nothing, or how many."""
    if chapter.part not in _PARTS:
        return
    path = ""
    for item in marked_items_of(chapter.lines):
        first, _, below = item.text.partition("\n")
        if item.mark and below and (own := _path_of(first.strip())):
            yield from _listed(marked_items_of(read_lines(textwrap.dedent(below), lambda _: False)), own)
            continue
        if _TITLE.match(first.strip()) and not item.mark:
            path = _path_of(first.strip())
        yield from _listed((item,), path)


def _listed(items: Iterable[Item], path: str) -> Iterator[Loose]:
    for item in items:
        before, outputs = _outputs(_unheaded(item.text))
        told = (_told(piece, item, path) for piece in _pieces(before))
        yield from (one for one in told if one is not None)
        yield from (_printed(found, below) for found, below in outputs)


def _path_of(title: str) -> str:
    """The file that a title consists of."""
    bare = title.strip("#*`: ")
    return bare if is_path(bare) and re.search(r"[./]", bare) else ""


def _unheaded(text: str) -> str:
    """Without tags, and without the title that a paragraph stands directly under."""
    lines = text.split("\n")
    if _TITLE.match(lines[0].strip()) and (len(lines) > 1 or lines[0].startswith("#") or _path_of(lines[0])):
        lines = lines[1:]
    return _TAG.sub("", "\n".join(lines)).strip() if "<" in text else "\n".join(lines).strip()


def _outputs(text: str) -> tuple[str, list[tuple[re.Match[str], str]]]:
    """What stands before the lines of output in a text, and these, each with what stands below it."""
    before, outputs = list[str](), list[tuple[re.Match[str], list[str]]]()
    for line in text.split("\n"):
        if found := _OUTPUT.match(line.strip()[:1000]):
            outputs.append((found, []))
        elif outputs:
            outputs[-1][1].append(line)
        else:
            before.append(line)
    return "\n".join(before), [(found, "\n".join(below).rstrip()) for found, below in outputs]


def _printed(found: re.Match[str], below: str) -> Loose:
    """A line as compilers and linters print it, with the code or the rest of the sentence below it."""
    said = _TOOL.sub("", found["text"])
    text = f"{said}\n{below}" if below else said
    places = places_in(f"`{found['path']}:{found['line']}`")
    return Loose(
        stated=_stated(said, text, places, severity_of(found["level"] or "")),
        text=f"{found[0]}\n{below}".rstrip(),
        weight=Weight.LINE,
        sort=Sort.CLAIM if below else sort_of(said),
        listed=True,
    )


def _stated(title: str, text: str, places: tuple[Place, ...], severity: Severity | None) -> Stated:
    heading = FindingHeading(
        mark=Mark.BARE,
        severity=None,
        number=0,
        title=plain_title(title)[:_LONGEST],
        places=places,
        defect=DefectClass.ENHANCEMENT if title.rstrip("*_ ").endswith("?") else None,
    )
    return Stated(heading=heading, severity=severity, lines=read_lines(text, lambda _: False))


def _pieces(text: str) -> Iterable[str]:
    """The lines of a paragraph where each of them begins as a finding does, or ends so; else the paragraph."""
    lines = text.split("\n")
    return lines if len(lines) > 1 and all(map(_stands_alone, lines)) else [text]


def _stands_alone(line: str) -> bool:
    line = line[:_READ]
    if not any(place.first for place in places_in(line)):
        return False
    spans = place_spans(line)
    return bool(sign(line)[0] or _BEFORE.match(line[: spans[0][0]]) or _END.match(line[spans[-1][1] :]))


def _told(text: str, item: Item, path: str) -> Loose | None:
    if (fielded := _fielded(text)) is not None:
        return fielded
    first = _paragraph(text)[:_READ]
    if not first or first.startswith("|") or is_count(first) or _NONE.match(first):
        return None
    severity, sort, words = _graded(first)
    places, title, weight = _placed(words, path, listed=bool(item.mark))
    if len(title) < _SHORTEST:
        return None
    return Loose(
        stated=_stated(title, text, places, severity),
        text=text,
        weight=weight,
        sort=sort if sort is not Sort.CLAIM else sort_of(first if weight is Weight.NONE else title),
        listed=bool(item.mark),
    )


def _placed(words: str, path: str, *, listed: bool) -> tuple[tuple[Place, ...], str, Weight]:
    """Places and title of a text that may stand below the name of a file, and what its places speak for."""
    if path and (ranged := _RANGE.match(words)):
        return places_in(f"`{path}:{ranged['ranges']}`"), plain_title(words[ranged.end() :]), Weight.LINE
    lined = tuple(place for place in places_in(words) if place.first)
    if lined and (_COUNTED.match(words) or _points(words)):
        lined = ()
    title, file = titled(words, listed=listed, lined=bool(lined))
    file = file or (places_in(f"`{path}`") if path and listed else ())
    return lined or file, title, Weight.LINE if lined else Weight.FILE if file else Weight.NONE


def _points(words: str) -> bool:
    """Whether a text only says where to look."""
    return bool(_VERB.match(words) and _POINTS.match(without_places(words)))


def _fielded(text: str) -> Loose | None:
    """A title with fields in the lines below it: `Finding 1: Title`, `Severity: High`, `File: a.py`."""
    first, _, below = text.partition("\n")
    if not _FIELD.match(below):
        return None
    said = statement(read_lines(below, lambda _: False))
    title = plain_title(_NUMBERED.sub("", first[:_READ]))
    if not said.places or len(title) < _SHORTEST:
        return None
    lined = any(place.first for place in said.places)
    return Loose(
        stated=_stated(title, below, said.places, said.tagged),
        text=text,
        weight=Weight.LINE if lined else Weight.FILE,
        sort=Sort.CLAIM,
        listed=True,
    )


def _paragraph(text: str) -> str:
    """The lines before the first that is code, empty or an item of a list, as one."""
    lines = text.split("\n")
    if (spans := place_spans(lines[0][:_READ])) and _END.match(lines[0][spans[-1][1] :]):
        return lines[0].strip()
    end = next(
        (at for at, line in enumerate(lines) if at and re.match(r"\s*(?:$|```|~~~|[-*+]\s|\d+[.)]\s)", line)),
        len(lines),
    )
    return " ".join(line.strip() for line in lines[:end])


def _graded(first: str) -> tuple[Severity | None, Sort, str]:
    """What the marks and words before a text say of it, and the text without them."""
    hue, words = sign(first)
    told = unlabelled(words)
    words = _TOOL.sub("", told.text)
    level = _LEVEL.match(words)
    severity = severity_of(level["word"]) if level else None
    return told.severity or severity or hue, told.sort, words[level.end() :] if level and severity else words


def titled(words: str, *, listed: bool, lined: bool) -> tuple[str, tuple[Place, ...]]:
    """The title without the place at its start or end, and the file there; `lined` where some place has a line.

    It is the first sentence or, in prose, the one with the place.
    """
    sentences = _SENTENCE.split(words)
    at = 0
    if lined and not listed:
        at = next((n for n, one in enumerate(sentences) if any(place.first for place in places_in(one))), 0)
        at -= bool(at and _points(sentences[at]))
    title = sentences[at]
    spans = place_spans(title)
    if spans and _BEFORE.match(title[: spans[0][0]]) and (apart := _APART.match(title, spans[0][1])):
        start, end = spans[0]
        if (apart["mark"] or lined) and title[apart.end() :].strip():
            return plain_title(title[apart.end() :]), places_in(title[start:end])
    elif spans and _END.match(title[spans[-1][1] :]) and (tail := _TAIL.search(title[: spans[-1][0]])):
        return plain_title(title[: tail.start()]), places_in(title[spans[-1][0] : spans[-1][1]])
    elif (named := _NAMED.match(title)) and is_path(named["path"]):
        return plain_title(title[named.end() :]), places_in(f"`{named['path']}`")
    return plain_title(title), ()


def is_sure(pieces: Sequence[Loose]) -> bool:
    """Whether enough pieces name a line for what they say: then it is a review that speaks."""
    lined = sum(piece.weight is Weight.LINE and piece.sort is Sort.CLAIM for piece in pieces)
    return 0 < len(pieces) <= lined * _SHARE
