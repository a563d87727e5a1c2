"""Rules 4 and 5: where every claim ended, and who read what."""

import re
from collections import Counter
from collections.abc import Iterable

from deepreview.lint.base import Checked, Given, Problem, Unchecked
from deepreview.model.published import Published, Table
from deepreview.parse.lines import read_lines
from deepreview.parse.tables import split_tables

_ALIAS = re.compile(r"\b([CIS]\d{1,3})\b")
_ENDED = re.compile(r"`([^`]+)` → ")
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
    for claim in sorted(_appended(given.report) - counts.keys()):
        yield Problem(rule=4, where="Claims", message=f"{claim} stands in the appendix and not in the map")
    known = {finding.alias for finding in given.report.findings}
    for row in table.rows:
        named = _ALIAS.search(row[1]) if len(row) > 1 else None
        if "dropped" in row[1].lower() if len(row) > 1 else False:
            continue
        if named is None or named[1] not in known:
            yield Problem(rule=4, where="Claims", message=f"{row[0]} ends in no finding of this report")


def _appended(report: Published) -> set[str]:
    """The claims that the appendix tells of, each with where it ended."""
    lines = (line for original in report.originals for line in read_lines(original.text, lambda _: False))
    return {found[1] for line in lines if not line.fenced and (found := _ENDED.match(line.text))}


def _maps(report: Published) -> Iterable[Table]:
    """Tables whose first column is called `Claim`."""
    texts = [passage.text for passage in (*report.retro, *report.others, *report.notes)]
    for text in (*texts, report.closing, report.reconciliation, report.coverage, report.appendix):
        tables, _ = split_tables(read_lines(text, lambda _: False))
        yield from (table for table in tables if table.columns and table.columns[0].strip("* ").lower() == "claim")


def coverage(given: Given) -> Checked:
    """Each file that one reviewer covers is covered by all, or the miss is counted, and counted right."""
    listed = _read_by(given.report)
    told = {review.reviewer: {*review.covered} for review in given.originals if review.covered} | listed
    if not told:
        yield Unchecked(rule=5, reason="neither the report nor a review in its appendix says who covered which file")
        return
    every = {path for paths in told.values() for path in paths}
    counted = _row_of(given.report, "coverage misses") or _row_of(given.report, "files reviewed")
    for reviewer, paths in told.items():
        missed = sorted(every - paths)
        if missed and not counted:
            more = f" and {len(missed) - 1} more" if len(missed) > 1 else ""
            message = f"{reviewer} does not cover {missed[0]}{more}, and no row counts misses"
            yield Problem(rule=5, where="Coverage", message=message)
    for reviewer, cell in _row_of(given.report, "files reviewed").items() if listed else ():
        if (found := _NUMBER.match(cell)) and int(found[1]) != len(listed.get(reviewer, ())):
            message = (
                f"{reviewer} reviewed {cell}, and the list of files names it {len(listed.get(reviewer, ()))} times"
            )
            yield Problem(rule=5, where="Coverage", message=message)


def _read_by(report: Published) -> dict[str, set[str]]:
    """The files by reviewer, where the coverage section is a table that says who read each."""
    found: dict[str, set[str]] = {}
    tables, _ = split_tables(read_lines(report.coverage, lambda _: False))
    for table in tables:
        heads = [column.strip("* ").lower() for column in table.columns]
        if {"file", "read by"} <= {*heads}:
            for row in table.rows:
                for reader in row[heads.index("read by")].split(", "):
                    if not reader.startswith("**nobody"):
                        found.setdefault(reader.strip("*` "), set()).add(row[heads.index("file")].strip("` "))
    return found


def _row_of(report: Published, label: str) -> dict[str, str]:
    """A row of the summary by reviewer; empty where there is none."""
    if report.totals is None:
        return {}
    names = [column.strip("*` ") for column in report.totals.columns[1:]]
    row = next((row for row in report.totals.rows if row and row[0].strip("* ").lower() == label), ())
    return dict(zip(names, row[1:], strict=True)) if row else {}
