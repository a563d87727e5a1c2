from hypothesis import given
from hypothesis import strategies as st

from deepreview.consolidate.linkage import Once, average_linkage, unbridged


def test_the_mean_decides_and_not_the_nearest() -> None:
    chain = {(0, 1): 0.5, (1, 2): 0.5, (0, 2): -1.0}
    assert average_linkage(3, chain, -0.4) == [[0, 1], [2]]


def test_pairs_that_were_not_compared_count_against() -> None:
    assert average_linkage(3, {(0, 1): 0.5, (1, 2): 0.4}, -0.9) == [[0, 1], [2]]
    assert average_linkage(3, {(0, 1): 0.5, (1, 2): 0.4}, -0.1) == [[0, 1, 2]]


TWO_PAIRS = {(0, 1): 0.9, (2, 3): 0.9, (0, 2): 0.2, (0, 3): 0.2, (1, 2): 0.2, (1, 3): 0.2}


def test_clusters_in_which_the_same_voices_speak_are_rather_two_defects() -> None:
    for voices, found in (
        ((1, 2, 3, 4), [[0, 1, 2, 3]]),
        ((1, 2, 1, 2), [[0, 1], [2, 3]]),
        ((1, 2, 1, 3), [[0, 1, 2, 3]]),
    ):
        assert average_linkage(4, TWO_PAIRS, -0.4, Once(voices=voices, loss=0.8, few=3.0)) == found


def test_a_repetition_says_less_where_more_voices_could_have_spoken() -> None:
    said_twice = {(0, 1): 0.3}
    assert average_linkage(2, said_twice, -0.4, Once(voices=(1, 1), loss=0.8, few=1.0)) == [[0], [1]]
    assert average_linkage(2, said_twice, -0.4, Once(voices=(1, 1), loss=0.8, few=2.0)) == [[0, 1]]


def test_a_voice_in_a_cluster_is_counted_for_each_claim() -> None:
    scores = {(0, 1): 0.9, (0, 2): 0.3, (1, 2): 0.3}
    for voices, found in (((1, 2, 1), [[0, 1, 2]]), ((1, 1, 1), [[0, 1], [2]])):
        assert average_linkage(3, scores, -0.4, Once(voices=voices, loss=0.8, few=3.0)) == found


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


@given(_SCORES, st.lists(st.integers(0, 3), min_size=8, max_size=8))
def test_it_is_a_partition(scores: dict[tuple[int, int], float], voices: list[int]) -> None:
    found = average_linkage(8, scores, -0.4, Once(voices=voices, loss=0.8, few=1.0))
    parts = [part for members in found for part in unbridged(members, scores)]
    assert sorted(index for part in parts for index in part) == list(range(8))
