"""The rules of a SARIF run: one for each kind of defect that occurs in it."""

import re
from collections.abc import Sequence
from typing import Any

from deepreview.context.visible import one_line, visible
from deepreview.model.claim import Severity
from deepreview.model.evidence import Rung
from deepreview.model.finding import Finding
from deepreview.model.life import Previous
from deepreview.render.safe_markdown import plain
from deepreview.render.sarif_parts import braces, message_text

MOST_NAME = 255
"""Longest rule name that GitHub keeps."""
MOST_WORDS = 1_000
"""Longest description that GitHub keeps is a little more."""

_PROBLEM = {Severity.CRITICAL: "error", Severity.IMPORTANT: "warning", Severity.SUGGESTION: "recommendation"}
_PRECISION = {
    Rung.SAID: "low",
    Rung.PLACED: "medium",
    Rung.PARSED: "high",
    Rung.EXECUTED: "very-high",
    Rung.REPRODUCED: "very-high",
    Rung.MUTATED: "very-high",
}


def rules(shown: Sequence[Finding | Previous]) -> list[dict[str, Any]]:
    """The rules in the order of their names, described by what their results have in common."""
    kinds: dict[str, list[Finding | Previous]] = {}
    for one in shown:
        kinds.setdefault(rule_id(one.kind), []).append(one)
    return [_rule(kind, kinds[kind]) for kind in sorted(kinds)]


def _rule(kind: str, shown: Sequence[Finding | Previous]) -> dict[str, Any]:
    found = [one for one in shown if isinstance(one, Finding)]
    reviewers = ", ".join(sorted({visible(name) for one in shown for name in one.reviewers}))
    words = re.sub(r"[-_]+", " ", kind)
    worst = max((one.severity for one in shown), key=lambda severity: severity.weight)
    methods = sorted({text for finding in found if (text := one_line(finding.method))})
    how = " ".join(methods)[:MOST_WORDS] or _no_method(found)
    classes = sorted({finding.defect.value for finding in found})
    return {
        "id": kind,
        "name": kind,
        "shortDescription": {"text": message_text(words[:1].upper() + words[1:])[:MOST_NAME]},
        "fullDescription": {"text": message_text(f"A defect of the kind {kind}, found by {reviewers}.")[:MOST_WORDS]},
        "help": {
            "text": message_text(f"Found by {reviewers}. {how}"),
            "markdown": braces(f"**Found by** {plain(reviewers)}\n\n{plain(how)}"),
        },
        "defaultConfiguration": {"level": {"recommendation": "note"}.get(_PROBLEM[worst], _PROBLEM[worst])},
        "properties": {
            **_precision(found),
            "problem.severity": _PROBLEM[worst],
            "tags": ["deep-review", *classes],
        },
    }


def _no_method(found: Sequence[Finding]) -> str:
    return "The reviewer did not say how." if found else "In an earlier round, whose report says how."


def _precision(found: Sequence[Finding]) -> dict[str, str]:
    """That of the weakest proof; of what only earlier rounds said, no proof is at hand."""
    weakest = min((finding.proof for finding in found), key=list(Rung).index, default=None)
    return {"precision": _PRECISION[weakest]} if weakest else {}


def rule_id(kind: str) -> str:
    """The kind as the name of a rule."""
    return visible(kind)[:MOST_NAME]
