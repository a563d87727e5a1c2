import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepreview.render.visible import exact, one_line, visible


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
