"""Places as reviewers write them: `path:1-3,9`, a link to a file, a bare path with a line, lines in words."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from deepreview.model.claim import Place

_NUMBER = r"L?\d{1,7}"
_RANGE = rf"{_NUMBER}(?:[ ]?(?:[-–—:~]|\.\.\.?|(?<=\s)(?:to|through)(?=\s))[ ]?{_NUMBER})?"
_RANGES = rf"{_RANGE}(?:[ ]?(?:[,;+&]|(?<=\s)and(?=\s))[ ]?{_RANGE}){{0,40}}"
_ABOUT = r"(?:(?:(?:starting |beginning )?(?:at|on|from)|around|near|about|approx\.?)\s)?"
_SPELT = re.compile(
    rf"^(?P<path>[^\s:`][^:`\n]{{0,400}}?)(?:\s?(?::|#|@(?=L))\s?[~+]?(?P<ranges>{_RANGES})[+]?"
    rf"|\s?\((?:lines?\s|ln\s|:)?(?P<called>{_RANGES})\)|[,:]?\s(?:lines?|ln|ll)\.?\s(?P<told>{_RANGES}))?$",
    re.IGNORECASE,
)
_ONLY = re.compile(rf"^[:~+]?(?:(?:lines?|ln)\.?:?\s)?({_RANGES})$", re.IGNORECASE)
_LINES = re.compile(rf"^{_ABOUT}(?::|(?:lines?|ln)\.?:?\s?[`~]?|(?=L\d))({_RANGES})`?$", re.IGNORECASE)
_ENDS = r"(?=\d[\d,\s–-]*(?:$|[—–(\[*`|]|-\s))"
"""Behind a colon and a blank, a number that words follow counts them: `a.py: 3 tests`."""
_BEHIND = (
    rf"(?::(?=[L\d])|\s?[#@](?=L\d)|\s@\s|\s?:\s{_ENDS}|[*_]{{0,3}}[,;]?\s?\(?{_ABOUT}(?:lines?|ln|ll)\.?:?\s?[`~]?"
    rf"|[,;]?\s?\(?(?=[~+]?L\d)|\s?\(:?(?=\d[\d\s,–-]*\)))[~+]?{_RANGES}(?!\w)"
)
_AFTER = re.compile(_BEHIND.replace(_RANGES, f"(?P<ranges>{_RANGES})"), re.IGNORECASE)
_BEFORE = re.compile(rf"\blines?\s`?(?P<ranges>{_RANGES})`?\s(?:of|in)\s[`*_(]{{0,3}}$", re.IGNORECASE)
_PIECE = re.compile(
    r"(?P<link>\[(?P<text>[^\[\]\n]{1,400})\]\((?P<target>[^()\s]{1,600}(?:\([^()\s]{0,60}\))?)\))"
    r"|(?P<url>(?<![\w(<])(?<!\]: )https?://[^\s()<>`]{1,600}#L\d{1,7}(?:C\d+)?(?:-L?\d{1,7})?)"
    r"|(?P<ticks>`+)(?P<code>[^`\n]{1,400})(?P=ticks)"
    rf"|(?P<bare>(?<![\w/.@`-])(?:(?<!:)/)?(?:[\w.@+-]+/){{0,30}}[\w.@+-]+\.\w{{1,12}}(?::|#(?=L\d)){_RANGES})"
    rf"|(?P<base>(?<![\w/.@`-])(?:(?<!:)/)?(?:[\w.@+-]+/){{0,30}}[\w.@+-]+\.[A-Za-z]\w{{0,11}})(?={_BEHIND})(?!\([\d\s,–-]*\)(?!:))"
    r"|(?P<plain>(?<![\w/.@`:-])/?(?:[\w.@+-]+/){1,30}[\w.@+-]+\.\w{1,12}(?![\w/(:]))"
)
_PATHLIKE = re.compile(
    r"^(?:[^\s*<>|\"'()=,;]+/[^\s*<>|\"'=,;]*|[\w@+.\[\]-]*\.(?!\d+$)[A-Za-z]\w{0,11}"
    r"|[A-Z][\w-]*file(?:\.\w+)?|LICENSE|NOTICE|README|CHANGELOG|CODEOWNERS|VERSION|Makefile|makefile|\.[\w.-]+)$"
)
_BACKSLASHED = re.compile(r"^[\w.@+-]+(?:\\[\w.@+-]+)+\.\w{1,12}$")
_BLANKS = re.compile(r"^[^\s/`]+/(?:[^\s`]| (?![-\s]))+\.\w{1,12}$")
"""A path with blanks in it, which only a line behind it tells from a command."""
_MEMBER = re.compile(r"(\.[A-Za-z]\w{0,9})::[\w:.<>]{1,200}(?:\(\))?$")
_COLUMNS = re.compile(r":(\d{1,7}):\d{1,5}\s?[-–]\s?(\d{1,7}):\d{1,5}$")
_FORGE = re.compile(r"^https?://[^/\s]+/.{1,300}?/blob/[^/\s]+/(?P<path>[^#?\s]+)")
_COMMIT = re.compile(r"^[0-9a-f]{7,40}$")
_LINES_OF_LINK = re.compile(r"#L(\d+)(?:C\d+)?(?:-L?(\d+))?")
_MOST = 200
_LONGEST = 400
_READ = 20_000
_NEAR = 200


@dataclass(frozen=True, slots=True)
class _Found:
    """A piece of text that is a place, with the words around it that say which lines."""

    start: int
    end: int
    path: str
    """Empty where it goes on with the path before."""
    ranges: Sequence[tuple[int, int]]


def places_in(text: str) -> tuple[Place, ...]:
    """The places in a heading's tail, in order, each once; spans that name no file are passed over."""
    found, path = list[Place](), ""
    for one in _found(text):
        path = one.path or path
        found += [Place(path=path, first=first, last=last) for first, last in one.ranges or ((0, 0),)]
    return tuple(dict.fromkeys(found[:_MOST]))


def place_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where the places of a text begin and end."""
    return tuple((one.start, one.end) for one in _found(text))


def without_places(text: str) -> str:
    """What a text says beside its places."""
    kept, at = list[str](), 0
    for one in _found(text):
        kept.append(text[at : max(at, one.start)])
        at = max(at, one.end)
    return " ".join((*kept, text[at:]))


def _found(text: str) -> Iterator[_Found]:
    known = False
    for piece in _PIECE.finditer(text[:_READ]):
        told = _BEFORE.search(text, max(0, piece.start() - _NEAR), piece.start())
        after = "" if told else text[piece.end() : piece.end() + _NEAR]
        if piece["link"]:
            path, ranges, more = _linked(piece["text"].strip("`* "), piece["target"], after)
        elif piece["url"]:
            path, ranges, more = _linked("", piece["url"], "")
        else:
            code = piece["code"] or piece["bare"] or piece["base"] or piece["plain"]
            path, ranges, more = _spelt(code.strip(), after)
        start, end = piece.start(), piece.end() + more
        if path and not ranges and told:
            start, ranges = told.start(), _ranges(told["ranges"])
        if path or (ranges and known):
            known = True
            yield _Found(start, end, path, ranges)


def _spelt(code: str, after: str) -> tuple[str, Sequence[tuple[int, int]], int]:
    """Path, ranges, and how much of what follows says them; a span of numbers alone goes on with the path before."""
    if only := _ONLY.match(code):
        return "", _ranges(only[1]), 0
    told = _SPELT.match(_COLUMNS.sub(r":\1-\2", _MEMBER.sub(r"\1", code)))
    path = (
        told["path"].replace("\\", "/") if told and _BACKSLASHED.match(told["path"]) else told["path"] if told else ""
    )
    if told is None or not (is_path(path) or (told["ranges"] and _BLANKS.match(path))):
        return "", (), 0
    given, more = told["ranges"] or told["called"] or told["told"] or "", 0
    if not given and (behind := _AFTER.match(after)):
        given, more = behind["ranges"], behind.end()
    return path.removeprefix("./"), _ranges(given), more


def _linked(text: str, target: str, after: str) -> tuple[str, Sequence[tuple[int, int]], int]:
    path, ranges, more = _spelt(text, after)
    kept = _FORGE.search(target)
    whole = unquote(kept["path"]) if kept else ""
    if whole and is_path(whole) and (not text or f"/{whole}".endswith(f"/{path or text}")):
        path = whole
    if not path:
        inside = unquote(target.partition("#")[0])
        if text and not _COMMIT.match(text) and not target.startswith(("http:", "https:")) and is_path(inside):
            path = inside
    if path and not ranges and (lines := _LINES_OF_LINK.search(target)):
        ranges = _ranges(f"{lines[1]}-{lines[2] or lines[1]}")
    return path, ranges, more


def is_path(text: str) -> bool:
    """Whether it reads like a file or folder of a repository: no commit, no call, no bare word."""
    return len(text) <= _LONGEST and not _COMMIT.match(text) and "://" not in text and bool(_PATHLIKE.match(text))


def is_lines(text: str) -> bool:
    """Whether a text only says which lines: `lines 3-5`, `L7`, `:7`; numbers alone may be anything."""
    return len(text) <= _LONGEST and bool(_LINES.match(text.strip()))


def _ranges(text: str) -> tuple[tuple[int, int], ...]:
    found = []
    for part in re.split(r"[,;+&]|\sand\s", text):
        numbers = [int(number) for number in re.findall(r"\d+", part)][:2]
        if numbers and numbers[0]:
            first, last = numbers[0], numbers[-1]
            columns = ":" in part.strip(": ")
            found.append((first, first if columns or last < first else last))
    return tuple(found)


def written(places: Iterable[Place]) -> str:
    """The places as code spans, neighbouring ranges of one file in one span: `a.py:1-3,9`, `b.py`."""
    spans = list[tuple[str, list[str]]]()
    for place in places:
        told = (
            "" if not place.first else f"{place.first}" if place.first == place.last else f"{place.first}-{place.last}"
        )
        if spans and spans[-1][0] == place.path and told and spans[-1][1][-1:] != [""]:
            spans[-1][1].append(told)
        else:
            spans.append((place.path, [told]))
    return ", ".join(f"`{path}{':' if ranges[0] else ''}{','.join(ranges)}`" for path, ranges in spans)
