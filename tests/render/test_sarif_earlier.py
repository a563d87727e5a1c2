"""What code scanning is told of findings that are open and were not said again."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema.protocols import Validator
from tests.engine.test_earlier import LOAD, SAVE, Rounds, ruled, said
from tests.render.test_sarif import problems, result_of, run_of

from deepreview.model.change import RepoPath, Side
from deepreview.model.claim import SAID, Place, Severity
from deepreview.model.finding import Fingerprint, Since, State
from deepreview.model.life import Here, Now, Previous
from deepreview.model.report import Report
from deepreview.render import sarif
from deepreview.render.sarif import render
from deepreview.testing.builders import make_finding, make_report
from deepreview.wire import dump_report, load_report

SUM = said(1, "src/cache.py", "        total += row.value")
PUT = ruled(1, "src/cache.py", "        store.put(row.key, row.value)", severity=Severity.SUGGESTION)
NOTE = said(2, "src/cache.py", "def save(rows, store):", title="`save` is never called", body="Nobody calls `save`.")

LEFT = Previous(
    identity=Fingerprint("e" * 16),
    name="R2-I4",
    since=Since(round=1, id="20260104-101500-topic"),
    rounds=2,
    kind=SAID,
    severity=Severity.IMPORTANT,
    title="The cache never expires",
    path="src/old.py",
    first=3,
    reviewers=("claude",),
    said=State.OPEN,
    reason="",
    now=Now.UNSEEN,
    alias="",
    evidence=("Nobody who could have said it read its place again.",),
    here=Here(path=RepoPath("src/a b.py"), first=7, last=9),
)

Json = dict[str, Any]


@pytest.fixture
def rounds(tmp_path: Path) -> Rounds:
    return Rounds(tmp_path)


def alerts(report: Report, schema: Validator) -> dict[str, Json]:
    """The results by fingerprint: one for each finding and for each earlier one that is open and not in the report."""
    assert problems(schema, report) == []
    assert render(load_report(dump_report(report), "report")) == render(report)
    results = run_of(report)["results"]
    found = {one["partialFingerprints"]["deepReview/v1"]: one for one in results}
    left = [row.identity for row in report.previous if row.now.open and not row.alias]
    assert len(found) == len(results) == len(report.findings) + len(left)
    assert list(found) == [*(finding.life for finding in report.findings), *left]
    return found


def where(result: Json) -> tuple[str, int]:
    place = result["locations"][0]["physicalLocation"]
    return place["artifactLocation"]["uri"], place["region"]["startLine"]


def kept(result: Json) -> tuple[str, str]:
    return result["ruleId"], result["level"]


def test_an_alert_stays_until_its_finding_is_gone_or_declined(rounds: Rounds, schema: Validator) -> None:
    rounds.commit("load", {"src/cache.py": LOAD + SAVE})
    first = alerts(rounds.round(SUM, PUT, NOTE), schema)
    names = {finding.title: finding.life for finding in rounds.reports[-1].findings}
    rounds.commit("a header", {"src/cache.py": "import os\n\n\n" + LOAD + SAVE})
    rounds.box.git("mv", "src/cache.py", "src/store.py")
    rounds.commit("rename")
    second = alerts(rounds.round(silent=("claude",)), schema)
    assert {name: kept(one) for name, one in second.items()} == {name: kept(one) for name, one in first.items()}
    moved = {name: ("src/store.py", where(one)[1] + 3) for name, one in first.items()}
    assert {name: where(one) for name, one in second.items()} == moved
    again = replace(SUM, places=(Place(path="src/store.py", first=7, last=7),))
    third = alerts(rounds.round(again, silent=()), schema)
    assert {name: where(one) for name, one in third.items()} == moved
    assert third[names[SUM.title]]["baselineState"] == "unchanged"
    rounds.resolve("R1-I2", State.DECLINED, reason="a plug-in calls it")
    mended = (LOAD + SAVE).replace("+= row.value", "+= row.value or 0")
    rounds.commit("guard", {"src/store.py": "import os\n\n\n" + mended})
    fourth = alerts(rounds.round(silent=("claude",)), schema)
    assert {row.title: row.now for row in rounds.reports[-1].previous} == {
        SUM.title: Now.GONE,
        PUT.title: Now.UNSEEN,
        NOTE.title: Now.DECLINED,
    }
    assert list(fourth) == [names[PUT.title]]


def test_one_of_two_equal_places_is_told_by_its_turn_and_one_that_changed_gives_way(
    rounds: Rounds, schema: Validator
) -> None:
    twice = LOAD + "\n\n" + LOAD.replace("load", "load_all")
    rounds.commit("load", {"src/cache.py": twice, "src/other.py": SAVE.lstrip()})
    later = replace(SUM, places=(Place(path="src/cache.py", first=11, last=11),))
    put = Place(path="src/other.py", first=3, last=3)
    both = ruled(2, "src/cache.py", "", places=(Place(path="src/cache.py", first=5, last=5), put))
    first = alerts(rounds.round(later, both), schema)
    assert [where(one) for one in first.values()] == [("src/cache.py", 11), ("src/cache.py", 5)]
    moved = "import os\n\n" + twice.replace("    return total\n", "    return total or 0\n")
    rounds.commit("mend", {"src/cache.py": moved})
    second = alerts(rounds.round(silent=("claude",)), schema)
    assert {name: where(one) for name, one in second.items()} == dict(
        zip(first, [("src/cache.py", 13), ("src/other.py", 3)], strict=True)
    )


def test_what_the_change_removed_is_told_of_the_first_line_of_its_file_at_head(
    rounds: Rounds, schema: Validator
) -> None:
    rounds.box.git("checkout", "-q", "main")
    rounds.commit("both", {"src/cache.py": LOAD + SAVE})
    rounds.box.git("checkout", "-q", "-B", "topic")
    rounds.commit("no sum", {"src/cache.py": SAVE.lstrip()})
    old = Place(path="src/cache.py", first=4, last=4, side=Side.BASE)
    lost = replace(SUM, places=(old,), title="`load` is still needed")
    first = alerts(rounds.round(lost), schema)
    rounds.box.git("mv", "src/cache.py", "src/store.py")
    rounds.commit("rename")
    report = rounds.round(silent=())
    assert [where(one) for one in first.values()] == [("src/cache.py", 1)]
    assert [row.here for row in report.previous] == [Here(path=RepoPath("src/store.py"), first=0, last=0)]


def test_a_message_says_since_when_it_is_open(schema: Validator) -> None:
    report = replace(make_report(make_finding(1)), round=3, previous=(LEFT,))
    result = run_of(report)["results"][1]
    assert result["message"]["text"] == (
        "The cache never expires.\n\nOpen since round 1 and not said again in this round (R2-I4: not looked at again)."
        "\n\nNobody who could have said it read its place again."
    )
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "src/a%20b.py", "uriBaseId": "%SRCROOT%"},
                "region": {"startLine": 7, "endLine": 9},
            }
        }
    ]
    assert result["properties"]["sinceRound"] == 1
    assert "baselineState" not in result
    assert "suppressions" not in result
    assert problems(schema, report) == []


def test_one_that_is_said_again_and_not_shown_says_so() -> None:
    row = replace(LEFT, now=Now.OPEN, evidence=("It is said again, and dropped: 20 are shown already.",))
    text = run_of(replace(make_report(), previous=(row,)))["results"][-1]["message"]["text"]
    assert "Open since round 1, said again in this round and not shown (R2-I4).\n\nIt is said again, and" in text


def test_a_place_that_is_not_there_is_not_named(schema: Validator) -> None:
    report = replace(make_report(), previous=(replace(LEFT, here=None),))
    assert run_of(report)["results"][-1]["locations"] == []
    assert problems(schema, report) == []


@pytest.mark.parametrize("now", list(Now))
def test_only_what_is_open_and_not_in_the_report_is_added(now: Now) -> None:
    rows = (replace(LEFT, now=now), replace(LEFT, now=now, alias="S1"))
    report = replace(make_report(make_finding(1)), previous=rows)
    assert len(run_of(report)["results"]) == (2 if now.open else 1)


def test_the_rule_of_an_earlier_finding_is_described_without_a_proof() -> None:
    report = replace(make_report(make_finding(1)), previous=(LEFT, replace(LEFT, kind="stale-name")))
    run = run_of(report)
    rules = run["tool"]["driver"]["rules"]
    assert [rules[one["ruleIndex"]]["id"] for one in run["results"]] == ["stale-name", SAID, "stale-name"]
    alone, shared = rules
    assert "precision" not in alone["properties"]
    assert alone["help"]["text"] == "Found by claude. In an earlier round, whose report says how."
    assert alone["properties"]["problem.severity"] == shared["properties"]["problem.severity"] == "warning"
    assert shared["properties"]["precision"] == "medium"
    assert shared["help"]["text"] == "Found by claude, names. Word index of all 12 files at head."


def test_findings_of_the_round_come_first_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 3)
    rows = tuple(replace(LEFT, identity=Fingerprint(f"{number:016}")) for number in range(4))
    run = run_of(replace(make_report(make_finding(1), make_finding(2)), previous=rows))
    assert [one["ruleId"] for one in run["results"]] == ["stale-name", "stale-name", SAID]
    assert "3 findings are left out" in run["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"]


text = st.one_of(
    st.text(max_size=40), st.sampled_from(["\udcff\x1b", "{0} [x](1) \\", "`a[0]` {}", "a:b/c d?#é", "\n", "x" * 5000])
)


@settings(deadline=None)
@given(words=text, path=text, first=st.integers(0, 3), now=st.sampled_from(Now))
def test_any_text_gives_a_valid_result(schema: Validator, words: str, path: str, first: int, now: Now) -> None:
    here = Here(path=RepoPath(path), first=first, last=first)
    row = replace(LEFT, title=words, kind=words, reviewers=(words,), evidence=(words, words), now=now, here=here)
    report = replace(make_report(), previous=(row,))
    assert problems(schema, report) == []
    assert len(json.dumps(result_of(report)["message"])) < 20_000
