"""What happens after a failure that was swallowed: one function, by names, without types.

The method, for a block that swallows the failure of a call:

1. Find the call and the names that it was to fill: the left side of its assignment, `&x` among its arguments, and the
   last argument of a call that decodes, scans or gets.
2. Walk the statements that follow the block, in the block's own list, then in each list around it, up to the end of
   the function; not the other branches, and not the next turn of a loop.
3. Follow each name until it is assigned again. A read outside a log call is a *use*: the code goes on with what the
   failed call did not deliver. A later read of the error itself means that it is *handled* there.
4. Else look for an *effect*: a call that deletes, removes, writes or updates and shares a name with the failed call.
5. Else a return of success, or nothing.

Loops, aliases, closures and calls of other functions are not followed: the answer is a reason to look, not a proof.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from deepreview.reviewers.static.hit import Hit
from deepreview.reviewers.static.walk import (
    GO,
    GRAMMARS,
    LOG,
    Grammar,
    assignments,
    first_call,
    first_read,
    following,
    is_field,
    one_line,
    statement_of,
    targets,
    text_of,
)

if TYPE_CHECKING:
    from ast_grep_py import SgNode


class Next(Enum):
    """What the code after the swallowed failure does."""

    USED = "used"
    EFFECT = "effect"
    SUCCESS = "success"
    HANDLED = "handled"
    TOLD = "told"
    """The default that is returned cannot be mistaken for a result."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """The answer, with the line that decides."""

    next: Next
    call: str
    """What failed, as far as it is known."""
    name: str = ""
    """The name that is used."""
    line: int = 0
    code: str = ""


_ERROR_NAME = re.compile(r"\b(\w*[eE]rr\w*)\b")
_EFFECT = re.compile(
    r"(?i)(^|\.)(delete|remove|destroy|drop|update|patch|create|write|save|store|put|post|insert|commit|rename|truncate"
    r"|publish|apply|set\w*(status|condition|state|ready))\w*$"
)
_FILLS = re.compile(r"(^|\.)(Get|List|Decode|Unmarshal\w*|Scan|Bind\w*|Read\w*)$")
_COMMON: Final = frozenset({"ctx", "err", "nil", "log", "logger", "context", "self", "this", "true", "false", "fmt"})
_EMPTY: Final = frozenset({"", "[]", "{}", "''", '""', "null", "undefined", "0", "false", "None"})
_PREDICATE = re.compile(
    r"^_*(is|has|can|should|check|exists|try|maybe|supports|validate|valid|safe|ping|probe)(_|[A-Z]|$)"
)


def after(flow: str, root: "SgNode", hit: Hit, language: str) -> After | None:
    """The answer for a hit of a rule with this `flow`; None where the place or the language is not known."""
    grammar = GRAMMARS.get(language)
    node = _at(root, hit)
    if node is None:
        return None
    if flow == "curl":
        return _curl(node)
    if grammar is None:
        return None
    return _FLOWS[flow](node, grammar)


def _at(root: "SgNode", hit: Hit) -> "SgNode | None":
    """The outermost node that stands where the hit does and reads like it."""
    column = int(hit.names.get("column", "0"))
    for node in root.find_all(regex=f"^{re.escape(hit.node[:80])}"):
        start = node.range().start
        if (start.line + 1, start.column) == (hit.first, column) and node.text() == hit.node:
            return node
    return None


def _failed_call(node: "SgNode", grammar: Grammar) -> After:
    error = _ERROR_NAME.search(text_of(node.field("condition")))
    source, inside = _assignment_of(node, error[1] if error else "err")
    if source is None:
        return After(next=Next.NOTHING, call=first_call(node, grammar))
    call = first_call(source, grammar)
    rest = list(following(_top(node), grammar))
    if error and not inside:
        handled = first_read(rest, error[1], grammar)
        if handled is not None:
            return _answer(Next.HANDLED, call, handled, error[1])
    names = (
        [] if inside else [name for name in targets(source, grammar) if name not in {"_", error[1] if error else ""}]
    )
    return _follow(source, [*names, *_filled(source)], rest, grammar)


def _discarded(node: "SgNode", grammar: Grammar) -> After:
    names = [name for name in targets(node, grammar) if name != "_"]
    return _follow(node, [*names, *_filled(node)], list(following(node, grammar)), grammar)


def _follow(source: "SgNode", names: list[str], rest: "list[SgNode]", grammar: Grammar) -> After:
    call = first_call(source, grammar)
    for name in names:
        read = first_read(rest, name, grammar)
        if read is not None:
            return _answer(Next.USED, call, read, name)
    effect = _effect(source, rest, grammar)
    if effect is not None:
        return _answer(Next.EFFECT, call, effect, "")
    for statement in rest:
        if statement.kind() == "return_statement":
            return _answer(Next.SUCCESS, call, statement, "")
    return After(next=Next.NOTHING, call=call)


def _swallowed(node: "SgNode", grammar: Grammar) -> After:
    """A `catch` whose body is empty or returns a default, or a `.catch(() => …)`."""
    if node.kind() != "catch_clause":
        return _caught_promise(node, grammar)
    attempt = node.parent()
    body = attempt.field("body") if attempt is not None else None
    if attempt is None or body is None:
        return After(next=Next.NOTHING, call="")
    call = first_call(body, grammar)
    leave = node.find(kind="return_statement")
    if leave is not None:
        return _returned(node, leave, call, grammar)
    filled = [a for a in assignments(body, grammar) if a.kind() != "variable_declarator"]
    names = sorted({name for a in filled for name in targets(a, grammar)} - _prepared(attempt, grammar))
    return _follow(body, names, list(following(attempt, grammar)), grammar)


def _prepared(attempt: "SgNode", grammar: Grammar) -> set[str]:
    """Names that were given a value for the case of failure before the attempt: one that is not merely empty."""
    function = next((a for a in attempt.ancestors() if a.kind() in grammar.functions), None)
    if function is None:
        return set()
    last: dict[str, str] = {}
    for node in sorted(assignments(function, grammar), key=lambda node: node.range().start.index):
        if node.range().start.index < attempt.range().start.index:
            value = text_of(node.field(grammar.assigns[node.kind()][1]))
            last.update(dict.fromkeys(targets(node, grammar), value))
    return {name for name, value in last.items() if value not in _EMPTY}


def _caught_promise(node: "SgNode", grammar: Grammar) -> After:
    call = text_of(node.field("function")).removesuffix(".catch")
    for ancestor in node.ancestors():
        if ancestor.kind() in grammar.assigns:
            for name in targets(ancestor, grammar):
                read = first_read(following(statement_of(ancestor, grammar), grammar), name, grammar)
                if read is not None:
                    return _answer(Next.USED, one_line(call), read, name)
        if ancestor.kind() in grammar.functions | grammar.lists:
            break
    return After(next=Next.NOTHING, call=one_line(call))


def _default_return(node: "SgNode", grammar: Grammar) -> After:
    attempt = node.parent()
    body = attempt.field("body") if attempt is not None else None
    leave = node.find(kind="return_statement")
    if body is None or leave is None:
        return After(next=Next.NOTHING, call="")
    return _returned(node, leave, first_call(body, grammar), grammar)


def _returned(clause: "SgNode", leave: "SgNode", call: str, grammar: Grammar) -> After:
    """Whether the caller can mistake the default for a result: another return of the function gives the same."""
    default = _value(leave)
    function = next((a for a in clause.ancestors() if a.kind() in grammar.functions), None)
    if function is None:
        return After(next=Next.NOTHING, call=call)
    if default in {"False", "false"} and _PREDICATE.search(text_of(function.field("name"))):
        return _answer(Next.TOLD, call, leave, default)
    within = clause.range()
    others = [
        node
        for node in function.find_all(kind="return_statement")
        if not (within.start.index <= node.range().start.index <= within.end.index)
    ]
    for other in others:
        if _value(other) == default:
            return _answer(Next.USED, call, other, default)
    if default not in {"None", "null", "undefined", "", "False", "false", "True", "true"} and others:
        return _answer(Next.EFFECT, call, others[-1], default)
    return _answer(Next.TOLD, call, leave, default)


def _value(leave: "SgNode") -> str:
    text = leave.text().removeprefix("return").strip().rstrip(";")
    return (
        text if text not in {"", "undefined"} else "None" if leave.kind() == "return_statement" and text == "" else text
    )


def _curl(node: "SgNode") -> After:
    parent = node.parent()
    text = node.text()
    if parent is not None and parent.kind() in {"pipeline", "redirected_statement"}:
        return _answer(Next.USED, "curl", parent, "piped" if parent.kind() == "pipeline" else "stored")
    if re.search(r"\s(-[a-zA-Z]*[oO]\b|--output|--remote-name)", text):
        return _answer(Next.USED, "curl", node, "stored")
    return After(next=Next.NOTHING, call="curl")


_FLOWS: Final[dict[str, Callable[["SgNode", Grammar], After]]] = {
    "failed-call": _failed_call,
    "discarded": _discarded,
    "swallowed": _swallowed,
    "default-return": _default_return,
}


def _effect(source: "SgNode", rest: "list[SgNode]", grammar: Grammar) -> "SgNode | None":
    shared = _words(source, grammar)
    for statement in rest:
        if statement.kind() in {"defer_statement", "go_statement"}:
            continue
        for call in statement.find_all(kind=grammar.call):
            function = text_of(call.field("function") or call.field("name"))
            if _EFFECT.search(function) and not LOG.search(call.text()) and shared & _words(call, grammar):
                return call
    return None


def _words(node: "SgNode", grammar: Grammar) -> set[str]:
    """The variables in the arguments of the calls in this node."""
    words = {
        n.text()
        for a in node.find_all(kind=grammar.arguments)
        for n in a.find_all(kind="identifier")
        if not is_field(n)
    }
    return {word for word in words if len(word) > 1 and word not in _COMMON}


def _filled(source: "SgNode") -> list[str]:
    """The names that the call fills through its arguments."""
    names = [n.text().lstrip("&") for n in source.find_all(kind="unary_expression", regex=r"^&\w+$")]
    call = source.find(kind="call_expression")
    if call is not None and _FILLS.search(text_of(call.field("function"))):
        last = [n for n in (call.field("arguments") or call).children() if n.is_named()][-1:]
        names += [n.text() for n in last if n.kind() == "identifier"]
    return [name for name in names if name not in _COMMON]


def _assignment_of(node: "SgNode", error: str) -> "tuple[SgNode | None, bool]":
    """The assignment of the error that this `if` tests, and whether its names live only inside the `if`."""
    link: SgNode | None = node
    while link is not None and link.kind() == "if_statement":
        start = link.field("initializer")
        if start is not None and error in targets(start, GO):
            return start, start.kind() == "short_var_declaration"
        link = link.parent()
    for statement in _top(node).prev_all():
        for source in (statement, *statement.children()):
            if error in targets(source, GO):
                return source, False
    return None, False


def _top(node: "SgNode") -> "SgNode":
    """The first `if` of a chain of `else if`."""
    parent = node.parent()
    while parent is not None and parent.kind() == "if_statement":
        node, parent = parent, parent.parent()
    return node


def _answer(what: Next, call: str, node: "SgNode", name: str) -> After:
    return After(next=what, call=call, name=name, line=node.range().start.line + 1, code=one_line(node.text()))
