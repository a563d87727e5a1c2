"""What is kept of a round for lists and statistics."""

from dataclasses import replace

from deepreview.model.agent import Record, Usage
from deepreview.model.claim import Severity
from deepreview.model.entry import Anchors, Rated
from deepreview.model.evidence import Evidence, Outcome
from deepreview.model.round import Completed
from deepreview.site.rounds import entry_of_round
from deepreview.testing.builders import make_finding, make_report
from deepreview.testing.showcase import showcase


def test_the_showcase() -> None:
    report = showcase()
    entry = entry_of_round(report, "acme--boiler")
    assert [one.alias for one in entry.findings] == [finding.alias for finding in report.findings]
    assert entry.lines == report.subject.added + report.subject.removed
    assert [seat.reviewer for seat in entry.seats] == [run.reviewer for run in report.runs]
    told = sum(rated.times for seat in entry.seats for rated in seat.ratings)
    assert told == len(report.claims)


def test_where_quotes_stand() -> None:
    kept = make_report(make_finding(1), make_finding(2), make_finding(3))
    unsure = Evidence(check="quote", outcome=Outcome.INCONCLUSIVE, summary="It stands nowhere.", detail="")
    first, second, third = kept.findings
    moved = replace(second, locations=(replace(second.locations[0], first=40, last=40),))
    report = replace(kept, findings=(first, moved, replace(third, evidence=(unsure,))))
    (seat,) = (seat for seat in entry_of_round(report, "x").seats if seat.reviewer == "names")
    assert seat.anchors == Anchors(checked=3, moved=1, lost=1)
    gone = replace(report, dropped=(replace(report.dropped[0], step="placed"),))
    (seat,) = (seat for seat in entry_of_round(gone, "x").seats if seat.reviewer == "names")
    assert seat.anchors == Anchors(checked=4, moved=1, lost=2)


def test_ratings_are_as_claimed_and_as_they_ended() -> None:
    kept = make_report(make_finding(1, severity=Severity.IMPORTANT))
    lowered = replace(kept, findings=(replace(kept.findings[0], severity=Severity.SUGGESTION),))
    (seat,) = (seat for seat in entry_of_round(lowered, "x").seats if seat.reviewer == "names")
    assert set(seat.ratings) == {
        Rated(claimed=Severity.IMPORTANT, final=Severity.SUGGESTION, times=1),
        Rated(claimed=Severity.SUGGESTION, final=None, times=1),
    }


def test_what_nobody_recorded_is_not_nothing() -> None:
    report = make_report()
    assert {seat.usd for seat in entry_of_round(report, "x").seats} == {None}
    run = report.runs[0]
    assert isinstance(run, Completed)
    usage = Usage(input=900, output=100, requests=2, usd=0.5, priced="reported")
    record = Record(agent="claude", usage=usage, tools=(("Read", 3),))
    paid = entry_of_round(replace(report, runs=(replace(run, record=record), *report.runs[1:])), "x").seats[0]
    assert (paid.tokens, paid.usd, paid.tool_calls) == (1000, 0.5, 3)
