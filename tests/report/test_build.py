from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepreview.consolidate.base import Slate
from deepreview.model.agent import Failure, Record
from deepreview.model.change import RepoPath
from deepreview.model.claim import Severity
from deepreview.model.lead import Lead
from deepreview.model.report import Report
from deepreview.model.round import Completed, Failed, Reading, Run, Skipped
from deepreview.model.verdict import Verdict, VerdictValue
from deepreview.report.build import Records, build_report, printable
from deepreview.testing.builders import make_change, make_claim, make_finding, make_report

READING = Reading(read=(RepoPath("src/boiler.py"),), unread=(), checked=(), gaps=("hadolint is not here.",))
DONE = Completed(reviewer="names", claims=1, seconds=0.1, reading=READING)
FAILED = Failed(reviewer="static", failure=Failure.TIMEOUT, error="stopped after 1 s", claims=0, seconds=1)
SKIPPED = Skipped(reviewer="paths", reason="no path was removed")


def built(*severities: Severity, runs: tuple[Run, ...] = (DONE,), lead: Lead | None = None) -> Report:
    findings = tuple(
        make_finding(n, severity=severity, alias=f"{severity.name[0]}{n}", title=f"Defect {n}")
        for n, severity in enumerate(severities, 1)
    )
    claims = {finding.claims[0]: make_claim(n) for n, finding in enumerate(findings, 1)}
    records = Records(
        tool="deepreview test",
        number=1,
        clock=make_report().clock,
        change=make_change(),
        runs=runs,
        observations=(),
        slate=Slate(findings=findings, dropped=(), claims=claims),
        lead=lead,
    )
    return build_report(records, lambda *_: ("x = 1",))


@pytest.mark.parametrize(
    ("reason", "value"),
    [("It loses data.", VerdictValue.REWORK), ("text", VerdictValue.FIXES), ("", VerdictValue.FIXES)],
)
def test_a_stricter_verdict_of_a_lead_needs_a_reason(reason: str, value: VerdictValue) -> None:
    lead = Lead(
        agent="api:opus", failure=None, message="", summary="", verdict=VerdictValue.REWORK, verdict_reason=reason,
        rulings=(), alone=(), alone_verdict=Verdict(value=VerdictValue.FIXES, reason=""), record=Record(agent="api"),
    )  # fmt: skip
    assert built(Severity.IMPORTANT, lead=lead).verdict.value is value


def test_a_quiet_round_says_what_was_looked_at() -> None:
    assert built().summary == (
        "Reviewed 1 commit with 1 changed file (+1 −0): branch pressure-cache against its merge base with origin/main. "
        "No finding.\n\nReviewed by names. names: hadolint is not here."
    )


def test_the_worst_findings_are_named_and_counted() -> None:
    first = built(Severity.CRITICAL, Severity.IMPORTANT, Severity.SUGGESTION, Severity.SUGGESTION).summary
    assert "1 critical finding, 1 important finding and 2 suggestions. C1: Defect 1. I2: Defect 2." in first
    assert "Defect 3" not in first


def test_who_failed_and_who_was_skipped_is_named() -> None:
    second = built(runs=(FAILED, SKIPPED)).summary.split("\n\n")[1]
    assert second == (
        "No reviewer completed. static failed: stopped after 1 s. paths was skipped: no path was removed."
    )


def test_equal_records_give_an_equal_report() -> None:
    assert built(Severity.CRITICAL) == built(Severity.CRITICAL)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("größe", "größe"),
        ("a\udcffb", "a\\xffb"),
        ("ü\udc80", "ü\\x80"),
        ("\ud800", "?"),
        ("🙂\n\0", "🙂\n\0"),
    ],
)
def test_bytes_that_are_not_text_are_written_out(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text(st.characters()))
def test_everything_printable_can_be_encoded(text: str) -> None:
    finding = printable(make_finding(title=text, reasons=(text, text)))
    finding.title.encode()
    assert finding.reasons[0] == finding.title


def test_what_is_printable_stays_the_same_object() -> None:
    report = make_report()
    assert printable(report) is report
    broken = replace(report, summary="\udcff")
    assert printable(broken) == replace(report, summary="\\xff")
