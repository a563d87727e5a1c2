"""JSON that is no standard: lists of findings with the names that tools use for title, file, line and severity."""

from collections.abc import Iterable, Mapping
from typing import Any

from deepreview.model.claim import Place, Severity
from deepreview.parse.places import places_in
from deepreview.parse.vocabulary import severity_of
from deepreview.reviewers.replay.voice import NotUnderstood, Remark, Voice, headed, lines_of, plainly, voice

_LISTS = ("findings", "issues", "comments", "results", "claims", "violations", "problems", "suggestions", "reviews")
_TITLES = ("title", "summary", "header", "name", "relevant_header", "one_sentence_summary")
_BODIES = (
    "body",
    "description",
    "message",
    "comment",
    "text",
    "explanation",
    "details",
    "content",
    "suggestion_content",
)
_PATHS = ("path", "file", "filename", "file_path", "filePath", "relevant_file")
_FIRST = ("start", "line", "start_line", "startLine", "line_start", "lineStart", "relevant_lines_start", "first")
_LAST = ("end", "end_line", "endLine", "line_end", "lineEnd", "relevant_lines_end", "last")
_LEVELS = ("severity", "priority", "level", "impact", "importance")
_FIXES = ("fix", "recommendation", "suggestion", "suggested_fix", "improved_code")
_QUOTES = ("quote", "snippet", "code", "existing_code", "evidence", "code_snippet")


def is_loose(document: object) -> bool:
    """Whether a JSON document holds a list of objects that have words to say."""
    return bool(_items(document))


def _items(document: object) -> list[Mapping[str, Any]]:
    found = document
    if isinstance(document, dict):
        found = next((document[key] for key in _LISTS if isinstance(document.get(key), list)), None)
    if not isinstance(found, list):
        return []
    return [item for item in found if isinstance(item, dict) and (_text(item, _TITLES) or _text(item, _BODIES))]


def read_loose(document: Any, name: str) -> tuple[Voice, ...]:  # noqa: ANN401 - JSON of any shape
    """One voice for each reviewer that the items name, else one for the file; raises NotUnderstood."""
    said: dict[str, list[Remark]] = {}
    items = _items(document)
    for item in items:
        said.setdefault(_text(item, ("reviewer", "agent", "tool", "author", "source")) or name, []).append(
            _remark(item)
        )
    if not said:
        raise NotUnderstood("holds no finding that can be read")
    total = next(
        (len(document[key]) for key in _LISTS if isinstance(document, dict) and isinstance(document.get(key), list)), 0
    )
    lost = (total or len(document)) - len(items)
    gaps = [f"{lost} of its entries have no text and were left out."] if lost > 0 else []
    return tuple(voice(who, remarks, gaps) for who, remarks in said.items())


def _remark(item: Mapping[str, Any]) -> Remark:
    title, body = _text(item, _TITLES), _text(item, _BODIES)
    if not title:
        title, body = headed(body)
    return Remark(
        title=plainly(title),
        body=body or title,
        severity=next((s for key in _LEVELS if (s := severity_of(str(item.get(key) or "")))), Severity.SUGGESTION),
        places=_places(item),
        quote=_text(item, _QUOTES),
        fix=_text(item, _FIXES),
    )


def _places(item: Mapping[str, Any]) -> tuple[Place, ...]:
    spots = next((item[key] for key in ("places", "locations", "location") if item.get(key)), item)
    spots = spots if isinstance(spots, list) else [spots]
    return tuple(place for spot in spots if (place := _place(spot)))


def _place(spot: object) -> Place | None:
    if isinstance(spot, str):
        return next(iter(places_in(f"`{spot}`")), None)
    if not isinstance(spot, dict) or not (path := _text(spot, _PATHS)):
        return None
    begin = next((spot[key] for key in _FIRST if _number(spot.get(key))), 0)
    end = next((spot[key] for key in _LAST if _number(spot.get(key))), 0)
    first, last = lines_of(int(begin), int(end))
    return Place(path=path.removeprefix("./"), first=first, last=last)


_DIGITS = 9


def _number(value: object) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _DIGITS
    )


def _text(item: Mapping[str, Any], names: Iterable[str]) -> str:
    return next((text for name in names if isinstance(text := item.get(name), str) and text.strip()), "")
