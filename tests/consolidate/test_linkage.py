from hypothesis import given
from hypothesis import strategies as st

from deepreview.consolidate.linkage import average_linkage, unbridged


def test_the_mean_decides_and_not_the_nearest() -> None:
    chain = {(0, 1): 0.5, (1, 2): 0.5, (0, 2): -1.0}
    assert average_linkage(3, chain, -0.4) == [[0, 1], [2]]


def test_pairs_that_were_not_compared_count_against() -> None:
    assert average_linkage(3, {(0, 1): 0.5, (1, 2): 0.4}, -0.9) == [[0, 1], [2]]
    assert average_linkage(3, {(0, 1): 0.5, (1, 2): 0.4}, -0.1) == [[0, 1, 2]]


def test_a_claim_that_tells_of_two_defects_does_not_join_them() -> None:
    scores = {(0, 2): 0.6, (1, 2): 0.5, (0, 1): -0.4}
    assert unbridged([0, 1, 2], scores) == [[0, 2], [1]]


def test_members_that_are_alike_stay_together() -> None:
    assert unbridged([0, 1, 2], {(0, 1): 0.1, (0, 2): 0.5, (1, 2): 0.5}) == [[0, 1, 2]]
    assert unbridged([0, 1], {(0, 1): 0.1}) == [[0, 1]]


_SCORES = st.dictionaries(
    st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda pair: pair[0] < pair[1]),
    st.floats(-1, 1),
    max_size=20,
)


@given(_SCORES)
def test_it_is_a_partition(scores: dict[tuple[int, int], float]) -> None:
    found = average_linkage(8, scores, -0.4)
    parts = [part for members in found for part in unbridged(members, scores)]
    assert sorted(index for part in parts for index in part) == list(range(8))
