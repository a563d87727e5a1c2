"""Syntax trees of many languages: a thin door to ast-grep, which comes with the extra `static`.

The grammars are tolerant and now and then behind their language (some generic overloads of TypeScript), so
an error node says "this parser could not read it", not "it does not compile". Compare with the other side.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from deepreview.errors import how_to_add

if TYPE_CHECKING:
    from ast_grep_py import SgNode

LANGUAGES: Final = {
    "go": "go",
    "py": "python",
    "pyi": "python",
    "ts": "ts",
    "mts": "ts",
    "cts": "ts",
    "tsx": "tsx",
    "js": "js",
    "jsx": "js",
    "mjs": "js",
    "cjs": "js",
    "java": "java",
    "rs": "rust",
    "sh": "bash",
    "bash": "bash",
    "ksh": "bash",
    "bats": "bats",
    "yml": "yaml",
    "yaml": "yaml",
}
"""Language by the end of a path. BATS is read as bash, whose grammar cannot read its `@test` lines."""

_SHEBANG = re.compile(r"#!\s*\S*?(?:/env\s+(?:-S\s+)?)?(?P<program>[\w.+-]+)(?:\s|$)")
_INTERPRETERS: Final = {
    "sh": "bash",
    "bash": "bash",
    "dash": "bash",
    "ksh": "bash",
    "bats": "bats",
    "node": "js",
}


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the parser first gave up."""

    line: int
    """1-based."""
    text: str
    """The first line of what could not be read, or what is missing there."""


@dataclass(frozen=True, slots=True)
class NotParsable:
    """No grammar for this file is at hand."""

    reason: str


@cache
def available() -> bool:
    """Whether the extra that brings the grammars is installed."""
    try:
        import ast_grep_py  # noqa: F401, PLC0415 - asks for the extra, when somebody needs it
    except ImportError:
        return False
    return True


def language_of(path: str, first_line: str = "") -> str | None:
    """The language of a file by its name, else by its `#!` line; None when no grammar is at hand."""
    name = path.rsplit("/", 1)[-1]
    if "." in name:
        return LANGUAGES.get(name.rsplit(".", 1)[-1].lower())
    shebang = _SHEBANG.match(first_line)
    if not shebang:
        return None
    program = shebang["program"].rsplit("/", 1)[-1]
    return "python" if re.fullmatch(r"python[\d.]*", program) else _INTERPRETERS.get(program)


def parse(source: str, language: str) -> "SgNode":
    """The root of the tree; needs `available()`. Bytes that are not UTF-8 are read as question marks."""
    from ast_grep_py import SgRoot  # noqa: PLC0415 - only with the extra

    clean = source.encode("utf-8", "replace").decode()
    return SgRoot(clean, "bash" if language == "bats" else language).root()


def errors(root: "SgNode") -> Iterator[Broken]:
    """What the parser could not read or found missing: first all of the one sort, then of the other."""
    for node in root.find_all(kind="ERROR"):
        yield Broken(node.range().start.line + 1, _first_line(node.text()))
    for node in root.find_all(regex="^$"):
        # A missing token is an empty leaf. Empty named ones are the content of empty strings and here-documents.
        if node.is_leaf() and node.parent() and (not node.is_named() or node.kind().endswith("identifier")):
            yield Broken(node.range().start.line + 1, f"missing {node.kind()}")


def first_error(path: str, source: str) -> Broken | NotParsable | None:
    """The first place of the file that cannot be parsed, None when all of it parses."""
    language = language_of(path, source.split("\n", 1)[0])
    if language is None:
        return NotParsable("no grammar for this kind of file")
    if language == "bats":
        return NotParsable("the grammar for shell cannot read the tests of a BATS file")
    if not available():
        return NotParsable(f"the grammars are not installed: {how_to_add('static')}")
    return min(errors(parse(source, language)), key=lambda broken: broken.line, default=None)


def _first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0][:120]
