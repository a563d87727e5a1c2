"""The entry of a round that was made here."""

from collections import Counter
from collections.abc import Iterator, Mapping

from deepreview.model.agent import Record
from deepreview.model.claim import Claim, ClaimId
from deepreview.model.entry import Anchors, Became, DocumentKind, Entry, Noted, Rated, Seat, Touched
from deepreview.model.evidence import Outcome, Rung
from deepreview.model.family import family_of
from deepreview.model.finding import Finding
from deepreview.model.report import Report, Tally
from deepreview.model.round import Completed, Failed, Run, Skipped

_RUN = (Rung.EXECUTED, Rung.REPRODUCED, Rung.MUTATED)
_PLACED = "placed"


def entry_of_round(report: Report, shelf: str) -> Entry:
    """What lists and statistics need to know of it."""
    subject = report.subject
    claims = {claim.id: claim for claim in report.claims}
    return Entry(
        id=report.clock.round_id,
        shelf=shelf,
        kind=DocumentKind.REVIEW,
        imported=False,
        repo=subject.repo,
        url=subject.url,
        slug=subject.slug,
        number=subject.number,
        title=subject.title or subject.slug,
        branch=subject.branch,
        head=subject.head,
        round=report.round,
        started=report.clock.started,
        seconds=report.clock.seconds,
        verdict=report.verdict.value,
        said=report.verdict.value.value.capitalize(),
        reason=report.verdict.reason,
        findings=tuple(_noted(finding, claims) for finding in report.findings),
        became=tuple(Became(fingerprint=one.identity, now=one.now) for one in report.previous if not one.alias),
        seats=tuple(_seats(report, claims)),
        files=tuple(Touched(path=file.path, lines=file.added + file.removed) for file in subject.files),
    )


def _noted(finding: Finding, claims: Mapping[ClaimId, Claim]) -> Noted:
    return Noted(
        fingerprint=finding.life,
        alias=finding.alias,
        severity=finding.severity,
        title=finding.title,
        path=finding.path,
        first=finding.first,
        defect=finding.defect,
        reviewers=finding.reviewers,
        voices=len({claims[claim].family for claim in finding.claims}),
        proven=finding.proof in _RUN,
        state=finding.state,
        reason=finding.held or finding.because,
        standing=finding.standing,
    )


def _seats(report: Report, claims: Mapping[ClaimId, Claim]) -> Iterator[Seat]:
    tallies = {tally.reviewer: tally for tally in report.tallies}
    fates = {fate.claim: fate for fate in report.claims_map}
    findings: dict[str, Finding] = {finding.fingerprint: finding for finding in report.findings}
    ends = []
    for claim in claims.values():
        fate = fates[claim.id]
        step = report.dropped[fate.dropped].step if fate.dropped >= 0 else ""
        ends.append((claim, findings.get(fate.finding), step))
    for run in report.runs:
        own = [end for end in ends if end[0].reviewer == run.reviewer]
        yield _seat(run, own, tallies.get(run.reviewer))


End = tuple[Claim, Finding | None, str]
"""A claim with the finding it stands in, or the step that dropped it."""


def _seat(run: Run, ends: list[End], tally: Tally | None) -> Seat:
    family = ends[0][0].family if ends else family_of(_record(run).agent, run.reviewer)
    if isinstance(run, Skipped):
        return Seat(reviewer=run.reviewer, family=family, result=run.result)
    record = _record(run)
    usage = record.usage
    return Seat(
        reviewer=run.reviewer,
        family=family,
        result=run.result,
        failure=run.failure.value if isinstance(run, Failed) else "",
        seconds=run.seconds,
        tool_calls=sum(times for _, times in record.tools) if record.agent else None,
        tokens=usage.sent + usage.output if usage.requests or usage.sent else None,
        usd=usage.usd if usage.priced != "none" else None,
        downgraded=tally.downgraded if tally else None,
        dropped=tally.dropped if tally else None,
        refuted=tally.refuted if tally else None,
        unique=tally.unique if tally else None,
        misses=tally.misses if tally and isinstance(run, Completed) else None,
        anchors=_anchors(ends),
        ratings=_ratings(ends),
    )


def _record(run: Run) -> Record:
    return (None if isinstance(run, Skipped) else run.record) or Record()


def _ratings(ends: list[End]) -> tuple[Rated, ...]:
    times = Counter((claim.severity, finding.severity if finding else None) for claim, finding, _ in ends)
    return tuple(Rated(claimed=claimed, final=final, times=number) for (claimed, final), number in times.items())


def _anchors(ends: list[End]) -> Anchors | None:
    """Claims that quote code and name a line; those that were dropped for another reason tell nothing."""
    quoting = [end for end in ends if end[0].quote.strip() and end[0].main and end[0].main.first]
    checked = [end for end in quoting if end[1] or end[2] == _PLACED]
    if not checked:
        return None
    lost = sum(finding is None or _unsure(finding) for _, finding, _ in checked)
    stray = sum(
        finding is not None and not _unsure(finding) and not _stands(claim, finding) for claim, finding, _ in checked
    )
    return Anchors(checked=len(checked), moved=stray, lost=lost)


def _unsure(finding: Finding) -> bool:
    """Whether its only claim quotes code that is not there."""
    evidence = (one.outcome for one in finding.evidence if one.check == "quote")
    return len(finding.claims) == 1 and Outcome.INCONCLUSIVE in evidence


def _stands(claim: Claim, finding: Finding) -> bool:
    """Whether a place of the finding touches the cited lines."""
    cited = claim.main
    if cited is None:
        return True
    return any(
        place.first <= max(cited.first, cited.last) and cited.first <= place.last
        for place in finding.locations
        if place.first
    )
