"""What the Markdown report tells of earlier rounds: what became of each finding, what was declined, whether it ends."""

from collections.abc import Sequence

from deepreview.model.claim import Section
from deepreview.model.finding import State
from deepreview.model.gap import Gap
from deepreview.model.life import Now, Previous
from deepreview.model.report import Report
from deepreview.render import standing
from deepreview.render.markdown_records import table
from deepreview.render.safe_markdown import code, inline, item, line, plain
from deepreview.render.wording import sentence, spot


def earlier(report: Report) -> str:
    """The table of the findings of earlier rounds, the settled ones in one of their own; empty in a first round."""
    rows = report.previous
    listed = "\n".join(item(f"{plain(row.name)}: {_proposal(row)}") for row in rows if row.proposal)
    parts = (
        _table([row for row in rows if not row.rests]),
        f"Proposed, until somebody confirms it:\n\n{listed}" if listed else "",
        _folded(f"Settled: {standing.resting(rows)}", _table([row for row in rows if row.rests])),
    )
    return "\n\n".join(part for part in parts if part)


def _table(rows: Sequence[Previous]) -> str:
    return table([["Finding", "Title", "Now", "Evidence"], *map(_row, rows)]) if rows else ""


def _folded(summary: str, text: str) -> str:
    return f"<details>\n<summary>{summary}</summary>\n\n{text}\n\n</details>" if text else ""


def _row(row: Previous) -> list[str]:
    place = f" — {code(spot(row.path, row.first, row.first))}" if row.path else ""
    since = f" (since round {row.since.round})" if row.rounds > 1 else ""
    now = f"{row.now.value} as {row.alias}" if row.alias else row.now.value
    told = standing.told(row)
    said = f"{inline(told, strong=False)} " if told and row.now is not Now(row.said.value) else ""
    reason = f"{inline(sentence(row.reason))} " if row.reason and row.now.value == row.said.value else ""
    evidence = " ".join(inline(one) for one in row.evidence)
    title = inline(row.title, strong=False)
    return [f"round {_named(row)}{since}", f"{title}{place}", f"**{now}**", line(f"{said}{reason}{evidence}")]


def _named(row: Previous) -> str:
    """`R2-I1` as `2 I1`: the form in which reports name findings of other rounds."""
    number, _, alias = row.name.removeprefix("R").partition("-")
    return f"{number} {plain(alias)}"


def _proposal(row: Previous) -> str:
    assert row.proposal
    by = f" by {code(row.proposal.commit[:9])}" if row.proposal.commit else ""
    return f"{row.proposal.state.value}{by}; {code(f'deepreview resolve --confirm {row.name}')}"


def settled(report: Report) -> str:
    """What was declined in earlier rounds, and is not to come back."""
    shut = [row for row in report.previous if row.now.settled and row.now is not Now.DEFERRED]
    gaps = [gap for gap in report.gaps if gap.since and gap.state in {State.DECLINED, State.REFUTED}]
    items = [
        item(
            f"**{inline(row.title, strong=False)}** — {row.now.value} after round {_named(row)}"
            f"{f': {inline(row.reason)}' if row.reason else ''}. Do not re-suggest."
        )
        for row in shut
    ]
    items += [item(f"**{inline(gap.title, strong=False)}** — {_gap(gap)}. Do not re-suggest.") for gap in gaps]
    return "### Declined in prior rounds\n\n" + "\n".join(items) if items else ""


def _gap(gap: Gap) -> str:
    """`testing gap TG1, declined: out of scope`; what is said of it stands in its own section."""
    reason = f": {inline(gap.reason)}" if gap.reason else ""
    what = "documentation gap" if gap.section is Section.DOCS else "testing gap"
    return f"{what} {plain(gap.alias)}, {gap.state.value}{reason}"


def ends_told(report: Report) -> str:
    """Whether the rounds end here, and by which rule; empty in a first round, which nobody expects to be the last."""
    return "\n".join(item(inline(one)) for one in standing.ends(report)) if report.round > 1 else ""
