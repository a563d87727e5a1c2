"""What the page shows of one finding, ready for the template."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from deepreview.model.claim import Answer, DefectClass
from deepreview.model.evidence import Outcome, Rung
from deepreview.model.finding import Finding, OriginKind, Rubric
from deepreview.model.report import Report
from deepreview.render.highlight import Highlighter, shown, trusted
from deepreview.render.links import Links, links
from deepreview.render.listing import Listing, Listings
from deepreview.render.prose import Prose
from deepreview.render.wording import SHORT, outermost, place

_ALIAS = re.compile(r"[A-Za-z]{1,4}\d{1,6}", re.ASCII)
LISTED = 4
"""Places of one finding whose code is shown; the others are named."""

RUNGS = {
    Rung.SAID: "a reviewer said it",
    Rung.PLACED: "the quoted code stands at the cited lines",
    Rung.PARSED: "a parser confirmed what it says about the code's form",
    Rung.EXECUTED: "code was run to observe it",
    Rung.REPRODUCED: "it fails at head, and passes at base or with the patch",
    Rung.MUTATED: "the mechanism was broken on purpose, and no test noticed",
}
CLASSES = {
    DefectClass.REGRESSION: "this change brought it",
    DefectClass.GAP: "something is missing",
    DefectClass.ENHANCEMENT: "it could be better",
}
ORIGINS = {
    OriginKind.INTRODUCED: "Introduced by this change",
    OriginKind.MOVED: "Moved by this change, written earlier",
    OriginKind.NEWLY_EXPOSED: "Older code that this change newly exposes",
    OriginKind.PRE_EXISTING: "Older than this change",
    OriginKind.UNKNOWN: "Origin unknown",
}
_OUTCOMES = {
    Outcome.SUPPORTS: "supports",
    Outcome.REFUTES: "refutes",
    Outcome.INCONCLUSIVE: "inconclusive",
    Outcome.NOT_APPLICABLE: "not applicable",
    Outcome.ERROR: "check failed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One place with its address and its code."""

    name: str
    href: str
    base: bool
    listing: Listing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One observation of a check."""

    check: str
    outcome: str
    words: str
    summary: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One finding."""

    id: str
    """Its anchor on the page: the alias where it is a plain unique one."""
    finding: Finding
    title: Markup
    spots: tuple[Spot, ...]
    others: tuple[Spot, ...]
    body: Markup
    unless: Markup
    fix: Markup
    patch: Markup
    repro: Markup
    origin: str
    commit: str
    commit_href: str
    evidence: tuple[Proof, ...]
    rubric: str


def cards(report: Report, prose: Prose, highlighter: Highlighter) -> tuple[Card, ...]:
    """A card for each finding, in the report's order."""
    ids = anchors(report.findings)
    forge = links(report.subject)
    listings = Listings(report.cited, highlighter)
    return tuple(
        _card(finding, anchor, prose, _spots(finding, anchor, forge, listings), forge)
        for finding, anchor in zip(report.findings, ids, strict=True)
    )


def anchors(findings: Sequence[Finding]) -> tuple[str, ...]:
    """An anchor for each finding that no other has and that needs no escape."""
    count = Counter(finding.alias for finding in findings)
    return tuple(
        finding.alias if _ALIAS.fullmatch(finding.alias) and count[finding.alias] == 1 else f"finding-{number}"
        for number, finding in enumerate(findings, 1)
    )


def _card(finding: Finding, anchor: str, prose: Prose, spots: tuple[Spot, ...], forge: Links) -> Card:
    return Card(
        id=anchor,
        finding=finding,
        title=prose.title(finding.title),
        spots=spots[:LISTED],
        others=spots[LISTED:],
        body=prose.blocks(finding.body),
        unless=prose.inline(finding.unless),
        fix=prose.blocks(finding.fix),
        patch=diff(finding.patch),
        repro=prose.blocks(finding.repro),
        origin=ORIGINS[finding.origin.kind],
        commit=finding.origin.commit[:SHORT],
        commit_href=forge.commit(finding.origin.commit),
        evidence=tuple(
            Proof(
                check=e.check,
                outcome=e.outcome.value,
                words=_OUTCOMES[e.outcome],
                summary=e.summary,
                detail=e.detail,
            )
            for e in finding.evidence
        ),
        rubric=_rubric(finding.rubric),
    )


def _spots(finding: Finding, anchor: str, forge: Links, listings: Listings) -> tuple[Spot, ...]:
    return tuple(
        Spot(
            name=place(location),
            href=forge.blob(location),
            base=location.side.value == "base",
            listing=listings.at(location, anchor) if number < LISTED else None,
        )
        for number, location in enumerate(outermost(finding.locations))
    )


def _rubric(rubric: Rubric) -> str:
    asked: tuple[tuple[str, Answer], ...] = (
        ("reachable", rubric.reachable),
        ("silent", rubric.silent),
        ("shipped", rubric.shipped),
        ("introduced", rubric.introduced),
        ("proven", rubric.proven),
    )
    return ", ".join(f"{question} {answer.value}" for question, answer in asked)


def diff(patch: str) -> Markup:
    """A unified diff with its kinds of line marked; empty for no patch."""
    if not patch:
        return Markup()
    return trusted("".join(map(_diff_line, patch.rstrip("\n").split("\n"))))


def _diff_line(line: str) -> str:
    if line.startswith(("+++", "---", "diff ", "index ", "@@")):
        return f'<span class="h">{shown(line)}</span>\n'
    kind = {"+": "i", "-": "d"}.get(line[:1], "")
    return f'<span class="{kind}">{shown(line)}</span>\n' if kind else f"{shown(line)}\n"
