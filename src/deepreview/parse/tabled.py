"""Findings that a reviewer states as rows of a table."""

import re
from collections.abc import Iterable, Sequence

from deepreview.model.claim import Severity
from deepreview.model.published import Table
from deepreview.parse.heading import FindingHeading, plain_title
from deepreview.parse.items import is_nothing
from deepreview.parse.lead import Mark, grade
from deepreview.parse.lines import Line
from deepreview.parse.outline import Chapter, Stated
from deepreview.parse.places import is_path, places_in, without_places
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
"""Letters of a cell that says something."""
_WORD = re.compile(r"[^\W\d_]{3}")
_FEW = 3


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
        raw = [cell.replace("\\|", "|") for cell in row]
        rated = grade(raw.pop(title))
        said = plain_title(rated.rest)
        if not _WORD.search(said) or is_nothing(said):
            continue
        columns = [*table.columns[:title], *table.columns[title + 1 :]]
        cells = [*zip([*names[:title], *names[title + 1 :]], raw, strict=True)]
        places = places_in(_place(cells)) or tuple(one for one in places_in(said) if one.first)
        rest = [f"**{column}:** {cell}" for column, cell in zip(columns, raw, strict=True)]
        yield Stated(
            heading=FindingHeading(mark=Mark.BARE, severity=None, number=0, title=said, places=places),
            severity=SEVERITIES.get(chapter.part) or _severity(cells) or rated.severity,
            lines=tuple(Line(one, fenced=False) for one, cell in zip(rest, cells, strict=True) if _says_more(*cell)),
        )


def _says_more(name: str, cell: str) -> bool:
    """Whether a cell says what neither the severity nor the places of the finding tell."""
    if name.startswith(_LEVELS):
        left = "" if len(_words(cell)) <= _FEW and _rating(cell) else cell
    elif name.startswith(_PLACES):
        left = without_places(_spelt(cell))
    else:
        left = "" if name in _LINES else cell
    return len(re.findall(r"[^\W\d_]", left)) >= _SHORTEST


def _words(cell: str) -> list[str]:
    return re.findall(r"[A-Za-z0-9-]+|[^\x00-\u2100]", cell)


def _rating(cell: str) -> Severity | None:
    return next(filter(None, map(severity_of, _words(cell))), None)


def _severity(cells: Sequence[tuple[str, str]]) -> Severity | None:
    return next(filter(None, (_rating(cell) for name, cell in cells if name.startswith(_LEVELS))), None)


def _place(cells: Sequence[tuple[str, str]]) -> str:
    """All places, each as it is told from prose; behind a single one the lines that have a column of their own."""
    places = [_spelt(cell) for name, cell in cells if name.startswith(_PLACES)]
    count = next((cell for name, cell in cells if name in _LINES), "").strip("L:` ")
    if len(places) == 1 and count and not re.search(r":\d", places[0]):
        return f"{places[0]}, lines {count}"
    return "; ".join(places)


def _spelt(cell: str) -> str:
    return f"`{cell.strip()}`" if is_path(cell.strip()) else cell
