import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepreview.context.visible import exact, one_line, unseen, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 漢 🙂\n\tx", "plain é 漢 🙂\n\tx"),
        ("\x1b[31m", r"\x1b[31m"),
        ("a\r\nb\rc", "a\nb\\rc"),
        ("\u202e\u2066\u200b\ufeff", r"\u202e\u2066\u200b\ufeff"),
        ("\u2028\x85\x0c", r"\u2028\x85\x0c"),
        ("\udcff\udc80", r"\xff\x80"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("a\u3164b\u115f\u2800", r"a\u3164b\u115f\u2800"),
        ("x\U000e0101\U000e01ef", r"x\U000e0101\U000e01ef"),
        ("\u2764\ufe0f e\u0301", "\u2764\ufe0f e\u0301"),
    ],
)
def test_what_cannot_be_seen_is_an_escape(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters(codec=None)))
def test_the_result_can_be_encoded_and_holds_nothing_unseen(text: str) -> None:
    shown = visible(text)
    shown.encode()
    assert all(c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in shown)
    assert visible(shown) == shown


@given(st.text(st.characters(codec=None)))
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1
    assert len(exact(text).splitlines()) <= 1


def test_exact_tells_spaces_apart() -> None:
    assert exact("a  b\n\tc") == r"a  b\n\tc"
    assert one_line(" a  b\n\tc ") == "a b c"


def test_what_is_unseen_is_told_in_order_and_the_end_of_a_line_is_none() -> None:
    assert unseen("a\u200bb\r\u202e \u3164\t\u00e9\r") == ("\u200b", "\r", "\u202e", "\u3164")
    assert unseen("plain") == ()
