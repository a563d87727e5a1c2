from dataclasses import replace

import pytest

from deepreview.consolidate.cluster import cluster
from deepreview.model.claim import SAID, Claim, ClaimId, Place
from deepreview.testing.builders import make_claim

RULE = "Possible SQL injection vector through string-based query construction"


def claim(who: str, title: str, first: int, path: str = "src/store.py", kind: str = SAID) -> Claim:
    place = Place(path=path, first=first, last=first)
    number = ClaimId(f"{who}/1/{first}")
    return make_claim(id=number, reviewer=who, kind=kind, title=title, body="", quote="", places=(place,))


def test_what_two_tools_say_of_two_lines_is_two_defects() -> None:
    found = [claim("bandit", RULE, first=10, kind="bandit:B608"), claim("ruff", RULE, first=90, kind="ruff:S608")]
    assert len(cluster(found)) == 2
    assert len(cluster([found[0], claim("ruff", RULE, first=12, kind="ruff:S608")])) == 1


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [
        (claim("ann", "SQL injection", first=10), claim("bob", "SQL injection", first=90), 2),
        (claim("ann", "SQL injection", first=10), claim("bob", "SQL injection", first=90, path="b.py"), 2),
        (claim("ann", "SQL injection", first=10), claim("bob", "SQL injection", first=13), 1),
        (claim("ann", "SQL injection", first=10), claim("bob", "SQL injection", first=0), 1),
        (claim("ann", "SQL injection by `name`", first=10), claim("bob", "SQL injection by `name`", first=90), 1),
        (claim("ann", "Expired rows are served", first=10), claim("bob", "Expired rows are served", first=90), 1),
    ],
    ids=["far", "another file", "near", "no line", "the same code is marked", "no common defect is named"],
)
def test_a_few_words_that_fit_every_case_are_about_the_line_they_name(one: Claim, other: Claim, count: int) -> None:
    assert len(cluster([one, other])) == count


def test_each_of_several_cases_gets_what_is_said_of_its_line() -> None:
    told = {"ann": (10, 40, 90), "bob": (10, 40, 90), "zoe": (90, 10)}
    cases = [
        replace(claim(who, "SQL injection", first=line), id=ClaimId(f"{who}/1/{number}"))
        for who, lines in told.items()
        for number, line in enumerate(lines)
    ]
    lines = [{cases[index].places[0].first for index in members} for members in cluster(cases)]
    assert sorted(map(sorted, lines)) == [[10], [40], [90]]
