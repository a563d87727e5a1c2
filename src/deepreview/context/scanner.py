"""Splits text in code, comment and string, well enough to tell a name that runs from a name that is only spoken of.

Three patterns serve all languages. Each is linear: every alternative consumes what it matches and never gives it back,
so that no input makes it slow. A language that nobody described is all code, which keeps the reviewers quiet.
"""

import re
from collections.abc import Iterator
from enum import Enum
from functools import cached_property
from pathlib import PurePosixPath
from typing import NamedTuple


class Part(Enum):
    """What a stretch of text is to its language."""

    CODE = "code"
    COMMENT = "comment"
    STRING = "string"


class Flavour(Enum):
    """How a language writes comments and strings."""

    C = "c"
    RUST = "rust"
    HASH = "hash"
    PYTHON = "python"
    PROSE = "prose"
    DATA = "data"


_SUFFIXES = {
    Flavour.C: (
        "c cc cpp cxx h hh hpp hxx m mm cs java kt kts scala groovy gradle go js jsx mjs cjs ts tsx mts cts vue svelte "
        "swift dart php css scss sass less proto zig v sol jsonc json5"
    ),
    Flavour.RUST: "rs",
    Flavour.HASH: (
        "sh bash zsh ksh bats fish rb rake gemspec pl pm yml yaml toml tf hcl nix cmake mk make ps1 psm1 r jl ex exs "
        "conf cfg ini service properties env tcl awk just bzl bazel star cr dockerfile"
    ),
    Flavour.PYTHON: "py pyi pyx",
    Flavour.PROSE: "md mdx markdown rst txt adoc asciidoc org tex",
}
_BY_SUFFIX = {suffix: flavour for flavour, names in _SUFFIXES.items() for suffix in names.split()}
_NAMES = {
    Flavour.HASH: (
        "makefile gnumakefile dockerfile containerfile justfile rakefile gemfile vagrantfile brewfile procfile "
        "cmakelists.txt .gitignore .dockerignore .gitattributes .gitmodules .editorconfig codeowners .bashrc "
        ".profile .zshrc pkgbuild requirements.txt"
    ),
    Flavour.PROSE: ("readme notice license licence copying authors contributing install hacking thanks maintainers"),
    Flavour.C: "jenkinsfile",
}
_BY_NAME = {name: flavour for flavour, names in _NAMES.items() for name in names.split()}

# Every alternative begins with a plain character: then the engine skips to the next one that matters.
_C = re.compile(
    r"""//(?<!://)[^\n]*+|/\*(?>[^*]++|\*(?!/))*+(?:\*/)?"""
    r"""|"(?>[^"\\\n]++|\\.)*+"?|'(?>[^'\\\n]++|\\.)*+'?|`(?>[^`\\]++|\\[\s\S])*+`?"""
)
_RUST = re.compile(
    r"""//[^\n]*+|/\*(?>[^*]++|\*(?!/))*+(?:\*/)?"""
    r"""|"(?>[^"\\]++|\\[\s\S])*+"?|'(?:\\[^\n][^\n']*+|[^'\\\n])'"""
)
_HASH = re.compile(
    r"""\#(?<![^\s]\#)[^\n]*+"""
    r"""|"(?:""(?>[^"\\]++|\\[\s\S]|"(?!""))*+(?:""\")?|(?>[^"\\\n]++|\\.)*+"?)|'[^'\n]*+'?"""
)
_PYTHON = re.compile(
    r"""\#[^\n]*+"""
    r"""|"(?:""(?>[^"\\]++|\\[\s\S]|"(?!""))*+(?:""\")?|(?>[^"\\\n]++|\\.)*+"?)"""
    r"""|'(?:''(?>[^'\\]++|\\[\s\S]|'(?!''))*+(?:\'\'\')?|(?>[^'\\\n]++|\\.)*+'?)"""
)
_PATTERNS = {Flavour.C: _C, Flavour.RUST: _RUST, Flavour.HASH: _HASH, Flavour.PYTHON: _PYTHON}
_OPEN = "(,=[{+%\\"
"""After one of these a triple-quoted Python string is a value, not a docstring."""
_FENCE = re.compile(r"[ \t>]{0,8}(`{3,}|~{3,})")


def flavour_of(path: str, start: str = "") -> Flavour:
    """How the file writes comments, by its name; a file without an extension by `start`, its first line."""
    name = PurePosixPath(path).name.lower()
    if name in _BY_NAME:
        return _BY_NAME[name]
    stem, dot, suffix = name.rpartition(".")
    if dot and suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    if stem in {"readme", "dockerfile", "makefile"}:
        return _BY_NAME[stem]
    if start.startswith("#!"):
        return _interpreter(start[:200].partition("\n")[0])
    return Flavour.DATA


def _interpreter(line: str) -> Flavour:
    if "python" in line:
        return Flavour.PYTHON
    if "node" in line or "deno" in line:
        return Flavour.C
    return Flavour.HASH


class Span(NamedTuple):
    """A stretch of text that is not code; a tuple, since a large change has a hundred thousand of them."""

    part: Part
    start: int
    end: int


class Scan:
    """One text, split. All its views have the length and the line ends of the text, so places carry over."""

    def __init__(self, text: str, flavour: Flavour) -> None:
        self.text = text
        self.flavour = flavour

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """Comments and strings in order; they neither touch code nor overlap."""
        if self.flavour is Flavour.PROSE:
            return (Span(Part.COMMENT, 0, len(self.text)),) if self.text else ()
        if self.flavour is Flavour.DATA:
            return ()
        return tuple(_spans(self.text, self.flavour))

    @cached_property
    def code(self) -> str:
        """The text with its comments blanked: what runs, strings included."""
        kept: list[str] = []
        at = 0
        for _, start, end in self._spoken:
            kept += (self.text[at:start], blank(self.text[start:end]))
            at = end
        kept.append(self.text[at:])
        return "".join(kept)

    @cached_property
    def comments(self) -> str:
        """The text with all but its comments blanked."""
        kept: list[str] = []
        at = 0
        for _, start, end in self._spoken:
            kept += (blank(self.text[at:start]), self.text[start:end])
            at = end
        kept.append(blank(self.text[at:]))
        return "".join(kept)

    @cached_property
    def bare(self) -> str:
        """The text with comments and strings blanked."""
        return "".join(text if part is Part.CODE else blank(text) for part, text in self.parts())

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text as git counts them; a carriage return stays."""
        return self.text.split("\n")

    @cached_property
    def code_lines(self) -> list[str]:
        """The lines of `code`."""
        return self.code.split("\n")

    @cached_property
    def comment_lines(self) -> list[str]:
        """The lines of `comments`."""
        return self.comments.split("\n")

    @cached_property
    def fenced(self) -> frozenset[int]:
        """Numbers of the lines of a document that are an example: in a fence, or indented below a `::`."""
        return frozenset(_fenced(self.lines)) if self.flavour is Flavour.PROSE else frozenset()

    def parts(self) -> tuple[tuple[Part, str], ...]:
        """The whole text cut in its parts; joined, they give the text again."""
        found = []
        at = 0
        for span in self.spans:
            found += [(Part.CODE, self.text[at : span.start]), (span.part, self.text[span.start : span.end])]
            at = span.end
        found.append((Part.CODE, self.text[at:]))
        return tuple((part, text) for part, text in found if text)

    @cached_property
    def _spoken(self) -> list[Span]:
        return [span for span in self.spans if span.part is Part.COMMENT]


def blank(text: str) -> str:
    """Spaces in place of everything but line ends."""
    if "\n" not in text:
        return " " * len(text)
    return "\n".join(" " * len(line) for line in text.split("\n"))


def _spans(text: str, flavour: Flavour) -> Iterator[Span]:
    python = flavour is Flavour.PYTHON
    for match in _PATTERNS[flavour].finditer(text):
        start, end = match.span()
        if text[start] in "/#" or (python and _docstring(text, start)):
            yield Span(Part.COMMENT, start, end)
        else:
            yield Span(Part.STRING, start, end)


def _docstring(text: str, start: int) -> bool:
    """Whether a triple-quoted string stands where a statement begins."""
    if text[start : start + 3] not in {'"""', "'''"}:
        return False
    before = text[max(0, start - 400) : start].rstrip("rRuU")
    line = before.rpartition("\n")[2]
    if line.strip():
        return False
    return before.rstrip()[-1:] not in set(_OPEN)


def _fenced(lines: list[str]) -> Iterator[int]:
    fence = ""
    indent = -1
    for number, line in enumerate(lines, 1):
        mark = _FENCE.match(line)
        if fence:
            yield number
            fence = "" if mark and mark.group(1).startswith(fence) else fence
            continue
        if mark:
            fence = mark.group(1)
            yield number
            continue
        depth = len(line) - len(line.lstrip())
        if indent >= 0 and (depth > indent or not line.strip()):
            yield number
            continue
        directive = line.rstrip().endswith("::") or line.lstrip().startswith((".. code", ".. sourcecode"))
        indent = depth if directive else -1
