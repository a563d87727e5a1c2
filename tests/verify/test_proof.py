from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from deepreview.model.evidence import Evidence, Outcome, Rung
from deepreview.model.finding import Finding, Fingerprint
from deepreview.testing.bench import MemoryBench
from deepreview.testing.builders import make_finding
from deepreview.verify.base import Bench, Check
from deepreview.verify.catalog import CHECKS
from deepreview.verify.proof import examined


@dataclass(frozen=True)
class Says:
    """A check that answers the same for all."""

    name: str
    outcome: Outcome

    def examine(self, findings: Sequence[Finding], bench: Bench) -> Mapping[Fingerprint, Evidence]:
        del bench
        seen = Evidence(check=self.name, outcome=self.outcome, summary="Seen.", detail="")
        return {finding.fingerprint: seen for finding in findings}


class Breaks:
    """A check that breaks."""

    name = "breaks"

    def examine(self, findings: Sequence[Finding], bench: Bench) -> Mapping[Fingerprint, Evidence]:
        del findings, bench
        raise ZeroDivisionError("no lines\nat all")


@pytest.mark.parametrize(
    ("check", "rung"),
    [
        (Says("syntax", Outcome.SUPPORTS), Rung.PARSED),
        (Says("syntax", Outcome.REFUTES), Rung.PLACED),
        (Says("syntax", Outcome.INCONCLUSIVE), Rung.PLACED),
        (Says("unheard-of", Outcome.SUPPORTS), Rung.PLACED),
    ],
)
def test_the_highest_rung_that_an_observation_reached(check: Check, rung: Rung, tmp_path: Path) -> None:
    (finding,) = examined([make_finding()], [check], MemoryBench({}, {}, tmp_path))
    assert finding.proof is rung
    assert [evidence.check for evidence in finding.evidence] == ["quote", check.name]


def test_what_nobody_observed_is_only_said(tmp_path: Path) -> None:
    (finding,) = examined([make_finding(evidence=())], [], MemoryBench({}, {}, tmp_path))
    assert finding.proof is Rung.SAID


def test_a_check_that_breaks_is_on_record_and_the_others_go_on(tmp_path: Path) -> None:
    checks: list[Check] = [Breaks(), Says("syntax", Outcome.SUPPORTS)]
    (finding,) = examined([make_finding()], checks, MemoryBench({}, {}, tmp_path))
    assert [evidence.outcome for evidence in finding.evidence[1:]] == [Outcome.ERROR, Outcome.SUPPORTS]
    assert finding.evidence[1].summary == "The check failed: ZeroDivisionError: no lines"
    assert finding.proof is Rung.PARSED


def test_no_check_changes_a_severity(tmp_path: Path) -> None:
    before = make_finding(path="a.py")
    (after,) = examined([before], CHECKS, MemoryBench({}, {"a.py": "x = (\n"}, tmp_path))
    assert (after.severity, after.reasons) == (before.severity, before.reasons)
