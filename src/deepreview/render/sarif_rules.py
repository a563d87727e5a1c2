"""The rules of a SARIF run: one for each kind of defect that occurs in it."""

import re
from collections.abc import Sequence
from typing import Any

from deepreview.context.visible import one_line, visible
from deepreview.model.claim import Severity
from deepreview.model.evidence import Rung
from deepreview.model.finding import Finding
from deepreview.render.safe_markdown import plain

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


def rules(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """The rules in the order of their names, described by what their findings have in common."""
    kinds: dict[str, list[Finding]] = {}
    for finding in findings:
        kinds.setdefault(rule_id(finding.kind), []).append(finding)
    return [_rule(kind, kinds[kind]) for kind in sorted(kinds)]


def _rule(kind: str, found: Sequence[Finding]) -> dict[str, Any]:
    reviewers = ", ".join(sorted({visible(name) for finding in found for name in finding.reviewers}))
    words = re.sub(r"[-_]+", " ", kind)
    weakest = min((finding.proof for finding in found), key=list(Rung).index)
    worst = max((finding.severity for finding in found), key=lambda severity: severity.weight)
    methods = sorted({text for finding in found if (text := one_line(finding.method))})
    how = " ".join(methods)[:MOST_WORDS] or "The reviewer did not say how."
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
            "precision": _PRECISION[weakest],
            "problem.severity": _PROBLEM[worst],
            "tags": ["deep-review", *classes],
        },
    }


def rule_id(kind: str) -> str:
    """The kind as the name of a rule."""
    return visible(kind)[:MOST_NAME]


def message_text(text: str) -> str:
    """Plain text in which nothing is a link or a placeholder, by the escapes that SARIF gives."""
    return braces(re.sub(r"([\\\[\]])", r"\\\1", text))


def braces(text: str) -> str:
    """Text in which nothing is a placeholder."""
    return text.replace("{", "{{").replace("}", "}}")
