import pytest

from deepreview.trees import Broken, NotParsable, first_error, language_of

pytestmark = pytest.mark.tools


@pytest.mark.parametrize(
    ("path", "first_line", "language"),
    [
        ("a/b.go", "", "go"),
        ("a.TSX", "", "tsx"),
        ("x.d.ts", "", "ts"),
        ("run", "#!/usr/bin/env bash", "bash"),
        ("run", "#!/usr/bin/python3.11", "python"),
        ("run", "#!/usr/bin/env -S node --flag", "js"),
        ("run", "#!/usr/bin/perl", None),
        ("Makefile", "all:", None),
        ("a.bats", "", "bats"),
    ],
)
def test_languages(path: str, first_line: str, language: str | None) -> None:
    assert language_of(path, first_line) == language


@pytest.mark.parametrize(
    ("path", "good", "bad", "line"),
    [
        ("a.py", "x = ''\nf''\n", "x = 1\ndef f(:\n    pass\n", 2),
        ("a.go", "package a\nfunc f() { x(``) }\n", "package a\nfunc f() {\n\tx := g(1\n}\n", 3),
        ("a.ts", "const x: string = ``;\n", "const y = 1;\nlet x = (1 + 2;\n", 2),
        ("a.tsx", "const a = <b></b>;\n", "const a = <b>;\n", 1),
        ("A.java", "class A { void f() {} }\n", "class A {\n void f( {}\n}\n", 2),
        ("a.rs", "fn a() {}\n", "fn a( {}\n", 1),
        ("a.sh", "cat <<E\n\nE\nx=\n", "if x; then\n y\n", 2),
        ("a.yml", "a: b\n", "a: b\nb: c: d\n", 2),
    ],
)
def test_the_first_error_is_found(path: str, good: str, bad: str, line: int) -> None:
    assert first_error(path, good) is None
    broken = first_error(path, bad)
    assert isinstance(broken, Broken)
    assert abs(broken.line - line) <= 1
    assert broken.text


def test_what_has_no_grammar_is_told_apart() -> None:
    assert isinstance(first_error("a.css", "a {"), NotParsable)
    assert isinstance(first_error("a.bats", "@test 'x' {\n}\n"), NotParsable)
    assert first_error("a.py", "x = '\udcff'\n") is None
