import json
from typing import Any

import pytest

from deepreview.errors import UsageError
from deepreview.model.report import SCHEMA
from deepreview.testing.builders import make_claim, make_finding, make_report
from deepreview.wire import REPORT, SAID, dump_report, from_json, load_report, to_json


def spoiled(**given: Any) -> str:
    """A report with some of its top fields replaced."""
    return json.dumps({**json.loads(dump_report(make_report())), **given})


BAD: dict[str, str | bytes] = {
    "empty": "",
    "not JSON": "{",
    "two lines": '{\n"schema": 1,\n}',
    "not an object": "[]",
    "null": "null",
    "not UTF-8": b'{"schema": "\xff"}',
    "nested": "[" * 200_000,
    "long number": "9" * 10_000,
    "a missing field": '{"schema": 1}',
    "a wrong value": spoiled(verdict={"value": "fine", "reason": ""}),
    "a wrong run": spoiled(runs=[{"result": "lost"}]),
    "a wrong key": spoiled(clock={"stages": {"a\nb\x1b[2J": "x"}}),
    "a newer schema": spoiled(schema=SCHEMA + 1),
    "no number": dump_report(make_report()).replace('"seconds": ', '"seconds": NaN, "was": ', 1),
    "no end of a number": dump_report(make_report()).replace('"seconds": ', '"seconds": 1e999, "was": ', 1),
    "no claims": spoiled(claims=[]),
    "no fates": spoiled(claims_map=[]),
    "a fate that is not there": dump_report(make_report()).replace('"dropped": -1', '"dropped": 99', 1),
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_bad_json_is_one_line_with_a_hint(text: str | bytes) -> None:
    with pytest.raises(UsageError) as caught:
        load_report(text, "old.json")
    assert caught.value.message.startswith("old.json is")
    assert caught.value.hint
    assert str(caught.value).isprintable()


def test_the_message_names_the_field() -> None:
    with pytest.raises(UsageError, match=r"schema 2: verdict\.value: "):
        load_report(BAD["a wrong value"], "old.json")


def test_a_range_that_cannot_exist_is_refused() -> None:
    document = json.loads(dump_report(make_report()))
    document["findings"][0]["locations"][0]["last"] = 0
    with pytest.raises(UsageError, match="not a line range"):
        load_report(json.dumps(document), "old.json")


def test_paths_that_are_not_utf8_survive() -> None:
    report = make_report(make_finding(1, path="src/\udcff\udc80.py"))
    document = dump_report(report)
    assert "src/\\udcff\\udc80.py" in document
    assert load_report(document.encode(), "report.json") == report


def test_text_stays_readable() -> None:
    assert "“`todo` is misspelt”" in dump_report(make_report())


def test_equal_reports_give_equal_text() -> None:
    assert dump_report(make_report()) == dump_report(make_report())
    assert dump_report(make_report()).endswith("}\n")


def test_one_claim_fits_a_line() -> None:
    claim = make_claim(quote="a\nb\udcff")
    line = to_json(SAID, claim)
    assert "\n" not in line
    assert from_json(SAID, line) == claim


def test_reports_are_read_as_bytes_and_as_text() -> None:
    document = to_json(REPORT, make_report())
    assert load_report(document, "a") == load_report(document.encode(), "b")
