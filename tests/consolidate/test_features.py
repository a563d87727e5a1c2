import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepreview.consolidate.features import FEATURES, article, heard, number, values, voices
from deepreview.consolidate.record import Record
from deepreview.model.claim import SAID, Claim, Severity
from deepreview.testing.builders import make_claim

CRITICAL, IMPORTANT, SUGGESTION = Severity


def said(number: int, severity: Severity = SUGGESTION, **given: str) -> Claim:
    return make_claim(number, **{"kind": SAID, "reviewer": f"r{number}", "severity": severity} | given)


def value(name: str, *claims: Claim) -> float:
    return values(heard(claims), FEATURES)[name]


def clause(name: str, *claims: Claim, held: int = 0) -> str:
    records = {claim.reviewer: Record(held={IMPORTANT: held}, answered={IMPORTANT: 9}) for claim in claims[:1]}
    records["other"] = Record(held={IMPORTANT: 9}, answered={IMPORTANT: 9})
    feature = next(feature for feature in FEATURES if feature.name == name)
    return feature.clause(heard(claims, records))


@given(st.lists(st.builds(said, st.integers(0, 4), st.sampled_from(Severity)), min_size=1, max_size=6), st.text())
def test_every_number_is_between_minus_one_and_one(claims: list[Claim], title: str) -> None:
    numbers = values(heard([*claims, said(9, title=title, body=title)]), FEATURES)
    assert all(-1 <= number <= 1 for number in numbers.values())


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Typo in the comment", "words"),
        ("The new path is untested", "tests"),
        ("The cache is deleted on upgrade", "loss"),
        ("Nil map panic in `apply`", "crash"),
        ("Race between start and stop", "race"),
        ("The flag never reaches the server", "broken"),
        ("Error of close is swallowed", "unnoticed"),
    ],
)
def test_titles_are_told_by_their_words(title: str, name: str) -> None:
    assert value(name, said(1, title=title)) == 1
    assert value(name, said(1, title=title), said(2, title="Zzz")) == 0.5
    assert value(name, said(1, title="Zzz", body="", fix="")) == 0


def test_voices_are_families_and_each_counts_at_its_loudest() -> None:
    claims = [said(1, family="x"), said(2, IMPORTANT, family="x"), said(3, family="y")]
    assert voices(claims) == {"x": IMPORTANT, "y": SUGGESTION}
    assert value("dissent", *claims) == 0.5
    assert value("voices", *claims) == 0.5
    assert value("voices", claims[0], claims[1]) == 0


def test_clauses_say_what_is_so() -> None:
    loud, low, lower = said(1, CRITICAL), said(2, IMPORTANT), said(3)
    assert clause("dissent", loud, low) == "one of two rates it important"
    assert clause("dissent", loud, said(2), lower) == "two of three rate it a suggestion"
    assert clause("dissent", loud, low, lower) == "two of three rate it lower"
    assert clause("dissent", loud) == ""
    assert clause("voices", loud) == "only one reviewer says it"
    assert clause("voices", loud, low) == ""
    alone = next(feature for feature in FEATURES if feature.name == "voices").clause
    assert alone(heard([loud], near=["gemini"])) == (
        "only one reviewer says it (gemini has another finding on the same lines)"
    )
    assert alone(heard([loud], near=["a", "b", "c"])).endswith("(a, b and c have another finding on the same lines)")
    assert alone(heard([loud, low], near=["gemini"])) == ""
    assert clause("crash", said(1, title="It panics")) == "something crashes or hangs"
    assert clause("crash", said(1, title="It waits")) == ""


def test_a_record_speaks_only_where_it_is_worse_than_others() -> None:
    assert clause("record", said(1, IMPORTANT), held=2) == "2 of 9 important claims of r1 were kept as such so far"
    assert clause("record", said(1, IMPORTANT), held=9) == ""
    assert clause("record", said(1), held=0) == ""


def test_small_counts_are_words() -> None:
    assert [number(2), number(10), number(11)] == ["two", "ten", "11"]
    assert [article(SUGGESTION), article(CRITICAL)] == ["a suggestion", "critical"]


@pytest.mark.parametrize("text", ["a" * 5_000_000, "leak\n" * 500_000, "```\n" * 500_000, "delet " * 800_000])
def test_long_texts_are_read_in_no_time(text: str) -> None:
    before = time.process_time()
    values(heard([said(1, title=text, body=text, fix=text)]), FEATURES)
    assert time.process_time() - before < 0.5
