import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema.protocols import Validator

from deepreview.model.change import RepoPath, Side
from deepreview.model.claim import Severity
from deepreview.model.finding import Location, State
from deepreview.model.report import Report
from deepreview.model.round import Completed
from deepreview.render import sarif
from deepreview.render.sarif import RENDERER, render
from deepreview.render.sarif_parts import MOST_TEXT
from deepreview.testing.builders import NO_BLOB, make_finding, make_report


def run_of(report: Report) -> dict[str, Any]:
    log = json.loads(render(report))
    assert len(log["runs"]) == 1
    run: dict[str, Any] = log["runs"][0]
    return run


def result_of(report: Report) -> dict[str, Any]:
    result: dict[str, Any] = run_of(report)["results"][0]
    return result


def problems(schema: Validator, report: Report) -> list[str]:
    text = render(report)
    text.encode()
    return [f"{list(error.path)}: {error.message}" for error in schema.iter_errors(json.loads(text))]


@pytest.mark.parametrize("name", ["full", "quiet", "outage"])
def test_whole_log(
    name: str, request: pytest.FixtureRequest, golden: Callable[[str, str], None], schema: Validator
) -> None:
    report = request.getfixturevalue(name)
    assert problems(schema, report) == []
    golden(f"{name}.sarif", render(report))


text = st.one_of(
    st.text(max_size=40),
    st.sampled_from(["\udcff\x1b", "{0} [x](1) \\", "`a[0]` {}", "a:b/c d?#é", "\n", "x" * 5000]),
)


@settings(deadline=None)
@given(said=text, path=text, first=st.integers(0, 3), side=st.sampled_from(Side), patch=text)
def test_any_text_gives_a_valid_log(
    schema: Validator, said: str, path: str, first: int, side: Side, patch: str
) -> None:
    where = Location(path=RepoPath(path), side=side, first=first, last=first, quote=said, blob=NO_BLOB)
    finding = make_finding(1, title=said, body=said, fix=said, unless=said, method=said, kind=said, patch=patch)
    finding = replace(finding, locations=(where, *finding.locations), reviewers=(said,))
    report = make_report(finding, make_finding(2))
    report = replace(report, subject=replace(report.subject, url=said, branch=said))
    assert problems(schema, report) == []


def test_the_schema_refuses_a_broken_log(schema: Validator, full: Report) -> None:
    log = json.loads(render(full))
    log["runs"][0]["results"][0]["level"] = "critical"
    assert not schema.is_valid(log)


def test_a_result_has_what_github_needs(full: Report) -> None:
    run = run_of(full)
    names = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result, finding in zip(run["results"], full.findings, strict=True):
        assert names[result["ruleIndex"]] == result["ruleId"] == finding.kind
        assert result["message"]["text"]
        assert result["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1
        assert result["partialFingerprints"] == {"deepReview/v1": finding.fingerprint}
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("severity", "level", "problem"),
    [
        (Severity.CRITICAL, "error", "error"),
        (Severity.IMPORTANT, "warning", "warning"),
        (Severity.SUGGESTION, "note", "recommendation"),
    ],
)
def test_severity_becomes_a_level(severity: Severity, level: str, problem: str) -> None:
    run = run_of(make_report(make_finding(1, severity=severity)))
    assert run["results"][0]["level"] == level
    assert run["tool"]["driver"]["rules"][0]["properties"]["problem.severity"] == problem


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("src/a b.py", "src/a%20b.py"),
        ("a:b.py", "a%3Ab.py"),
        ("50%#?.py", "50%25%23%3F.py"),
        ("é.py", "%C3%A9.py"),
        ("\udcff.py", "%FF.py"),
        ("a\nb.py", "a%0Ab.py"),
    ],
)
def test_paths_are_encoded(path: str, uri: str) -> None:
    place = result_of(make_report(make_finding(1, path=path)))["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": uri, "uriBaseId": "%SRCROOT%"}


def test_code_that_is_gone_is_pointed_at_by_its_file_at_head(full: Report) -> None:
    result = run_of(full)["results"][1]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "src/boiler.py"  # where the renamed file went
    assert place["region"] == {"startLine": 1}
    assert "At base bbbbbbbbb: src/old boiler.py:12-13." in result["message"]["text"]


def test_an_alert_opens_the_place_at_head_when_there_is_one(full: Report) -> None:
    finding = full.findings[1]
    both = replace(finding, locations=(*finding.locations, full.findings[0].locations[1]))
    result = result_of(make_report(both))
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 70
    assert result["relatedLocations"][0]["message"]["text"] == "src/old boiler.py:12-13 at base bbbbbbbbb"


def test_other_places_are_linked_from_the_message(full: Report) -> None:
    result = run_of(full)["results"][0]
    assert result["relatedLocations"][0]["id"] == 1
    assert result["message"]["text"].endswith("Also at [src/cache.py:70](1).")


def test_text_cannot_make_a_link_or_a_placeholder() -> None:
    message = result_of(make_report(make_finding(1, title="a [b](1) {0} \\")))["message"]
    assert message["text"].startswith("a \\[b\\](1) {{0}} \\\\.")
    assert "{0}" not in message["markdown"].replace("{{0}}", "")


def test_the_patch_becomes_a_fix(full: Report) -> None:
    assert run_of(full)["results"][0]["fixes"] == [
        {
            "description": {"text": "Keep the timestamp."},
            "artifactChanges": [
                {
                    "artifactLocation": {"uri": "src/cache.py", "uriBaseId": "%SRCROOT%"},
                    "replacements": [
                        {
                            "deletedRegion": {"startLine": 42, "endLine": 42},
                            "insertedContent": {"text": "    self._rows[key] = row"},
                        }
                    ],
                }
            ],
        }
    ]


def test_a_failed_reviewer_makes_the_run_unsuccessful(full: Report, quiet: Report) -> None:
    call = run_of(full)["invocations"][0]
    assert call["executionSuccessful"] is False
    assert {"level": "error", "message": {"text": "static failed: timeout: stopped after 60 s"}} in call[
        "toolExecutionNotifications"
    ]
    assert all(isinstance(run, Completed) for run in quiet.runs)
    assert run_of(quiet)["invocations"][0]["executionSuccessful"] is True


def test_a_round_without_reviewers_is_not_a_success(quiet: Report) -> None:
    assert run_of(replace(quiet, runs=()))["invocations"][0]["executionSuccessful"] is False


def test_the_commit_is_named_only_with_a_web_address(full: Report) -> None:
    assert run_of(full)["versionControlProvenance"] == [
        {
            "repositoryUri": "https://github.com/acme/boiler",
            "revisionId": "a" * 40,
            "branch": "pressure|cache",
            "mappedTo": {"uriBaseId": "%SRCROOT%"},
        }
    ]
    local = replace(full, subject=replace(full.subject, url="/srv/git/boiler"))
    assert "versionControlProvenance" not in run_of(local)


def test_a_finding_that_is_settled_is_suppressed() -> None:
    result = result_of(make_report(make_finding(1, state=State.DECLINED)))
    assert result["suppressions"] == [{"kind": "external", "status": "accepted", "justification": "declined"}]
    assert "suppressions" not in result_of(make_report(make_finding(1)))


def test_where_one_result_is_suppressed_the_others_say_that_they_are_not() -> None:
    results = run_of(make_report(make_finding(1, state=State.DECLINED), make_finding(2)))["results"]
    assert sorted(len(result["suppressions"]) for result in results) == [0, 1]


def test_dropped_claims_are_properties_and_no_results(full: Report) -> None:
    run = run_of(full)
    assert len(run["results"]) == len(full.findings)
    assert [(gone["step"], gone["reason"]) for gone in run["properties"]["dropped"]] == [
        ("suppressed", "generated file")
    ]


def test_results_beyond_the_limit_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 2)
    run = run_of(make_report(*(make_finding(number) for number in range(1, 6))))
    assert len(run["results"]) == 2
    assert "3 findings are left out" in run["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"]


def test_a_long_message_is_cut() -> None:
    message = result_of(make_report(make_finding(1, body="word " * 5000)))["message"]
    assert len(message["text"]) < MOST_TEXT + 500
    assert "…" in message["text"]


def test_an_odd_date_is_left_out(quiet: Report) -> None:
    call = run_of(replace(quiet, clock=replace(quiet.clock, started="yesterday", finished="2026-01-05T10:15:00")))
    assert {"startTimeUtc", "endTimeUtc"} & set(call["invocations"][0]) == set()


def test_the_format_is_named() -> None:
    assert (RENDERER.name, RENDERER.suffix, RENDERER.media_type) == ("sarif", ".sarif", "application/sarif+json")
