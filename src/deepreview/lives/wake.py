"""What was settled stays settled, until its code or who calls it changes."""

import re
from collections.abc import Sequence

from deepreview.lives.code import Code
from deepreview.lives.match import Match
from deepreview.model.change import Sha
from deepreview.model.finding import State

SETTLED = frozenset({State.DECLINED, State.DOCUMENTED, State.DEFERRED, State.REFUTED, State.OBSOLETE})
SHUT = frozenset({State.DECLINED, State.REFUTED, State.OBSOLETE})
"""Of these nothing is shown when it is said again."""
_SHORTEST = 3
_LONGEST = 500
_NAMED = 2
"""Calls that are named."""
_BLOCK = re.compile(
    r"^[ \t]*(?:(?:export|default|async|static|public|private|protected|internal|pub(?:\([a-z]+\))?|final|"
    r"override|virtual|inline|unsafe|const|extern)[ \t]+)*"
    r"(?:def|func|function|fn|class|struct|interface|trait|impl|sub|macro_rules!|type|object|module)[ \t]+"
    r"(?:\([^()\n]{0,200}\)[ \t]*)?(?P<name>[A-Za-z_]\w*)"
)
_BRACED = re.compile(
    r"^[ \t]*(?:[\w<>\[\],&*:~.]{1,80}[ \t*&]{1,8}){0,6}(?P<name>[A-Za-z_]\w*)[ \t]*"
    r"\([^;{}\n]{0,400}\)[^;\n]{0,80}\{[ \t]*$"
)
_STATEMENTS = frozenset({"if", "for", "while", "switch", "catch", "return", "else", "with", "do", "match", "until"})


def woken(match: Match, code: Code, head: Sha) -> str:
    """Why a settled finding counts again, as a sentence; empty where it stays settled."""
    life, number = match.life, match.life.last.round
    if not match.same_code:
        return f"It was {life.state.value}, and its code changed since round {number}."
    symbol = enclosing(code.lines(life.head, life.finding.path) or (), life.finding.first)
    if not symbol:
        return ""
    before, now = code.uses(life.head, symbol), code.uses(head, symbol)
    if before is None or now is None:
        return ""
    fresh = [place for line, place in now.items() if line not in before]
    if not fresh:
        return ""
    more = f" and {len(fresh) - _NAMED} more" if len(fresh) > _NAMED else ""
    told = ", ".join(fresh[:_NAMED]) + more
    return f"It was {life.state.value}, and `{symbol}`, which holds it, has uses that round {number} did not: {told}."


def enclosing(lines: Sequence[str], first: int) -> str:
    """The innermost function or type around a line, or defined on it; empty where none is seen."""
    deepest = None
    for line in reversed(lines[:first]):
        if not line.strip():
            continue
        indent = len(line) - len(line.lstrip())
        if deepest is not None and indent >= deepest:
            continue
        found = _BLOCK.match(line[:_LONGEST]) or _BRACED.match(line[:_LONGEST])
        name = found["name"] if found else ""
        if name and name not in _STATEMENTS:
            return name if len(name) >= _SHORTEST else ""
        deepest = indent
        if not indent and not line.strip().startswith(("}", ")", "{")):
            return ""
    return ""
