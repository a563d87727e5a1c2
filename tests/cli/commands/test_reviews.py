"""`consolidate`, `parse` and `review --replay`, as users start them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from deepreview.testing.shell import Shell

CLAUDE = """\
## Executive Summary

Adds a cache.

## Important Issues

I1. **Expiry is skipped for readings loaded from disk** — `cache.py:3` (important, regression)

```python
    rows[key] = row.value
```

`load` drops the stamp, so an expired reading is served after a restart.

## Suggestions

I2. **The header of `other.py` is broken** — `other.py:1`

```python
this is not in the file anywhere
```

## Coverage Summary

- `cache.py` — I1
"""
CODEX = """\
**Important Issues**
1. **Readings loaded from disk never expire** — `cache.py:2-3` `(important, regression)`

`load` drops the expiry stamp of the row, so a reading that expired is served after a restart.
"""


@pytest.fixture
def reviews(shell: Shell) -> tuple[str, str]:
    """Two reviews beside the repository, and a commit that they are about."""
    shell.box.git("checkout", "-q", "main")
    shell.box.commit("base", {"cache.py": "def load(rows, read):\n    pass\n", "other.py": "x = 1\n"})
    shell.box.git("checkout", "-q", "-b", "feature")
    loop = "def load(rows, read):\n    for key, row in read():\n        rows[key] = row.value\n"
    shell.box.commit("cache: load", {"cache.py": loop})
    paths = (shell.home / "claude.md", shell.home / "codex.md")
    for path, text in zip(paths, (CLAUDE, CODEX), strict=True):
        path.write_text(text)
    return str(paths[0]), str(paths[1])


def report(out: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(out)
    return found


def conserved(told: dict[str, Any]) -> None:
    assert sorted(fate["claim"] for fate in told["claims_map"]) == sorted(claim["id"] for claim in told["claims"])


def test_reviews_are_merged_without_a_repository(shell: Shell, reviews: tuple[str, str], tmp_path: Path) -> None:
    done = shell("consolidate", *reviews, "--to", "json", cwd=tmp_path)
    told = report(done.stdout)
    assert done.code == 1, done.stderr
    conserved(told)
    first = told["findings"][0]
    assert sorted(first["reviewers"]) == ["claude", "codex"]
    assert len(told["claims"]) == 3
    assert shell.rounds == []


def test_with_a_head_each_claim_is_held_against_the_code(shell: Shell, reviews: tuple[str, str]) -> None:
    done = shell("consolidate", *reviews, "--head", "feature", "--base", "main", "--to", "json", "-q")
    told = report(done.stdout)
    conserved(told)
    (finding,) = told["findings"]
    assert finding["locations"][0]["quote"] == "        rows[key] = row.value"
    assert finding["origin"]["kind"] == "introduced"
    assert [gone["step"] for gone in told["dropped"]] == ["placed"]
    assert shell.rounds == []


def test_the_appendix_holds_each_review_in_its_own_words(shell: Shell, reviews: tuple[str, str]) -> None:
    Path(reviews[1]).write_text("Let me think aloud first.\n\n````\n" + CODEX)
    told = shell("consolidate", *reviews, "--to", "markdown").stdout.decode()
    assert "Let me think aloud first." in told
    assert told.count("In its own words:") == 2
    page = shell.home / "r.md"
    page.write_text(told)
    assert "0 problems" in shell("lint", str(page)).stdout.decode()
    once, again = (shell("consolidate", *files, "--to", "json", "-q") for files in (reviews, [str(page)]))
    assert report(again.stdout)["claims"] == report(once.stdout)["claims"]


@pytest.mark.parametrize("to", ["json", "markdown", "html", "sarif", "terminal"])
def test_half_a_character_costs_no_review(shell: Shell, reviews: tuple[str, str], tmp_path: Path, to: str) -> None:
    cut = {
        "title": "The emoji \ud83d is cut",
        "path": "a\ud800.py",
        "line": 3,
        "quote": "x = \ud83d",
        "message": "\udfff",
    }
    (tmp_path / "cut.json").write_text(json.dumps([cut]))
    done = shell("consolidate", *reviews, str(tmp_path / "cut.json"), "--to", to)
    assert (done.code, b"is cut" in done.stdout) == (1, True), done.stderr


def test_they_take_seats_in_a_round(shell: Shell, reviews: tuple[str, str]) -> None:
    seats = [part for path in reviews for part in ("--replay", path)]
    done = shell("review", "feature", "--base", "main", "--with", "paths", *seats, "--to", "json", "-q")
    told = report(done.stdout)
    assert [run["reviewer"] for run in told["runs"]] == ["paths", "claude", "codex"]
    conserved(told)
    (folder,) = shell.rounds
    assert (folder / "claude.said.jsonl").exists()


def test_html_of_reviews_without_code(shell: Shell, reviews: tuple[str, str]) -> None:
    done = shell("consolidate", *reviews, "--to", "html")
    page = done.stdout.decode()
    assert page.startswith("<!doctype html>")
    assert re.findall(r"Said by (.*?)\. ", page) == ["<b>codex</b>, <b>claude</b>", "<b>claude</b>"]


def test_an_outage_is_no_approval(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "gemini.md").write_text("Error 429: capacity exhausted")
    done = shell("consolidate", str(tmp_path / "gemini.md"), "--to", "json")
    assert done.code == 3
    assert report(done.stdout)["verdict"]["value"] == "no verdict"


@pytest.mark.usefixtures("reviews")
@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "no review is named"),
        (("none.md",), "none.md cannot be read: No such file"),
        (("x.json",), "x.json is JSON that holds no findings"),
        (("claude.md", "--base", "main"), "--base is given without --head"),
        (("claude.md", "--to", "pdf"), "no format is called 'pdf'"),
        (("claude.md", "--head", "nope"), "nope"),
    ],
)
def test_bad_input_is_one_line(shell: Shell, args: tuple[str, ...], said: str) -> None:
    (shell.home / "x.json").write_text("{}")
    given = [str(shell.home / arg) if arg.endswith((".md", ".json")) else arg for arg in args]
    code, told = shell.complains("consolidate", *given)
    assert (code, said in told) == (2, True), told


def test_parse_as_json(shell: Shell, reviews: tuple[str, str]) -> None:
    told = report(shell("parse", reviews[0], "--json").stdout)
    assert (told["form"], told["reviewer"]) == ("review", "claude")
    assert [claim["id"] for claim in told["claims"]] == ["claude/1/I1", "claude/1/S2"]
    assert told["covered"] == ["cache.py"]


def test_parse_of_standard_input_as_a_list(shell: Shell) -> None:
    done = shell("parse", "-", "--name", "Model A", stdin=CODEX.encode())
    assert done.stdout.decode().splitlines()[1] == "  I1    important  Readings loaded from disk never expire"
    assert done.code == 0


def test_parse_of_a_report_writes_it_in_the_newest_form(shell: Shell, tmp_path: Path) -> None:
    old = "# R\n\n## Important Issues\n\n1. **It breaks** — `a.py:3` [A]\n\n"
    old += "## Agent Performance Retro\n\n### [A]\n\nGood.\n"
    (tmp_path / "old.md").write_text(old)
    first = shell("parse", str(tmp_path / "old.md")).stdout
    assert b"I1. **It breaks** \xe2\x80\x94 `a.py:3` [A]" in first
    assert shell("parse", "-", stdin=first).stdout == first
    assert report(shell("parse", "-", "--json", stdin=first).stdout)["form"] == "report"


SARIF = {
    "version": "2.1.0",
    "runs": [
        {
            "tool": {"driver": {"name": name}},
            "results": [
                {
                    "ruleId": "R1",
                    "level": "error",
                    "message": {"text": "It breaks."},
                    "locations": [
                        {"physicalLocation": {"artifactLocation": {"uri": "a.py"}, "region": {"startLine": 3}}}
                    ],
                }
            ],
        }
        for name in ("scan", "probe")
    ],
}
COMMENT = {"user": {"login": "kim"}, "path": "a.py", "line": 3, "body": "It loses rows."}


@pytest.mark.parametrize(
    ("document", "lines"),
    [
        (SARIF, ["scan: no verdict stated", "  1     important  It breaks", "        a.py:3"]),
        ([COMMENT], ["kim: no verdict stated", "  1     suggestion It loses rows", "        a.py:3"]),
        (
            {"findings": [{"title": "It breaks", "severity": "high", "file": "a.py", "line": 3}]},
            ["review: no verdict stated"],
        ),
        (
            {"source": {"name": "lint"}, "diagnostics": [{"message": "x y", "location": {"path": "a.py"}}]},
            ["lint: no verdict"],
        ),
    ],
)
def test_parse_reads_what_consolidate_reads(shell: Shell, document: object, lines: list[str]) -> None:
    done = shell("parse", "-", stdin=json.dumps(document).encode())
    assert done.code == 0
    told = done.stdout.decode().splitlines()
    assert all(line.startswith(start) for line, start in zip(told, lines, strict=False))


def test_parse_of_several_voices_as_json_is_a_list(shell: Shell) -> None:
    told = json.loads(shell("parse", "-", "--json", stdin=json.dumps(SARIF).encode()).stdout)
    assert [(one["form"], one["reviewer"], len(one["claims"])) for one in told] == [
        ("review", "scan", 1),
        ("review", "probe", 1),
    ]
    alone = json.dumps(SARIF | {"runs": SARIF["runs"][:1]}).encode()
    assert report(shell("parse", "-", "--json", stdin=alone).stdout)["reviewer"] == "scan"


def test_parse_of_data_without_a_finding_holds_no_review(shell: Shell) -> None:
    empty = json.dumps(SARIF | {"runs": [{"tool": {"driver": {"name": "scan"}}, "results": []}]}).encode()
    done = shell("parse", "-", stdin=empty)
    assert (done.code, done.stderr.count(b"\n")) == (3, 1)
    assert b"holds no review" in done.stderr
    code, said = shell.complains("parse", "-", stdin=b'{"a": 1}')
    assert (code, "standard input is JSON that holds no findings" in said) == (2, True)


def test_parse_says_that_a_review_is_cut_off(shell: Shell) -> None:
    text = "## Important\n\nI1. **It hangs** — `a.py:3`\n\nThe lock is taken twice. Then it waits for the"
    done = shell("parse", "-", stdin=text.encode())
    assert done.code == 0
    assert done.stdout.decode().splitlines()[-1].startswith("The text seems cut off; it ends with")


@pytest.mark.parametrize(
    ("text", "held", "why"),
    [
        ("", False, "No reviewer completed."),
        ("None.\n", False, "No reviewer completed."),
        (
            "## Findings\n\nNone.\n",
            True,
            "quiet finds nothing and names no file of this change, so nothing shows that any was read.",
        ),
    ],
)
def test_parse_consolidate_and_replay_agree_on_what_is_a_review_and_none_approves_without_reading(
    shell: Shell, tmp_path: Path, text: str, held: bool, why: str
) -> None:
    (tmp_path / "quiet.md").write_text(text)
    given = str(tmp_path / "quiet.md")
    assert shell("parse", given).code == (0 if held else 3)
    for args in (("consolidate", given), ("consolidate", given, "--head", "topic")):
        done = shell(*args, "--to", "json", "-q")
        verdict = report(done.stdout)["verdict"]
        assert (done.code, verdict["value"], verdict["reason"]) == (3, "no verdict", why), args
    seated = report(shell("review", "-q", "--with", "names", "--replay", given, "--to", "json").stdout)
    ended = {run["reviewer"]: run["result"] for run in seated["runs"]}
    assert ended["quiet"] == ("completed" if held else "skipped")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (" \n", 3),
        ("Error: the model is overloaded, try again later.\n", 3),
        ("## Critical Issues\n\nNone.\n\n## Suggestions\n\nNone.\n", 0),
        ("## Critical Issues\n\nI could not read the repository: permission denied.\n", 3),
        ("## Findings\n\nError: rate limit exceeded\n", 3),
        ("## Findings\n\nI was unable to find any bug.\n", 0),
        ("## Findings\n\nI looked for a lock and found all of them in order.\n", 0),
        ("## Critical Issues\n\nNone.\n\n## Suggestions\n\nI could not think of one.\n", 0),
        ("## Executive Summary\n\nAdds a cache; nothing is wrong with it.\n", 0),
    ],
)
def test_a_text_without_a_review_is_told_from_one_without_findings(shell: Shell, text: str, code: int) -> None:
    done = shell("parse", "-", "--json", stdin=text.encode())
    assert done.code == code
    assert report(done.stdout)["claims"] == []
    said = b"standard input holds no review: no claim, no observation, no file that was read\n"
    assert done.stderr == (said if code else b"")


def test_fifty_megabytes_of_nonsense_are_read_in_bounded_time(shell: Shell) -> None:
    done = shell("parse", "-", stdin=b"# \xff\x00 `**` I1. **x\n" * 2_500_000)
    assert done.code == 3
    assert "longer than" in done.stdout.decode()
