"""Rules 8 and 9: what earlier rounds decided is neither forgotten nor raised again."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from deepreview.lint.alike import REPEATED, TOLD, alike, findings_of, lines_of, resolved
from deepreview.lint.base import Checked, Given, Problem, Unchecked
from deepreview.model.claim import Claim
from deepreview.model.published import Published, Resolved

_DECLINED = re.compile(r"^\W*(?:skipped|declined|won't fix|wontfix|n/a)", re.IGNORECASE)
_WAKING = re.compile(
    r"round\s*\d|re-?raised|unaddressed|caller|blast|changed since|newly exposed|regress", re.IGNORECASE
)


def accounted(given: Given) -> Checked:
    """Each item of the previous resolution is told of again: fixed, raised again, or declined."""
    if given.earlier is None:
        yield Unchecked(rule=8, reason="no earlier report is given")
        return
    last = given.earlier[-1] if given.earlier else None
    if last is None or last.resolution is None:
        return
    told = _told(given.report)
    number = len(given.earlier)
    rows = [row for row in last.resolution.rows if re.fullmatch(r"[CIS]\d+", row.ref)]
    rows = [row for row in rows if not _named(row, told, number)]
    for row, again in zip(rows, _told_again(resolved(rows, last), given.report, told), strict=True):
        if not again:
            yield Problem(rule=8, where=f"round {number} {row.ref}", message=f"nothing is said of “{row.title[:80]}”")


def _told(report: Published) -> list[str]:
    """What may tell of earlier rounds, in pieces small enough to be about one thing."""
    texts = [report.summary, report.previous, report.since, report.limitations, report.closing, report.feedback]
    texts += [
        report.concerns,
        report.strengths,
        report.testing,
        *(f"{f.title} {' '.join(f.notes)}" for f in report.findings),
    ]
    texts += [report.intro, *(passage.text for passage in report.others)]
    return [line for text in texts for line in text.split("\n") if line.strip()]


def _named(row: Resolved, told: Iterable[str], number: int) -> bool:
    named = re.compile(rf"(?:round|R)[\s-]?{number}\b.{{0,60}}\b{row.ref}\b", re.IGNORECASE)
    return any(named.search(line) for line in told)


def _told_again(rows: Sequence[Claim], report: Published, told: Sequence[str]) -> list[bool]:
    """Whether a finding or a line is about what each row is about, in whatever words."""
    bare = [replace(row, places=()) for row in rows]
    findings, lines = alike(rows, findings_of(report), TOLD), alike(bare, lines_of(told), TOLD)
    return [any((*one, *other)) for one, other in zip(findings, lines, strict=True)]


def declined(given: Given) -> Checked:
    """What was declined is not raised again without saying what has changed."""
    if given.earlier is None:
        yield Unchecked(rule=9, reason="no earlier report is given")
        return
    again: dict[int, tuple[int, Resolved]] = {}
    now = findings_of(given.report)
    for number, report in enumerate(given.earlier, 1):
        rows = _refused(report)
        for row, repeated in zip(rows, alike(resolved(rows, report), now, REPEATED), strict=True):
            for place, same in enumerate(repeated):
                if same:
                    again.setdefault(place, (number, row))
    for place, (number, row) in sorted(again.items()):
        finding = given.report.findings[place]
        if not _WAKING.search(" ".join((*finding.notes, finding.text))):
            message = f"it was declined in round {number} as {row.ref}, and nothing says what has changed"
            yield Problem(rule=9, where=finding.alias, message=message)


def _refused(report: Published) -> list[Resolved]:
    rows = report.resolution.rows if report.resolution else ()
    return [row for row in rows if row.ref and _DECLINED.match(row.action)]
