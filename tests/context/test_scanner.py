import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepreview.context.scanner import Flavour, Part, Scan, flavour_of

TEXT = st.text(alphabet=st.sampled_from(list("ab \n\r\t/*#'\"`\\$:\x00é\ud800=(")), max_size=200)


@pytest.mark.parametrize(
    ("path", "start", "flavour"),
    [
        ("src/a.go", "", Flavour.C),
        ("src/a.rs", "", Flavour.RUST),
        ("deploy/Dockerfile", "", Flavour.HASH),
        ("deploy/Dockerfile.alpine", "", Flavour.HASH),
        ("tool", "#!/usr/bin/env python3\n", Flavour.PYTHON),
        ("tool", "#!/bin/sh\n", Flavour.HASH),
        ("tool", "#!/usr/bin/env node\n", Flavour.C),
        ("README", "", Flavour.PROSE),
        ("docs/a.md", "", Flavour.PROSE),
        ("package.json", "", Flavour.DATA),
        ("page.html", "", Flavour.DATA),
        ("unheard.of", "", Flavour.DATA),
    ],
)
def test_a_file_is_scanned_by_its_name_or_its_first_line(path: str, start: str, flavour: Flavour) -> None:
    assert flavour_of(path, start) is flavour


@pytest.mark.parametrize(
    ("path", "text", "comments"),
    [
        ("a.go", "x := 1 // why\n", ["// why"]),
        ("a.go", 'u := "http://x" // why\n', ["// why"]),
        ("a.go", "u := http://x\n", []),
        ("a.go", "/* a\n b */ x `// raw`\n", ["/* a\n b */"]),
        ("a.ts", "f('// no') /* yes */", ["/* yes */"]),
        ("a.ts", "/* never closed\nx", ["/* never closed\nx"]),
        ("a.rs", "fn f<'a>(x: &'a str) {} // '\n", ["// '"]),
        ("a.rs", "let q = '\"'; // yes\nlet r = '\\''; // too\n", ["// yes", "// too"]),
        ("a.sh", 'x="a # b" # c\ny=${#z} a#b\n', ["# c"]),
        ("a.sh", "# first\n", ["# first"]),
        ("a.yml", 'key: """x # y"""\n', []),
        ("a.py", 'x = """ # no """ # yes\n', ["# yes"]),
        ("a.py", 'def f():\n    """Doc \\" string."""\n    return 1\n', ['"""Doc \\" string."""']),
        ("a.py", "f(\n    '''value'''\n)\n", []),
        ("a.py", "x = r'''# no'''\n", []),
        ("a.md", "all of it\n", ["all of it\n"]),
        ("a.json", '{"a": "// no"}', []),
    ],
)
def test_comments_are_told_from_code_and_strings(path: str, text: str, comments: list[str]) -> None:
    scan = Scan(text, flavour_of(path))
    assert [part for kind, part in scan.parts() if kind is Part.COMMENT] == comments


@given(text=TEXT, flavour=st.sampled_from(list(Flavour)))
def test_the_parts_give_the_text_again_and_views_keep_its_shape(text: str, flavour: Flavour) -> None:
    scan = Scan(text, flavour)
    assert "".join(part for _, part in scan.parts()) == text
    for view in (scan.code, scan.comments, scan.bare):
        assert len(view) == len(text)
        assert [len(line) for line in view.split("\n")] == [len(line) for line in scan.lines]
    for code, comment, both in zip(scan.code, scan.comments, text, strict=True):
        assert both in {code, comment}


@given(text=TEXT, flavour=st.sampled_from(list(Flavour)))
def test_fenced_lines_are_lines_of_the_text(text: str, flavour: Flavour) -> None:
    scan = Scan(text, flavour)
    assert scan.fenced <= set(range(1, len(scan.lines) + 1))


def test_examples_in_documents_are_fenced() -> None:
    text = "before\n```sh\ncode\n```\nafter\n\n.. code-block:: py\n\n    more\n\nafter\n~~~~\nx\n~~~\ny\n~~~~\nz\n"
    assert Scan(text, Flavour.PROSE).fenced == {2, 3, 4, 8, 9, 10, 12, 13, 14, 15, 16}


@pytest.mark.parametrize("flavour", [Flavour.C, Flavour.RUST, Flavour.HASH, Flavour.PYTHON])
@pytest.mark.parametrize(
    "piece", ['"', "'", "`", "/*", "*", "\\", '"""', "'''", "//", "# ", '"\\', "/*/", "a'b\"", "\n'"]
)
def test_no_input_is_slow(flavour: Flavour, piece: str) -> None:
    text = piece * (150_000 // len(piece))
    started = time.process_time()
    scan = Scan(text, flavour)
    assert len(scan.code) == len(scan.comments) == len(text)
    assert time.process_time() - started < 1
