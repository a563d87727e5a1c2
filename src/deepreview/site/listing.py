"""The list of all changes: rows for the template, and the same as compact JSON for the script of the index."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from deepreview.context.visible import one_line
from deepreview.model.entry import DocumentKind
from deepreview.model.verdict import VerdictValue
from deepreview.render.highlight import trusted
from deepreview.site.changes import History, severities
from deepreview.site.charts import sparkline
from deepreview.site.names import address

FIRST = 100
"""Rows that stand in the page itself; the script shows the others."""
LONGEST = 110
VERDICTS = {
    VerdictValue.MERGE: "merge",
    VerdictValue.FIXES: "fixes",
    VerdictValue.REWORK: "rework",
    VerdictValue.NONE: "none",
}
"""The class of a verdict; reports without a known one have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One change."""

    href: str
    repo: str
    number: int
    title: str
    branch: str
    kind: str
    """Empty for reviews."""
    verdict: str
    """The words, with a capital."""
    mark: str
    """The class of the verdict."""
    rounds: int
    open: tuple[int, int, int]
    started: str
    spark: Markup


def row(history: History) -> Row:
    """The change as one line."""
    newest = history.newest
    mark = VERDICTS.get(newest.verdict, "") if newest.verdict else ""
    return Row(
        href=address(history.path),
        repo=newest.repo,
        number=newest.number,
        title=_short(newest.title),
        branch=_short(newest.branch),
        kind="" if history.kind is DocumentKind.REVIEW else history.kind.value,
        verdict=_short(newest.said) or "no verdict",
        mark=mark,
        rounds=len(history.entries),
        open=severities(life.last for life in history.open),
        started=newest.started[:16].replace("T", " "),
        spark=sparkline(history.course),
    )


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def data(histories: Sequence[History], listed: Sequence[Row]) -> Markup:
    """All rows for the script, repeated words once; nothing in it can end the element that it stands in."""
    repos, shelves, verdicts, names = _Words(), _Words(), _Words(), _Words()
    rows = [
        [
            "" if (file := one.href.rpartition("/")[2]) == f"pr-{one.number}.html" else file,
            shelves.at(one.href.split("/")[1]),
            repos.at(one.repo),
            one.number,
            one.title,
            one.branch,
            _KINDS.index(history.kind),
            verdicts.at(one.verdict),
            one.mark[:1],
            one.rounds,
            *one.open,
            one.started,
            " ".join(map(str, history.course)),
            [names.at(_short(seat)) for seat in _reviewers(history)],
        ]
        for history, one in zip(histories, listed, strict=True)
    ]
    told = {
        "repos": repos.all,
        "shelves": shelves.all,
        "verdicts": verdicts.all,
        "reviewers": names.all,
        "kinds": [kind.value for kind in _KINDS],
        "rows": rows,
    }
    return trusted(json.dumps(told, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c"))


_KINDS = tuple(DocumentKind)


def _reviewers(history: History) -> Iterable[str]:
    return dict.fromkeys(
        seat.reviewer for entry in history.entries for seat in entry.seats if seat.result == "completed"
    )


class _Words:
    """Words by number, each once."""

    def __init__(self) -> None:
        self._at: dict[str, int] = {}

    def at(self, word: str) -> int:
        return self._at.setdefault(word, len(self._at))

    @property
    def all(self) -> list[str]:
        return list(self._at)
