"""Results for findings of earlier rounds that are open and not in the report: an alert without one would be closed."""

from deepreview.context.visible import one_line, visible
from deepreview.model.life import Here, Now, Previous
from deepreview.model.report import Report
from deepreview.render.sarif_parts import LEVELS, Json, artifact, message
from deepreview.render.sarif_rules import rule_id


def still_open(report: Report) -> tuple[Previous, ...]:
    """The earlier findings that wait for an answer and are no findings of this round."""
    return tuple(row for row in report.previous if row.waits)


def earlier_result(row: Previous, order: dict[str, int]) -> Json:
    """One of them, under the rule and the fingerprint that it had as a finding.

    It has no `baselineState`: SARIF says `new`, `unchanged` and `updated` of what the run detected, and viewers take
    `absent` for resolved.
    """
    return {
        "ruleId": rule_id(row.kind),
        "ruleIndex": order[rule_id(row.kind)],
        "kind": "fail",
        "level": LEVELS[row.severity],
        "message": message(row.title, _since(row), " ".join(row.evidence)),
        "locations": [_location(row.here)] if row.here else [],
        "partialFingerprints": {"deepReview/v1": row.identity},
        "properties": {
            "name": row.name,
            "severity": row.severity.value,
            "reviewers": [visible(name) for name in row.reviewers],
            "now": row.now.value,
            "sinceRound": row.since.round,
            "evidence": [one_line(one) for one in row.evidence],
        },
    }


def _since(row: Previous) -> str:
    if row.now is Now.OPEN:
        return f"Open since round {row.since.round}, said again in this round and not shown ({row.name})."
    return f"Open since round {row.since.round} and not said again in this round ({row.name}: {row.now.value})."


def _location(here: Here) -> Json:
    region = {"startLine": here.first, "endLine": here.last} if here.first else {"startLine": 1}
    return {"physicalLocation": {"artifactLocation": artifact(here.path), "region": region}}
