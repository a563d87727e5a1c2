"""Reviewdog's diagnostics, as one document (rdjson) or one a line (rdjsonl)."""

from collections.abc import Mapping
from typing import Any

from deepreview.model.claim import SAID, Place, Severity
from deepreview.parse.vocabulary import severity_of
from deepreview.reviewers.replay.voice import NotUnderstood, Remark, Voice, lines_of, plainly, voice


def is_rdjson(document: object) -> bool:
    """Whether a JSON document is meant to be rdjson, or a list of the lines of rdjsonl."""
    if isinstance(document, list):
        return bool(document) and all(_is_diagnostic(item) for item in document)
    return isinstance(document, dict) and (isinstance(document.get("diagnostics"), list) or _is_diagnostic(document))


def _is_diagnostic(item: object) -> bool:
    return (
        isinstance(item, dict)
        and "message" in item
        and isinstance(item.get("location"), dict)
        and "path" in item["location"]
    )


def read_rdjson(document: Any, name: str) -> tuple[Voice, ...]:  # noqa: ANN401 - JSON of any shape
    """One voice for each source; raises NotUnderstood."""
    whole = document if isinstance(document, dict) and "diagnostics" in document else {}
    items = whole.get("diagnostics") if whole else document if isinstance(document, list) else [document]
    said: dict[str, list[Remark]] = {}
    try:
        for item in items or ():
            source = str((item.get("source") or whole.get("source") or {}).get("name") or name)
            severity = item.get("severity") or whole.get("severity") or ""
            said.setdefault(source, []).append(_remark(item, source, str(severity)))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotUnderstood(f"is not rdjson: {error!r}"[:200]) from error
    return tuple(voice(source, remarks) for source, remarks in said.items()) or (voice(name, ()),)


def _remark(item: Mapping[str, Any], source: str, severity: str) -> Remark:
    place = item["location"]
    span = place.get("range") or {}
    first, last = lines_of((span.get("start") or {}).get("line"), (span.get("end") or {}).get("line"))
    code = str((item.get("code") or {}).get("value") or "")
    message = str(item["message"]).strip()
    head, _, rest = message.partition("\n")
    fixes = [f"```suggestion\n{fix.get('text', '')}\n```" for fix in item.get("suggestions") or ()]
    return Remark(
        title=plainly(head),
        body=rest.strip() or message,
        severity=severity_of(severity) or Severity.SUGGESTION,
        places=(Place(path=str(place["path"]).removeprefix("./"), first=first, last=last),),
        kind=f"{source}:{code}".replace(" ", "-") if code else SAID,
        fix="\n\n".join(fixes),
        method=f"{source}, from reviewdog's format.",
    )
