"""The charts of the statistics, each with the table that says the same."""

from dataclasses import dataclass

from markupsafe import Markup

from deepreview.site.charts import bars
from deepreview.site.stats import Statistics

_MOST = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture of one of the tables."""

    sheet: str
    """The table's id."""
    keys: tuple[tuple[str, str], ...]
    """Class and meaning of each part of a bar."""
    svg: Markup


def charts(told: Statistics) -> dict[str, Chart]:
    """By the table that each belongs to; only those that show something."""
    made = (_reviewers(told), _outcomes(told), _rounds(told))
    return {chart.sheet: chart for chart in made if chart}


def _reviewers(told: Statistics) -> Chart | None:
    shown = [one for one in told.reviewers if one.found][:_MOST]
    if not shown:
        return None
    rows = [
        (
            one.name,
            (
                ("p1", one.unique_confirmed),
                ("p2", one.confirmed - one.unique_confirmed),
                ("p3", one.found - one.confirmed),
            ),
        )
        for one in shown
    ]
    words = "Findings by reviewer: " + "; ".join(
        f"{one.name} {one.found}, of which {one.confirmed} confirmed and {one.unique_confirmed} of these by it alone"
        for one in shown
    )
    keys = (("p1", "confirmed, by it alone"), ("p2", "confirmed, by others too"), ("p3", "not confirmed"))
    return Chart(sheet="reviewers", keys=keys, svg=bars(words, rows))


def _outcomes(told: Statistics) -> Chart | None:
    shown = [(name, one) for name, one in told.outcomes if one.listed]
    if not shown:
        return None
    rows = [
        (
            name,
            (
                ("p1", one.fixed),
                ("p2", one.documented + one.deferred),
                ("p4", one.declined + one.refuted),
                ("p3", one.listed - one.answered),
            ),
        )
        for name, one in shown
    ]
    words = "What became of findings: " + "; ".join(
        f"{name} {one.listed}, of which {one.fixed} fixed, {one.documented + one.deferred} documented or deferred, "
        f"{one.declined + one.refuted} declined or refuted"
        for name, one in shown
    )
    keys = (
        ("p1", "fixed"),
        ("p2", "documented or deferred"),
        ("p4", "declined or refuted"),
        ("p3", "unanswered"),
    )
    return Chart(sheet="outcomes", keys=keys, svg=bars(words, rows))


def _rounds(told: Statistics) -> Chart | None:
    if len(told.by_round) < 2:  # noqa: PLR2004 - one round shows no course
        return None
    shown = told.by_round[:_MOST]
    rows = [(f"round {one.round}", (("p4", round(one.heavy, 1)), ("p2", round(one.suggestions, 1)))) for one in shown]
    words = "Open findings by round, on average: " + "; ".join(
        f"round {one.round} {one.heavy:.1f} critical or important and {one.suggestions:.1f} suggestions"
        for one in shown
    )
    keys = (("p4", "critical and important"), ("p2", "suggestions"))
    return Chart(sheet="rounds", keys=keys, svg=bars(words, rows))
