from deepreview.benchmark.corpus import Panel
from deepreview.benchmark.intervals import interval
from deepreview.benchmark.measures import Tally, measure
from deepreview.model.claim import ClaimId
from deepreview.testing.builders import make_claim


def panel(*defects: str) -> Panel:
    claims = tuple(make_claim(id=ClaimId(f"r/{n}")) for n in range(len(defects)))
    known = {claim.id: frozenset({name}) for claim, name in zip(claims, defects, strict=True) if name}
    return Panel(name="x", group="x", claims=claims, defects=known)


def test_a_perfect_clustering() -> None:
    found = measure(panel("a", "a", "b"), [[0, 1], [2]]).figures()
    assert (found["f1"], found["b3_f1"], found["hidden"], found["duplication"]) == (1.0, 1.0, 0.0, 1.0)


def test_all_in_one_hides_a_defect() -> None:
    tally = measure(panel("a", "a", "b"), [[0, 1, 2]])
    assert (tally.together, tally.wrongly, tally.apart, tally.hidden, tally.clusters) == (1, 2, 0, 1, 1)
    assert tally.figures()["precision"] == 1 / 3


def test_all_apart_repeats() -> None:
    tally = measure(panel("a", "a", "b"), [[0], [1], [2]])
    assert (tally.together, tally.wrongly, tally.apart, tally.hidden) == (0, 0, 1, 0)
    assert tally.figures()["duplication"] == 1.5
    assert tally.figures()["b3_recall"] == (0.5 + 0.5 + 1) / 3


def test_claims_of_which_nothing_is_known_are_not_scored() -> None:
    assert measure(panel("a", "", "b"), [[0, 1], [2]]) == measure(panel("a", "", "b"), [[0], [1], [2]])


def test_the_interval_is_the_same_every_time_and_holds_the_figure() -> None:
    tallies = [measure(panel("a", "a", "b"), [[0, 1], [2]]), measure(panel("a", "a"), [[0], [1]])] * 5
    low, high = interval(tallies, "f1")
    assert (low, high) == interval(tallies, "f1")
    assert low <= sum(tallies, Tally()).figures()["f1"] <= high
