"""Rules 6 and 7: round, commits, date, and the verdict."""

import re

from deepreview.lint.base import Checked, Given, Problem, Unchecked
from deepreview.model.claim import Severity
from deepreview.model.published import Published, PublishedFinding

_ROUND = re.compile(r"^\D{0,3}(\d+)")
_STAMP = re.compile(r"(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})\d{2}")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2}))?")
_SHA = re.compile(r"`([0-9a-f]{7,40})`")
_LEFT = re.compile(
    r"^\| round \d+ ([CIS])\d[^\n]*\| \*\*(?:partly fixed|not repeated|not looked at again)\*\* \|", re.MULTILINE
)
"""Rows of earlier findings that are open and not in this report."""
_LETTERS = {"C": Severity.CRITICAL, "I": Severity.IMPORTANT, "S": Severity.SUGGESTION}
_VERDICTS = {"merge as-is": None, "merge with fixes": Severity.IMPORTANT, "rework": Severity.CRITICAL}


def header(given: Given) -> Checked:
    """The round is one more than there were, commits are oldest first, and the date is the stamp's."""
    report = given.report
    stated = _ROUND.match(report.row("Round"))
    if given.earlier is None:
        yield Unchecked(rule=6, reason="no earlier report is given, so the round is not checked")
    elif stated and int(stated[1]) != 1 + len(given.earlier):
        message = f"Round is {stated[1]}, and {len(given.earlier)} earlier reports are given"
        yield Problem(rule=6, where="Round", message=message)
    yield from _commits(given)
    stamp, date = _STAMP.search(report.title), _DATE.search(report.row("Date"))
    if stamp and date:
        wanted, told = stamp.groups(), tuple(part for part in date.groups() if part)
        if wanted[: len(told)] != told:
            yield Problem(rule=6, where="Date", message=f"Date is {date[0]}, and the title's stamp is {stamp[0]}")


def _commits(given: Given) -> Checked:
    shas = _SHA.findall(given.report.row("Commits"))
    if len(shas) > 1 and given.code is None:
        yield Unchecked(rule=6, reason=f"the order of commits is not checked: {given.without_code}")
    elif len(shas) > 1 and given.code is not None:
        order = given.code.order(shas)
        if order is None:
            yield Unchecked(rule=6, reason="a listed commit is not in the repository")
        elif list(order) != shas:
            yield Problem(rule=6, where="Commits", message="commits are not listed oldest first")


def verdict(given: Given) -> Checked:
    """The verdict follows from the heaviest open finding, or says why it does not."""
    cell = given.report.row("Verdict")
    plain = cell.replace("*", "").lower()
    stated = next((name for name in _VERDICTS if plain.startswith(name)), None)
    if not cell:
        yield Problem(rule=7, where="Verdict", message="the header has no verdict")
    elif stated is None:
        yield Unchecked(rule=7, reason="the verdict is none of Merge as-is, Merge with fixes, Rework")
    else:
        wanted = _wanted(given.report)
        if stated != wanted and not re.search(r"\boverrid", plain):
            yield Problem(rule=7, where="Verdict", message=f"it is {stated}, and the open findings ask for {wanted}")


def _waits(finding: PublishedFinding) -> bool:
    """Whether it is below the bar of its round, and so does not count there."""
    return any(part.strip() == "waits" for note in finding.notes for part in note.split(","))


def _wanted(report: Published) -> str:
    opened = {finding.severity for finding in report.findings if not (finding.struck or _waits(finding))}
    opened |= {_LETTERS[letter] for letter in _LEFT.findall(report.previous)}
    heavy = next((severity for severity in (Severity.CRITICAL, Severity.IMPORTANT) if severity in opened), None)
    return next(name for name, severity in _VERDICTS.items() if severity is heavy)
