"""Other tools: SARIF in, from a file or from a command, hostile or not."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from deepreview.model.claim import Claim, Severity
from deepreview.model.round import Reading
from deepreview.reviewers.static.reviewer import StaticReviewer
from deepreview.reviewers.static.sarif import Command, safe
from deepreview.testing.desk import MemoryDesk, brief_between

pytestmark = pytest.mark.tools

BASE = {"a/x.txt": "one\ntwo\n"}
HEAD = {"a/x.txt": "one\ntwo\nbad thing\n"}


def sarif(*results: object, tool: str = "Acme Lint") -> bytes:
    rules = [{"id": "A1", "fullDescription": {"text": "Bad things are bad."}}]
    run = {"tool": {"driver": {"name": tool, "rules": rules}}, "results": list(results)}
    return json.dumps({"version": "2.1.0", "runs": [run]}).encode()


def result(line: int, uri: str = "a/x.txt", **more: object) -> dict[str, object]:
    where = {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}}
    return {"ruleId": "A1", "level": "error", "message": {"text": "a bad thing"}, "locations": [where], **more}


def review(folder: Path, **given: object) -> tuple[list[Claim], Reading]:
    desk = MemoryDesk(BASE, HEAD, folder / "scratch")
    reviewer = StaticReviewer(**given)  # type: ignore[arg-type]  # each test names one of the fields
    reading = asyncio.run(reviewer.review(brief_between(BASE, HEAD), desk))
    return desk.claims, reading


def test_results_on_added_lines_become_claims(tmp_path: Path) -> None:
    file = tmp_path / "out.sarif"
    file.write_bytes(
        sarif(result(1), result(3), result(3, "other.txt"), result(3, suppressions=[{"kind": "inSource"}]))
    )
    claims, reading = review(tmp_path, sarif=(file,))
    assert [(claim.id, claim.title, claim.body, claim.quote) for claim in claims] == [
        ("static/Acme-Lint:A1/1", "a bad thing", "Bad things are bad.", "bad thing")
    ]
    assert claims[0].severity is Severity.IMPORTANT
    assert claims[0].method == "Read from out.sarif; the line is new."
    assert "out.sarif: 2 results in 1 changed files, 1 on old lines or in base" in reading.checked


@pytest.mark.parametrize(
    "uri",
    ["file:///ci/build/a/x.txt", "./a/x.txt", "/home/ci/a/x.txt", "a%2Fx.txt"],
    ids=["file", "dot", "abs", "quoted"],
)
def test_addresses_are_understood(uri: str, tmp_path: Path) -> None:
    file = tmp_path / "out.sarif"
    file.write_bytes(sarif(result(3, uri)))
    assert len(review(tmp_path, sarif=(file,))[0]) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"runs": 3}',
        b'{"runs": [3]}',
        b'{"runs": [{"tool": {"driver": {}}}]}',
        b"[" * 200_000,
        sarif({"ruleId": "A1", "locations": [{"physicalLocation": {"artifactLocation": {"uri": 3}}}]}, 7),
        sarif(result(3, message="text")),
    ],
    ids=range(10),
)
def test_malformed_input_is_a_gap(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "out.sarif"
    file.write_bytes(content)
    claims, reading = review(tmp_path, sarif=(file,))
    assert claims == []
    assert [gap for gap in reading.gaps if gap.startswith("out.sarif ")]


def test_hostile_values_stay_data(tmp_path: Path) -> None:
    file = tmp_path / "out.sarif"
    rule = "../../x\n\x1b[31m`rm`"
    file.write_bytes(sarif(result(3, ruleId=rule, message={"text": "{severity} \n# heading"}), tool="../x y"))
    claims, _ = review(tmp_path, sarif=(file,))
    assert [claim.kind for claim in claims] == ["../x-y:../../x---31m-rm-"]
    assert "\n" not in claims[0].title


def test_a_missing_file_is_a_gap(tmp_path: Path) -> None:
    _, reading = review(tmp_path, sarif=(tmp_path / "none.sarif",))
    assert "none.sarif cannot be read: No such file or directory." in reading.gaps


SCRIPT = """
import json, pathlib
found = []
for path in sorted(pathlib.Path('.').rglob('*.txt')):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line in ('two', 'bad thing'):
            where = {'artifactLocation': {'uri': str(path)}, 'region': {'startLine': number}}
            found.append({'ruleId': 'R', 'message': {'text': line}, 'locations': [{'physicalLocation': where}]})
print(json.dumps({'runs': [{'tool': {'driver': {'name': 'x'}}, 'results': found}]}))
"""


def test_a_command_runs_on_both_sides_and_only_news_is_said(tmp_path: Path) -> None:
    command = Command(name="acme", argv=(sys.executable, "-c", SCRIPT))
    claims, _ = review(tmp_path, commands=(command,))
    assert [(claim.kind, claim.title) for claim in claims] == [("acme:R", "bad thing")]


@pytest.mark.parametrize(
    ("argv", "gap"),
    [
        (("/nonexistent/tool",), "acme could not be started: "),
        (
            (sys.executable, "-c", "import sys; sys.exit('boom')"),
            "acme printed what is not JSON (it ended with 1: boom).",
        ),
    ],
    ids=["missing", "failing"],
)
def test_a_command_that_fails_is_a_gap(argv: tuple[str, ...], gap: str, tmp_path: Path) -> None:
    claims, reading = review(tmp_path, commands=(Command(name="acme", argv=argv),))
    assert claims == []
    assert any(one.startswith(gap) for one in reading.gaps)


@pytest.mark.parametrize("path", ["../a", "a/../b", "/a", ".git/config", "a/.GIT/x", "-a", "a//b", "a\0b", "a\\b"])
def test_paths_that_leave_the_folder_are_not_written(path: str) -> None:
    assert not safe(path.split("/"))
