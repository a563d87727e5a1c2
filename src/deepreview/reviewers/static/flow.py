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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from deepreview.reviewers.static.hit import Hit

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """What the nodes of one language are called."""

    functions: frozenset[str]
    lists: frozenset[str]
    """Nodes that hold statements one after the other."""
    assigns: dict[str, tuple[str, str]]
    """Kind of an assignment → its fields left and right."""
    call: str


GO: Final = Grammar(
    functions=frozenset({"function_declaration", "method_declaration", "func_literal"}),
    lists=frozenset({"block", "statement_list", "expression_case", "default_case", "type_case", "communication_case"}),
    assigns={
        "short_var_declaration": ("left", "right"),
        "assignment_statement": ("left", "right"),
        "var_spec": ("name", "value"),
    },
    call="call_expression",
)
PYTHON: Final = Grammar(
    functions=frozenset({"function_definition", "lambda"}),
    lists=frozenset({"block", "module"}),
    assigns={"assignment": ("left", "right")},
    call="call",
)
SCRIPT: Final = Grammar(
    functions=frozenset({"function_declaration", "arrow_function", "method_definition", "function_expression"}),
    lists=frozenset({"statement_block", "program", "switch_case"}),
    assigns={"variable_declarator": ("name", "value"), "assignment_expression": ("left", "right")},
    call="call_expression",
)
JAVA: Final = Grammar(
    functions=frozenset({"method_declaration", "constructor_declaration", "lambda_expression"}),
    lists=frozenset({"block", "program", "switch_block_statement_group", "constructor_body"}),
    assigns={"variable_declarator": ("name", "value"), "assignment_expression": ("left", "right")},
    call="method_invocation",
)
GRAMMARS: Final = {"go": GO, "python": PYTHON, "ts": SCRIPT, "tsx": SCRIPT, "js": SCRIPT, "java": JAVA}

_LONGEST: Final = 100
_ERROR_NAME = re.compile(r"\b(\w*[eE]rr\w*)\b")
_LOG = re.compile(
    r"(?i)^([\w.]*log\w*|klog|slog|fmt|console|print|println|warnings|t)\b[\w.()]*\("
    r"|\.(info|debug|warn\w*|error)f?\("
)
_EFFECT = re.compile(
    r"(?i)(^|\.)(delete|remove|destroy|drop|update|patch|create|write|save|store|put|post|insert|commit|rename|truncate"
    r"|publish|apply|set\w*(status|condition|state|ready))\w*$"
)
_FILLS = re.compile(r"(^|\.)(Get|List|Decode|Unmarshal\w*|Scan|Bind\w*|Read\w*)$")
_COMMON: Final = frozenset({"ctx", "err", "nil", "log", "logger", "context", "self", "this", "true", "false", "fmt"})
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
    error = _ERROR_NAME.search(_text(node.field("condition")))
    source, inside = _assignment_of(node, error[1] if error else "err")
    if source is None:
        return After(next=Next.NOTHING, call=_first_call(node, grammar))
    call = _first_call(source, grammar)
    rest = list(following(_top(node), grammar))
    if error and not inside:
        handled = first_read(rest, error[1], grammar)
        if handled is not None:
            return _answer(Next.HANDLED, call, handled, error[1])
    names = (
        [] if inside else [name for name in _targets(source, grammar) if name not in {"_", error[1] if error else ""}]
    )
    return _follow(source, [*names, *_filled(source)], rest, grammar)


def _discarded(node: "SgNode", grammar: Grammar) -> After:
    names = [name for name in _targets(node, grammar) if name != "_"]
    return _follow(node, [*names, *_filled(node)], list(following(node, grammar)), grammar)


def _follow(source: "SgNode", names: list[str], rest: "list[SgNode]", grammar: Grammar) -> After:
    call = _first_call(source, grammar)
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
    call = _first_call(body, grammar)
    leave = node.find(kind="return_statement")
    if leave is not None:
        return _returned(node, leave, call, grammar)
    names = sorted(
        {
            name
            for a in _assignments(body, grammar)
            if a.kind() != "variable_declarator"
            for name in _targets(a, grammar)
        }
    )
    return _follow(body, names, list(following(attempt, grammar)), grammar)


def _caught_promise(node: "SgNode", grammar: Grammar) -> After:
    call = _text(node.field("function")).removesuffix(".catch")
    for ancestor in node.ancestors():
        if ancestor.kind() in grammar.assigns:
            for name in _targets(ancestor, grammar):
                read = first_read(following(_statement(ancestor, grammar), grammar), name, grammar)
                if read is not None:
                    return _answer(Next.USED, _one_line(call), read, name)
        if ancestor.kind() in grammar.functions | grammar.lists:
            break
    return After(next=Next.NOTHING, call=_one_line(call))


def _default_return(node: "SgNode", grammar: Grammar) -> After:
    attempt = node.parent()
    body = attempt.field("body") if attempt is not None else None
    leave = node.find(kind="return_statement")
    if body is None or leave is None:
        return After(next=Next.NOTHING, call="")
    return _returned(node, leave, _first_call(body, grammar), grammar)


def _returned(clause: "SgNode", leave: "SgNode", call: str, grammar: Grammar) -> After:
    """Whether the caller can mistake the default for a result: another return of the function gives the same."""
    default = _value(leave)
    function = next((a for a in clause.ancestors() if a.kind() in grammar.functions), None)
    if function is None:
        return After(next=Next.NOTHING, call=call)
    if default in {"False", "false"} and _PREDICATE.search(_text(function.field("name"))):
        return _answer(Next.TOLD, call, leave, default)
    within = clause.range()
    others = [
        node
        for node in function.find_all(kind="return_statement")
        if not (within.start.line <= node.range().start.line <= within.end.line)
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


def following(node: "SgNode", grammar: Grammar) -> "Iterator[SgNode]":
    """The statements after this one, up to the end of the function."""
    while (parent := node.parent()) is not None:
        if parent.kind() in grammar.lists:
            yield from (n for n in node.next_all() if n.is_named() and "comment" not in n.kind())
        if parent.kind() in grammar.functions:
            return
        node = parent


def first_read(statements: "Iterator[SgNode] | list[SgNode]", name: str, grammar: Grammar) -> "SgNode | None":
    """The first statement that reads the name, outside log calls, before it is assigned again."""
    for statement in statements:
        written = False
        for node in statement.find_all(kind="identifier", regex=f"^{re.escape(name)}$"):
            if _is_field(node):
                continue
            if _is_target(node, grammar):
                written = True
            elif not _logged(node, statement, grammar):
                return _line_of(node, statement)
        if written:
            return None
    return None


def _line_of(node: "SgNode", statement: "SgNode") -> "SgNode":
    """The smallest statement around the node that begins on its line, for a short quote."""
    for ancestor in node.ancestors():
        if ancestor.range().start.line < node.range().start.line or ancestor == statement:
            return ancestor if ancestor.range().start.line == node.range().start.line else node
        last = ancestor
        if last.kind().endswith("_statement"):
            return last
    return statement


def _is_target(node: "SgNode", grammar: Grammar) -> bool:
    inner, parent = node, node.parent()
    while parent is not None and parent.kind() in {"expression_list", "pattern_list", "tuple_pattern", "array_pattern"}:
        inner, parent = parent, parent.parent()
    if parent is None or parent.kind() not in grammar.assigns:
        return False
    left = parent.field(grammar.assigns[parent.kind()][0])
    operator = parent.field("operator")
    plain = operator is None or operator.text() in {"=", ":="}
    return plain and left is not None and _same(left, inner)


def _is_field(node: "SgNode") -> bool:
    """Whether it is the name of a member or of a keyword argument, not a variable."""
    parent = node.parent()
    if parent is None:
        return False
    named = {"attribute": "attribute", "field_access": "field", "method_invocation": "name", "keyword_argument": "name"}
    field = parent.field(named[parent.kind()]) if parent.kind() in named else None
    return field is not None and _same(field, node)


def _logged(node: "SgNode", statement: "SgNode", grammar: Grammar) -> bool:
    for ancestor in node.ancestors():
        if ancestor.kind() == grammar.call and _LOG.search(ancestor.text()):
            return True
        if _same(ancestor, statement):
            return False
    return False


def _effect(source: "SgNode", rest: "list[SgNode]", grammar: Grammar) -> "SgNode | None":
    shared = _words(source)
    for statement in rest:
        if statement.kind() in {"defer_statement", "go_statement"}:
            continue
        for call in statement.find_all(kind=grammar.call):
            function = _text(call.field("function") or call.field("name"))
            if _EFFECT.search(function) and not _LOG.search(call.text()) and shared & _words(call):
                return call
    return None


def _words(node: "SgNode") -> set[str]:
    """The variables in the arguments of the calls in this node."""
    words = {n.text() for a in _arguments(node) for n in a.find_all(kind="identifier") if not _is_field(n)}
    return {word for word in words if len(word) > 1 and word not in _COMMON}


def _arguments(node: "SgNode") -> "list[SgNode]":
    return [*node.find_all(kind="argument_list"), *([node] if node.kind() == "argument_list" else [])]


def _filled(source: "SgNode") -> list[str]:
    """The names that the call fills through its arguments."""
    names = [n.text().lstrip("&") for n in source.find_all(kind="unary_expression", regex=r"^&\w+$")]
    call = source.find(kind="call_expression")
    if call is not None and _FILLS.search(_text(call.field("function"))):
        last = [n for n in (call.field("arguments") or call).children() if n.is_named()][-1:]
        names += [n.text() for n in last if n.kind() == "identifier"]
    return [name for name in names if name not in _COMMON]


def _targets(node: "SgNode", grammar: Grammar) -> list[str]:
    fields = grammar.assigns.get(node.kind())
    left = node.field(fields[0]) if fields else None
    if left is None:
        return []
    return (
        [left.text()]
        if left.kind() == "identifier"
        else [n.text() for n in left.find_all(kind="identifier") if not _is_field(n)]
    )


def _assignments(node: "SgNode", grammar: Grammar) -> "Iterator[SgNode]":
    for kind in grammar.assigns:
        yield from node.find_all(kind=kind)


def _assignment_of(node: "SgNode", error: str) -> "tuple[SgNode | None, bool]":
    """The assignment of the error that this `if` tests, and whether its names live only inside the `if`."""
    link: SgNode | None = node
    while link is not None and link.kind() == "if_statement":
        start = link.field("initializer")
        if start is not None and error in _targets(start, GO):
            return start, start.kind() == "short_var_declaration"
        link = link.parent()
    for statement in _top(node).prev_all():
        for source in (statement, *statement.children()):
            if error in _targets(source, GO):
                return source, False
    return None, False


def _top(node: "SgNode") -> "SgNode":
    """The first `if` of a chain of `else if`."""
    parent = node.parent()
    while parent is not None and parent.kind() == "if_statement":
        node, parent = parent, parent.parent()
    return node


def _statement(node: "SgNode", grammar: Grammar) -> "SgNode":
    """The statement that holds the node, as an element of its list."""
    parent = node.parent()
    while parent is not None and parent.kind() not in grammar.lists:
        node, parent = parent, parent.parent()
    return node


def _first_call(node: "SgNode", grammar: Grammar) -> str:
    call = node if node.kind() == grammar.call else node.find(kind=grammar.call)
    if call is None:
        return ""
    function = call.field("function")
    if function is None and grammar is JAVA:
        target = _text(call.field("object"))
        return _one_line(f"{target}.{_text(call.field('name'))}" if target else _text(call.field("name")))
    return _one_line(_text(function))


def _answer(what: Next, call: str, node: "SgNode", name: str) -> After:
    return After(next=what, call=call, name=name, line=node.range().start.line + 1, code=_one_line(node.text()))


def _one_line(text: str) -> str:
    line = text.strip().split("\n", 1)[0].strip()
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _text(node: "SgNode | None") -> str:
    return node.text() if node is not None else ""


def _same(one: "SgNode", other: "SgNode") -> bool:
    a, b = one.range(), other.range()
    return (a.start.index, a.end.index) == (b.start.index, b.end.index)
