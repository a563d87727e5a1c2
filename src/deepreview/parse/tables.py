"""Tables in Markdown."""

import re
from collections.abc import Sequence

from deepreview.model.published import Table
from deepreview.parse.lines import Line

_RULE = re.compile(r"^[\s|:-]{1,2000}$")
_CELL = re.compile(r"(?<!\\)\|")


def split_tables(lines: Sequence[Line]) -> tuple[tuple[Table, ...], tuple[Line, ...]]:
    """The tables, and the lines that are in none."""
    tables, rest, gathered = list[Table](), list[Line](), list[str]()
    for line in (*lines, Line("", fenced=False)):
        if not line.fenced and line.text.lstrip().startswith("|"):
            gathered.append(line.text)
            continue
        if gathered:
            tables.append(_table(gathered))
            gathered = []
        rest.append(line)
    return tuple(tables), tuple(rest[:-1])


def _table(lines: Sequence[str]) -> Table:
    ruled = len(lines) > 1 and "-" in lines[1] and _RULE.match(lines[1])
    rows = [cells(line) for number, line in enumerate(lines) if number != 1 or not ruled]
    width = max(map(len, rows), default=0)
    padded = [(*row, *[""] * (width - len(row))) for row in rows]
    return Table(columns=padded[0] if padded else (), rows=tuple(padded[1:]))


def cells(line: str) -> tuple[str, ...]:
    """The cells of a row, without the blanks around them."""
    inner = line.strip().removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return tuple(cell.strip() for cell in _CELL.split(inner))


def table_lines(table: Table) -> str:
    """The table in Markdown."""
    rows = (table.columns, tuple("---" for _ in table.columns), *table.rows)
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
