"""Entries and what is said about findings, small: give what matters to the test."""

from dataclasses import replace
from typing import Any

from deepreview.model.change import Sha
from deepreview.model.claim import DefectClass, Severity
from deepreview.model.entry import DocumentKind, Entry, Noted, Seat, Touched
from deepreview.model.finding import Fingerprint, State
from deepreview.model.resolution import Resolution
from deepreview.model.verdict import VerdictValue


def make_noted(name: str = "a", **given: Any) -> Noted:
    """An open suggestion of claude's."""
    plain = Noted(
        fingerprint=name,
        alias=f"S{ord(name[0]) - 96}",
        severity=Severity.SUGGESTION,
        title=f"Finding {name}",
        path="src/boiler.py",
        first=3,
        defect=DefectClass.REGRESSION,
        reviewers=("claude",),
        voices=1,
        proven=False,
        state=State.OPEN,
        reason="",
    )
    return replace(plain, **given)


def make_seat(reviewer: str = "claude", **given: Any) -> Seat:
    """A reviewer that took a minute."""
    return replace(Seat(reviewer=reviewer, family=reviewer, result="completed", seconds=60.0), **given)


def make_entry(day: int, *findings: Noted, **given: Any) -> Entry:
    """A round of that day of January about one pull request, with two reviewers."""
    plain = Entry(
        id=f"202601{day:02}-101500-pr-12",
        shelf="acme--boiler",
        kind=DocumentKind.REVIEW,
        imported=False,
        repo="acme/boiler",
        url="https://github.com/acme/boiler",
        slug="pr-12",
        number=12,
        title="Add a pressure cache",
        branch="pressure-cache",
        head="a" * 40,
        round=day,
        started=f"2026-01-{day:02}T10:15:00+00:00",
        seconds=90.0,
        verdict=VerdictValue.FIXES,
        said="Merge with fixes",
        reason="One is open (I1).",
        findings=findings,
        seats=(make_seat(), make_seat("codex")),
        files=(Touched(path="src/boiler.py", lines=40), Touched(path="README.md", lines=10)),
    )
    return replace(plain, **given)


def make_resolution(fingerprint: str, state: State, **given: Any) -> Resolution:
    """What Sam said about a finding."""
    plain = Resolution(
        fingerprint=Fingerprint(fingerprint),
        state=state,
        by="Sam",
        at="2026-01-03T10:00:00+00:00",
        reason="",
        commit=Sha(""),
        link="",
        round="",
        proposed=False,
    )
    return replace(plain, **given)
