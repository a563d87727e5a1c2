"""Prose: the short way gives what the parser gives."""

from hypothesis import given, settings
from hypothesis import strategies as st

from deepreview.render import prose
from deepreview.render.highlight import Highlighter
from deepreview.render.prose import Prose, simple_blocks, simple_line

_PIECES = st.lists(
    st.sampled_from([*"abcZ09 .,:;()'\"`*_-+#~=|/\\[]<>&!\n", "**", "``", "word", "`code`", "**strong**",
     "é", "\u200b", "  ", "\n\n"]),
    max_size=30,
).map("".join)  # fmt: skip
_ENV = {"highlighter": Highlighter(), "aliases": None, "inside": False}


@settings(max_examples=1500, deadline=None)
@given(_PIECES)
def test_the_short_way_gives_what_the_parser_gives(text: str) -> None:
    if quick := simple_line(text):
        assert quick == prose._BLOCKS.renderInline(text, dict(_ENV))
    if quick := simple_blocks(text):
        assert quick == prose._BLOCKS.render(text, dict(_ENV))


def test_plain_lines_take_the_short_way() -> None:
    assert simple_line("`read_gauge` was **removed** from snake_case code.") == (
        "<code>read_gauge</code> was <strong>removed</strong> from snake_case code."
    )
    assert simple_blocks("One.\n\nTwo `x`.") == "<p>One.</p>\n<p>Two <code>x</code>.</p>\n"


def test_an_alias_leads_to_its_finding_unless_it_is_one_of_another_round() -> None:
    made = Prose(Highlighter(), ["I1", "I2"]).about("I1-I2, (I1) and R9-I1, R12-I2, R100-I1, `I2` and XI1.")
    assert made.count('<a href="#I1">I1</a>') == 2
    assert made.count('<a href="#I2">I2</a>') == 1
    assert "R9-I1, R12-I2, R100-I1," in made


def test_refused_forms_stay_as_text() -> None:
    made = Prose(Highlighter()).blocks(
        "# Loud\n\n![pic](https://a.b/p.png)\n\n[x](javascript:alert(1)) [y]: https://a.b"
    )
    assert '<p class="lead-in">Loud</p>' in made
    assert "<img" not in made
    assert "[x](javascript:alert(1))" in made
    assert "[y]: https://a.b" in made


def test_a_nul_is_an_escape_like_others() -> None:
    assert Prose(Highlighter()).blocks("a\0b") == "<p>a\\x00b</p>\n"


def test_a_link_to_nowhere_is_its_text() -> None:
    assert Prose(Highlighter()).blocks("a [b]() c []() d") == "<p>a b c  d</p>\n"


def test_titles_hold_no_link() -> None:
    assert "<a" not in Prose(Highlighter()).title("See [it](https://a.b) or <https://a.b>")


def test_tables_scroll_in_their_own_box_without_styles() -> None:
    made = Prose(Highlighter()).blocks("| a | b |\n|:-:|--:|\n| 1 | 2 |\n")
    assert made.startswith('<div class="scroll" tabindex="0"')
    assert "style" not in made


def test_an_enormous_text_is_shown_as_it_is() -> None:
    made = Prose(Highlighter()).blocks("**x** <b> " * 10_000)
    assert made.startswith('<span class="verbatim">**x** &lt;b&gt; ')
