"""How findings stand to earlier rounds, in words that every format shares; plain text, nothing of it is escaped."""

from collections import Counter
from collections.abc import Iterator, Sequence

from deepreview.model.finding import Finding, Standing, State
from deepreview.model.gap import Gap
from deepreview.model.life import Previous
from deepreview.model.report import Report
from deepreview.render.wording import sentence

_WORDS = {
    Standing.NEW: "new",
    Standing.CARRIED: "since",
    Standing.REGRESSED: "there again, since",
    Standing.CAUSED: "caused by a fix",
    Standing.OVERLOOKED: "new, in code untouched since the first round",
}


def standing(finding: Finding, report: Report) -> str:
    """`since round 2`, `caused by a fix`; empty for a new one and in a first round."""
    words = "" if finding.standing is Standing.NEW and not finding.held else _WORDS[finding.standing]
    if finding.since:
        words = f"{words} round {finding.since.round}"
    if finding.held:
        words = f"{words}, waits".removeprefix("new, ")
    return words if report.previous or finding.held or finding.since else ""


def grounds(finding: Finding) -> str:
    """What the standing rests on, and why it waits; empty where there is nothing to say."""
    sure = f" Sure to {finding.confidence:.0%}." if finding.confidence < 1 and finding.since else ""
    return " ".join(filter(None, (f"{finding.because}{sure}".strip(), finding.held)))


def gap_told(gap: Gap) -> str:
    """What became of a gap, and since when it is known; empty for a new one that waits."""
    said = "" if gap.state is State.OPEN else gap.state.value
    reason = ": ".join(filter(None, (said, gap.reason)))
    since = f"since round {gap.since.round}" if gap.since else ""
    return "; ".join(filter(None, (reason, since, "" if gap.again else "not repeated")))


def told(row: Previous) -> str:
    """What somebody said became of an earlier finding, with the reason, as a sentence; empty where nobody did."""
    if row.said.value == "open":
        return ""
    return sentence(f"{row.said.value}: {row.reason}" if row.reason else row.said.value)


def resting(rows: Sequence[Previous]) -> str:
    """How many of the earlier findings are settled, by how: `2 declined, 1 documented`; empty where none is."""
    found = Counter(row.now for row in rows if row.rests)
    return ", ".join(f"{count} {now.value}" for now, count in found.most_common())


def proposed(row: Previous) -> str:
    """What would be put on record if somebody confirms it; empty where nothing is proposed."""
    if row.proposal is None:
        return ""
    by = f" by {row.proposal.commit[:9]}" if row.proposal.commit else ""
    return f"{row.proposal.state.value}{by} ({row.proposal.by}): `deepreview resolve --confirm {row.name}`"


def ends(report: Report) -> Iterator[str]:
    """When rounds end, what counts in this one, and whether they end here; nothing where no round is told of.

    One round alone neither converges nor fails to.
    """
    told = report.convergence
    if told is None:
        return
    if report.round == 1:
        yield told.reason
    else:
        yield f"Converged: {told.reason}" if told.converged else f"Not converged: {told.reason}"
    yield told.rule
    yield told.bar
