"""Which names a line of code defines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

KEYWORDS = (
    "def|func|function|fn|class|type|struct|enum|interface|trait|const|let|var|local|export|mod|module|static|final|"
    "val|readonly|declare|async|pub|public|private|protected|internal|abstract|record|protocol|object|macro_rules!|"
    "default|mut|unsafe|extern|inline|typedef|union|impl|override"
)
_DEFINED = re.compile(
    rf"(?<![\w.$-])(?P<keywords>(?:(?:{KEYWORDS})(?:\([a-z]{{1,20}}\))?[ \t*&]++)++)"
    r"(?:\([^()\n]{0,200}\)[ \t]*+)?(?P<name>[A-Za-z_]\w*+)"
)
_MACRO = re.compile(r"^[ \t]*+#[ \t]*+define[ \t]++(?P<name>[A-Za-z_]\w*+)")
_AT_START = re.compile(r"^[ \t]*+(?P<name>[A-Za-z_]\w*+)[ \t]*+(?:\??:(?!:)|:=|=>|=(?!=)|,[ \t]*+$|\(\)[ \t]*+\{)")
_VARIABLE = re.compile(r"(?:const|let|var|local|val|final|mut)\b")
_QUOTED = re.compile(
    r"""(?<![\w.])(["'`])(?P<name>--[A-Za-z_][\w-]*+)\1|(?<![\w.])(["'`])(?P<key>[A-Za-z_][\w-]*+)\3(?=[ \t]*+:(?!:))"""
    r"""|\b(?:json|ya?ml|toml|mapstructure|xml|env|arg|form):"(?P<tag>[A-Za-z_][\w-]*+)[",]"""
)
"""Flags, keys and the names that fields have outside: any other text in quotes is data, and defines nothing."""
_FLAG = re.compile(r"(?:^[ \t]*+|\|[ \t]*+)(?P<name>--[a-z][a-z0-9]*+(?:-[a-z0-9]++)*+)(?=[ \t]*+[)|])")
"""A flag where a shell's `case` takes it; one that is handed to a program belongs to that program."""
_STEP = re.compile(r"[a-z0-9][A-Z]")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SHORTEST = 6
_SHORTEST_FLAG = 6
_SHORTEST_PLAIN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Defined:
    """A name that a line defines."""

    name: str
    keyword: bool
    """A definition keyword introduced it."""
    local: bool = False
    """A variable of a function: nobody outside the file speaks of it."""


def distinctive(name: str) -> bool:
    """Whether the name is no word of a language: long, and of more than one word; or a long flag."""
    if name.startswith("--"):
        return len(name) >= _SHORTEST_FLAG
    inner = name.strip("_")
    return len(inner) >= _SHORTEST and ("_" in inner or _STEP.search(inner) is not None)


def worth_tracking(defined: Defined) -> bool:
    """Whether a mention of the name can be told from prose."""
    return distinctive(defined.name) or (defined.keyword and len(defined.name) >= _SHORTEST_PLAIN)


def defined_on(line: str, *, quoted: bool = True) -> Iterator[Defined]:
    """The names that a line of code defines; `quoted` counts keys in quotes, and flags."""
    for match in _DEFINED.finditer(line):
        local = line[:1] in {" ", "\t"} and _VARIABLE.match(match["keywords"]) is not None
        yield Defined(name=match["name"], keyword=True, local=local)
    for pattern in (_MACRO, _AT_START):
        if start := pattern.match(line):
            local = line[:1] in {" ", "\t"} and start.group().rstrip()[-1] == "="
            yield Defined(name=start["name"], keyword=pattern is _MACRO, local=local)
    if not quoted:
        return
    for match in _QUOTED.finditer(line):
        yield Defined(name=match["name"] or match["key"] or match["tag"], keyword=False)
    for match in _FLAG.finditer(line):
        yield Defined(name=match["name"], keyword=False)


def parts_of(name: str) -> frozenset[str]:
    """The words that a camel or snake name is made of, in lower case, of three letters or more."""
    return frozenset(part.lower() for part in _WORDS.findall(name) if len(part) >= len("key"))
