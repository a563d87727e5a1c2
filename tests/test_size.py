"""Small by number: a file is at most 400 lines, a function at most 40."""

import ast
from collections.abc import Iterator
from pathlib import Path

import deepreview

ROOT = Path(deepreview.__file__).parent
LONG = {
    "testing/builders.py:make_finding",
    "testing/builders.py:make_report",
    "testing/showcase.py:showcase",
}
"""One literal each, with a line for every field."""


def _functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


def test_no_file_is_long() -> None:
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in ROOT.rglob("*.py")}
    assert len(sizes) > 100
    assert {str(path): size for path, size in sizes.items() if size > 400} == {}


def test_no_function_is_long_but_those_that_are_one_literal() -> None:
    found = {
        f"{path.relative_to(ROOT).as_posix()}:{name}"
        for path in ROOT.rglob("*.py")
        for name, lines in _functions(path)
        if lines > 40
    }
    assert found == LONG
