"""A SARIF file as reviewers: one for each tool that it holds."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from deepreview.model.claim import Place, Severity
from deepreview.reviewers.replay.voice import NotUnderstood, Remark, Voice, lines_of, plainly, voice

_LEVELS = {"error": Severity.IMPORTANT, "warning": Severity.SUGGESTION, "note": Severity.SUGGESTION}
_CRITICAL = 9.0
"""The CVSS score from which GitHub calls an alert critical, in a rule's `security-severity`."""


def is_sarif(document: object) -> bool:
    """Whether a JSON document is meant to be SARIF."""
    return isinstance(document, dict) and isinstance(document.get("runs"), list)


def read_sarif(document: Any, _: str) -> tuple[Voice, ...]:  # noqa: ANN401 - JSON of any shape
    """One voice for each run's tool; raises NotUnderstood."""
    try:
        return tuple(voice(str(run["tool"]["driver"]["name"]), _remarks(run)) for run in document["runs"])
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise NotUnderstood(f"is not SARIF: {error!r}"[:200]) from error


def _remarks(run: Mapping[str, Any]) -> Iterator[Remark]:
    rules = {str(rule["id"]): rule for rule in run["tool"]["driver"].get("rules") or ()}
    for item in run.get("results") or ():
        if item.get("kind", "fail") not in {"fail", "review", "open"}:
            continue
        rule_id = str(item.get("ruleId") or (item.get("rule") or {}).get("id") or "")
        if not rule_id and isinstance(index := item.get("ruleIndex"), int) and 0 <= index < len(rules):
            rule_id = list(rules)[index]
        yield _remark(item, rules.get(rule_id, {}), rule_id, str(run["tool"]["driver"]["name"]))


def _remark(item: Mapping[str, Any], rule: Mapping[str, Any], rule_id: str, tool: str) -> Remark:
    message = item.get("message") or {}
    words = str(message.get("markdown") or message.get("text") or message.get("id") or rule_id or "(no message)")
    about = (rule.get("fullDescription") or rule.get("shortDescription") or {}).get("text", "")
    places = tuple(place for one in item.get("locations") or () if (place := _place(one)))
    first_line, _, rest = words.strip().partition("\n")
    region = (((item.get("locations") or [{}])[0]).get("physicalLocation") or {}).get("region") or {}
    fixes = [str((fix.get("description") or {}).get("text", "")) for fix in item.get("fixes") or ()]
    return Remark(
        title=plainly(first_line),
        body="\n\n".join(part for part in (rest.strip() or words.strip(), str(about)) if part),
        severity=_severity(item, rule),
        places=places,
        kind=f"{tool}:{rule_id}".replace(" ", "-") if rule_id else f"{tool}:result",
        quote=str((region.get("snippet") or {}).get("text", "")).strip("\n"),
        fix="\n".join(fix for fix in fixes if fix),
        suppressed="suppressed in the SARIF file" if item.get("suppressions") else "",
        method=f"{tool}, from a SARIF file.",
    )


def _severity(item: Mapping[str, Any], rule: Mapping[str, Any]) -> Severity:
    level = item.get("level") or (rule.get("defaultConfiguration") or {}).get("level") or "warning"
    score = (rule.get("properties") or {}).get("security-severity")
    try:
        if score is not None and float(score) >= _CRITICAL:
            return Severity.CRITICAL
    except (TypeError, ValueError):
        pass
    return _LEVELS.get(str(level), Severity.SUGGESTION)


def _place(location: Mapping[str, Any]) -> Place | None:
    physical = location.get("physicalLocation") or {}
    uri = (physical.get("artifactLocation") or {}).get("uri")
    if not isinstance(uri, str) or not uri:
        return None
    region = physical.get("region") or {}
    first, last = lines_of(region.get("startLine"), region.get("endLine"))
    path = unquote(uri.removeprefix("file://").split("#", 1)[0], errors="surrogateescape")
    return Place(path=path.removeprefix("./"), first=first, last=last)
