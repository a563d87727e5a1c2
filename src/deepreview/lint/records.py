"""Rules 4 and 5: where every claim ended, and who read what."""

import re
from collections import Counter
from collections.abc import Iterable

from deepreview.lint.base import Checked, Given, Problem, Unchecked
from deepreview.model.published import Published, Table
from deepreview.parse.lines import read_lines
from deepreview.parse.tables import split_tables

_ALIAS = re.compile(r"\b([CIS]\d{1,3})\b")
_NUMBER = re.compile(r"^\D*(\d+)")


def mapped(given: Given) -> Checked:
    """Each claim stands once in the map of claims, and ends in a finding that exists or is dropped."""
    table = next(iter(_maps(given.report)), None)
    if table is None:
        yield Unchecked(rule=4, reason="the report has no map of claims")
        return
    counts = Counter(row[0].strip("` ") for row in table.rows)
    for claim, count in counts.items():
        if count > 1:
            yield Problem(rule=4, where="Claims", message=f"{claim} stands {count} times in the map")
    known = {finding.alias for finding in given.report.findings}
    for row in table.rows:
        named = _ALIAS.search(row[1]) if len(row) > 1 else None
        if "dropped" in row[1].lower() if len(row) > 1 else False:
            continue
        if named is None or named[1] not in known:
            yield Problem(rule=4, where="Claims", message=f"{row[0]} ends in no finding of this report")


def _maps(report: Published) -> Iterable[Table]:
    """Tables whose first column is called `Claim`."""
    texts = [passage.text for passage in (*report.retro, *report.others, *report.notes)]
    for text in (*texts, report.closing, report.reconciliation, report.coverage, report.appendix):
        tables, _ = split_tables(read_lines(text, lambda _: False))
        yield from (table for table in tables if table.columns and table.columns[0].strip("* ").lower() == "claim")


def coverage(given: Given) -> Checked:
    """Each file that one reviewer covers is covered by all, or the miss is counted."""
    told = [review for review in given.originals if review.covered]
    if not told:
        yield Unchecked(rule=5, reason="no review in the appendix says what it covered")
        return
    every = {path for review in told for path in review.covered}
    counted = _misses(given.report)
    for review in told:
        missed = sorted(every - {*review.covered})
        if missed and not counted:
            more = f" and {len(missed) - 1} more" if len(missed) > 1 else ""
            message = f"{review.reviewer} does not cover {missed[0]}{more}, and no row counts misses"
            yield Problem(rule=5, where="Coverage", message=message)


def _misses(report: Published) -> bool:
    """Whether the summary has a row of coverage misses or of files reviewed."""
    rows = report.totals.rows if report.totals else ()
    return any(row[0].strip("* ").lower() in {"coverage misses", "files reviewed"} for row in rows if row)
