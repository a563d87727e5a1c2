"""Walking one function of a syntax tree: what follows a statement, who reads a name, what an assignment fills."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ast_grep_py import SgNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """What the nodes of one language are called."""

    functions: frozenset[str]
    lists: frozenset[str]
    """Nodes that hold statements one after the other."""
    assigns: dict[str, tuple[str, str]]
    """Kind of an assignment → its fields left and right."""
    call: str
    arguments: str = "argument_list"


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
    arguments="arguments",
)
JAVA: Final = Grammar(
    functions=frozenset({"method_declaration", "constructor_declaration", "lambda_expression"}),
    lists=frozenset({"block", "program", "switch_block_statement_group", "constructor_body"}),
    assigns={"variable_declarator": ("name", "value"), "assignment_expression": ("left", "right")},
    call="method_invocation",
)
GRAMMARS: Final = {"go": GO, "python": PYTHON, "ts": SCRIPT, "tsx": SCRIPT, "js": SCRIPT, "java": JAVA}

_LONGEST: Final = 100
LOG: Final = re.compile(
    r"(?i)^([\w.]*log\w*|klog|slog|fmt|console|print|println|warnings|t)\b[\w.()]*\("
    r"|\.(info|debug|warn\w*|error)f?\("
)


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
        written = -1
        for node in statement.find_all(kind="identifier", regex=f"^{re.escape(name)}$"):
            if is_field(node):
                continue
            if _is_target(node, grammar):
                written = max(written, _end_of_assignment(node, grammar))
            # What is read after an assignment in the same statement is the new value, but for its own right side.
            elif node.range().start.index > written >= 0:
                return None
            elif not _logged(node, statement, grammar):
                return _line_of(node, statement)
        if written >= 0:
            return None
    return None


def _end_of_assignment(node: "SgNode", grammar: Grammar) -> int:
    assignment = next((a for a in node.ancestors() if a.kind() in grammar.assigns), node)
    return assignment.range().end.index


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


def is_field(node: "SgNode") -> bool:
    """Whether it is the name of a member or of a keyword argument, not a variable."""
    parent = node.parent()
    if parent is None:
        return False
    named = {"attribute": "attribute", "field_access": "field", "method_invocation": "name", "keyword_argument": "name"}
    field = parent.field(named[parent.kind()]) if parent.kind() in named else None
    return field is not None and _same(field, node)


def _logged(node: "SgNode", statement: "SgNode", grammar: Grammar) -> bool:
    for ancestor in node.ancestors():
        if ancestor.kind() == grammar.call and LOG.search(ancestor.text()):
            return True
        if _same(ancestor, statement):
            return False
    return False


def targets(node: "SgNode", grammar: Grammar) -> list[str]:
    """The names that an assignment fills; none for other nodes."""
    fields = grammar.assigns.get(node.kind())
    left = node.field(fields[0]) if fields else None
    if left is None:
        return []
    return (
        [left.text()]
        if left.kind() == "identifier"
        else [n.text() for n in left.find_all(kind="identifier") if not is_field(n)]
    )


def assignments(node: "SgNode", grammar: Grammar) -> "Iterator[SgNode]":
    """All assignments in a node."""
    for kind in grammar.assigns:
        yield from node.find_all(kind=kind)


def statement_of(node: "SgNode", grammar: Grammar) -> "SgNode":
    """The statement that holds the node, as an element of its list."""
    parent = node.parent()
    while parent is not None and parent.kind() not in grammar.lists:
        node, parent = parent, parent.parent()
    return node


def first_call(node: "SgNode", grammar: Grammar) -> str:
    """The function that is called first in a node, as it is written; empty when there is none."""
    call = node if node.kind() == grammar.call else node.find(kind=grammar.call)
    if call is None:
        return ""
    function = call.field("function")
    if function is None and grammar is JAVA:
        target = text_of(call.field("object"))
        return one_line(f"{target}.{text_of(call.field('name'))}" if target else text_of(call.field("name")))
    return one_line(text_of(function))


def one_line(text: str) -> str:
    """The first line, shortened."""
    line = text.strip().split("\n", 1)[0].strip()
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def text_of(node: "SgNode | None") -> str:
    """The node's text; empty for none."""
    return node.text() if node is not None else ""


def _same(one: "SgNode", other: "SgNode") -> bool:
    a, b = one.range(), other.range()
    return (a.start.index, a.end.index) == (b.start.index, b.end.index)
