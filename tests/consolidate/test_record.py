from typing import Any

import pytest

from deepreview.consolidate.record import NO_RECORDS, Record, standing, tally
from deepreview.model.claim import Claim, Severity
from deepreview.testing.builders import make_claim

CRITICAL, IMPORTANT, SUGGESTION = Severity


def by(reviewer: str, severity: Severity = IMPORTANT, **given: Any) -> Claim:
    return make_claim(reviewer=reviewer, severity=severity, **given)


def test_a_record_counts_what_was_kept_and_what_of_it_held() -> None:
    records = tally([(by("a"), IMPORTANT), (by("a"), SUGGESTION), (by("a", CRITICAL), IMPORTANT), (by("b"), IMPORTANT)])
    assert records["a"].counts(IMPORTANT) == (1, 2)
    assert records["a"].counts(CRITICAL) == (0, 1)
    assert records["b"].counts(IMPORTANT) == (1, 1)
    assert records["b"].counts(SUGGESTION) == (0, 0)


def test_nobody_is_judged_without_a_record() -> None:
    other = {"b": Record(held={IMPORTANT: 1}, answered={IMPORTANT: 50})}
    assert standing(by("a"), NO_RECORDS) == standing(by("a"), other) == 0
    assert standing(by("b", CRITICAL), other) == 0


@pytest.mark.parametrize("kept", [1, 5, 500])
def test_a_record_is_measured_against_everybodys(kept: int) -> None:
    good, bad = Record(held={IMPORTANT: kept}, answered={IMPORTANT: kept}), Record(held={}, answered={IMPORTANT: kept})
    records = {"good": good, "bad": bad}
    assert standing(by("good"), records) == pytest.approx(kept / 2 / (kept + 4))
    assert standing(by("bad"), records) == pytest.approx(-kept / 2 / (kept + 4))
    assert standing(by("good"), {"good": good}) == 0, "alone, it is the usual"
