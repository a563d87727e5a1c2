"""What became of a report's findings, as its table says."""

import re
from collections.abc import Sequence

from deepreview.model.published import Resolution, Resolved, Row, Table
from deepreview.parse.lines import Line
from deepreview.parse.passages import lowered
from deepreview.parse.tables import split_tables, table_lines

_REF = re.compile(
    r"^\*{0,2}(?P<ref>(?:(?P<word>critical|important|suggestion)s?\s*(?:issue\s*)?#?\s*)?(?P<id>[CIS]\d{1,3}|#?\d{1,3})"
    r"|(?:testing|test|documentation|doc|design)\s+(?:gap|concern|observation)s?\s*(?:#[\d#–, -]{1,30})?|lint"
    r"|unresolved feedback[^:]{0,30})"
    r"\*{0,2}\s*(?::|—|–|\.|$)\s*(?P<title>.*)$",
    re.IGNORECASE,
)
_LETTER = {"critical": "C", "important": "I", "suggestion": "S"}
_PAIR = 2


def read_resolution(lines: Sequence[Line]) -> Resolution:
    """Its facts, one entry for each row of its table, and what else it says."""
    tables, rest = split_tables(lines)
    about = [table for table in tables if len(table.columns) == _PAIR and not _is_list(table)]
    listed = [table for table in tables if _is_list(table)]
    other = [table for table in tables if table not in about and table not in listed]
    text = "\n\n".join(part for part in (lowered(rest), *map(table_lines, other)) if part)
    pairs = [row for table in about for row in (table.columns, *table.rows)]
    return Resolution(
        info=tuple(Row(label=label.strip("*: "), text=said) for label, said in pairs if label or said),
        rows=tuple(_resolved(table, row) for table in listed for row in table.rows),
        text=text,
    )


def _is_list(table: Table) -> bool:
    return any(column.strip("* ").lower() in {"action", "resolution", "outcome"} for column in table.columns)


def _resolved(table: Table, row: Sequence[str]) -> Resolved:
    named = {column.strip("* ").lower(): cell for column, cell in zip(table.columns, row, strict=True)}
    action = next((cell for name, cell in named.items() if name in {"action", "resolution", "outcome"}), "")
    said = next((cell for name, cell in named.items() if name in {"finding", "item", "issue", "title"}), "")
    number = named.get("#", "")
    ref, title = _reference(said)
    if not ref and re.fullmatch(r"\*{0,2}[CIS]\d{1,3}\*{0,2}", number):
        ref = number.strip("*")
    return Resolved(ref=ref, title=title, action=action, reason=named.get("reason", ""))


def _reference(cell: str) -> tuple[str, str]:
    """The finding's alias (`Important #1` is I1) or the gap's name, and the title behind it."""
    found = _REF.match(cell)
    if found is None:
        return "", cell
    title = found["title"].strip()
    if (name := found["id"]) is None:
        return (found["ref"].strip(" *"), title) if title else ("", cell)
    if name[0].upper() in "CIS":
        return name.upper(), title
    letter = _LETTER.get((found["word"] or "").lower())
    return (f"{letter}{int(name.lstrip('#'))}", title) if letter else ("", cell)


def resolution_cells(entry: Resolved, number: int) -> tuple[str, ...]:
    """The row of the table that says the same."""
    said = f"{entry.ref}: {entry.title}" if entry.ref else entry.title
    return (str(number), said, entry.action, entry.reason)
