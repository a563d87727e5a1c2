import time
from dataclasses import replace
from typing import Any

from deepreview.consolidate.group import group
from deepreview.model.change import Side
from deepreview.model.claim import ClaimId
from deepreview.model.finding import Finding
from deepreview.testing.builders import make_finding


def said(by: str, number: int, **given: Any) -> Finding:
    return make_finding(number, claims=(ClaimId(f"{by}/x/{number}"),), reviewers=(by,), **given)


def test_the_same_defect_said_twice_is_one_finding_with_both_finders() -> None:
    one, other = said("static", 1, quote="x"), said("names", 2, quote="  x", first=1, title="Other words")
    (merged,) = group([one, other])
    assert (merged.claims, merged.reviewers) == (("names/x/2", "static/x/1"), ("names", "static"))
    assert merged.title == "Other words"


def test_equal_code_at_two_places_keeps_both_places() -> None:
    (merged,) = group([said("names", 1, quote="x", first=1), said("names", 2, quote="x", first=9)])
    assert [place.first for place in merged.locations] == [1, 9]


def test_names_of_one_defect_meet_where_their_lines_overlap() -> None:
    broad = said("static", 1, kind="ruff:BLE001", quote="except Exception:\n    pass", first=3)
    mute = said("static", 2, kind="ruff:S110", quote="    pass", first=4)
    far = said("static", 3, kind="ruff:S110", quote="    pass # x", first=9)
    merged = group([mute, far, broad])
    assert [finding.claims for finding in merged] == [("static/x/1", "static/x/2"), ("static/x/3",)]


def test_place_alone_never_merges() -> None:
    kinds = ("stale-name", "ruff:F821", "ruff:BLE001", "typos")
    findings = [said("static", n, kind=kind, quote="x", first=1) for n, kind in enumerate(kinds)]
    assert len(group(findings)) == len(kinds)


def test_other_sides_and_files_do_not_meet() -> None:
    one = said("static", 1, kind="ruff:BLE001", quote="x", first=1)
    elsewhere = said("static", 2, kind="ruff:S110", quote="x", first=1, path="b.py")
    before = said("static", 3, kind="ruff:S112", quote="x", first=1)
    before = replace(before, locations=(replace(before.locations[0], side=Side.BASE),))
    assert len(group([one, elsewhere, before])) == 3


def test_the_order_of_arrival_does_not_matter() -> None:
    findings = [said("static", n, kind=kind, quote="x", first=1) for n, kind in enumerate(["a", "b", "a", "b"])]
    assert group(findings) == group(findings[::-1])


def test_a_thousand_claims_take_a_tenth_of_a_second() -> None:
    findings = [said("static", n, kind="ruff:S110", quote=f"x{n}", first=n + 1) for n in range(1000)]
    took = []
    for _ in range(3):
        started = time.monotonic()
        assert len(group(findings)) == 1000
        took.append(time.monotonic() - started)
    assert min(took) < 0.5
