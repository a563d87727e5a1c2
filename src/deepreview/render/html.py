"""The report as one web page that asks the network for nothing."""

from collections import Counter

from markupsafe import Markup

from deepreview.memory.alike import together
from deepreview.memory.notes import notes
from deepreview.model.claim import Claim, Section, Severity
from deepreview.model.evidence import Rung
from deepreview.model.finding import Finding
from deepreview.model.gap import Gap
from deepreview.model.report import Report
from deepreview.model.round import Completed, Failed, Skipped
from deepreview.model.verdict import VerdictValue
from deepreview.render import deeds, standing, wording
from deepreview.render.base import Renderer
from deepreview.render.cards import CLASSES, ORIGINS, RUNGS, Card, anchors, cards
from deepreview.render.highlight import Highlighter, trusted
from deepreview.render.links import links
from deepreview.render.page import environment, packaged, policy
from deepreview.render.prose import Prose

_PACKAGE = "deepreview.render"
SECTIONS = {
    Section.SUMMARY: "In the reviewers' words",
    Section.CONCERN: "Concerns",
    Section.TESTING: "Testing",
    Section.DOCS: "Documentation",
    Section.COMMITS: "Commits",
    Section.LIMITATION: "Known limitations",
    Section.FEEDBACK: "Feedback still open",
    Section.STRENGTH: "Strengths",
    Section.NOTE: "Notes",
}
MANY = 60
"""Findings from which on the browser lays out only what is near the window."""
LONG = 40
"""Rows from which on a table is folded."""
_VERDICTS = {
    VerdictValue.MERGE: "merge",
    VerdictValue.FIXES: "fixes",
    VerdictValue.REWORK: "rework",
    VerdictValue.NONE: "none",
}


def render(report: Report) -> str:
    """The page; equal reports give equal text."""
    highlighter = Highlighter()
    prose = Prose(highlighter, anchors(report.findings))
    shown = cards(report, prose, highlighter)
    page = environment(_PACKAGE).get_template("page.j2")
    style, script = packaged(_PACKAGE, "base.css", "report.css"), packaged(_PACKAGE, "report.js")
    return page.render(
        report=report,
        subject=report.subject,
        cards=shown,
        links=links(report.subject),
        prose=prose,
        style=style,
        script=script,
        policy=policy(style, script),
        verdict=_VERDICTS[report.verdict.value],
        severities=_severities(report),
        completed=[run for run in report.runs if isinstance(run, Completed)],
        failed=[run for run in report.runs if isinstance(run, Failed)],
        skipped=[run for run in report.runs if isinstance(run, Skipped)],
        deeds=[(run.reviewer, deeds.deeds(record)) for run in report.runs if (record := deeds.record_of(run))],
        lead=_lead(report),
        observations=_observations(report),
        proposed=together(notes(report.observations)),
        raw=_raw(report, shown),
        many=len(report.findings) > MANY,
        aliases=frozenset(card.id for card in shown),
        **_words(),
    )


def _lead(report: Report) -> dict[str, object] | None:
    """What the page tells of a lead; None without one."""
    lead = report.lead
    if lead is None:
        return None
    return {
        "asked": lead,
        "rulings": deeds.ruled(report),
        "without": deeds.without(lead),
        "deeds": deeds.deeds(lead.record),
    }


def _words() -> dict[str, object]:
    return {
        "words": wording,
        "rounds": standing,
        "rungs": {rung.value: text for rung, text in RUNGS.items()},
        "ladder": {rung.value: _ladder(rung) for rung in Rung},
        "classes": {defect.value: text for defect, text in CLASSES.items()},
        "origins": {kind.value: text for kind, text in ORIGINS.items()},
        "long": LONG,
    }


def _ladder(here: Rung) -> Markup:
    steps = (f'<b aria-current="true">{rung.value}</b>' if rung is here else rung.value for rung in Rung)
    return trusted(" › ".join(steps))


def _severities(report: Report) -> tuple[tuple[Severity, int], ...]:
    count = Counter(finding.severity for finding in report.findings)
    return tuple((severity, count[severity]) for severity in Severity)


def _observations(report: Report) -> list[tuple[str, list[tuple[str, str]]]]:
    sections = []
    for section, heading in SECTIONS.items():
        gaps = [gap for gap in report.gaps if gap.section is section]
        texts = [(_heads(gap), f"**{gap.alias}** {gap.text}") for gap in gaps]
        known = {gap.text for gap in gaps if gap.again}
        texts += [
            (", ".join(one.reviewers), one.text)
            for one in report.told
            if one.section is section and one.text not in known
        ]
        if texts:
            sections.append((heading, texts))
    return sections


def _heads(gap: Gap) -> str:
    return "; ".join(filter(None, (", ".join(gap.reviewers), standing.gap_told(gap))))


def _raw(report: Report, shown: tuple[Card, ...]) -> list[tuple[Claim, str, str, bool]]:
    """Each claim with the anchor of its finding, or why it was dropped, and whether that finding shows its words."""
    by_fingerprint: dict[str, tuple[str, Finding]] = {c.finding.fingerprint: (c.id, c.finding) for c in shown}
    fates = {fate.claim: fate for fate in report.claims_map}
    rows = []
    for claim in report.claims:
        fate = fates.get(claim.id)
        anchor, finding = by_fingerprint.get(fate.finding, ("", None)) if fate else ("", None)
        gone = report.dropped[fate.dropped] if fate and 0 <= fate.dropped < len(report.dropped) else None
        told = finding is not None and (claim.title, claim.body) == (finding.title, finding.body)
        rows.append((claim, anchor, f"{gone.step}: {gone.reason}" if gone else "", told))
    return rows


RENDERER = Renderer(name="html", suffix=".html", media_type="text/html", render=render)
