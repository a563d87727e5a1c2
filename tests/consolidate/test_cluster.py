import hashlib
import re
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepreview.benchmark.corpus import read_corpus
from deepreview.benchmark.measures import Tally, measure
from deepreview.consolidate.candidates import candidates
from deepreview.consolidate.cluster import cluster, default_weights
from deepreview.consolidate.words import Vocabulary, said
from deepreview.model.claim import SAID, Claim, ClaimId, Place, Severity
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


@pytest.mark.parametrize(("line", "clusters"), [(3, 1), (40, 2)])
def test_what_one_reviewer_says_twice_of_the_same_lines_is_one(line: int, clusters: int) -> None:
    again = claim("a", 2, "The expiry is skipped for readings loaded from disk", EXPIRY, line=line)
    other = claim("a", 3, "Readings are loaded twice from disk", "`load` reads each row again for the stamp.")
    assert len(cluster([SAME[0], again, other])) == clusters + 1


def test_what_two_passes_of_one_reviewer_say_is_compared_like_what_two_reviewers_say() -> None:
    passes = [replace(one, id=ClaimId(f"a/{number}/1"), reviewer="a") for number, one in enumerate(SAME, 1)]
    assert ids([*passes, OTHER]) == {frozenset({"a/1/1", "a/2/1"}), frozenset({"b/1/2"})}


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


def test_the_threshold_for_words_alone_falls_with_the_voices_and_that_for_places_does_not() -> None:
    weights = default_weights()
    told = [weights.told.among(voices).threshold for voices in (0, 1, 4, 9, 36)]
    assert told == sorted(told, reverse=True)
    assert told[0] == told[1] == weights.told.threshold > told[-1] > 0
    assert weights.placed.among(36) == weights.placed


def test_what_many_say_of_two_defects_stays_two_where_each_says_both() -> None:
    words = "`load` keeps expired rows of the cache"
    first, second = f"{words} after a restart of the server", f"{words} while the disk is full of logs"
    both = [claim(who, n, text, path="") for who in "abcdefgh" for n, text in enumerate((first, second))]
    halves = [claim(f"{who}{n}", n, text, path="") for who in "abcdefgh" for n, text in enumerate((first, second))]
    assert len(ids(both)) == 2
    assert len(ids(halves)) == 1


def test_nothing_and_one() -> None:
    assert cluster([]) == ()
    assert cluster([OTHER]) == ((0,),)


_WORDS = st.lists(
    st.sampled_from(["lock", "cache", "expiry", "`load`", "stamp", "restart", "SQL injection", "port", "unused"]),
    max_size=8,
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


def _word(number: int) -> str:
    """A word of letters for a number: digits are no part of a word."""
    return "".join(chr(97 + number // 26**place % 26) for place in range(3, -1, -1))


_PLAIN = "lock cache expiry stamp restart running runs loaded load flush twice port the of and"
_ODD = (
    "`load` fetchSha fetch_sha os.Rename HTTPServer Straße 日本語 x1y2 12ab a..b foo.bar. … — c\x1cd ``` ~~~ A \n"
    " \n```\n"
)


def _crowd(random: Random, size: int) -> list[Claim]:
    """Claims in prose and of rules, placed or not, with quotes, in few words or many."""
    known = [*_PLAIN.split(), *_ODD.split(" ")]
    words = random.sample(known, random.randint(3, len(known))) + [_word(random.randrange(26**4)) for _ in range(size)]

    def some(most: int) -> str:
        return " ".join(random.choices(words, k=random.randint(0, most)))

    return [
        replace(
            claim(random.choice("abcdef"), n, some(9) or "x", some(40), random.choice(["", "a.py", "b/a.py", "c.go"])),
            kind=random.choice([SAID, SAID, SAID, "ruff:F1"]),
            severity=random.choice(list(Severity)),
            quote="\n".join(some(4) for _ in range(random.randint(0, 4))),
        )
        for n in range(size)
    ]


def test_clusters_of_made_up_claims_stay_as_they_are() -> None:
    """To be changed only with the model; making it faster must not."""
    random = Random(11)
    every_pair = [cluster(_crowd(random, size)) for size in [2, 5, 12, 20, 30] * 12 + [60, 120]]
    some_pairs = [cluster(_crowd(random, size)) for size in (250, 400)]
    assert sum(len(members) > 1 for clusters in every_pair for members in clusters) > 100
    assert hashlib.sha256(repr(every_pair).encode()).hexdigest()[:16] == "283b290c2c89dc69"
    assert hashlib.sha256(repr(some_pairs).encode()).hexdigest()[:16] == "9199b16e23501297"


def _seconds(claims: Sequence[Claim]) -> float:
    """Of this process alone, whoever else uses the machine."""
    started = time.process_time()
    cluster(claims)
    return time.process_time() - started


def _many(number: int) -> list[Claim]:
    """Four reviewers tell of each defect in words that are half their own."""
    return [
        claim(
            reviewer,
            defect,
            " ".join(_word((defect * 7 + k * (1 + (k > 4) * at)) % 4001) for k in range(9)),
            " ".join(_word(5000 + (defect * 31 + k * (1 + (k % 2) * at)) % 6007) for k in range(40)),
            path=f"src/f{defect % 97}.py",
            line=1 + defect % 400,
        )
        for defect in range(number // 4)
        for at, reviewer in enumerate("abcd")
    ]


def _plain(claims: Sequence[Claim]) -> float:
    """Seconds to count the words of the same claims, which no way of merging can do without."""
    started = time.process_time()
    for one in claims:
        Counter(re.findall(r"\w+", f"{one.title} {one.body}".lower()))
    return time.process_time() - started


def test_time_is_linear_and_a_few_times_that_of_counting_words() -> None:
    """In turns and the best of each, so that what else runs here counts for nothing: only a blow-up fails."""
    few, many = _many(1_000), _many(4_000)
    assert len(cluster(few)) < 1_000  # the words are such that there is something to merge
    rounds = [(_plain(few), _seconds(few), _seconds(many)) for _ in range(5)]
    plain, small, large = (min(times) for times in zip(*rounds, strict=True))
    assert small < 20 * plain
    assert large < 8 * small


@pytest.mark.parametrize(
    "claims",
    [
        [claim(str(n), n, "The same words", "and the same text", line=3) for n in range(10_000)],
        [claim("a", n, "The same words", "and the same text", line=n) for n in range(10_000)],
        [claim(str(n), n, f"{' '.join(f'w{k}' for k in range(30))} {n}", line=3) for n in range(3_000)],
        [claim(str(n), n, "SQL injection", f"x{n}", line=3) for n in range(10_000)],
        [claim("ab"[n % 2], n, "SQL injection", "x", line=10 * n) for n in range(10_000)],
        [claim("a", 1, "x" * 5_000_000, "y " * 2_500_000), claim("b", 1, "```\n" * 1_000_000, "`" * 5_000_000)],
    ],
    ids=["all the same", "one reviewer", "all words shared", "one defect on one line", "one on each", "five megabytes"],
)
def test_no_input_is_quadratic(claims: list[Claim]) -> None:
    assert _seconds(claims) < 20


def test_candidates_of_many_are_few() -> None:
    vocabulary = Vocabulary()
    claims = [said(one, vocabulary, ruled=False) for one in _many(4_000)]
    assert 4_000 < len(list(candidates(claims, vocabulary))) < 4_000 * 20


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


def test_real_reviews_among_much_of_which_nothing_is_known(corpus: Path) -> None:
    panel = sum((measure(one, cluster(one.claims)) for one in read_corpus(corpus)["panel"]), Tally())
    assert panel.figures()["f1"] > 0.80
    assert panel.figures()["hidden"] <= 0.025
    assert panel.figures()["duplication"] <= 1.3


def test_real_reviews_whose_places_are_taken_away(corpus: Path) -> None:
    """What was not fitted: long texts of three reviewers, by their words alone."""
    bare = [
        replace(panel, claims=tuple(replace(one, places=(), quote="") for one in panel.claims))
        for panel in read_corpus(corpus)["trusted"]
    ]
    found = sum((measure(panel, cluster(panel.claims)) for panel in bare), Tally())
    assert found.figures()["f1"] >= 0.8
    assert found.figures()["hidden"] <= 0.05
