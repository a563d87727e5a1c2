"""Whatever rounds say, each of their findings is in one life, once."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from deepreview.lives.fold import lives
from deepreview.model.change import Sha
from deepreview.model.finding import Finding, Fingerprint, Standing, State
from deepreview.model.report import Report
from deepreview.model.resolution import Resolution
from deepreview.testing.builders import make_finding, make_report

NAMES = [Fingerprint(letter * 16) for letter in "abcd"]


@st.composite
def findings(draw: st.DrawFn) -> tuple[Finding, ...]:
    """Findings with fingerprints of their own in a report, and any identity, wrong ones too."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4))
    return tuple(
        replace(
            make_finding(number),
            fingerprint=name,
            identity=draw(st.sampled_from([Fingerprint(""), *NAMES])),
            standing=draw(st.sampled_from(Standing)),
            state=draw(st.sampled_from([State.OPEN, State.DEFERRED])),
        )
        for number, name in enumerate(names, 1)
    )


@st.composite
def histories(draw: st.DrawFn) -> tuple[Report, ...]:
    reports = []
    for number, shown in enumerate(draw(st.lists(findings(), max_size=6)), 1):
        plain = make_report()
        clock = replace(plain.clock, round_id=f"round-{number}")
        reports.append(replace(plain, findings=shown, round=number, clock=clock))
    return tuple(reports)


def said(name: Fingerprint, state: State, about: int, *, proposed: bool) -> Resolution:
    return Resolution(
        fingerprint=name, state=state, by="sam", at="2026-01-05T12:00:00+00:00", reason="", commit=Sha(""), link="",
        round=f"round-{about}", proposed=proposed,
    )  # fmt: skip


@given(
    histories(),
    st.lists(
        st.builds(said, st.sampled_from(NAMES), st.sampled_from(State), st.integers(0, 7), proposed=st.booleans())
    ),
)
def test_no_finding_is_lost_or_doubled(rounds: tuple[Report, ...], answers: list[Resolution]) -> None:
    known = lives(rounds, answers)
    seen = Counter((one.id, one.alias) for life in known for one in life.seen)
    assert seen == Counter((report.clock.round_id, one.alias) for report in rounds for one in report.findings)
    assert len({life.identity for life in known}) == len(known)
    assert all(len({one.id for one in life.seen}) == len(life.seen) > 0 for life in known)
    assert not any(one.proposed for life in known for one in life.resolutions)


def test_what_somebody_said_counts_until_a_round_takes_it_back() -> None:
    first = replace(make_report(), clock=replace(make_report().clock, round_id="round-1"))
    name = first.findings[0].fingerprint
    declined = said(name, State.DECLINED, 1, proposed=False)
    assert lives((first,), (declined, said(name, State.FIXED, 1, proposed=True)))[0].state is State.DECLINED
    woken = replace(first.findings[0], because="Its code changed.")
    second = replace(first, findings=(woken,), round=2, clock=replace(first.clock, round_id="round-2"))
    assert lives((first, second), (declined,))[0].state is State.OPEN
    assert lives((first, second), (declined, said(name, State.FIXED, 2, proposed=False)))[0].state is State.FIXED
