"""Code as HTML: escaped, what cannot be seen made visible, coloured by a handful of classes.

Pygments reads about a quarter of a megabyte a second, so a report has a budget of characters for it, spent in the
order of reading. What comes after is coloured by one regular expression, and what is unreasonably large not at all.
"""

import re
from collections.abc import Iterator
from functools import cache
from html import escape

from markupsafe import Markup
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType, is_token_subtype
from pygments.util import ClassNotFound

from deepreview.context.visible import visible

BUDGET = 24_000
"""Characters of one report that Pygments reads."""
LARGEST = 20_000
"""Characters of one block beyond which it is shown without colours."""
LONGEST = 2_000
"""Characters of one line that are shown."""

_UNUSUAL = re.compile(r"[^\x20-\x7e\n\t]")
_CLASSES = (
    (Comment, "c"),
    (String, "s"),
    (Number, "m"),
    (Keyword, "k"),
    (Operator.Word, "k"),
    (Name.Function, "f"),
    (Name.Class, "f"),
    (Name.Decorator, "a"),
    (Name.Attribute, "a"),
    (Name.Tag, "a"),
)
_HASH = frozenset({"bash", "dockerfile", "elixir", "hcl", "ini", "perl", "python", "ruby", "sh", "toml", "yaml"})
_REST = r"""|(?P<s>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`\n]*`)|(?P<m>\b\d[\w.]*)|(?P<w>[A-Za-z_]\w*)"""
_WITH_HASH = re.compile(r"(?P<c>#[^\n]*)" + _REST)
_WITH_SLASH = re.compile(r"(?P<c>//[^\n]*|/\*(?s:.)*?\*/)" + _REST)
_WORDS = frozenset(
    """
    abstract and as async await bool break case catch char class const continue def default defer del do done echo elif
    else enum esac except export extends false False fi final finally fn for from func function go if impl implements
    import in int interface is lambda let local long loop match mod mut namespace new nil none None not null or package
    pass private protected pub public raise range return select self static struct super switch then this throw trait
    true True try type use using var void where while with yield
    """.split()  # noqa: SIM905 - a paragraph of words reads better than a hundred lines
)


def trusted(html: str) -> Markup:
    """Finished HTML; whoever calls this has escaped every part that came from the report."""
    return Markup(html)  # noqa: S704 - the one place where text becomes HTML, named for what it demands


def shown(text: str) -> str:
    """Escaped text in which a character that cannot be seen is a marked escape."""
    escaped = escape(text)
    return escaped if escaped.isascii() and escaped.isprintable() else _UNUSUAL.sub(_marked, escaped)


def _marked(match: re.Match[str]) -> str:
    character = match[0]
    escaped = visible(character)
    return character if escaped == character else f'<span class="esc">{escaped}</span>'


class Highlighter:
    """Colours the code of one report and spends its budget."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._left = budget
        self._seen: dict[tuple[str, str], tuple[str, ...]] = {}

    def lines(self, code: str, language: str) -> tuple[str, ...]:
        """One piece of HTML for each line of the code."""
        key = (code, language)
        if key not in self._seen:
            self._seen[key] = self._made(_shortened(code), language)
        return self._seen[key]

    def _made(self, code: str, language: str) -> tuple[str, ...]:
        if len(code) > LARGEST or language == "text":
            return tuple(shown(code).split("\n"))
        lexer = _lexer(language)
        if lexer is None or len(code) > self._left:
            return _quick(code, language)
        self._left -= len(code)
        return tuple(_split(_tokens(code, lexer)))


def _shortened(code: str) -> str:
    return "\n".join(map(_cut, code.split("\n"))) if len(code) > LONGEST else code


def _cut(line: str) -> str:
    if len(line) <= LONGEST:
        return line
    return f"{line[:LONGEST]} … {len(line) - LONGEST} more characters on this line"


@cache
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language)
    except ClassNotFound:
        return None


@cache
def _class(kind: _TokenType) -> str:
    return next((name for family, name in _CLASSES if is_token_subtype(kind, family)), "")


def _tokens(code: str, lexer: Lexer) -> Iterator[tuple[str, str]]:
    for _, kind, text in lexer.get_tokens_unprocessed(code):
        yield _class(kind), text


def _quick(code: str, language: str) -> tuple[str, ...]:
    pattern = _WITH_HASH if language in _HASH else _WITH_SLASH
    coloured = pattern.sub(_coloured, escape(code, quote=False))
    return tuple(_UNUSUAL.sub(_marked, coloured).split("\n"))


def _coloured(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, match[0]
    if kind == "w":
        return f"<i class=k>{text}</i>" if text in _WORDS else text
    return "\n".join(f"<i class={kind}>{line}</i>" for line in text.split("\n"))


def _split(tokens: Iterator[tuple[str, str]]) -> Iterator[str]:
    """The coloured text line by line; neighbours of one colour share an element."""
    line: list[tuple[str, str]] = []
    for kind, text in tokens:
        first, *rest = text.split("\n")
        _add(line, kind, first)
        for part in rest:
            yield _html(line)
            line = []
            _add(line, kind, part)
    yield _html(line)


def _add(line: list[tuple[str, str]], kind: str, text: str) -> None:
    if not text:
        return
    if line and (line[-1][0] == kind or text.isspace()):
        line[-1] = (line[-1][0], line[-1][1] + text)
    else:
        line.append((kind, text))


def _html(line: list[tuple[str, str]]) -> str:
    return "".join(f"<i class={kind}>{shown(text)}</i>" if kind else shown(text) for kind, text in line)
