"""Rules 8 and 9: what earlier rounds decided is neither forgotten nor raised again."""

import re
from collections.abc import Iterable

from deepreview.lint.base import Checked, Given, Problem, Unchecked
from deepreview.model.published import Published, PublishedFinding, Resolved

_WORD = re.compile(r"[a-z0-9_]{3,}")
_DECLINED = re.compile(r"^\W*(?:skipped|declined|won't fix|wontfix|n/a)", re.IGNORECASE)
_WAKING = re.compile(
    r"round\s*\d|re-?raised|unaddressed|caller|blast|changed since|newly exposed|regress", re.IGNORECASE
)
ALIKE = 0.6
"""Share of a title's words that must stand in a text for the text to be about it."""


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
    for row in last.resolution.rows:
        if re.fullmatch(r"[CIS]\d+", row.ref) and not _mentioned(row, told, number):
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


def _mentioned(row: Resolved, told: Iterable[str], number: int) -> bool:
    named = re.compile(rf"(?:round|R)[\s-]?{number}\b.{{0,60}}\b{row.ref}\b", re.IGNORECASE)
    words = set(_WORD.findall(row.title.lower()))
    return any(named.search(line) or _share(words, line) >= ALIKE for line in told)


def _share(words: set[str], text: str) -> float:
    return len(words & set(_WORD.findall(text.lower()))) / len(words) if words else 0.0


def declined(given: Given) -> Checked:
    """What was declined is not raised again without saying what has changed."""
    if given.earlier is None:
        yield Unchecked(rule=9, reason="no earlier report is given")
        return
    refused = [(number, row) for number, report in enumerate(given.earlier, 1) for row in _refused(report)]
    for finding in given.report.findings:
        note = " ".join((*finding.notes, finding.text))
        again = next((pair for pair in refused if _alike(pair[1], finding)), None)
        if again and not _WAKING.search(note):
            message = f"it was declined in round {again[0]} as {again[1].ref}, and nothing says what has changed"
            yield Problem(rule=9, where=finding.alias, message=message)


def _refused(report: Published) -> Iterable[Resolved]:
    rows = report.resolution.rows if report.resolution else ()
    return (row for row in rows if row.ref and _DECLINED.match(row.action))


def _alike(row: Resolved, finding: PublishedFinding) -> bool:
    one, other = set(_WORD.findall(row.title.lower())), set(_WORD.findall(finding.title.lower()))
    return bool(one and other) and len(one & other) / len(one | other) >= ALIKE
