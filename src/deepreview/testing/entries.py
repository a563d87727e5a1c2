"""Entries and what is said about findings, small: give what matters to the test."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from deepreview.model.change import Sha
from deepreview.model.claim import DefectClass, Severity
from deepreview.model.entry import DocumentKind, Entry, Noted, Seat, Touched
from deepreview.model.finding import Fingerprint, State
from deepreview.model.resolution import Resolution
from deepreview.model.verdict import VerdictValue

_FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)


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


def many_entries(number: int, *, changes: int) -> Iterator[Entry]:
    """So many rounds about so many changes, each with its own words, ten findings and three reviewers."""
    severities = (Severity.CRITICAL, Severity.IMPORTANT, *(Severity.SUGGESTION,) * 8)
    states = (State.OPEN, State.FIXED, State.FIXED, State.DECLINED)
    names = ("claude-opus-high", "codex", "gemini", "static", "names")
    for at in range(number):
        change, day = at % changes, at * 7 // 24
        findings = tuple(
            make_noted(
                f"{change}-{one + 3 * (at // changes)}",
                alias=f"{severity.value[0].upper()}{one + 1}",
                severity=severity,
                title=f"`handler_{at}_{one}` keeps the lock of `table_{one}` when reader {at % 97} gives up",
                path=f"src/package_{change % 40}/module_{one}.py",
                reviewers=(names[(at + one) % 5], names[(at + one + 1 + one % 2) % 5]),
                state=states[(at + one) % 4],
            )
            for one, severity in enumerate(severities)
        )
        yield make_entry(
            1,
            *findings,
            id=f"{20200101 + day}-{at % 86400:06}-pr-{change + 1}",
            shelf=f"acme--boiler-{change % 12}",
            repo=f"acme/boiler-{change % 12}",
            slug=f"pr-{change + 1}",
            number=change + 1,
            title=f"Keep the readings of gauge {change} in the pressure cache until the boiler is warm",
            branch=f"gauge-{change}-cache",
            started=(_FIRST_DAY + timedelta(hours=7 * at)).isoformat(),
            seats=tuple(make_seat(names[(at + one) % 5], usd=0.5, tokens=9000) for one in range(3)),
        )
