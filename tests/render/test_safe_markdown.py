import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from deepreview.render.safe_markdown import blocks, cell, code, fence, inline, link, plain

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
marks = st.text("`*_[]<>&|\\~$#@!-=+.:()1aS \n", max_size=30)


def shown(markdown: str) -> str:
    """What a reader sees of one paragraph."""
    tokens = READER.parseInline(markdown)[0].children or []
    return "".join(token.content for token in tokens)


@settings(deadline=None)
@given(marks)
def test_plain_text_shows_as_it_is(text: str) -> None:
    text = " ".join(text.split())
    assert shown(plain(text)) == text


@settings(deadline=None)
@given(marks)
def test_a_code_span_holds_everything(text: str) -> None:
    tokens = READER.parseInline(code(text))[0].children or []
    assert [token.type for token in tokens] == ["code_inline"]
    assert tokens[0].content.strip() == (text.replace("\n", "\\n").strip() or "(empty)")


@settings(deadline=None)
@given(marks)
def test_a_fence_holds_everything(text: str) -> None:
    tokens = READER.parse(fence(text, "text") + "\nafter")
    assert [token.type for token in tokens][:2] == ["fence", "paragraph_open"]
    assert tokens[0].content.rstrip("\n") == text.rstrip("\n")


@settings(deadline=None)
@given(marks)
def test_a_cell_stays_one_cell(text: str) -> None:
    table = f"| a | b |\n|---|---|\n| {cell(code(text))} | {cell(plain(text))} |\nafter"
    tokens = READER.parse(table.replace("\nafter", ""))
    assert sum(token.type == "td_open" for token in tokens) == 2


@settings(deadline=None)
@given(st.one_of(marks, st.text()))
def test_writing_again_is_stable_in_structure(text: str) -> None:
    kinds = {token.type for token in READER.parse(blocks(text))}
    assert not kinds & {"heading_open", "table_open", "hr", "html_block"}


@pytest.mark.parametrize(
    ("markdown", "written"),
    [
        ("plain `code` and **strong** text", "plain `code` and **strong** text"),
        ("- one\n- two\n\n  more", "- one\n- two\n\n  more"),
        ("1. one\n2. two", "1) one\n2) two"),
        ("> quoted", "> quoted"),
        ("```python\nx = 1\n```", "```python\nx = 1\n```"),
        ("```suggestion\nx\n```", "```text\nx\n```"),
        ("# Title", "Title"),
        ("S1. **Forged** — `a:1`", "S1\\. Forged — `a:1`"),
        ("snake_case and __init__", "snake_case and \\_\\_init\\_\\_"),
        ("[text](https://example.org/a?b=1&c=2)", "text (<https://example.org/a?b=1&c=2>)"),
        ("[text](javascript:alert)", "\\[text\\](javascript:alert)"),
        ("![alt](https://example.org/x.png)", "image: alt"),
        ("ask @sam, not a@example.org", "ask `@sam`, not a@example.org"),
        ("<b>x</b>", "\\<b>x\\</b>"),
        ("", ""),
    ],
)
def test_each_form(markdown: str, written: str) -> None:
    assert blocks(markdown) == written


def test_one_line_has_no_blocks() -> None:
    assert inline("- a\n# b") == "- a # b"
    assert inline("**a**", strong=False) == "a"


def test_only_web_addresses_are_linked() -> None:
    assert link("x", "https://example.org/a") == "[x](https://example.org/a)"
    for address in ("", "javascript:alert(1)", "git@example.org:a/b", "https://e.org/a b", "https://e.org/)x"):
        assert link("x", address) == "x"
