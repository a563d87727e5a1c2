from collections.abc import Callable
from dataclasses import replace

import pytest

from deepreview.consolidate.base import Slate, Step, drop, settle
from deepreview.testing.builders import make_claim, make_finding

SLATE = Slate(
    findings=(make_finding(1), make_finding(2)),
    dropped=(),
    claims={make_claim(number).id: make_claim(number) for number in (1, 2)},
)


@pytest.mark.parametrize(
    "change",
    [
        lambda slate: replace(slate, findings=slate.findings[1:]),
        lambda slate: replace(slate, findings=(*slate.findings, slate.findings[0])),
        lambda slate: replace(slate, findings=(*slate.findings, make_finding(3))),
    ],
    ids=["lost", "doubled", "invented"],
)
def test_a_step_that_does_not_keep_count_is_named(change: Callable[[Slate], Slate]) -> None:
    with pytest.raises(AssertionError, match="step 'careless' lost or doubled"):
        settle(SLATE, [Step(name="careless", run=change)])


def test_a_drop_keeps_step_reason_and_claims() -> None:
    gone = make_finding(1)
    after = drop(SLATE, {gone.fingerprint: "too small"}, "caps")
    assert [finding.claims for finding in after.findings] == [make_finding(2).claims]
    (dropped,) = after.dropped
    assert (dropped.step, dropped.reason, dropped.claims, dropped.first) == ("caps", "too small", gone.claims, 1)
