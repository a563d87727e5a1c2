import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepreview.context.tree import text
from deepreview.model.claim import Place
from deepreview.verify.anchor import anchor


def at(first: int, last: int | None = None) -> Place:
    return Place(path="a.py", first=first, last=first if last is None else last)


@pytest.mark.parametrize(
    ("cited", "quote", "lines", "found"),
    [
        (at(2), "b", ("a", "b", "c"), (2, 2)),
        (at(9), "b", ("a", "b", "c"), (2, 2)),
        (at(4), "x", ("x", "a", "a", "a", "x", "a", "x"), (5, 5)),
        (at(3), "x", ("x", "a", "a", "a", "x"), (1, 1)),
        (at(1), "if  a :\n\treturn", ("", "if a:", "", "    return", ""), (2, 4)),
        (at(2), "a\r\nb\r\n", ("", "a", "b"), (2, 3)),
        (at(1), "a = '\x0c'", ("a = '\x0c'",), (1, 1)),
        (at(1), "say('\u2028')", ("say('\u2028')",), (1, 1)),
        (at(1), "name = '\udcff'", (text(b"name = '\xff'"),), (1, 1)),
        (at(0), "b", ("a", "b"), (2, 2)),
        (at(0), "", ("a", "b"), (0, 0)),
        (at(0), "", (), (0, 0)),
        (at(1, 2), "", ("a", "b"), (1, 2)),
        (at(2, 3), "  \n", ("a", "b"), None),
        (at(2, 1), "", ("a", "b"), None),
        (at(0, 2), "", ("a", "b"), None),
        (at(-1, 2), "", ("a", "b"), None),
        (at(1), "c", ("a", "b"), None),
        (at(1), "a\nb\nc", ("a", "b"), None),
        (at(1), "a\na\nb", ("a", "a", "a", "b"), (2, 4)),
    ],
)
def test_where_a_quote_stands(cited: Place, quote: str, lines: tuple[str, ...], found: tuple[int, int] | None) -> None:
    answer = anchor(cited, quote, lines)
    assert ((answer.first, answer.last) if answer else None) == found


def test_says_what_it_found() -> None:
    found = [anchor(at(n), "a", ("a", "b", "a")) for n in (1, 2, 0)]
    assert [one.summary for one in found if one] == [
        "The quoted code stands on the cited lines.",
        "The quoted code stands at line 1; line 2 was cited.",
        "The quoted code stands at line 1; the whole file was cited.",
    ]


@given(st.lists(st.sampled_from("ab"), max_size=30), st.lists(st.sampled_from("ab"), min_size=1, max_size=5), st.data())
def test_finds_the_nearest_of_all_occurrences(lines: list[str], quote: list[str], data: st.DataObject) -> None:
    cited = data.draw(st.integers(1, 31))
    starts = [i + 1 for i in range(len(lines)) if lines[i : i + len(quote)] == quote]
    expected = min(starts, key=lambda start: abs(start - cited), default=None)
    found = anchor(at(cited), "\n".join(quote), lines)
    assert (found.first if found else None) == expected


@pytest.mark.parametrize("last", ["x", "y"])
def test_a_hostile_quote_costs_no_more_than_the_file(last: str) -> None:
    """Line by line, equal lines under a quote of equal lines would take half a billion comparisons."""
    lines = ["x"] * 500_000
    started = time.monotonic()
    found = anchor(at(250_000), "\n".join(["x"] * 999 + [last]), lines)
    assert time.monotonic() - started < 3
    assert (found is not None) == (last == "x")


CODE = (
    "def load(rows):",
    "    for key, row in rows:",
    "        store(key, row.value)",
    "    return len(rows)",
    "",
    "def save(rows):",
    "    for key, row in rows:",
    "        write_out(key, row)",
    "    return len(rows)",
)


@pytest.mark.parametrize(
    ("quote", "found", "sure"),
    [
        ("def save(rows):\n    ...\n    return len(rows)", (6, 9), True),
        ("def save(rows):\n    # ...\n    return len(rows)", (6, 9), True),
        ("def load(rows):\n…\ndef save(rows):", (1, 6), True),
        ("# boiler.py:6-8\ndef save(rows):\n    for key, row in rows:", (6, 7), True),
        ("6: def save(rows):\n7:     for key, row in rows:", (6, 7), True),
        (" def save(rows):\n-    gone(key, row)\n+    for key, row in rows:", (6, 7), True),
        (
            "def save(rows):\n    for key, row in rows:\n        write_out(key, row)\n    return count(rows)",
            (6, 8),
            True,
        ),
        ("def save(rows):\n    invented_call(1)\n    another_one(2)", (6, 6), False),
        ("def save(rows):\n...\ndef load(rows):", (1, 6), True),
        ("invented_call(1)\nanother_one(2)", None, False),
        ("...", None, False),
    ],
    ids=["elided", "comment", "sign", "named", "numbered", "diff", "nearly", "quarter", "turned", "none", "only"],
)
def test_quotes_as_models_write_them(quote: str, found: tuple[int, int] | None, *, sure: bool) -> None:
    answer = anchor(at(6), quote, CODE)
    assert ((answer.first, answer.last) if answer else None) == found
    if answer:
        assert answer.sure is sure


@given(st.text("ab.…\n +-1:", max_size=60), st.lists(st.text("ab.…: ", max_size=12), max_size=20), st.integers(-1, 30))
def test_an_anchor_is_always_in_the_file(quote: str, lines: list[str], cited: int) -> None:
    answer = anchor(at(cited), quote, lines)
    if answer is not None:
        assert answer.first == answer.last == 0 or 1 <= answer.first <= answer.last <= len(lines)
