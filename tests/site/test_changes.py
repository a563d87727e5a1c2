"""Rounds of one change, and the lives of its findings."""

from deepreview.model.claim import Severity
from deepreview.model.entry import DocumentKind
from deepreview.model.finding import State
from deepreview.site.changes import histories
from deepreview.testing.entries import make_entry, make_noted, make_resolution

SHELF = "acme--boiler"


def test_a_finding_lives_over_rounds_whatever_its_alias() -> None:
    first = make_entry(1, make_noted("a"), make_noted("b"))
    second = make_entry(2, make_noted("b", alias="I7", severity=Severity.IMPORTANT), make_noted("c"))
    (history,) = histories([second, first], {})
    assert [one.id for one in history.entries] == [first.id, second.id]
    lives = {life.last.fingerprint: life for life in history.lives}
    assert history.lives[0].last.fingerprint == "b"
    assert [one.at for one in lives["b"].raised] == [0, 1]
    assert lives["b"].last.alias == "I7"
    assert not lives["a"].open
    assert lives["a"].state is State.OPEN, "absence is no resolution"
    assert history.course == (2, 2, 2)


def test_the_newest_word_that_is_no_proposal_counts() -> None:
    said = [
        make_resolution("a", State.DECLINED, reason="by design"),
        make_resolution("a", State.FIXED, proposed=True),
        make_resolution("b", State.FIXED, round="20260101-000000-pr-99"),
    ]
    (history,) = histories([make_entry(1, make_noted("a"), make_noted("b"))], {SHELF: said})
    states = {life.last.fingerprint: (life.state, life.by, life.reason) for life in history.lives}
    assert states == {"a": (State.DECLINED, "Sam", "by design"), "b": (State.OPEN, "", "")}
    assert history.course == (2, 1)


def test_a_branch_and_its_pull_request_are_one_change() -> None:
    branch = make_entry(1, slug="pressure-cache", number=0)
    other = make_entry(2, slug="other", number=0, branch="other")
    scan = make_entry(3, slug="supply-chain", number=0, branch="", kind=DocumentKind.SUPPLY_CHAIN)
    made = histories([branch, make_entry(4), other, scan], {})
    assert [(one.slug, len(one.entries)) for one in made] == [("pr-12", 2), ("supply-chain", 1), ("other", 1)]


def test_a_branch_of_two_pull_requests_is_neither() -> None:
    rounds = [make_entry(1, slug="pressure-cache", number=0), make_entry(2), make_entry(3, slug="pr-13", number=13)]
    assert len(histories(rounds, {})) == 3


def test_what_an_imported_report_lists_was_open_then() -> None:
    settled = make_entry(1, make_noted("a", state=State.FIXED), imported=True)
    (history,) = histories([settled], {})
    assert history.course == (1, 0)
