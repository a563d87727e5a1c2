"""`deepreview bench consolidate`, on a corpus made here."""

import json
from pathlib import Path
from typing import Any

import pytest

from deepreview.testing.shell import Shell

BODY = "`load` drops the expiry stamp of each row, so an expired reading is served after a restart."


def raw(uid: str, title: str, body: str) -> dict[str, Any]:
    return {
        "uid": uid,
        "title": title,
        "body": body,
        "severity": "important",
        "classification": "gap",
        "location": [{"path": "src/cache.py", "start": 3, "end": 4}],
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One case of three claims about two defects, and a panel of two tools."""
    (tmp_path / "cases").mkdir()
    case = {
        "trusted": True,
        "meta": {"group": "pr-1"},
        "raw_findings": [
            raw("a/1/I1", "Expiry is skipped for readings loaded from disk", BODY),
            raw(
                "b/1/I1",
                "Readings loaded from disk never expire",
                "`load` forgets the expiry stamp; expired rows are served.",
            ),
            raw("b/1/I2", "The lock is released twice", "`close` unlocks what `flush` unlocked."),
        ],
    }
    (tmp_path / "cases" / "one.json").write_text(json.dumps(case))
    clusters = [{"gold": "I1", "raw": ["a/1/I1", "b/1/I1"]}, {"gold": "I2", "raw": ["b/1/I2"]}]
    (tmp_path / "pairs.json").write_text(json.dumps({"one": {"clusters": clusters}}))
    items = [{"pr": "p", "tool": tool, "text": "santizeAnchors is misspelt", "gold": ["typo"]} for tool in "ab"]
    (tmp_path / "panel.json").write_text(json.dumps([*items, {"pr": "p", "tool": "c", "text": "other", "gold": []}]))
    return tmp_path


def test_the_table_has_every_method_on_every_split(shell: Shell, folder: Path) -> None:
    told = shell("bench", "consolidate", str(folder)).stdout.decode()
    assert told.count("deepreview ") == 3
    assert told.count("IDF overlap, single linkage") == told.count("exact key") == told.count("TF-IDF, average") == 3
    assert "trusted: 3 claims about 2 known defects" in told


def test_the_figures_as_json(shell: Shell, folder: Path) -> None:
    results = json.loads(shell("bench", "consolidate", str(folder), "--json").stdout)
    own = next(one for one in results if one["method"] == "deepreview" and one["split"] == "trusted")
    assert (own["f1"], own["hidden_defects"], own["duplication"]) == (1.0, 0, 1.0)
    exact = next(one for one in results if one["method"] == "exact key" and one["split"] == "trusted")
    assert (exact["recall"], exact["duplication"]) == (0.0, 1.5)


@pytest.mark.parametrize(
    ("name", "named", "content"),
    [
        ("pairs.json", "pairs.json", "{"),
        ("pairs.json", "cases/one.json", '{"one": {"clusters": 3}}'),
        ("cases/one.json", "cases/one.json", '{"trusted": true, "meta": {}, "raw_findings": [{}]}'),
        ("panel.json", "panel.json", '[{"pr": 3}]'),
    ],
)
def test_a_malformed_file_is_one_line_that_names_it(
    shell: Shell, folder: Path, name: str, named: str, content: str
) -> None:
    (folder / name).write_text(content)
    code, told = shell.complains("bench", "consolidate", str(folder))
    assert code == 2
    assert str(folder / named) in told


def test_a_folder_without_reviews_is_told(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert shell.complains("bench", "consolidate", str(tmp_path / "empty"))[0] == 2
