"""`deepreview lint`, on reports of ours and of others."""

import json
from pathlib import Path

from deepreview.testing.shell import Shell

OTHER = """\
# R

| | |
|---|---|
| **Verdict** | **Rework** — x |

## Suggestions

S1. **It breaks** — `a.py:900` [A]

## Agent Performance Retro

### [A]

Good.

## Appendix: Original Reviews

### [A] — Pass 1

Failed: 429
"""


def test_our_own_report_keeps_all_rules(shell: Shell, tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    made = shell("review", "--base", "main", "--to", "markdown", "-o", str(report))
    assert b"breaks rule" not in made.stderr
    page = next(folder / "report.html" for folder in shell.rounds)
    done = shell("lint", str(report), "--check-code", "--first-round", "--page", str(page))
    assert (done.code, done.stdout.decode()) == (0, "0 problems by 10 rules in 1 report(s).\n")


def test_not_checked_is_not_clean(shell: Shell, tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    shell("review", "--base", "main", "--to", "markdown", "-o", str(report))
    done = shell("lint", str(report), "--check-code", "--json")
    (told,) = json.loads(done.stdout)
    assert (done.code, told["result"], told["problems"]) == (3, "not all checked", [])
    assert [one["rule"] for one in told["not_checked"]] == [6, 8, 9]
    text = shell("lint", str(report), "--check-code").stdout.decode().splitlines()
    assert text[-1] == "0 problems by 10 rules in 1 report(s); not all was checked: rule 6, 8, 9."
    full = shell("lint", str(report), "--check-code", "--first-round", "--json")
    assert (full.code, json.loads(full.stdout)[0]["result"]) == (0, "clean")
    (tmp_path / "other.md").write_text(OTHER)
    mixed = shell("lint", str(report), str(tmp_path / "other.md"), "--check-code", "--json")
    assert (mixed.code, [one["result"] for one in json.loads(mixed.stdout)]) == (1, ["not all checked", "broken"])


def test_a_miscounted_reader_of_our_own_report_is_told(shell: Shell, tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    shell("review", "--base", "main", "--to", "markdown", "-o", str(report))
    text = report.read_text()
    (row,) = [line for line in text.splitlines() if line.startswith("| Files reviewed |")]
    first = row.split(" | ")[1]
    assert first.endswith("/1")
    report.write_text(text.replace(row, row.replace(f"| {first} |", "| 7/1 |", 1)))
    done = shell("lint", str(report), "--first-round", "--check-code", "--json")
    (problem,) = json.loads(done.stdout)[0]["problems"]
    assert (problem["rule"], problem["where"]) == (5, "Coverage")
    assert problem["message"].endswith(f"reviewed 7/1, and the list of files names it {first[0]} times")


def test_another_ones_report_is_held_to_them(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text(OTHER)
    done = shell("lint", str(tmp_path / "other.md"), "--check-code", "--json")
    (told,) = json.loads(done.stdout)
    assert (done.code, told["result"]) == (1, "broken")
    assert [(one["rule"], one["where"]) for one in told["problems"]] == [(7, "Verdict")]
    assert any(one["rule"] == 1 and "no Review SHA" in one["reason"] for one in told["not_checked"])


def test_what_is_cited_is_looked_up_in_the_reviewed_commit(shell: Shell, tmp_path: Path) -> None:
    head = shell.box.head()
    text = OTHER.replace("| **Verdict**", f"| **Review SHA** | `{head}` |\n| **Verdict**").replace(
        "a.py:900", "gauge.py:900"
    )
    (tmp_path / "other.md").write_text(text)
    done = shell("lint", str(tmp_path / "other.md"), "--check-code")
    assert "rule 1: S1: `gauge.py:900` is beyond the 2 lines" in done.stdout.decode()


def test_a_commit_that_is_not_there_is_named(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "other.md").write_text(
        OTHER.replace("| **Verdict**", f"| **Review SHA** | `{'ab' * 20}` |\n| **Verdict**")
    )
    done = shell("lint", str(tmp_path / "other.md"), "--check-code")
    assert "rule 1 not checked: " in done.stdout.decode()


def test_bad_input_is_one_line(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "plain.md").write_text("# Hello\n")
    assert "no report is named" in shell.complains("lint")[1]
    assert "cannot be read" in shell.complains("lint", "none.md")[1]
    assert "no earlier report" in shell.complains("lint", "x.md", "--first-round", "--earlier", "y.md")[1]
    assert "is not a published report" in shell.complains("lint", str(tmp_path / "plain.md"))[1]
    assert "cannot be read" in shell.complains("lint", str(tmp_path / "plain.md"), "--page", "none.html")[1]
