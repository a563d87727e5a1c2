"""Coloured code: the same lines, whichever way they were coloured."""

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepreview.context.visible import visible
from deepreview.render.highlight import LARGEST, LONGEST, Highlighter

_CODE = st.text(alphabet="ab1 \t\n\"'#/*`<>&=()\\\u202e\r", max_size=80)


def _bare(lines: tuple[str, ...]) -> str:
    return unescape(re.sub(r"</?(?:i|span)\b[^>]*>", "", "\n".join(lines)))


@settings(max_examples=200, deadline=None)
@given(_CODE, st.sampled_from(["python", "go", "sh", "ts", "yaml", "text"]), st.sampled_from([0, 1000]))
def test_no_way_of_colouring_changes_the_code(code: str, language: str, budget: int) -> None:
    code = code.replace("\r", "\r.")
    lines = Highlighter(budget).lines(code, language)
    assert len(lines) == code.count("\n") + 1
    assert _bare(lines) == visible(code)


@pytest.mark.parametrize("budget", [0, 1000])
def test_comments_strings_numbers_and_keywords_are_told_apart(budget: int) -> None:
    (line,) = Highlighter(budget).lines('return "a<b" + 12  # why', "python")
    assert "<i class=k>return" in line
    assert "<i class=m>12" in line
    assert "<i class=c># why</i>" in line
    assert "a&lt;b" in line


@pytest.mark.parametrize("budget", [0, 1000])
def test_a_comment_over_lines_is_closed_on_each(budget: int) -> None:
    lines = Highlighter(budget).lines("/* one\ntwo */ x", "go")
    assert [line.count("<i ") == line.count("</i>") == 1 for line in lines] == [True, True]


def test_the_budget_is_spent_once_per_code() -> None:
    code = "def f(): pass"
    highlighter = Highlighter(len(code))
    first = highlighter.lines(code, "python")
    assert "<i class=f>f</i>" in first[0]
    assert highlighter.lines(code, "python") == first
    assert "class=f" not in highlighter.lines("def g(): pass", "python")[0]


def test_unreasonable_code_is_not_coloured_and_not_endless() -> None:
    lines = Highlighter(10**9).lines("return 1\n" * LARGEST, "python")
    assert "<i" not in lines[0]
    (long,) = Highlighter().lines("x" * (LONGEST + 5), "text")
    assert "5 more characters on this line" in long
