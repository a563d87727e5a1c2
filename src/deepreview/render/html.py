"""The report as one web page that asks the network for nothing.

Every value of the report passes `_seen` on its way into the template: what cannot be seen becomes an escape, and Jinja
escapes the rest. Only `Markup`, which is made in `highlight` and `prose` from escaped parts, passes as it is.
"""

import hashlib
from base64 import b64encode
from collections import Counter
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from deepreview.model.claim import Claim, Section, Severity
from deepreview.model.evidence import Rung
from deepreview.model.finding import Finding
from deepreview.model.report import Report
from deepreview.model.round import Completed, Failed, Skipped
from deepreview.model.verdict import VerdictValue
from deepreview.render import deeds, standing, wording
from deepreview.render.base import Renderer
from deepreview.render.cards import CLASSES, ORIGINS, RUNGS, Card, anchors, cards
from deepreview.render.highlight import Highlighter, trusted
from deepreview.render.links import links
from deepreview.render.prose import Prose
from deepreview.render.visible import visible

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
    page = _environment().get_template("page.j2")
    return page.render(
        report=report,
        subject=report.subject,
        cards=shown,
        links=links(report.subject),
        prose=prose,
        style=_package("report.css"),
        script=_package("report.js"),
        policy=_policy(),
        verdict=_VERDICTS[report.verdict.value],
        severities=_severities(report),
        completed=[run for run in report.runs if isinstance(run, Completed)],
        failed=[run for run in report.runs if isinstance(run, Failed)],
        skipped=[run for run in report.runs if isinstance(run, Skipped)],
        deeds=[(run.reviewer, deeds.deeds(record)) for run in report.runs if (record := deeds.record_of(run))],
        lead=_lead(report),
        observations=_observations(report),
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
        "rulings": deeds.ruled(lead),
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


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("deepreview.render"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        finalize=_seen,
    )
    made.filters["duration"] = wording.duration
    made.filters["minute"] = _minute
    return made


def _seen(value: object) -> object:
    if isinstance(value, (Markup, int)):
        return value
    text = str(value)
    return text if text.isascii() and text.isprintable() else visible(text)


def _minute(stamp: str) -> str:
    """`2026-01-05 10:15 UTC` of an ISO 8601 stamp in UTC; other stamps as they are."""
    date, _, time = stamp.partition("T")
    return f"{date} {time[:5]} UTC" if time.endswith(("Z", "+00:00")) else stamp


@cache
def _package(name: str) -> Markup:
    loader = PackageLoader("deepreview.render")
    return trusted(loader.get_source(_environment(), name)[0])


def _hash(name: str) -> str:
    digest = hashlib.sha256(_package(name).encode()).digest()
    return f"'sha256-{b64encode(digest).decode()}'"


@cache
def _policy() -> str:
    return (
        f"default-src 'none'; style-src {_hash('report.css')}; script-src {_hash('report.js')}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _severities(report: Report) -> tuple[tuple[Severity, int], ...]:
    count = Counter(finding.severity for finding in report.findings)
    return tuple((severity, count[severity]) for severity in Severity)


def _observations(report: Report) -> list[tuple[str, list[tuple[str, str]]]]:
    sections = []
    for section, heading in SECTIONS.items():
        texts = [(", ".join(one.reviewers), one.text) for one in report.told if one.section is section]
        if texts:
            sections.append((heading, texts))
    return sections


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
