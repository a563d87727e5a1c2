"""The statistics as tables of text, for the terminal and for the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from deepreview.model.entry import Anchors
from deepreview.render.wording import duration
from deepreview.site.names import reviewer_page
from deepreview.site.stats import ChangeFigures, Outcomes, PathFigures, ReviewerFigures, Spread, Statistics

SHOWN = 20
"""Rows of the tables that may be long."""
UNKNOWN = "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table; the first column holds names, the others numbers."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    links: tuple[str, ...] = ()
    """For each row the page that its name leads to, from the root of the site; empty where none does."""


def sheets(told: Statistics) -> tuple[Sheet, ...]:
    """All tables that have rows."""
    made = (
        _found(told.reviewers, "reviewers", "Reviewers: what they found"),
        _found(told.families, "families", "Families: what they found") if len(told.families) > 1 else None,
        _care(told.reviewers),
        _price(told.reviewers),
        _ratings(told.reviewers),
        _agreement(told),
        _outcomes(told),
        _by_round(told),
        _changes(told.by_change),
        _paths(told.paths),
    )
    return tuple(sheet for sheet in made if sheet and sheet.rows)


def share(part: int, whole: int) -> str:
    """`3 of 4 (75 %)`; nothing is known of none."""
    return f"{part} of {whole} ({part / whole:.0%})".replace("%", " %") if whole else UNKNOWN


def _number(known: float | None) -> str:
    return UNKNOWN if known is None else f"{known:,}"


def _middle(spread: Spread | None) -> str:
    return duration(spread.middle) if spread else UNKNOWN


def _found(figures: Sequence[ReviewerFigures], id_: str, title: str) -> Sheet:
    columns = (
        "",
        "rounds",
        "found",
        "C",
        "I",
        "S",
        "unique",
        "shared",
        "confirmed",
        "unique and confirmed",
        "acted on",
    )
    rows = tuple(
        (
            one.name,
            *map(str, (one.rounds, one.found, one.critical, one.important, one.suggestions, one.unique, one.shared)),
            *map(str, (one.confirmed, one.unique_confirmed)),
            share(one.outcomes.fixed, one.outcomes.answered),
        )
        for one in figures
    )
    links = tuple(reviewer_page(one.name) for one in figures) if id_ == "reviewers" else ()
    return Sheet(id=id_, title=title, columns=columns, rows=rows, links=links)


def _care(figures: Sequence[ReviewerFigures]) -> Sheet:
    columns = ("", "declined", "refuted", "downgraded", "dropped", "misses", "quotes checked", "moved", "not found")
    rows = tuple(
        (
            one.name,
            str(one.outcomes.declined),
            *map(_number, (one.refuted, one.downgraded, one.dropped, one.misses)),
            *_anchors(one.anchors),
        )
        for one in figures
    )
    return Sheet(id="care", title="Reviewers: how carefully", columns=columns, rows=rows)


def _anchors(anchors: Anchors | None) -> tuple[str, str, str]:
    if anchors is None:
        return (UNKNOWN, UNKNOWN, UNKNOWN)
    return (str(anchors.checked), share(anchors.moved, anchors.checked), share(anchors.lost, anchors.checked))


def _price(figures: Sequence[ReviewerFigures]) -> Sheet:
    columns = (
        "",
        "completed",
        "failed",
        "why",
        "median time",
        "median tool calls",
        "tokens",
        "cost",
        "cost per confirmed",
    )
    rows = tuple(
        (
            one.name,
            str(one.completed),
            str(sum(times for _, times in one.failures)),
            ", ".join(f"{kind} {times}" for kind, times in one.failures) or UNKNOWN,
            _middle(one.seconds),
            f"{one.tool_calls.middle:.0f}" if one.tool_calls else UNKNOWN,
            _number(one.tokens),
            _money(one.usd),
            _money(one.usd_per_confirmed),
        )
        for one in figures
    )
    return Sheet(id="price", title="Reviewers: time, cost, failures", columns=columns, rows=rows)


def _money(usd: float | None) -> str:
    return UNKNOWN if usd is None else f"${usd:.2f}"


def _ratings(figures: Sequence[ReviewerFigures]) -> Sheet:
    columns = ("", "claimed", "critical", "important", "suggestion", "dropped")
    rows = tuple(_rated(figures))
    return Sheet(id="ratings", title="Severity: as claimed and as it ended", columns=columns, rows=rows)


def _rated(figures: Sequence[ReviewerFigures]) -> Iterator[tuple[str, ...]]:
    for one in figures:
        for claimed in dict.fromkeys(rated.claimed for rated in one.ratings):
            ends = {
                rated.final.value if rated.final else "dropped": rated.times
                for rated in one.ratings
                if rated.claimed is claimed
            }
            cells = (ends.get(end, 0) for end in ("critical", "important", "suggestion", "dropped"))
            yield (one.name, claimed.value, *map(str, cells))


def _agreement(told: Statistics) -> Sheet:
    columns = ("families", "critical", "important", "suggestions", "acted on")
    rows = tuple(
        (
            str(one.voices),
            *map(str, (one.critical, one.important, one.suggestions)),
            share(one.outcomes.fixed, one.outcomes.answered),
        )
        for one in told.agreement
    )
    return Sheet(id="agreement", title="Agreement: how many families said it", columns=columns, rows=rows)


def _outcomes(told: Statistics) -> Sheet:
    columns = ("", "found", "fixed", "documented", "declined", "deferred", "refuted", "unanswered")
    rows = tuple((severity, *_became(one)) for severity, one in told.outcomes)
    return Sheet(id="outcomes", title="What became of findings", columns=columns, rows=rows)


def _became(one: Outcomes) -> tuple[str, ...]:
    numbers = (one.listed, one.fixed, one.documented, one.declined, one.deferred, one.refuted)
    return tuple(map(str, (*numbers, one.listed - one.answered)))


def _by_round(told: Statistics) -> Sheet:
    columns = ("round", "reports", "critical and important", "suggestions")
    rows = tuple(
        (str(one.round), str(one.reports), f"{one.heavy:.1f}", f"{one.suggestions:.1f}") for one in told.by_round
    )
    return Sheet(id="rounds", title="Convergence: open findings by round, on average", columns=columns, rows=rows)


def _density(findings: int, lines: int) -> str:
    return f"{100 * findings / lines:.1f}" if lines else UNKNOWN


def _changes(changes: Sequence[ChangeFigures]) -> Sheet:
    columns = ("", "rounds", "found", "open", "per 100 lines", "quiet from round")
    most = sorted(changes, key=lambda one: -one.found)[:SHOWN]
    rows = tuple(
        (
            one.title,
            *map(str, (one.rounds, one.found, one.open)),
            _density(one.found, one.lines),
            UNKNOWN if one.quiet is None else str(one.quiet),
        )
        for one in most
    )
    links = tuple(one.path for one in most)
    return Sheet(id="changes", title="Changes with the most findings", columns=columns, rows=rows, links=links)


def _paths(paths: Sequence[PathFigures]) -> Sheet:
    columns = ("", "changes", "critical", "important", "suggestions", "fixed", "per 100 lines")
    rows = tuple(
        (
            one.path,
            *map(str, (one.changes, one.critical, one.important, one.suggestions, one.fixed)),
            _density(one.critical + one.important + one.suggestions, one.lines),
        )
        for one in paths[:SHOWN]
    )
    return Sheet(id="paths", title="Files with the most findings", columns=columns, rows=rows)
