import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepreview.benchmark.corpus import read_corpus
from deepreview.benchmark.measures import Tally, measure
from deepreview.consolidate.cluster import candidates, cluster
from deepreview.consolidate.pairs import weigh
from deepreview.consolidate.words import said
from deepreview.model.claim import SAID, Claim, ClaimId, Place
from deepreview.testing.builders import make_claim


def claim(reviewer: str, number: int, title: str, body: str = "", path: str = "src/cache.py", line: int = 3) -> Claim:
    return make_claim(
        id=ClaimId(f"{reviewer}/1/{number}"),
        reviewer=reviewer,
        family=reviewer,
        kind=SAID,
        title=title,
        body=body,
        quote="",
        places=(Place(path=path, first=line, last=line),) if path else (),
    )


EXPIRY = "`load` drops the expiry stamp of each row, so an expired reading is served after a restart."
SAME = (
    claim("a", 1, "Expiry is skipped for readings loaded from disk", EXPIRY),
    claim(
        "b",
        1,
        "Readings loaded from disk never expire",
        "`load` forgets the expiry stamp; a restart serves expired rows.",
    ),
)
OTHER = claim("b", 2, "The lock is released twice", "`close` unlocks a mutex that `flush` has unlocked.", line=4)


def ids(claims: Sequence[Claim]) -> set[frozenset[str]]:
    return {frozenset(claims[index].id for index in members) for members in cluster(claims)}


def test_the_same_in_other_words_is_one_and_another_defect_on_the_next_line_is_not() -> None:
    assert ids([*SAME, OTHER]) == {frozenset({"a/1/1", "b/1/1"}), frozenset({"b/1/2"})}


def test_place_alone_never_merges() -> None:
    words = ("The lock is released twice", "Port numbers overflow", "Missing translation", "Slow query without index")
    claims = [claim(str(number), 1, title, line=3) for number, title in enumerate(words)]
    assert len(cluster(claims)) == len(claims)


def test_the_same_words_in_another_file_need_to_be_very_close() -> None:
    near = claim("c", 1, "Readings from disk stay forever", "`load` ignores stamps.", path="web/view.ts")
    assert frozenset({"c/1/1"}) in ids([*SAME, near])


def test_one_reviewer_says_a_thing_once() -> None:
    again = claim("a", 2, "Expiry is skipped for rows loaded from disk", EXPIRY, line=9)
    assert all(len({c.partition("/")[0] for c in members}) == len(members) for members in ids([*SAME, again]))


def test_two_rules_of_one_tool_are_never_merged_by_their_words() -> None:
    rules = [
        make_claim(id=ClaimId(f"static/{n}"), reviewer="static", kind=f"ruff:F{n}", title="`os` imported but unused")
        for n in (1, 2)
    ]
    assert len(cluster(rules)) == 2


def test_texts_without_places_are_compared_by_their_words() -> None:
    told = [claim("a", 1, "The method name santizeAnchors has a typo and should be sanitizeAnchors", path="")]
    told.append(claim("b", 1, "Typo in method name: santizeAnchors should be sanitizeAnchors", path=""))
    told.append(claim("c", 1, "Lithuanian translation contains Italian text", path=""))
    assert ids(told) == {frozenset({"a/1/1", "b/1/1"}), frozenset({"c/1/1"})}


def test_nothing_and_one() -> None:
    assert cluster([]) == ()
    assert cluster([OTHER]) == ((0,),)


_WORDS = st.lists(
    st.sampled_from(["lock", "cache", "expiry", "`load`", "stamp", "restart", "twice", "port"]), max_size=8
)
_CLAIMS = st.lists(
    st.tuples(st.sampled_from("abc"), _WORDS, _WORDS, st.sampled_from(["", "a.py", "b.py"]), st.integers(1, 9)),
    max_size=12,
).map(
    lambda rows: [
        claim(reviewer, number, " ".join(title) or "x", " ".join(body), path, line)
        for number, (reviewer, title, body, path, line) in enumerate(rows)
    ]
)


@settings(deadline=None)
@given(_CLAIMS, st.randoms())
def test_every_claim_ends_in_one_cluster_whatever_the_order(claims: list[Claim], random: object) -> None:
    found = cluster(claims)
    assert sorted(index for members in found for index in members) == list(range(len(claims)))
    shuffled = list(claims)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert ids(shuffled) == ids(claims)


def _seconds(claims: Sequence[Claim]) -> float:
    started = time.perf_counter()
    cluster(claims)
    return time.perf_counter() - started


def _many(number: int) -> list[Claim]:
    """Four reviewers tell of each defect in words that are half their own."""
    return [
        claim(
            reviewer,
            defect,
            " ".join(f"word{(defect * 7 + k * (1 + (k > 4) * at)) % 4001}" for k in range(9)),
            " ".join(f"term{(defect * 31 + k * (1 + (k % 2) * at)) % 6007}" for k in range(40)),
            path=f"src/f{defect % 97}.py",
            line=1 + defect % 400,
        )
        for defect in range(number // 4)
        for at, reviewer in enumerate("abcd")
    ]


def test_a_thousand_and_ten_thousand_claims() -> None:
    """The bars are 0.1 and 3 s on an idle core; five times that is allowed for a busy one."""
    assert _seconds(_many(1_000)) < 0.5
    assert _seconds(_many(10_000)) < 15


@pytest.mark.parametrize(
    "claims",
    [
        [claim(str(n), n, "The same words", "and the same text", line=3) for n in range(10_000)],
        [claim("a", n, "The same words", "and the same text", line=n) for n in range(10_000)],
        [claim(str(n), n, f"{' '.join(f'w{k}' for k in range(30))} {n}", line=3) for n in range(3_000)],
        [claim("a", 1, "x" * 5_000_000, "y " * 2_500_000), claim("b", 1, "```\n" * 1_000_000, "`" * 5_000_000)],
    ],
    ids=["all the same", "one reviewer", "all words shared", "five megabytes"],
)
def test_no_input_is_quadratic(claims: list[Claim]) -> None:
    assert _seconds(claims) < 20


def test_candidates_of_many_are_few() -> None:
    among = weigh([said(one, ruled=False) for one in _many(4_000)])
    assert len(list(candidates(among))) < 4_000 * 20


def test_real_reviews(corpus: Path) -> None:
    """What is shipped, on what it was fitted on; cross-validated figures are in docs/bench/merging.json."""
    read = read_corpus(corpus)
    trusted = sum((measure(panel, cluster(panel.claims)) for panel in read["trusted"]), Tally())
    assert trusted.figures()["f1"] >= 0.90
    assert trusted.figures()["hidden"] <= 0.02
    known = [panel.only_known() for panel in read["panel"]]
    panel = sum((measure(one, cluster(one.claims)) for one in known), Tally())
    assert panel.figures()["f1"] > 0.80
    assert panel.figures()["hidden"] <= 0.025
    assert panel.figures()["duplication"] <= 1.3
