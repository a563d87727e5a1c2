"""JSON at the edges: the model's dataclasses in and out, and the published schema."""

import json
import math
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from deepreview.errors import UsageError
from deepreview.model.claim import Claim, Observation
from deepreview.model.published import Published
from deepreview.model.report import SCHEMA, Report
from deepreview.model.review import Review
from deepreview.model.round import Run

T = TypeVar("T")

REPORT: TypeAdapter[Report] = TypeAdapter(Report)
SAID: TypeAdapter[Claim | Observation] = TypeAdapter(Claim | Observation)
_DOCUMENT: TypeAdapter[Review | Published] = TypeAdapter(Review | Published)
RUN: TypeAdapter[Run] = TypeAdapter(Run)


def to_json(adapter: TypeAdapter[T], value: T, *, indent: int | None = None) -> str:
    """The value as JSON that is always UTF-8, surrogate escapes of paths included; raises nothing for odd text."""
    plain = adapter.dump_python(value, mode="json")
    text = json.dumps(plain, indent=indent, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode()  # what cannot be encoded stands in a string only


def from_json(adapter: TypeAdapter[T], text: str | bytes) -> T:
    """The value that `to_json` wrote; raises ValueError."""
    return adapter.validate_python(loads(text))  # its own parser refuses what `to_json` writes for surrogate escapes


def loads(text: str | bytes) -> Any:  # noqa: ANN401 - any JSON document
    """What a JSON text of anybody says; raises ValueError, also for numbers that are none or are too large."""
    try:
        return json.loads(text, parse_float=_finite, parse_constant=_finite)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError(f"{text[:20]} is no number")
    return number


def strict_schema(adapter: TypeAdapter[T]) -> str:
    """The JSON schema of a value as models' services take it: every field is required and nothing else is allowed."""
    return json.dumps(_closed(adapter.json_schema()))


def _closed(part: Any) -> Any:  # noqa: ANN401 - any part of a JSON document
    if isinstance(part, list):
        return [_closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    closed = {key: _closed(value) for key, value in part.items() if key not in {"title", "default", "properties"}}
    if own := part.get("properties"):
        closed["properties"] = {name: _closed(value) for name, value in own.items()}
        closed |= {"required": list(own), "additionalProperties": False}
    return closed


def dump_report(report: Report) -> str:
    """The report as indented JSON, ending in a newline; equal reports give equal text."""
    return to_json(REPORT, report, indent=2) + "\n"


def document_json(document: Review | Published) -> str:
    """What was read from a text as indented JSON; `form` says whether it is a `review` or a `report`."""
    form = "report" if isinstance(document, Published) else "review"
    plain = _DOCUMENT.dump_python(document, mode="json")
    text = json.dumps({"form": form, **plain}, indent=2, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace").decode() + "\n"


def load_report(text: str | bytes, name: str) -> Report:
    """The report that `dump_report` wrote; raises UsageError that calls the input `name`."""
    try:
        report = from_json(REPORT, text)
    except ValueError as error:
        raise UsageError(
            f"{name} is not a Deep Review report of schema {SCHEMA}: {_problem(error)}",
            hint="give the report.json of a round, see `deepreview list`",
        ) from error
    if report.schema != SCHEMA:
        raise UsageError(
            f"{name} is a report of schema {report.schema}, and this version reads schema {SCHEMA}",
            hint="use the version of deepreview that wrote it",
        )
    if problem := _loose_end(report):
        raise UsageError(f"{name} is damaged: {problem}", hint="get the report.json of that round anew")
    return report


def _loose_end(report: Report) -> str:
    """What in a report points to nothing, since people read reports that others wrote; empty for none."""
    claims, fates = {claim.id for claim in report.claims}, {fate.claim for fate in report.claims_map}
    if not all(finding.claims and claims.issuperset(finding.claims) for finding in report.findings):
        return "a finding names no claim that is there"
    if claims != fates:
        return "it does not tell of each claim what became of it"
    if any(fate.dropped >= len(report.dropped) for fate in report.claims_map):
        return "what became of a claim is not there"
    return ""


def _problem(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the document"
        return f"{where}: {first['msg']}".encode("unicode_escape").decode()
    return str(error)


def report_schema() -> str:
    """The JSON Schema (2020-12) of the report, as published in `docs/report.schema.json`."""
    schema: dict[str, Any] = REPORT.json_schema(mode="serialization")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Deep Review report"
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"
