"""Markdown of others, written again so that it keeps inside its place in a report.

Nothing is passed through: the text is parsed, and what comes out is built from a short list of forms (paragraphs,
lists, quotes, code, strong text). No heading, table, rule, HTML, image, reference, mention or finding line survives.
"""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from deepreview.context.visible import exact, visible
from deepreview.render.wording import LANGUAGES

_PARSER = MarkdownIt("commonmark", {"html": False})
_FENCES = frozenset({*LANGUAGES.values(), "dockerfile"})
"""Fence names that colour code and do nothing else: others draw diagrams or offer an edit on GitHub."""

_SPECIAL = re.compile(
    r"(?P<url>https?://[\w\-.~/:?#=%+,;&]*[\w/=])(?P<after>[@#][\w./@#-]*)?"
    r"|(?P<mention>(?<![A-Za-z0-9])@[A-Za-z0-9][\w./@#-]*)"
    r"|(?P<reference>(?:(?:[\w.-]{1,100}(?:/[\w.-]{1,100})?)?#|(?<![A-Za-z0-9])(?:GH|gh)-)[1-9]\d{0,9}\b[\w./@#-]*)"
    r"|(?P<inner>(?<=[^\W_])_+(?=[^\W_]))"
    r"|(?P<entity>&(?=[#A-Za-z]))"
    r"|(?P<mark>[\\`*_\[\]<~$])",
    re.ASCII,
)
_DISCUSSED = re.compile(r"https?://[^/]+/[^/]+/[^/]+/(?:issues|pull|pulls|discussions)/\d", re.ASCII | re.IGNORECASE)
"""Addresses that leave a trace in the discussion that they lead to."""
_SAFE_URL = re.compile(r"https?://[^\s<>()\\`|\x00-\x20\"']+", re.ASCII)
_LIKE_A_FINDING = re.compile(r"\W*[CIS]?\d+\.")
_LINE_START = re.compile(r"(?P<mark>[#>+\-=|:])|(?P<number>[A-Za-z]?\d+)(?P<dot>[.)])")


def plain(text: str) -> str:
    """Text that shows as it is: no mark works, no name is mentioned, no issue referred to or closed, one line."""
    return _SPECIAL.sub(_escaped, visible(text).replace("\n", " ").replace("\t", " "))


def _escaped(match: re.Match[str]) -> str:
    found = match[0]
    if match["mention"] or match["reference"] or match["after"] or _DISCUSSED.match(found):
        return code(found)  # an escape would not do: GitHub looks for names after the escapes are gone
    if match["url"]:
        return f"<{found}>"
    return found if match["inner"] else f"\\{found}"


def code(text: str) -> str:
    """The text as a code span on one line."""
    shown = exact(text)
    if not shown.strip():
        return "`(empty)`"
    ticks = "`" * (longest_run(shown) + 1)
    pad = " " if shown[0] in " `" or shown[-1] in " `" else ""
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def longest_run(text: str) -> int:
    """The length of the longest run of backticks."""
    return max((len(run) for run in re.findall("`+", text)), default=0)


def cell(markdown: str) -> str:
    """Finished Markdown for a table cell."""
    return markdown.replace("|", "\\|")


def link(shown: str, url: str) -> str:
    """A link around finished Markdown; only the Markdown when the address is not a plain web address."""
    return f"[{shown}]({url})" if _SAFE_URL.fullmatch(url) else shown


def fence(content: str, info: str) -> str:
    """A code fence that nothing inside can close."""
    body = visible(content).rstrip("\n")
    ticks = "`" * max(3, longest_run(body) + 1)
    return f"{ticks}{info}\n{body}\n{ticks}"


def inline(markdown: str, *, strong: bool = True) -> str:
    """One line of Markdown: code spans and strong text stay, all else is text."""
    tokens = _PARSER.parseInline(visible(markdown).replace("\n", " ").strip())
    return _inline(SyntaxTreeNode(tokens), strong=strong).strip()


def blocks(markdown: str) -> str:
    """Paragraphs, lists, quotes and code fences, separated by blank lines; empty for empty text."""
    return _stacked(SyntaxTreeNode(_PARSER.parse(visible(markdown))).children)


def item(markdown: str) -> str:
    """Finished Markdown as an item of a list."""
    return _hung("- ", markdown)


def _hung(marker: str, text: str) -> str:
    lines = text.split("\n")
    return "\n".join([marker + lines[0], *(" " * len(marker) + line if line else "" for line in lines[1:])])


def _stacked(nodes: Sequence[SyntaxTreeNode]) -> str:
    return "\n\n".join(text for node in nodes if (text := _block(node)))


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "fence" | "code_block":
            return _code_block(node)
        case "bullet_list" | "ordered_list":
            return _list(node)
        case "blockquote":
            quoted = _stacked(node.children)
            return "\n".join(f"> {line}".rstrip() for line in quoted.split("\n")) if quoted else ""
        case "hr":
            return ""
        case _:  # a paragraph, or a heading, which keeps its words only
            return _paragraph(node)


def _code_block(node: SyntaxTreeNode) -> str:
    named = node.info.lower().split()
    return fence(node.content, named[0] if named and named[0] in _FENCES else "text")


def _list(node: SyntaxTreeNode) -> str:
    texts = [text for child in node.children if (text := _stacked(child.children))]
    if node.type == "bullet_list":
        return "\n".join(item(text) for text in texts)
    return "\n".join(_hung(f"{number}) ", text) for number, text in enumerate(texts, 1))


def _paragraph(node: SyntaxTreeNode) -> str:
    text = _inline(node, strong=node.type == "paragraph").strip()
    if _LIKE_A_FINDING.match(text):
        text = _inline(node, strong=False).strip()
    return line(text)


def line(text: str) -> str:
    """Finished inline Markdown made safe at the start of a line."""
    found = _LINE_START.match(text)
    if found is None:
        return text
    if found["mark"]:
        return f"\\{text}"
    return f"{found['number']}\\{text[found.start('dot') :]}"


def _inline(node: SyntaxTreeNode, *, strong: bool) -> str:
    pieces: list[tuple[bool, str]] = []
    _collect(node, pieces, strong=strong)
    joined, text = "", ""
    for finished, piece in (*pieces, (True, "")):
        if finished:  # text is escaped in one go, so that a name split over two pieces is still seen
            joined = _beside(_beside(joined, plain(text)), piece)
            text = ""
        else:
            text += piece
    return joined


def _code_piece(node: SyntaxTreeNode) -> tuple[bool, str]:
    """A code span; one that holds only blanks shows as what was written."""
    if node.content.strip():
        return True, code(node.content)
    return False, f"{node.markup}{node.content}{node.markup}"


def _beside(one: str, other: str) -> str:
    """Both in a row; a space keeps the marks of two code spans from being read as one, which would end neither."""
    return f"{one} {other}" if one.endswith("`") and other.startswith("`") else one + other


def _collect(node: SyntaxTreeNode, pieces: list[tuple[bool, str]], *, strong: bool) -> None:
    for child in node.children:
        match child.type:
            case "text":
                pieces.append((False, child.content))
            case "code_inline":
                pieces.append(_code_piece(child))
            case "softbreak" | "hardbreak":
                pieces.append((False, " "))
            case "image":
                pieces.append((False, f"image: {child.content}"))
            case "em" | "strong" if child.markup.startswith("_"):  # more often a name than an emphasis
                pieces.append((False, child.markup))
                _collect(child, pieces, strong=strong)
                pieces.append((False, child.markup))
            case "strong" if strong:
                pieces.append((True, "**"))
                _collect(child, pieces, strong=False)
                pieces.append((True, "**"))
            case "link":
                _collect(child, pieces, strong=False)
                target = str(child.attrs.get("href", ""))
                if target and not (child.children and child.children[0].content == target):
                    pieces.append((False, f" ({target})"))
            case _:
                _collect(child, pieces, strong=strong)
