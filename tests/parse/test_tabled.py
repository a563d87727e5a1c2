"""A row of a table is a finding, and all that its cells say is kept."""

import pytest

from deepreview.model.claim import Claim, Place, Severity
from deepreview.parse.review import Author, parse_review


def claims(*rows: str) -> tuple[Claim, ...]:
    head, *others = rows
    lines = [head, "|---" * (head.count("|") - 1) + "|", *others]
    return parse_review("## Findings\n\n" + "\n".join(lines), Author(name="a", family="a")).claims


@pytest.mark.parametrize(
    ("head", "row", "body"),
    [
        ("| Issue | Impact | File |", "| It loses data | High | `a.py:3` |", ""),
        (
            "| Issue | Impact | File |",
            "| It loses data | All users lose it | `a.py:3` |",
            "**Impact:** All users lose it",
        ),
        (
            "| Issue | Where | File |",
            "| It loses data | in the retry loop | `a.py:3` |",
            "**Where:** in the retry loop",
        ),
        ("| Issue | Issue | File |", "| It loses data | and so on | `a.py:3` |", "**Issue:** and so on"),
        (
            "| Issue | 说明 | Описание | File |",
            "| It loses data | 数据会丢失 | данные | `a.py:3` |",
            "**说明:** 数据会丢失\n**Описание:** данные",
        ),
    ],
)
def test_what_the_other_cells_say_is_kept(head: str, row: str, body: str) -> None:
    (claim,) = claims(head, row)
    assert (claim.title, claim.body, claim.places) == ("It loses data", body, (Place(path="a.py", first=3, last=3),))


def test_all_places_and_a_bare_name_are_places() -> None:
    (both,) = claims("| Issue | File | Path |", "| It loses data | a.py:3 | b.py |")
    assert [(place.path, place.first) for place in both.places] == [("a.py", 3), ("b.py", 0)]
    (lined,) = claims("| Issue | File | Line |", "| It loses data | a.py | 7 |")
    assert lined.places == (Place(path="a.py", first=7, last=7),)


def test_a_short_title_is_one_and_a_dash_is_none() -> None:
    head = "| # | Finding | File | Severity |"
    found = claims(
        head, "| 1 | NPE | a.py:3 | high |", "| 2 | N/A | - | - |", "| 3 | - | - | - |", "| 4 | OK | b.py | - |"
    )
    assert [(claim.title, claim.severity) for claim in found] == [("NPE", Severity.IMPORTANT)]
