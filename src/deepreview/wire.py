"""JSON at the edges: the model's dataclasses in and out, and the published schema."""

import json
from typing import Any

from pydantic import TypeAdapter, ValidationError

from deepreview.errors import UsageError
from deepreview.model.claim import Claim, Observation
from deepreview.model.report import SCHEMA, Report
from deepreview.model.round import Run

REPORT: TypeAdapter[Report] = TypeAdapter(Report)
CLAIM: TypeAdapter[Claim] = TypeAdapter(Claim)
OBSERVATION: TypeAdapter[Observation] = TypeAdapter(Observation)
RUN: TypeAdapter[Run] = TypeAdapter(Run)


def dump_report(report: Report) -> str:
    """The report as indented JSON, ending in a newline; equal reports give equal text."""
    return REPORT.dump_json(report, indent=2).decode() + "\n"


def load_report(text: str | bytes, name: str) -> Report:
    """The report that `dump_report` wrote; raises UsageError that calls the input `name`."""
    try:
        return REPORT.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the document"
        raise UsageError(
            f"{name} is not a Deep Review report of schema {SCHEMA}: {where}: {first['msg']}",
            hint="give the report.json of a round, see `deepreview list`",
        ) from error


def report_schema() -> str:
    """The JSON Schema (2020-12) of the report, as published in `docs/report.schema.json`."""
    schema: dict[str, Any] = REPORT.json_schema(mode="serialization")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Deep Review report"
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"
