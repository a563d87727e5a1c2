import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepreview.context.tree import text
from deepreview.model.change import Sha, Side
from deepreview.model.claim import Place
from deepreview.model.evidence import Outcome
from deepreview.model.finding import Dropped, Finding
from deepreview.testing.builders import make_claim
from deepreview.verify.quote import Source, anchor, place


def source(*lines: str) -> Source:
    return Source(blob=Sha("f" * 40), lines=lines)


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
    answer = anchor(cited, quote, source(*lines))
    assert (answer[:2] if answer else None) == found


def test_says_what_it_found() -> None:
    lines = source("a", "b", "a")
    assert [(anchor(at(n), "a", lines) or ("",))[-1] for n in (1, 2, 0)] == [
        "The quoted code stands on the cited lines.",
        "The quoted code stands at line 1; line 2 was cited.",
        "The quoted code stands at line 1; the whole file was cited.",
    ]


@given(st.lists(st.sampled_from("ab"), max_size=30), st.lists(st.sampled_from("ab"), min_size=1, max_size=5), st.data())
def test_finds_the_nearest_of_all_occurrences(lines: list[str], quote: list[str], data: st.DataObject) -> None:
    cited = data.draw(st.integers(1, 31))
    starts = [i + 1 for i in range(len(lines)) if lines[i : i + len(quote)] == quote]
    expected = min(starts, key=lambda start: abs(start - cited), default=None)
    found = anchor(at(cited), "\n".join(quote), source(*lines))
    assert (found[0] if found else None) == expected


@pytest.mark.parametrize("last", ["x", "y"])
def test_a_hostile_quote_costs_no_more_than_the_file(last: str) -> None:
    """Line by line, equal lines under a quote of equal lines would take half a billion comparisons."""
    lines = source(*["x"] * 500_000)
    started = time.monotonic()
    found = anchor(at(250_000), "\n".join(["x"] * 999 + [last]), lines)
    assert time.monotonic() - started < 3
    assert (found is not None) == (last == "x")


def lookup(path: str, side: Side) -> Source | None:
    return source("a", "b", "# see read_gauge") if (path, side) == ("src/boiler.py", Side.HEAD) else None


def test_a_placed_claim_becomes_a_finding_of_the_code_as_it_stands() -> None:
    claim = make_claim(quote="#  see   read_gauge", places=(Place(path="src/boiler.py", first=1, last=1),))
    finding = place(claim, lookup)
    assert isinstance(finding, Finding)
    assert (finding.locations[0].first, finding.locations[0].quote) == (3, "# see read_gauge")
    assert finding.claims == (claim.id,)
    assert [(e.check, e.outcome) for e in finding.evidence] == [("quote", Outcome.SUPPORTS)]


@pytest.mark.parametrize(
    ("given_fields", "reason"),
    [
        ({"quote": "read_gauge()"}, "the quoted code stands nowhere in src/boiler.py at head"),
        (
            {"quote": "", "places": (Place(path="src/boiler.py", first=4, last=9),)},
            "the lines 4 to 9 stand nowhere in src/boiler.py at head",
        ),
        ({"places": (Place(path="gone.py", first=1, last=1),)}, "gone.py does not exist at head"),
        (
            {"places": (Place(path="src/boiler.py", first=3, last=3, side=Side.BASE),)},
            "src/boiler.py does not exist at base",
        ),
    ],
)
def test_what_cannot_be_placed_is_dropped_with_its_reason(given_fields: dict[str, Any], reason: str) -> None:
    claim = make_claim(**given_fields)
    gone = place(claim, lookup)
    assert isinstance(gone, Dropped)
    assert (gone.step, gone.reason, gone.claims) == ("placed", reason, (claim.id,))


def test_other_places_that_do_not_exist_are_left_out() -> None:
    main = make_claim().places[0]
    impossible = [at(0, 3), at(3, 2), at(-1, 1), at(4, 4)]
    others = [Place(path="src/boiler.py", first=p.first, last=p.last) for p in (at(1, 2), *impossible)]
    finding = place(make_claim(places=(main, *others, Place(path="gone.py", first=1, last=1))), lookup)
    assert isinstance(finding, Finding)
    assert [(place.first, place.last) for place in finding.locations] == [(3, 3), (1, 2)]


def test_a_place_that_is_named_twice_is_one() -> None:
    main = make_claim().places[0]
    finding = place(make_claim(places=(main, main)), lookup)
    assert isinstance(finding, Finding)
    assert len(finding.locations) == 1


def test_what_is_stored_of_a_long_place_is_bounded() -> None:
    wide = source(*["x" * 1000] * 100)
    finding = place(make_claim(quote="", places=(at(1, 100),)), lambda *_: wide)
    assert isinstance(finding, Finding)
    shown = finding.locations[0].quote.split("\n")
    assert (len(shown), {len(line) for line in shown}, finding.locations[0].last) == (40, {400}, 100)
