"""Markdown of others as HTML: no HTML of theirs, no image, no heading, only web links, and those name their host.

What is refused stays on the page as the text it was.
"""

import re
from collections.abc import Sequence
from html import escape
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from deepreview.render.highlight import Highlighter, shown, trusted
from deepreview.render.wording import LANGUAGES

LARGEST = 50_000
"""Characters of Markdown beyond which the source is shown as it is."""

_LANGUAGES = frozenset({*LANGUAGES.values(), "dockerfile"})
_WEB = re.compile(r"https?://[^\s/?#]+", re.IGNORECASE | re.ASCII)
_CODE = r"`[^`\n ][^`\n]*`(?!`)"
_STRONG = r"\*\*[A-Za-z0-9](?:[^\\`*_\[\]<>&!\n]*[A-Za-z0-9])?\*\*(?!\*)"
_SIMPLE = re.compile(
    rf"(?:[^\\`*_\[\]<>&!\n]|(?<=[A-Za-z0-9])_+(?=[A-Za-z0-9])|{_CODE}|{_STRONG})*"
)  # possessive, 3.11.2 never matches
"""Text, code spans and strong text that need no parser: nine of ten lines of a report."""
_HERE = "".join(rf"(?<!\bR{digits}-)" for digits in (r"\d", r"\d\d", r"\d\d\d"))
"""What `R9-I1` names is a finding of another round."""
_MARKED = re.compile(rf"({_CODE}|{_STRONG})")
_PLAIN_START = re.compile(r"(?!```)[A-Za-z`\"'(]")
"""What can open nothing but a paragraph."""


class _Renderer(RendererHTML):
    """What markdown-it's own renderer would do with fewer promises."""

    def text(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        text = tokens[idx].content
        pattern = None if env["inside"] else env["aliases"]
        if pattern is None:
            return shown(text)
        parts = pattern.split(text)  # text and aliases in turn
        return "".join(f'<a href="#{part}">{part}</a>' if i % 2 else shown(part) for i, part in enumerate(parts))

    def code_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return f"<code>{shown(tokens[idx].content)}</code>"

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return _pre(tokens[idx].content, "text", env["highlighter"])

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        words = tokens[idx].info.split()
        language = words[0].lower() if words and words[0].lower() in _LANGUAGES else "text"
        return _pre(tokens[idx].content, language, env["highlighter"])

    def heading_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return '<p class="lead-in">'

    def heading_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</p>\n"

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>\n'

    def table_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "</table></div>\n"

    def th_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "<th>"

    def td_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "<td>"

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        env["inside"] = True
        url = str(tokens[idx].attrs["href"])
        return f'<a href="{escape(url)}" rel="noreferrer noopener">' if url else ""

    def link_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        env["inside"] = False
        start = next(i for i in range(idx - 1, -1, -1) if tokens[i].type == "link_open")
        host = urlsplit(str(tokens[start].attrs["href"])).netloc
        if not host:  # `[text]()` leads nowhere
            return ""
        said = "".join(token.content for token in tokens[start + 1 : idx])
        return "</a>" if said.startswith(("http://", "https://")) and host in said else f"</a> ({shown(host)})"


def _pre(code: str, language: str, highlighter: Highlighter) -> str:
    lines = "\n".join(highlighter.lines(code.rstrip("\n"), language))
    return f"<pre><code>{lines}</code></pre>\n"


def _parser(*, links: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable("table")
    # A reference definition would take its text off the page.
    parser.disable(["image", "reference", *([] if links else ["link", "autolink"])])
    parser.validateLink = lambda url: _WEB.match(url) is not None  # type: ignore[method-assign]  # its documented hook
    return parser


_BLOCKS = _parser(links=True)
_PLAIN = _parser(links=False)


class Prose:
    """Turns the Markdown of one report into HTML, each text once."""

    def __init__(self, highlighter: Highlighter, anchors: Sequence[str] = ()) -> None:
        named = "|".join(map(re.escape, anchors))
        self._env: dict[str, object] = {"highlighter": highlighter, "aliases": None, "inside": False}
        self._linking = {**self._env, "aliases": re.compile(rf"{_HERE}\b({named})\b") if anchors else None}
        self._seen: dict[tuple[str, str], Markup] = {}

    def blocks(self, text: str) -> Markup:
        """Paragraphs, lists, quotes, tables and code."""
        return self._kept("blocks", text)

    def inline(self, text: str) -> Markup:
        """One line, with links."""
        return self._kept("inline", text)

    def about(self, text: str) -> Markup:
        """Blocks of the report's own text, in which the alias of a finding leads to it."""
        return self._kept("about", text)

    def title(self, text: str) -> Markup:
        """One line without links, to stand inside one."""
        return self._kept("title", text)

    def _kept(self, form: str, text: str) -> Markup:
        key = (form, text)
        if key not in self._seen:
            # The parser would put another character for a NUL, which says less than its escape.
            self._seen[key] = trusted(self._made(form, text.replace("\0", "\\x00")))
        return self._seen[key]

    def _made(self, form: str, text: str) -> str:
        if len(text) > LARGEST:
            return f'<span class="verbatim">{shown(text)}</span>'
        if form == "about":
            return str(_BLOCKS.render(text, self._linking))
        if form == "blocks":
            return simple_blocks(text) or str(_BLOCKS.render(text, self._env))
        line = " ".join(text.split())
        parser = _BLOCKS if form == "inline" else _PLAIN
        return simple_line(line) or str(parser.renderInline(line, self._env))


def simple_blocks(text: str) -> str:
    """What the parser makes of plain paragraphs, without it; empty where it is needed."""
    paragraphs = text.strip("\n").split("\n\n")
    if not all(_PLAIN_START.match(paragraph) for paragraph in paragraphs):
        return ""
    made = [simple_line(paragraph) for paragraph in paragraphs]
    return "".join(f"<p>{line}</p>\n" for line in made) if all(made) else ""


def simple_line(text: str) -> str:
    """What the parser makes of a plain line, without it; empty where it is needed."""
    if not _SIMPLE.fullmatch(text) or text != text.strip() or "  " in text or "\r" in text or "\0" in text:
        return ""
    parts = _MARKED.split(text)  # text and marked spans in turn
    return "".join(_span(part) if i % 2 else shown(part) for i, part in enumerate(parts))


def _span(part: str) -> str:
    return f"<code>{shown(part[1:-1])}</code>" if part[0] == "`" else f"<strong>{shown(part[2:-2])}</strong>"
