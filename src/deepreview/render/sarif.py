"""SARIF 2.1.0, within what GitHub code scanning accepts: results of the findings, the rest as properties."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from deepreview.context.visible import exact, one_line, visible
from deepreview.model.finding import Finding, Location, Standing, State
from deepreview.model.report import Report
from deepreview.model.round import Completed, Failed, Run, Skipped
from deepreview.render.base import Renderer
from deepreview.render.replacements import replacements
from deepreview.render.safe_markdown import code
from deepreview.render.sarif_earlier import earlier_result, still_open
from deepreview.render.sarif_parts import LEVELS, Json, artifact, message, message_text
from deepreview.render.sarif_rules import rule_id, rules
from deepreview.render.wording import SHORT, at_base, failures, nobody_read, place, why_failed

MOST_RESULTS = 25_000
"""GitHub refuses a run with more results."""
MOST_PLACES = 1_000
"""GitHub refuses a result with more locations."""
MOST_LINKS = 20
"""A message links to this many of the other places."""
_NOT_IN_FORCE = {State.DECLINED, State.REFUTED, State.DOCUMENTED, State.DEFERRED, State.FIXED, State.OBSOLETE}

_BASELINE = {
    Standing.NEW: "new",
    Standing.CAUSED: "new",
    Standing.OVERLOOKED: "new",
    Standing.REGRESSED: "new",
    Standing.CARRIED: "unchanged",
}
"""A result that came back is new against the round before."""


def render(report: Report) -> str:
    """The whole log as indented JSON."""
    log = {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [_run(report)],
    }
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _run(report: Report) -> Json:
    shown = report.findings[:MOST_RESULTS]
    left = still_open(report)[: MOST_RESULTS - len(shown)]
    described = rules((*shown, *left))
    order = {rule["id"]: index for index, rule in enumerate(described)}
    name, _, version = report.tool.partition(" ")
    driver = {"name": "Deep Review", "rules": described}
    if version:
        driver["version"] = visible(version)
    return {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"{name}/{quote(report.clock.round_id, errors='surrogateescape')}"},
        "invocations": [_invocation(report)],
        **_provenance(report),
        "columnKind": "unicodeCodePoints",
        "results": _alike(
            [
                *(_result(finding, report, order) for finding in shown),
                *(earlier_result(row, order) for row in left),
            ]
        ),
        "properties": _properties(report),
    }


def _alike(results: list[Json]) -> list[Json]:
    """The results, all with their suppressions or none: a run that has them for some only would be invalid."""
    if any("suppressions" in result for result in results):
        for result in results:
            result.setdefault("suppressions", [])
    return results


def _invocation(report: Report) -> Json:
    left = len(report.findings) + len(still_open(report)) - MOST_RESULTS
    notices = [_notice("error", f"{run.reviewer} failed: {why_failed(run)}") for run in failures(report)]
    for run in report.runs:
        if isinstance(run, Skipped):
            notices.append(_notice("note", f"{run.reviewer} was skipped: {run.reason}"))
        if isinstance(run, Completed):
            notices += [_notice("warning", f"{run.reviewer}: {gap}") for gap in run.reading.gaps]
    notices += [_notice("note", f"nobody read {file.path}: {file.unread}") for file in nobody_read(report)]
    if left > 0:
        notices.append(_notice("warning", f"{left} findings are left out: a run holds {MOST_RESULTS} results"))
    times = {"startTimeUtc": _utc(report.clock.started), "endTimeUtc": _utc(report.clock.finished)}
    return {
        "executionSuccessful": not failures(report) and any(isinstance(run, Completed) for run in report.runs),
        **{key: value for key, value in times.items() if value},
        "toolExecutionNotifications": notices,
    }


def _notice(level: str, text: str) -> Json:
    return {"level": level, "message": {"text": message_text(one_line(text))}}


def _utc(stamp: str) -> str:
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        return ""  # an optional field: better left out than wrong
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at.tzinfo else ""


def _provenance(report: Report) -> Json:
    subject = report.subject
    if not re.fullmatch(r"https?://[!-~]+", subject.url):
        return {}
    details = {"repositoryUri": quote(subject.url, safe=":/?#[]@!$&'()*+,;=%~"), "revisionId": subject.head}
    if subject.branch:
        details["branch"] = visible(subject.branch)
    return {"versionControlProvenance": [{**details, "mappedTo": {"uriBaseId": "%SRCROOT%"}}]}


def _result(finding: Finding, report: Report, order: dict[str, int]) -> Json:
    places = _head_first(finding.locations)
    others = [_location(location, report, number) for number, location in enumerate(places[1:MOST_PLACES], 1)]
    result: Json = {
        "ruleId": rule_id(finding.kind),
        "ruleIndex": order[rule_id(finding.kind)],
        "kind": "fail",
        "level": LEVELS[finding.severity],
        "message": _message(finding, places, report),
        "locations": [_location(found, report) for found in places[:1]],
        "partialFingerprints": {"deepReview/v1": finding.life},
        "properties": _facts(finding),
        **({"baselineState": _BASELINE[finding.standing]} if report.round > 1 and report.convergence else {}),
    }
    if others:
        result["relatedLocations"] = others
    if finding.state in _NOT_IN_FORCE:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": finding.state.value}]
    if fix := _fix(finding):
        result["fixes"] = [fix]
    return result


def _head_first(locations: tuple[Location, ...]) -> list[Location]:
    return sorted(locations, key=at_base)  # an alert opens the file at head; the sort keeps the order otherwise


def _message(finding: Finding, places: Sequence[Location], report: Report) -> Json:
    shown = places[0] if places else None
    where = f"At base {report.subject.base[:SHORT]}: {exact(place(shown))}." if shown and at_base(shown) else ""
    unless = f"When it does not matter: {finding.unless}" if finding.unless.strip() else ""
    fix = f"Fix: {finding.fix}" if finding.fix.strip() else ""
    linked = list(enumerate(places[1 : MOST_LINKS + 1], 1))
    text = ", ".join(f"[{message_text(exact(place(found)))}]({number})" for number, found in linked)
    markdown = ", ".join(f"[{code(place(found))}]({number})" for number, found in linked)
    return message(
        finding.title,
        *(where, finding.body, unless, fix),
        text=f"\n\nAlso at {text}." if text else "",
        markdown=f"\n\nAlso at {markdown}." if markdown else "",
    )


def _location(location: Location, report: Report, number: int | None = None) -> Json:
    found: Json = {"physicalLocation": _physical(location, report)}
    if number is not None:
        found["id"] = number
    if at_base(location):
        text = f"{exact(place(location))} at base {report.subject.base[:SHORT]}"
        found["message"] = {"text": message_text(text)}
    return found


def _physical(location: Location, report: Report) -> Json:
    """The place at head; code that is gone is pointed at by the first line of its file, as its lines are no more."""
    path = location.path
    if at_base(location):
        path = next((file.path for file in report.subject.files if file.old_path == path), path)
        region: Json = {"startLine": 1}
    elif location.first == 0:
        region = {"startLine": 1}
    else:
        region = {"startLine": location.first, "endLine": location.last}
        if location.quote:
            region["snippet"] = {"text": visible(location.quote)}
    return {"artifactLocation": artifact(path), "region": region}


def _facts(finding: Finding) -> Json:
    origin = finding.origin
    return {
        "alias": finding.alias,
        "severity": finding.severity.value,
        "class": finding.defect.value,
        "reviewers": [visible(name) for name in finding.reviewers],
        "proof": finding.proof.value,
        "origin": origin.kind.value,
        **({"originCommit": origin.commit} if origin.commit else {}),
        "method": one_line(finding.method),
        **({"standing": finding.standing.value, "sinceRound": finding.since.round} if finding.since else {}),
        **({"waits": one_line(finding.held)} if finding.held else {}),
        **({"reasons": [one_line(reason) for reason in finding.reasons]} if finding.reasons else {}),
        "places": [f"{location.side.value}:{exact(place(location))}" for location in finding.locations[:MOST_PLACES]],
    }


def _fix(finding: Finding) -> Json | None:
    path, changes = replacements(finding.patch)
    if not changes:
        return None
    return {
        "description": {"text": message_text(one_line(finding.fix) or "Apply the patch.")},
        "artifactChanges": [{"artifactLocation": artifact(path), "replacements": changes}],
    }


def _properties(report: Report) -> Json:
    return {
        "verdict": report.verdict.value.value,
        "verdictReason": visible(report.verdict.reason),
        "round": report.round,
        "base": report.subject.base,
        "head": report.subject.head,
        "reviewers": [{"name": visible(run.reviewer), "result": run.result, **_checked(run)} for run in report.runs],
        "dropped": [
            {
                "title": one_line(dropped.title),
                "place": f"{exact(dropped.path)}:{dropped.first}",
                "step": visible(dropped.step),
                "reason": one_line(dropped.reason),
                "claims": [visible(claim) for claim in dropped.claims],
            }
            for dropped in report.dropped[:MOST_RESULTS]
        ],
    }


def _checked(run: Run) -> Json:
    match run:
        case Completed():
            return {"checked": [one_line(phrase) for phrase in run.reading.checked]}
        case Skipped():
            return {"reason": one_line(run.reason)}
        case Failed():
            return {"reason": one_line(why_failed(run))}


RENDERER = Renderer(name="sarif", suffix=".sarif", media_type="application/sarif+json", render=render)
