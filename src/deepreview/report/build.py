"""The round's result as one value. Pure: everything countable is computed here from the records."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TypeVar

from deepreview.consolidate.base import Slate
from deepreview.consolidate.lead import spoken, stricter
from deepreview.consolidate.verdict import conclude
from deepreview.model.change import Change
from deepreview.model.claim import Observation, Section, Severity
from deepreview.model.gap import Gap
from deepreview.model.lead import Lead
from deepreview.model.life import Convergence, Previous
from deepreview.model.memory import RepoRule
from deepreview.model.report import SCHEMA, Clock, Report, Subject
from deepreview.model.round import Completed, Failed, Run, Skipped
from deepreview.model.verdict import Verdict
from deepreview.report.cited import Lines, cited_code
from deepreview.report.coverage import changed_files
from deepreview.report.remarks import aliases, remarks
from deepreview.report.retro import agreement, fates, reconciliation, tallies

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """All that a round produced."""

    tool: str
    number: int
    clock: Clock
    change: Change
    runs: tuple[Run, ...]
    observations: tuple[Observation, ...]
    slate: Slate
    lead: Lead | None = None
    rules: tuple[RepoRule, ...] = ()
    """The accepted rules that reviewers were given."""
    previous: tuple[Previous, ...] = ()
    gaps: tuple[Gap, ...] = ()
    convergence: Convergence | None = None


def build_report(records: Records, lines: Lines) -> Report:
    """The report; text that is not valid Unicode is replaced, so that every format can hold it."""
    slate, change = records.slate, records.change
    claims = tuple(slate.claims[key] for key in sorted(slate.claims))
    report = Report(
        schema=SCHEMA,
        tool=records.tool,
        round=records.number,
        clock=records.clock,
        subject=_subject(change, records.runs),
        verdict=_verdict(records),
        lead=records.lead,
        summary=_summary(records),
        runs=records.runs,
        findings=slate.findings,
        dropped=slate.dropped,
        claims=claims,
        claims_map=fates(slate.findings, slate.dropped),
        observations=records.observations,
        remarks=remarks(records.observations, aliases(slate)),
        gaps=records.gaps,
        agreement=agreement(records.runs, slate.findings),
        tallies=tallies(records.runs, slate, records.observations),
        reconciliation=reconciliation(slate.findings, slate.dropped, claims),
        cited=cited_code(slate.findings, change, lines),
        previous=records.previous,
        convergence=records.convergence,
        rules=records.rules,
    )
    return printable(report)


def derived(records: Records) -> Verdict:
    """The verdict by the rules."""
    slate = records.slate
    return conclude(
        slate.findings, records.runs, slate.claims, _readers(records.observations), previous=records.previous
    )


def _verdict(records: Records) -> Verdict:
    """The rules' verdict, or a lead's that is stricter and has a reason."""
    own, lead = derived(records), records.lead
    if lead is None or lead.failure or not spoken(lead.verdict_reason) or not stricter(lead.verdict, own.value):
        return own
    reason = f"{lead.verdict_reason.rstrip('.')} (said by the lead). By the rules: {own.value.value}. {own.reason}"
    return Verdict(value=lead.verdict, reason=reason)


def _readers(observations: Iterable[Observation]) -> frozenset[str]:
    """Those who judged in prose: analysers have notes and remarks on commits, and nothing to say of the whole."""
    own = {Section.NOTE, Section.COMMITS}
    return frozenset(observation.reviewer for observation in observations if observation.section not in own)


def _subject(change: Change, runs: Sequence[Run]) -> Subject:
    return Subject(
        slug=change.slug,
        repo=change.repo,
        url=change.url,
        number=change.number,
        title=change.title,
        branch=change.branch,
        how=change.how,
        base=change.base,
        head=change.head,
        commits=change.commits,
        files=changed_files(change, runs),
        added=change.added,
        removed=change.removed,
        shallow=change.shallow,
    )


def _summary(records: Records) -> str:
    """Two paragraphs: what was reviewed and what came out; who looked, and who did not."""
    change, slate = records.change, records.slate
    commits = f"{_count(len(change.commits), 'commit')} with " if change.commits else ""
    size = f"{commits}{_count(len(change.patches), 'changed file')} (+{change.added} −{change.removed})"
    counts = [
        _count(number, f"{severity.value} finding" if severity is not Severity.SUGGESTION else "suggestion")
        for severity in Severity
        if (number := sum(finding.severity is severity for finding in slate.findings))
    ]
    done = [run.reviewer for run in records.runs if isinstance(run, Completed)]
    outcome = _listed(counts) if counts else "no finding" if done else "nothing is known of it"
    deed = "Reviewed" if done else "Not reviewed:"
    what = f"{deed} {size}: {change.how}." if change.head else f"Reviews were merged; {change.how}."
    first = f"{what} {outcome.capitalize()}."
    worst = [f for f in slate.findings if f.severity is not Severity.SUGGESTION][:3]
    first += "".join(f" {finding.alias}: {finding.title}." for finding in worst)
    second = f"Reviewed by {_listed(done)}." if done else "No reviewer completed."
    second += "".join(f" {run.reviewer} failed: {run.error}." for run in records.runs if isinstance(run, Failed))
    second += "".join(f" {run.reviewer} was skipped: {run.reason}." for run in records.runs if isinstance(run, Skipped))
    return first + "\n\n" + second + "".join(f" {gap}" for gap in _gaps(records.runs))


def _gaps(runs: Iterable[Run]) -> Iterator[str]:
    """What could not be done, once for all reviewers of whom it is told; and whose it is."""
    whose: dict[str, list[str]] = {}
    for run in runs:
        for gap in run.reading.gaps if isinstance(run, Completed) else ():
            whose.setdefault(gap, []).append(run.reviewer)
    yield from (f"{_listed(names)}: {gap}" for gap, names in whose.items())


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _listed(parts: Iterable[str]) -> str:
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def printable(value: T) -> T:
    """The same value; bytes that are not UTF-8 (surrogate escapes) are written out, in every text that it holds."""
    if isinstance(value, str):
        return value if value.isascii() else _escaped(value)  # type: ignore[return-value]  # a str in, a str out
    if isinstance(value, tuple):
        return tuple(printable(item) for item in value)  # type: ignore[return-value]  # the same tuple, item by item
    if is_dataclass(value) and not isinstance(value, type):
        old = {field.name: getattr(value, field.name) for field in fields(value)}
        new = {name: fresh for name, item in old.items() if (fresh := printable(item)) is not item and fresh != item}
        return replace(value, **new) if new else value
    return value


def _escaped(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return (
            "".join(f"\\x{ord(c) - 0xDC00:02x}" if "\udc80" <= c <= "\udcff" else c for c in text)
            .encode("utf-8", "replace")
            .decode()
        )
    return text
