import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from deepreview.model.change import Sha
from deepreview.model.claim import Answer, DefectClass, Severity
from deepreview.model.evidence import Evidence, Outcome, Rung
from deepreview.model.finding import Finding, Origin, OriginKind, Rubric, State
from deepreview.model.report import Report
from deepreview.render.as_json import RENDERER
from deepreview.testing.builders import make_finding, make_report
from deepreview.wire import load_report, report_schema

SCHEMA = Path(__file__).parents[2] / "docs" / "report.schema.json"
text = st.one_of(st.text(max_size=30), st.sampled_from(["\udc80\udcff/a", "\x00\u202e", "\u2028", '"\\u0041\\']))
answers = st.sampled_from(Answer)


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    """Findings that differ in everything that a report may hold."""
    said = draw(text)
    return make_finding(
        draw(st.integers(1, 9)),
        path=draw(text),
        quote=draw(text),
        title=said,
        body=draw(text),
        patch=draw(text),
        severity=draw(st.sampled_from(Severity)),
        defect=draw(st.sampled_from(DefectClass)),
        state=draw(st.sampled_from(State)),
        proof=draw(st.sampled_from(Rung)),
        rubric=Rubric(
            reachable=draw(answers),
            silent=draw(answers),
            shipped=draw(answers),
            introduced=draw(answers),
            proven=draw(answers),
        ),
        origin=Origin(kind=draw(st.sampled_from(OriginKind)), commit=Sha(""), subject=said, author=said, reason=said),
        evidence=(Evidence(check="quote", outcome=draw(st.sampled_from(Outcome)), summary=said, detail=said),),
        reasons=tuple(draw(st.lists(text, max_size=3))),
    )


def validator() -> Draft202012Validator:
    schema: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_the_published_schema_is_current() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == report_schema()


@pytest.mark.parametrize("name", ["full", "quiet", "outage"])
def test_whole_document(name: str, request: pytest.FixtureRequest, golden: Callable[[str, str], None]) -> None:
    report: Report = request.getfixturevalue(name)
    document = RENDERER.render(report)
    golden(f"{name}.json", document)
    assert [error.message for error in validator().iter_errors(json.loads(document))] == []


@settings(deadline=None)
@given(found=st.lists(findings(), min_size=1, max_size=3))
def test_what_is_written_is_read_back(found: list[Finding]) -> None:
    report = make_report(*found)
    document = RENDERER.render(report)
    loaded = load_report(document.encode(), "report.json")
    assert loaded == report
    assert RENDERER.render(loaded) == document
    assert validator().is_valid(json.loads(document))


def test_the_schema_refuses_what_is_no_report() -> None:
    document = json.loads(RENDERER.render(make_report()))
    document["findings"][0]["severity"] = "fatal"
    assert not validator().is_valid(document)
    del document["findings"]
    assert not validator().is_valid(document)


def test_the_format_is_named() -> None:
    assert (RENDERER.name, RENDERER.suffix, RENDERER.media_type) == ("json", ".json", "application/json")
