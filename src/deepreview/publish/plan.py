"""What is to be done on a pull request, from what the report says and what is there: pure, and nothing twice."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import Enum

from deepreview.errors import UsageError
from deepreview.forge.base import Action, Conclusion, OpenThread, Pull, Resolve, SetCheck, Thread, WriteSummary
from deepreview.model.change import Sha
from deepreview.model.finding import Finding, State, fingerprint
from deepreview.model.life import Now
from deepreview.model.report import Report
from deepreview.model.round import Completed
from deepreview.model.verdict import VerdictValue
from deepreview.publish.anchor import anchor
from deepreview.publish.marker import FindingMark, SummaryMark, read_finding, read_summary
from deepreview.publish.wording import check_summary, check_title, summary_body, thread_body
from deepreview.render.wording import SHORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is said."""

    threads: int = 30
    """Open findings that have a thread of their own; the others stand in the summary."""


LIMITS = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done, in order."""

    repo: str
    number: int
    head: Sha
    actions: tuple[Action, ...]

    @property
    def hash(self) -> str:
        """12 digits that stand for exactly these actions on exactly this head."""
        text = json.dumps(asdict(self), default=_plain, sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _plain(value: object) -> object:
    assert isinstance(value, Enum)
    return value.value


CONCLUSIONS = {
    VerdictValue.MERGE: Conclusion.SUCCESS,
    VerdictValue.FIXES: Conclusion.NEUTRAL,
    VerdictValue.REWORK: Conclusion.FAILURE,
    VerdictValue.NONE: Conclusion.FAILURE,
}


def make_plan(report: Report, pull: Pull, refused: Iterable[str] = (), limits: Limits = LIMITS) -> Plan:
    """The plan; raises UsageError where the pull request is not at the commit that was reviewed.

    `refused` are findings that the forge did not take at their lines just now.
    """
    refuse_moved(report, pull.number, pull.head)
    known = _threads(pull)
    old, mark = _summary(pull)
    earlier = mark.refused if mark and mark.head == pull.head else ()
    shut = {*earlier, *refused}
    open_ = [finding for finding in report.findings if finding.state is State.OPEN]
    new, loose = _placed(open_, pull, known, shut, limits)
    threaded = [finding for finding in open_ if finding.life not in loose]
    left = sorted(loose.keys() & shut)
    body = summary_body(report, threaded, loose, left)
    actions: list[Action] = [*new, *_settling(report, known)]
    if not old or old[1].replace("\r\n", "\n").rstrip() != body.rstrip():
        actions.append(WriteSummary(comment=old[0] if old else 0, body=body))
    check = _check(report)
    if check.digest != pull.check:
        actions.append(check)
    return Plan(repo=pull.repo, number=pull.number, head=pull.head, actions=tuple(actions))


def refuse_moved(report: Report, number: int, head: Sha) -> None:
    """Raise UsageError where the pull request is not at the commit that the report is about."""
    reviewed = report.subject.head
    if head != reviewed:
        raise UsageError(
            f"#{number} is at {head[:SHORT]}, and this round reviewed {reviewed[:SHORT]}",
            hint=f"`deepreview review {number}` reviews what is there now",
        )


def _threads(pull: Pull) -> dict[str, tuple[Thread, FindingMark]]:
    """Our threads by the finding that they are about; of several, the one that was opened last."""
    found = {}
    for thread in pull.threads:
        first = thread.comments[0] if thread.comments else None
        if first and first.mine and (mark := read_finding(first.body)):
            found[mark.fingerprint] = (thread, mark)
    return found


def _summary(pull: Pull) -> tuple[tuple[int, str] | None, SummaryMark | None]:
    for comment in pull.comments:
        if comment.mine and (mark := read_summary(comment.body)):
            return (comment.id, comment.body), mark
    return None, None


def _placed(
    findings: list[Finding], pull: Pull, known: dict[str, tuple[Thread, FindingMark]], shut: set[str], limits: Limits
) -> tuple[list[OpenThread], dict[str, Finding]]:
    """The threads to open, and the findings that stand in the summary."""
    new: list[OpenThread] = []
    loose: dict[str, Finding] = {}
    room = limits.threads - sum(finding.life in known for finding in findings)
    for finding in findings:
        if finding.life in known:
            continue
        at = anchor(finding, pull) if finding.life not in shut and len(new) < room else None
        if at is None:
            loose[finding.life] = finding
            continue
        new.append(
            OpenThread(
                fingerprint=finding.life,
                path=at.path,
                side=at.side,
                first=at.first,
                last=at.last,
                body=thread_body(finding, at.suggestion),
            )
        )
    return new, loose


def _settling(report: Report, known: dict[str, tuple[Thread, FindingMark]]) -> list[Resolve]:
    """Our threads whose finding is gone, and those that we settled and whose finding is back."""
    states = {str(finding.life): finding.state for finding in report.findings}
    again = _said_again(report) | {row.identity for row in report.previous if row.now.open or row.now is Now.DROPPED}
    found = []
    for print_, (thread, mark) in known.items():
        state = states.get(print_)
        if thread.others_spoke:
            continue
        if state is State.OPEN and thread.resolved and thread.resolved_by_me:
            found.append(Resolve(thread=thread.id, fingerprint=print_, settled=False))
        gone = state in (State.FIXED, State.OBSOLETE) or (state is None and print_ not in again)
        if gone and not thread.resolved and _looked_again(report, thread, mark) and not _still_there(report, thread):
            found.append(Resolve(thread=thread.id, fingerprint=print_, settled=True))
    return found


def _looked_again(report: Report, thread: Thread, mark: FindingMark) -> bool:
    """Whether one who had found it read its file again and came to the end.

    An agent may just not mention it this time: of its findings the code must have changed too.
    """
    return any(
        isinstance(run, Completed)
        and mark.found_by(run.reviewer)
        and thread.path in run.reading.read
        and (run.record is None or thread.outdated)
        for run in report.runs
    )


def _said_again(report: Report) -> set[str]:
    """The identities of claims that were made again and dropped: not shown is not gone."""
    dropped = {claim for entry in report.dropped for claim in entry.claims}
    return {
        str(fingerprint(claim.kind, place.path, claim.quote))
        for claim in report.claims
        if claim.id in dropped
        for place in claim.places
    }


def _still_there(report: Report, thread: Thread) -> bool:
    """Whether an open finding lies where the thread is: perhaps the same in other words."""
    return any(
        place.path == thread.path and place.first <= thread.line <= place.last
        for finding in report.findings
        if finding.state is State.OPEN
        for place in finding.locations
    )


def _check(report: Report) -> SetCheck:
    conclusion, title, summary = CONCLUSIONS[report.verdict.value], check_title(report), check_summary(report)
    digest = hashlib.sha256("\0".join((conclusion.value, title, summary)).encode("utf-8", "replace")).hexdigest()
    return SetCheck(conclusion=conclusion, title=title, summary=summary, digest=digest[:16])
