from dataclasses import replace
from pathlib import Path

import pytest

from deepreview import trees
from deepreview.model.change import Side
from deepreview.model.claim import SAID
from deepreview.model.evidence import Outcome
from deepreview.testing.bench import MemoryBench
from deepreview.testing.builders import make_finding
from deepreview.verify.syntax import Syntax, broken_at


def observed(tmp_path: Path, path: str, content: str | bytes, kind: str = "ruff:invalid-syntax") -> Outcome | None:
    finding = make_finding(1, kind=kind, path=path)
    found = Syntax().examine([finding], MemoryBench({}, {path: content}, tmp_path))
    return found[finding.fingerprint].outcome if found else None


@pytest.mark.parametrize(
    ("path", "good", "bad"),
    [
        ("a.py", "x = 1\n", "x = (\n"),
        ("a.pyi", "x: int\n", "x: \n"),
        ("a.json", '{"a": 1}', '{"a": }'),
        ("a.toml", "a = 1\n", "a = \n"),
        ("a.go", "package a\n\nfunc f() {}\n", "package a\n\nfunc f( {\n"),
        ("a.sh", "if true; then\n  echo\nfi\n", "if true; then\n  echo\n"),
    ],
)
def test_a_parser_answers_claims_of_broken_syntax(tmp_path: Path, path: str, good: str, bad: str) -> None:
    assert observed(tmp_path, path, good) is Outcome.REFUTES
    assert observed(tmp_path, path, bad) is Outcome.SUPPORTS
    assert observed(tmp_path, path, good, kind="ruff:F821") is Outcome.SUPPORTS
    assert observed(tmp_path, path, bad, kind="ruff:F821") is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("a.bats", '@test "it starts" {\n  run true\n}\n'),
        ("a.unknown", "(((("),
        ("Makefile", "all:\n\ttrue\n"),
        ("a.py", ""),
        ("a.py", b"x = 1\n" * 200_000),
        ("a.json", "9" * 5000),
        ("a.toml", "a = " + "9" * 5000),
        ("a.json", "[" * 100_000),
        ("a.toml", "a = " + "[" * 100_000),
    ],
)
def test_without_an_answer_there_is_no_evidence(tmp_path: Path, path: str, content: str | bytes) -> None:
    assert observed(tmp_path, path, content) is None


def test_a_file_that_is_not_there_gives_no_evidence(tmp_path: Path) -> None:
    assert not Syntax().examine([make_finding(1, path="gone.py")], MemoryBench({}, {}, tmp_path))


@pytest.mark.parametrize(
    ("content", "outcome"),
    [
        (b"name = '\xff'\n", None),
        (b"# -*- coding: latin-1 -*-\nname = '\xff'\n", Outcome.REFUTES),
        (b"\xef\xbb\xbfx = 1\n", Outcome.REFUTES),
        (b"x = 1\r\ny = 2\r\n", Outcome.REFUTES),
        (b"x = '\\d'\n", Outcome.REFUTES),
    ],
)
def test_python_is_read_as_bytes(tmp_path: Path, content: bytes, outcome: Outcome | None) -> None:
    assert observed(tmp_path, "a.py", content) is outcome


def refuse(_: bytes) -> None:
    raise SyntaxError("invalid syntax", ("<unknown>", 2, 1, "", 2, 2))


def test_python_that_may_be_newer_than_this_interpreter_gets_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ast.parse", refuse)
    for kind in ("ruff:invalid-syntax", "ruff:F821"):
        assert observed(tmp_path, "a.py", "try:\n    pass\nexcept A, B:\n    pass\n", kind) is None
    assert observed(tmp_path, "a.py", "x = 1\ny = (\n") is Outcome.SUPPORTS


@pytest.mark.parametrize("content", ["if x:\npass\n", "def f():\n    x\n  y\n", "  x = 1\n"])
def test_wrong_indentation_is_broken_python_though_the_grammar_reads_over_it(tmp_path: Path, content: str) -> None:
    assert trees.first_error("a.py", content) is None
    assert observed(tmp_path, "a.py", content) is Outcome.SUPPORTS


def test_each_side_is_parsed_for_itself(tmp_path: Path) -> None:
    at_head = make_finding(1, kind="parse-error", path="a.py")
    place = replace(at_head.locations[0], side=Side.BASE)
    at_base = make_finding(2, kind="parse-error", path="a.py", locations=(place,))
    found = Syntax().examine([at_head, at_base], MemoryBench({"a.py": "x = (\n"}, {"a.py": "x = 1\n"}, tmp_path))
    outcomes = [found[finding.fingerprint].outcome for finding in (at_head, at_base)]
    assert outcomes == [Outcome.REFUTES, Outcome.SUPPORTS]


def test_the_line_is_named() -> None:
    assert [broken_at("a.py", "x = 1\ny = (\n"), broken_at("a.json", "{\n"), broken_at("a.toml", "a = 1\nb = \n")] == [
        2,
        2,
        2,
    ]


@pytest.mark.parametrize(
    ("title", "outcome"),
    [
        ("Syntax error in the loader breaks the start", Outcome.REFUTES),
        ("`a.py` does not parse", Outcome.REFUTES),
        ("A syntax tree is built twice", Outcome.NOT_APPLICABLE),
    ],
)
def test_prose_that_says_a_file_is_broken_is_put_to_the_parser(tmp_path: Path, title: str, outcome: Outcome) -> None:
    finding = make_finding(1, kind=SAID, path="a.py", title=title)
    found = Syntax().examine([finding], MemoryBench({}, {"a.py": "x = 1\n"}, tmp_path))
    assert found[finding.fingerprint].outcome is outcome
