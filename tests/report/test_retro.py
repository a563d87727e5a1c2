from dataclasses import replace

from deepreview.consolidate.base import Slate
from deepreview.model.agent import Failure
from deepreview.model.change import RepoPath
from deepreview.model.claim import ClaimId, Severity
from deepreview.model.finding import Dropped
from deepreview.model.round import Completed, Failed, Reading, Skipped
from deepreview.report.retro import agreement, fates, reconciliation, tallies
from deepreview.testing.builders import make_claim, make_finding

READING = Reading(read=(RepoPath("a"), RepoPath("b")), unread=(), checked=(), gaps=())
CLAIMS = (
    make_claim(1, id=ClaimId("names/1"), severity=Severity.CRITICAL, title="One"),
    make_claim(2, id=ClaimId("static/2"), reviewer="static", severity=Severity.CRITICAL, title="Two"),
    make_claim(3, id=ClaimId("names/3"), title="Three"),
    make_claim(4, id=ClaimId("names/4"), title="Four"),
)
SHARED = make_finding(
    1,
    alias="I1",
    severity=Severity.IMPORTANT,
    claims=(ClaimId("names/1"), ClaimId("static/2")),
    reviewers=("names", "static"),
    reasons=("Critical → important: when it happens, it is loud.",),
)
ALONE = make_finding(3, claims=(ClaimId("names/3"),))
GONE = Dropped(
    claims=(ClaimId("names/4"),), title="Four", path="a", first=1, step="refuted", reason="syntax: The file parses."
)
RUNS = (
    Completed(reviewer="names", claims=3, seconds=1, reading=READING),
    Failed(reviewer="static", failure=Failure.ERROR, error="", claims=1, seconds=1),
    Skipped(reviewer="paths", reason=""),
)


SLATE = Slate(findings=(SHARED, ALONE), dropped=(GONE,), claims={claim.id: claim for claim in CLAIMS})


def test_every_claim_has_one_fate() -> None:
    found = fates([SHARED, ALONE], [GONE])
    assert [(fate.claim, fate.finding, fate.dropped) for fate in found] == [
        ("names/1", SHARED.fingerprint, -1),
        ("names/3", ALONE.fingerprint, -1),
        ("names/4", "", 0),
        ("static/2", SHARED.fingerprint, -1),
    ]


def test_tallies_add_up() -> None:
    names, static = tallies(RUNS, SLATE)
    assert (names.claims, names.important, names.suggestions, names.dropped) == (3, 1, 1, 1)
    assert names.claims == names.critical + names.important + names.suggestions + names.dropped
    assert (names.unique, names.downgraded, names.files) == (1, 1, 2)
    assert (static.claims, static.important, static.unique, static.downgraded, static.files) == (1, 1, 0, 1, 0)


def test_one_sentence_for_each_claim_that_did_not_stay_as_it_was() -> None:
    assert reconciliation([SHARED, ALONE], [GONE], CLAIMS) == (
        "names “One”: I1: Critical → important: when it happens, it is loud.",
        "names “Four”: dropped by the step refuted (syntax: The file parses).",
        "static “Two”: merged into I1; I1: Critical → important: when it happens, it is loud.",
    )


def test_a_family_is_one_voice() -> None:
    claims = {claim.id: replace(claim, family="maker") for claim in CLAIMS}
    names, static = tallies(RUNS, replace(SLATE, claims=claims))
    assert (names.unique, names.shared, static.unique, static.shared) == (2, 0, 1, 0)
    names, static = tallies(RUNS, SLATE)
    assert (names.unique, names.shared, static.unique, static.shared) == (1, 1, 0, 1)


def test_what_was_lowered_refuted_and_missed() -> None:
    names, static = tallies(RUNS, SLATE)
    assert (names.transitions, names.refuted, names.raised) == (("C→I",), 1, 0)
    assert static.refuted == 0


def test_a_claim_that_was_rated_higher_by_others() -> None:
    low = replace(CLAIMS[1], severity=Severity.SUGGESTION)
    told = reconciliation([SHARED], [], (CLAIMS[0], low))
    assert told[1] == "static “Two”: merged into I1; I1: Suggestion → important: others rate it higher."


def test_agreement_of_each_pair() -> None:
    (pair,) = agreement(RUNS, [SHARED, ALONE])
    assert (pair.one, pair.other, pair.both, pair.either) == ("names", "static", 1, 2)
    assert agreement(RUNS, []) == ()
