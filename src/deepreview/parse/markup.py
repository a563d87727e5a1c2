"""Lines of a review that a tool wrote in HTML: folds, tables and pictures as Markdown, hidden places as places."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape

from deepreview.parse.lines import Line

_PIECE = re.compile(
    r"(?P<code>(`+)[^\n]{0,2000}?\2(?!`))|(?P<hidden><!--)"
    r"|<(?P<close>/?)(?P<tag>details|summary|blockquote|table|thead|tbody|tr|td|th|b|strong|em|i|code|a|img|h[1-6]|sub|sup"
    r"|small|span|kbd|picture|source|div|p|br|hr|ul|ol|li|location|code_context|issue_to_address)\b"
    r"(?P<more>[^<>\n]{0,10000})>",
    re.IGNORECASE,
)
_QUALITY = re.compile(
    r"\b(?P<name>href|alt|path|line_range)=(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)')", re.IGNORECASE
)
_PLACES = re.compile(r"^LOCATIONS START\s(?P<said>.*)\sLOCATIONS END$", re.DOTALL)
_BREAKS = {
    "blockquote",
    "table",
    "thead",
    "tbody",
    "tr",
    "td",
    "th",
    "div",
    "p",
    "hr",
    "ul",
    "ol",
    "li",
    "issue_to_address",
}
_MARKS = {"b": "**", "strong": "**", "code": "`"}
_LONGEST_HIDDEN = 4_000
_DEEPEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Bit:
    """A line without tags."""

    line: Line
    depth: int
    """How many folds it stands in; the title of a fold stands in it."""
    title: bool = False
    """The title of a fold, which is its first line."""

    @property
    def text(self) -> str:
        """The line's text."""
        return self.line.text


def unfolded(lines: Iterable[Line]) -> tuple[Bit, ...]:
    """The lines as a reader of the page sees them, each with how deep it is folded; linear in the text."""
    reader = _Reader()
    for line in lines:
        reader.take(line)
    return reader.end()


class _Reader:
    """Goes through the lines once; knows which tags are open."""

    def __init__(self) -> None:
        self.bits: list[Bit] = []
        self.depth = 0
        self.said: list[str] = []
        self._titled = self._named = self._in_code = False
        self._hidden: list[str] | None = None
        self._code: list[str] = []
        self._links: list[tuple[int, str]] = []

    def take(self, line: Line) -> None:
        if self._in_code:
            self._take_code(line.text)
        elif line.fenced and self._hidden is None:
            self._put(line)
        else:
            self._take_text(line.text)

    def _take_text(self, text: str) -> None:
        if not text.strip():
            self._put(Line("", fenced=False))
            return
        at, tagged = 0, False
        while True:
            if self._hidden is not None:
                at, tagged = self._take_hidden(text, at), True
                if at < 0:
                    return
            if (found := _PIECE.search(text, at)) is None:
                break
            self._say(text[at : found.start()], plain=True)
            at, tagged = found.end(), tagged or not found["code"]
            if found["code"]:
                self._say(found["code"])
            else:
                self._open(found)
            if self._in_code:
                self._take_code(text[at:])
                return
        self._say(text[at:], plain=True)
        if not tagged or "".join(self.said).strip():
            self._flush()
        self._links.clear()

    def _open(self, found: re.Match[str]) -> None:
        if found["hidden"]:
            self._hidden = []
            return
        tag, closes = found["tag"].lower(), bool(found["close"])
        if tag in _MARKS:
            self._say(_MARKS[tag])
        elif tag == "br":
            self._say(" ")
        elif tag in {"a", "img"}:
            self._link(tag, found["more"], closes=closes)
        elif tag in {"details", "summary"}:
            self._fold(tag, closes=closes)
        elif tag in {"location", "code_context"}:
            self._point(tag, found["more"], closes=closes)
        elif tag in _BREAKS and not self._titled:
            self._flush()
        elif tag[0] == "h" and not self._titled:
            self._flush()
            self._say("" if closes else f"{'#' * int(tag[1])} ")

    def _fold(self, tag: str, *, closes: bool) -> None:
        self._flush()
        if tag == "summary":
            self._titled, self._named = not closes, False
        else:
            self._titled = False
            self.depth = max(0, self.depth - 1) if closes else min(_DEEPEST, self.depth + 1)

    def _link(self, tag: str, more: str, *, closes: bool) -> None:
        """A link in Markdown; a picture by its other text, also where it links somewhere."""
        if tag == "img":
            self._say(f"![{_qualities(more).get('alt', '')}]()")
        elif not closes:
            self._links.append((len(self.said), _qualities(more).get("href", "")))
        elif self._links:
            start, target = self._links.pop()
            inside = "".join(self.said[start:])
            if target.startswith("http") and "![" not in inside and inside.strip():
                self.said[start:] = [f"[{inside}]({target})"]

    def _point(self, tag: str, more: str, *, closes: bool) -> None:
        self._flush()
        if tag == "code_context":
            self._in_code = not closes
        elif path := _qualities(more).get("path"):
            lines = _qualities(more).get("line_range", "")
            self._say(f"Location: `{path}{':' if lines else ''}{lines}`")
            self._flush()
        elif not closes:
            self._say("Location: ")

    def _take_hidden(self, text: str, at: int) -> int:
        """Where the text goes on behind a comment; -1 where the comment does."""
        hidden = self._hidden if self._hidden is not None else []
        end = text.find("-->", at)
        hidden.append((text[at:] if end < 0 else text[at:end])[:_LONGEST_HIDDEN])
        if end < 0:
            return -1
        if told := _PLACES.match("\n".join(hidden).strip()[:_LONGEST_HIDDEN]):
            places = ", ".join(f"`{place.strip()}`" for place in told["said"].split("\n") if place.strip())
            self._put(Line(f"Location: {places}", fenced=False))
        self._hidden = None
        return end + len("-->")

    def _take_code(self, text: str) -> None:
        before, closing, after = text.partition("</code_context>")
        if before.strip() or (self._code and not closing):
            self._code.append(before)
        if closing:
            code = _at_head(self._code)
            self._put(Line("```", fenced=True, opens=""))
            for one in (*code, "```"):
                self._put(Line(one, fenced=True))
            self._code, self._in_code = [], False
            self._take_text(after or " ")

    def _say(self, text: str, *, plain: bool = False) -> None:
        if text:
            self.said.append(unescape(text) if plain and "&" in text else text)

    def _flush(self) -> None:
        text = "".join(self.said).replace("\xa0", " ").rstrip()
        self.said.clear()
        self._links.clear()
        if text.strip():
            self._put(Line(text, fenced=False))

    def _put(self, line: Line) -> None:
        title = self._titled and not self._named and bool(line.text.strip())
        self._named = self._named or title
        self.bits.append(Bit(line=line, depth=self.depth, title=title))

    def end(self) -> tuple[Bit, ...]:
        self._flush()
        for one in self._code:
            self._put(Line(one, fenced=False))
        return tuple(self.bits)


def _qualities(more: str) -> dict[str, str]:
    return {found["name"].lower(): found["double"] or found["single"] or "" for found in _QUALITY.finditer(more)}


def _at_head(code: Iterable[str]) -> Iterator[str]:
    """Quoted code as it stands in the file, where it is quoted from a patch."""
    lines = list(code)
    if not any(line.startswith(("+", "-")) for line in lines):
        yield from lines
        return
    for line in lines:
        if not line.startswith("-"):
            yield line[1:] if line[:1] in {"+", " "} else line
