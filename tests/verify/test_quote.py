from typing import Any

import pytest

from deepreview.model.change import Side
from deepreview.model.claim import SAID, Place
from deepreview.model.evidence import Outcome, Rung
from deepreview.model.finding import Dropped, Finding
from deepreview.testing.builders import make_claim
from deepreview.testing.files import GivenFiles
from deepreview.verify.quote import place, unseen

FILES = GivenFiles(
    head={"src/boiler.py": ("a", "b", "# see read_gauge"), "src/pump.py": ("def pump(litres):",)},
    base={"src/gone.py": ("def drained():", "    return 0"), "src/boiler.py": ("a", "# see old_gauge_name")},
)


def at(first: int, last: int | None = None, path: str = "src/boiler.py") -> Place:
    return Place(path=path, first=first, last=first if last is None else last)


def test_a_placed_claim_becomes_a_finding_of_the_code_as_it_stands() -> None:
    claim = make_claim(quote="#  see   read_gauge", places=(Place(path="src/boiler.py", first=1, last=1),))
    finding = place(claim, FILES)
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
            {"places": (Place(path="src/pump.py", first=3, last=3, side=Side.BASE),), "quote": ""},
            "src/pump.py does not exist at base",
        ),
    ],
)
def test_what_cannot_be_placed_is_dropped_with_its_reason(given_fields: dict[str, Any], reason: str) -> None:
    claim = make_claim(**given_fields)
    gone = place(claim, FILES)
    assert isinstance(gone, Dropped)
    assert (gone.step, gone.reason, gone.claims) == ("placed", reason, (claim.id,))


@pytest.mark.parametrize(
    ("path", "first", "quote", "outcome"),
    [
        ("src/cache.py", 12, "", "it names src/cache.py, and no file of that name is at head or at base"),
        ("src/cache.py", 0, "cache = Cache()", "it names src/cache.py, and no file of that name is at head or at base"),
        ("tests/test_pump.py", 0, "", Outcome.INCONCLUSIVE),  # one that should be written
        ("tests/test_pump.py", 1, "", Outcome.INCONCLUSIVE),  # as tools cite a whole file
        ("src/cache.py", 12, "def pump(litres):", Outcome.INCONCLUSIVE),  # its code stands in another file
        ("lib/boiler.py", 12, "", Outcome.INCONCLUSIVE),  # a file of that name exists
        ("backend/src/boiler.py", 3, "", Outcome.SUPPORTS),  # another root
        ("src/Boiler.py", 3, "", Outcome.SUPPORTS),
        ("src/gone.py", 1, "", Outcome.SUPPORTS),  # deleted by the change
    ],
)
def test_prose_about_a_file_that_is_nowhere_is_dropped_only_where_it_cites_its_code(
    path: str, first: int, quote: str, outcome: str | Outcome
) -> None:
    claim = make_claim(kind=SAID, quote=quote, places=(Place(path=path, first=first, last=first),))
    told = place(claim, FILES)
    if isinstance(told, Dropped):
        assert (told.step, told.path, told.reason) == ("placed", path, outcome)
    else:
        assert [one.outcome for one in told.evidence] == [outcome]
        assert bool(told.locations) is (outcome is Outcome.SUPPORTS)


def test_why_a_claim_has_no_place_is_said() -> None:
    def summary(path: str) -> str:
        told = place(make_claim(kind=SAID, quote="", places=(Place(path=path, first=0, last=0),)), FILES)
        assert isinstance(told, Finding)
        return told.evidence[0].summary

    assert summary("tests/test_pump.py") == (
        "It names tests/test_pump.py, and no file of that name is at head or at base."
    )
    assert summary("lib/boiler.py") == "It names lib/boiler.py, and which file is meant cannot be told."


def test_other_places_that_do_not_exist_are_left_out() -> None:
    main = make_claim().places[0]
    impossible = [at(0, 3), at(3, 2), at(-1, 1), at(4, 4)]
    others = [Place(path="src/boiler.py", first=p.first, last=p.last) for p in (at(1, 2), *impossible)]
    finding = place(make_claim(places=(main, *others, Place(path="gone.py", first=1, last=1))), FILES)
    assert isinstance(finding, Finding)
    assert [(place.first, place.last) for place in finding.locations] == [(3, 3), (1, 2)]


def test_a_place_that_is_named_twice_is_one() -> None:
    main = make_claim().places[0]
    finding = place(make_claim(places=(main, main)), FILES)
    assert isinstance(finding, Finding)
    assert len(finding.locations) == 1


def test_what_is_stored_of_a_long_place_is_bounded() -> None:
    finding = place(
        make_claim(quote="", places=(at(1, 100),)), GivenFiles(head={"src/boiler.py": ["x" * 1000] * 100}, base={})
    )
    assert isinstance(finding, Finding)
    shown = finding.locations[0].quote.split("\n")
    assert (len(shown), {len(line) for line in shown}, finding.locations[0].last) == (40, {400}, 100)


def said(**given: Any) -> Finding | Dropped:
    return place(make_claim(kind=SAID, reviewer="claude", **given), FILES)


@pytest.mark.parametrize(
    ("given_fields", "where", "proof"),
    [
        ({"quote": "# see read_gauge", "places": (at(1, path="boiler.py"),)}, ("src/boiler.py", 3), Rung.PLACED),
        ({"quote": "", "places": (at(1, path="/tmp/x/src/boiler.py"),)}, ("src/boiler.py", 1), Rung.PLACED),
        ({"quote": "# see old_gauge_name", "places": (at(2),)}, ("src/boiler.py", 2), Rung.PLACED),
        ({"quote": "def drained():", "places": (at(1, path="src/gone.py"),)}, ("src/gone.py", 1), Rung.PLACED),
        ({"quote": "def pump(litres):", "places": (at(1), at(9, path="src/pump.py"))}, ("src/pump.py", 1), Rung.PLACED),
        ({"quote": "def pump(litres):", "places": (at(2),)}, ("src/boiler.py", 2), Rung.SAID),
        ({"quote": "", "places": (at(70),)}, ("src/boiler.py", 0), Rung.SAID),
        ({"quote": "", "places": (at(1, path="docs/missing.md"),)}, ("", 0), Rung.SAID),
        ({"quote": "", "places": ()}, ("", 0), Rung.SAID),
    ],
    ids=[
        "base name",
        "absolute",
        "only base",
        "removed",
        "second place",
        "other file",
        "no lines",
        "no file",
        "no place",
    ],
)
def test_what_is_said_in_prose_is_kept_where_it_can_be_meant(
    given_fields: dict[str, Any], where: tuple[str, int], proof: Rung
) -> None:
    finding = said(**given_fields)
    assert isinstance(finding, Finding)
    assert ((finding.path, finding.first), finding.proof) == (where, proof)
    assert finding.evidence[0].outcome is (Outcome.SUPPORTS if proof is Rung.PLACED else Outcome.INCONCLUSIVE)


def test_prose_that_quotes_code_of_no_changed_file_is_refused() -> None:
    gone = said(quote="nobody_wrote_this(1)\nnor_did_they(2)", places=(at(2),))
    assert isinstance(gone, Dropped)
    assert gone.reason == "the quoted code stands nowhere in src/boiler.py at head"


def test_without_a_repository_places_are_taken_as_written() -> None:
    finding = unseen(make_claim(kind=SAID, quote="x = 1", places=(at(7, 9), at(9, 2), at(-1))))
    assert [(p.path, p.first, p.last, p.quote) for p in finding.locations] == [
        ("src/boiler.py", 7, 9, "x = 1"),
        ("src/boiler.py", 0, 0, ""),
    ]
    assert (finding.proof, finding.evidence[0].outcome) == (Rung.SAID, Outcome.NOT_APPLICABLE)


def test_a_remark_behind_quoted_code_of_another_file_does_not_make_it_invented() -> None:
    finding = said(quote="def pump(litres):  # called twice", places=(at(2),))
    assert isinstance(finding, Finding)


@pytest.mark.parametrize(
    ("title", "quote", "kept"),
    [
        ("A stray space breaks the wrapper", "# see read_ gauge", False),
        ("A stray space breaks the wrapper", "# see read_gauge", True),
        ("Syntax error in the header of the test", "a\n...\n@bug_test header", False),
        ("The comment names what is gone", "# see read_ gauge", True),
    ],
)
def test_text_that_is_called_broken_must_stand_as_quoted(title: str, quote: str, *, kept: bool) -> None:
    claim = make_claim(kind=SAID, title=title, body="", quote=quote)
    ended = place(claim, FILES)
    assert isinstance(ended, Finding) is kept
    if isinstance(ended, Dropped):
        assert ended.reason.startswith("src/boiler.py does not hold the text that it calls broken: “")


def test_a_place_that_is_named_twice_is_one_location() -> None:
    twice = make_claim(quote="code", places=(at(3), at(3), at(9, 5), at(9, 4)))
    assert [(one.first, one.last, one.quote) for one in unseen(twice).locations] == [(3, 3, "code"), (0, 0, "")]


def test_a_place_that_is_named_twice_moves_with_its_quote() -> None:
    finding = place(make_claim(quote="# see read_gauge", places=(at(1), at(1))), FILES)
    assert isinstance(finding, Finding)
    assert [(one.first, one.last) for one in finding.locations] == [(3, 3)]
