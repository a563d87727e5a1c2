"""Findings that a reviewer states as rows of a table."""

import re
from collections.abc import Iterable, Mapping, Sequence

from deepreview.model.claim import Severity
from deepreview.model.published import Table
from deepreview.parse.heading import FindingHeading, plain_title
from deepreview.parse.items import is_nothing
from deepreview.parse.lead import Mark, grade
from deepreview.parse.lines import Line
from deepreview.parse.outline import Chapter, Stated
from deepreview.parse.places import places_in
from deepreview.parse.tables import split_tables
from deepreview.parse.vocabulary import CLAIMING, SEVERITIES, Part, severity_of

_PARTS = {Part.PREAMBLE, Part.SUMMARY, Part.OTHER, *CLAIMING}
_TITLES = ("finding", "issue", "title", "problem")
_VAGUE = ("description", "summary", "comment", "what")
"""Titles that other tables have too: of what changed in each file, of what each severity means."""
_PLACES = ("location", "file", "path", "where", "place")
_LINES = ("line", "lines", "line(s)")
_LEVELS = ("severity", "priority", "level", "impact")
_SHORTEST = 4


def tabled_findings(chapter: Chapter) -> Iterable[Stated]:
    """The rows of tables that have a column for what is wrong, and one for where or how bad."""
    if chapter.part in _PARTS:
        for table in split_tables(chapter.lines)[0]:
            names = [re.sub(r"[^a-z() ]", "", column.lower()).strip() for column in table.columns]
            if (title := _title(names, chapter.part)) is not None:
                yield from _rows(chapter, table, names, title)


def _title(names: Sequence[str], part: Part) -> int | None:
    """The column that says what is wrong; None where the table is of something else, as a count or a legend."""
    rated = any(name.startswith(_LEVELS) for name in names)
    placed = any(name.startswith(_PLACES) for name in names)
    for known in _TITLES:
        for name in names:
            counts = name.endswith("s") and not placed and part not in SEVERITIES
            if name.startswith(known) and not counts and (rated or placed or part in SEVERITIES):
                return names.index(name)
    if (rated and placed) or (placed and part in CLAIMING) or part in SEVERITIES:
        return next((names.index(name) for known in _VAGUE for name in names if name.startswith(known)), None)
    return None


def _rows(chapter: Chapter, table: Table, names: Sequence[str], title: int) -> Iterable[Stated]:
    for row in table.rows:
        cells = {name: cell.replace("\\|", "|") for name, cell in zip(names, row, strict=True)}
        rated = grade(row[title].replace("\\|", "|"))
        said = plain_title(rated.rest)
        if len(said) < _SHORTEST or is_nothing(said):
            continue
        severity = SEVERITIES.get(chapter.part) or _severity(cells) or rated.severity
        places = places_in(_cell(cells, _PLACES, _LINES)) or tuple(one for one in places_in(said) if one.first)
        told = {names[title], *(name for name in names if name.startswith((*_LEVELS, *_PLACES, *_LINES)))}
        rest = [f"**{name.capitalize()}:** {cell}" for name, cell in cells.items() if name not in told and _says(cell)]
        yield Stated(
            heading=FindingHeading(mark=Mark.BARE, severity=None, number=0, title=said, places=places),
            severity=severity,
            lines=tuple(Line(line, fenced=False) for line in rest),
        )


def _says(cell: str) -> bool:
    return len(re.findall(r"[^\W\d_]", cell)) >= _SHORTEST


def _severity(cells: Mapping[str, str]) -> Severity | None:
    rated = next((cell for name, cell in cells.items() if name.startswith(_LEVELS)), "")
    words = re.findall(r"[A-Za-z0-9-]+|[^\x00-\u2100]", rated)
    return next(filter(None, map(severity_of, words)), None)


def _cell(cells: Mapping[str, str], names: Sequence[str], lines: Sequence[str]) -> str:
    """The place, with the lines of a column of their own behind it."""
    place = next((cell for name, cell in cells.items() if name.startswith(tuple(names))), "")
    count = next((cell for name, cell in cells.items() if name in lines), "")
    return f"{place}, lines {count.strip('L:` ')}" if count.strip() and not re.search(r":\d", place) else place
