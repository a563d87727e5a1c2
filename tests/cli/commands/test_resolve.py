import json
from pathlib import Path

import pytest

from deepreview.testing.shell import Shell


@pytest.fixture
def reviewed(shell: Shell) -> Shell:
    """One round with one suggestion."""
    assert shell("review", "-q", "--with", "names").code == 1
    return shell


def lines(shell: Shell) -> list[dict[str, object]]:
    path = shell.rounds[0].parent / "resolutions.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


def again(shell: Shell) -> Path:
    """Another round, of another commit."""
    name = f"note-{len(shell.rounds)}.md"
    shell.box.commit(name, {name: "Nothing.\n"})
    shell("review", "-q", "--with", "names")
    return shell.rounds[-1]


def test_what_was_declined_is_not_said_again_and_the_reason_stands_in_the_report(reviewed: Shell) -> None:
    reviewed.box.git("config", "user.name", "Robin")
    told = reviewed("resolve", "s1", "declined", "it names", "the old call on purpose")
    assert told.code == 0
    assert b"S1 declined: " in told.stdout
    (line,) = lines(reviewed)
    assert (line["by"], line["state"], line["reason"]) == ("Robin", "declined", "it names the old call on purpose")
    folder = again(reviewed)
    report = json.loads((folder / "report.json").read_text())
    assert report["findings"] == []
    assert [gone["step"] for gone in report["dropped"]] == ["declined"]
    page = (folder / "report.md").read_text()
    assert "### Declined in prior rounds" in page
    assert "it names the old call on purpose. Do not re-suggest." in page
    assert "declined" in (folder / "report.html").read_text()
    shown = reviewed("show").stdout.decode()
    assert "R1-S1 declined: " in shown
    assert "Converged: " in shown


def test_a_fix_is_proposed_confirmed_and_seen_to_hold(reviewed: Shell) -> None:
    reviewed.box.commit("mend the notes", {"notes.md": "Call `warm()`.\n"})
    folder = again(reviewed)
    page = (folder / "report.md").read_text()
    assert "| round 1 S1 |" in page
    assert "deepreview resolve --confirm R1-S1" in page
    assert reviewed("resolve", "--confirm").code == 0
    (line,) = lines(reviewed)
    assert (line["state"], line["proposed"]) == ("fixed", False)
    assert line["commit"] == reviewed.box.git("rev-parse", "HEAD^")
    rounds = reviewed("rounds").stdout.decode()
    assert "R1-S1 fixed" in rounds
    assert [row.split()[:1] for row in rounds.splitlines()[:3]] == [["round"], ["1"], ["2"]]


def test_what_was_answered_after_the_newest_round_stands_beside_what_that_said(reviewed: Shell) -> None:
    assert "Answered since" not in reviewed("rounds").stdout.decode()
    assert reviewed("resolve", "S1", "declined", "it is meant so").code == 0
    assert "\nAnswered since: S1 declined.\n" in reviewed("rounds").stdout.decode()
    assert reviewed("resolve", "S1", "open").code == 0
    assert "Answered since" not in reviewed("rounds").stdout.decode()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("S1",), "it is not said what became of it"),
        (("S1", "mended"), "'mended' is no state"),
        (("fixed",), "no finding is named first"),
        (("S1", "declined"), "declined needs a reason"),
        (("S1", "deferred", "notaurl"), "'notaurl' is no link (`deepreview resolve S1 deferred https://…`"),
        (("S1", "deferred", "https://"), "'https://' is no link"),
        (("S9", "fixed"), "has no finding S9 (it has S1)"),
        (("S1", "fixed", "0123456789"), "no commit is called 0123456789"),
        ((), "one thing is to be said"),
        (("--confirm", "S1"), "nothing is proposed about"),
        (("--from", "nowhere.md"), "nowhere.md cannot be read"),
    ],
)
def test_what_cannot_be_put_on_record_is_refused_in_one_line(
    reviewed: Shell, words: tuple[str, ...], said: str
) -> None:
    code, told = reviewed.complains("resolve", *words)
    assert code == 2
    assert said in told
    assert not (reviewed.rounds[0].parent / "resolutions.jsonl").exists()


def test_the_table_of_a_published_report_is_taken_row_by_row(reviewed: Shell) -> None:
    table = reviewed.home / "published.md"
    title = json.loads((reviewed.rounds[0] / "report.json").read_text())["findings"][0]["title"]
    table.write_text(
        "# Deep Review: x\n\n## Resolution\n\n| # | Finding | Action | Reason |\n|---|---|---|---|\n"
        f"| 1 | Suggestion #1: {title} | Skipped | history |\n| 2 | Testing Gap #1: none | Test written | |\n"
    )
    told = reviewed("resolve", "--from", str(table))
    assert told.code == 0
    assert b"Not taken" in told.stderr
    (line,) = lines(reviewed)
    assert (line["state"], line["reason"]) == ("declined", "history")


def test_address_needs_a_terminal(reviewed: Shell) -> None:
    code, told = reviewed.complains("address")
    assert code == 2
    assert "there is no terminal" in told


def test_the_same_commit_again_is_told_and_only_those_that_failed_are_asked(shell: Shell, gate: Path) -> None:
    slow = ("--config", str(gate.parent / "slow.toml"), "--timeout", "2")
    assert b"--only-failed" not in shell("review", "--with", "names", *slow).stderr
    assert b"round 1 reviewed just this commit" in shell("review", "--with", "names", *slow).stderr.lower()
    code, told = shell.complains("review", "--with", "names", "--only-failed", *slow)
    assert code == 2
    assert "no reviewer failed" in told
    assert shell("review", "-q", "--with", "names,static", *slow).code == 1
    gate.unlink()
    whole = shell("review", "--only-failed", "--with", "names,static", *slow)
    report = json.loads((shell.rounds[-1] / "report.json").read_text())
    assert [(run["reviewer"], run["result"]) for run in report["runs"]] == [
        ("names", "completed"),
        ("static", "completed"),
    ]
    assert whole.stderr.count(b"(from the earlier run)") == 1
    assert [finding["standing"] for finding in report["findings"]] == ["carried"]
