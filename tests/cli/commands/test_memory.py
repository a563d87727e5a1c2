import json
import signal
import sys
import threading
from pathlib import Path

import pytest

from deepreview.process import run_now
from deepreview.testing.shell import Shell

FILE = "deep-review-context.md"
REVIEW = """\
# Review

## Important Issues

None.

## Repo Context Updates

- [repo] ADD Only one process writes the cache file,
  the daemon.
- [+] [repo] ADD <script>alert(1)</script> - R9: it looks \x1b[31maccepted

## Coverage Summary

| File | Result | Read |
|---|---|---|
| `gauge.py` | fine [rule R1] | whole |
"""


def told_by(shell: Shell, *names: str, text: str = REVIEW) -> Path:
    """A round in which these reviewers say so."""
    seats = []
    for name in names:
        (shell.home / f"{name}.md").write_text(text)
        seats += ["--replay", f"{name}={shell.home}/{name}.md"]
    shell("review", "-q", *seats)
    return shell.rounds[-1]


@pytest.fixture
def noted(shell: Shell) -> Shell:
    told_by(shell, "ada", "bob")
    return shell


def shown(shell: Shell) -> str:
    ended = shell("memory")
    assert ended.code == 0
    return ended.stdout.decode()


def test_equal_notes_are_one_with_all_who_said_it_and_nothing_of_theirs_is_raw(noted: Shell) -> None:
    text = shown(noted)
    assert "N1 ADD Only one process writes the cache file, the daemon. [ada, bob]" in text
    assert "\x1b" not in text
    assert "Rules in the working tree\n  none\n" in text
    page = (noted.rounds[-1] / "report.md").read_text()
    assert "### Repo context updates" in page
    assert page.count("ADD Only one process writes the cache file, the daemon. [ada, bob]") == 1
    html = (noted.rounds[-1] / "report.html").read_text()
    assert "<b>ADD</b> Only one process writes" in html
    assert "<script>alert" not in html
    assert "<script>alert" not in page.replace("\\<", "").split("## Appendix")[0]
    assert b"2 notes for the project's rules" in noted("show").stdout


def test_notes_of_imported_reports_wait_too_and_are_said_again_by_rounds(shell: Shell) -> None:
    folder = shell.home / "published"
    folder.mkdir()
    notes = "- [repo] ADD Only one process writes the cache file, the daemon.\n- [ ] [repo] ADD Use tabs.\n"
    header = "| | |\n|---|---|\n| **Repo** | acme/boiler |\n"
    (folder / "pr-7.md").write_text(f"# Deep Review: boiler\n\n{header}\n## Review Process Notes\n\n{notes}")
    shell.box.git("remote", "add", "origin", "https://github.com/acme/boiler.git")
    assert shell("import", str(folder)).code == 0
    told_by(shell, "ada")
    text = shown(shell)
    assert "N1 ADD Only one process writes the cache file, the daemon. [imported report, ada]" in text
    assert "N2 ADD Use tabs. [imported report]" in text
    assert shown(shell) == text


def test_an_accepted_note_reaches_reviewers_once_it_is_in_the_base_and_its_use_is_counted(noted: Shell) -> None:
    before = b"# Ours\r\n\r\nby hand \xff"
    (noted.box.path / FILE).write_bytes(before)
    ended = noted("memory", "accept", "N1", "--text", "Only the daemon writes.", "--paths", "gauge.*,src/*")
    assert ended.code == 0, ended.stderr
    assert b"It takes effect once" in ended.stderr
    after = (noted.box.path / FILE).read_bytes()
    assert after.startswith(before)
    assert b"- R1 (paths gauge.* src/*): Only the daemon writes.\r\n" in after
    noted.box.git("add", FILE)
    noted.box.git("commit", "-q", "-m", "rules at head")
    assert json.loads((told_by(noted, "ada") / "report.json").read_text())["rules"] == []
    noted.box.git("branch", "-f", "main")
    noted.box.commit("more", {"gauge.py": "def warm():\n    return 3\n"})
    folder = told_by(noted, "ada", text=REVIEW.replace("the daemon.", "the daemon. [rule R1]"))
    assert [rule["id"] for rule in json.loads((folder / "report.json").read_text())["rules"]] == ["R1"]
    assert "Only the daemon writes." in (folder / "brief.md").read_text()
    assert f"cited 1 time, last in {folder.name}" in shown(noted)
    noted.box.commit("elsewhere", {"other.py": "a = 1\n"})
    noted.box.git("branch", "-f", "main", "HEAD^")
    assert "Only the daemon writes." not in (told_by(noted, "ada") / "brief.md").read_text()


def test_what_is_rejected_stays_rejected_when_it_is_said_again(noted: Shell) -> None:
    assert noted("memory", "reject", "n1", "not so").code == 0
    told_by(noted, "eve")
    waiting, _, over = shown(noted).partition("Decided\n")
    assert "N1" not in waiting
    assert "N1 ADD Only one process writes the cache file, the daemon. [ada, bob, eve] (rejected by " in over


def test_an_edited_note_is_accepted_as_edited_and_an_expired_rule_leaves_the_file(noted: Shell) -> None:
    assert noted("memory", "edit", "N2", "A plain sentence.").code == 0
    assert noted("memory", "accept", "N2", "--pr", "12", "--until", "2099-01-31").code == 0
    assert "- R1 (until 2099-01-31; pr 12): A plain sentence." in (noted.box.path / FILE).read_text()
    assert noted("memory", "expire", "R1").code == 0
    assert "R1" not in (noted.box.path / FILE).read_text()
    assert noted("memory", "accept", "N1").code == 0
    assert "- R2: Only one process" in (noted.box.path / FILE).read_text()


def test_a_note_may_ask_to_change_or_remove_a_rule(noted: Shell) -> None:
    noted("memory", "accept", "N1", "--paths", "src/*")
    lines = "- [repo] UPDATE R1: two processes write\n- [repo] REMOVE R1\n- [repo] REMOVE what is old\n"
    told_by(noted, "eve", text=REVIEW.replace("- [repo] ADD Only", f"{lines}- [repo] ADD Only"))
    text = shown(noted)
    assert "N3 asks to update R1" in text
    assert "N4 asks to remove R1" in text
    assert noted("memory", "accept", "N3").code == 0
    assert "- R1 (paths src/*): two processes write\n" in (noted.box.path / FILE).read_text()
    assert b"N5 names no rule to remove" in noted("memory", "accept", "N5").stderr
    assert noted("memory", "accept", "N4").code == 0
    assert "two processes" not in (noted.box.path / FILE).read_text()


def test_two_who_accept_at_once_both_have_their_rule(noted: Shell) -> None:
    shown(noted)
    codes: list[int] = []

    def accept(name: str) -> None:
        codes.append(noted("memory", "accept", name).code)

    threads = [threading.Thread(target=accept, args=(name,)) for name in ("N1", "N2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [0, 0]
    text = (noted.box.path / FILE).read_text()
    assert "- R1: " in text
    assert "- R2: " in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("accept", "N9"), b"no note is called N9"),
        (("expire", "R9"), b"no rule is called R9"),
        (("reject", "N1", " "), b"the text is empty"),
        (("accept", "N1", "--text", "x <!-- y"), b"that text cannot be a rule"),
        (("accept", "N1", "--paths", "a b"), b"cannot be a path of a rule"),
        (("accept", "N1", "--rule", "R7"), b"no rule is called R7"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_changes_nothing(noted: Shell, words: tuple[str, ...], said: bytes) -> None:
    ended = noted("memory", *words)
    assert ended.code == 2
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert not (noted.box.path / FILE).exists()


KILLED = """\
import os, signal, sys
from deepreview.archive import memory
from deepreview.model.memory import Decided
append = memory.MemoryLog.append
def cut_off(log, entries):
    if any(isinstance(one, Decided) for one in entries):
        os.kill(os.getpid(), signal.SIGKILL)
    append(log, entries)
memory.MemoryLog.append = cut_off
sys.argv[0] = "deepreview"
from deepreview.cli.main import main
main()
"""
"""The program, killed between the file of rules and the record of the decision."""


def killed(shell: Shell, *args: str) -> None:
    ended = run_now([sys.executable, "-c", KILLED, *args], env=shell.environ(), cwd=shell.box.path)
    assert ended.code == -signal.SIGKILL, ended.stderr


def test_accepting_that_was_killed_before_the_record_can_be_repeated(noted: Shell) -> None:
    words = ("memory", "accept", "N1", "--text", "Only the daemon writes.", "--paths", "src/*")
    killed(noted, *words)
    before = (noted.box.path / FILE).read_bytes()
    assert b"- R1 (paths src/*): Only the daemon writes.\n" in before
    assert "N1 ADD" in shown(noted).partition("Rules in")[0], "it still waits"
    assert noted(*words).stdout.startswith(b"R1 written to ")
    assert (noted.box.path / FILE).read_bytes() == before
    assert "N1 ADD" in shown(noted).partition("Decided\n")[2]
    assert noted("memory", "accept", "N2", "--text", "Only the daemon writes.").stdout.startswith(b"R2 written to ")


def test_a_removal_that_was_killed_before_the_record_can_be_repeated(noted: Shell) -> None:
    noted("memory", "accept", "N1")
    told_by(noted, "eve", text=REVIEW.replace("- [repo] ADD Only", "- [repo] REMOVE R1\n- [repo] ADD Only"))
    assert "N3 asks to remove R1" in shown(noted)
    killed(noted, "memory", "accept", "N3")
    assert "R1" not in (noted.box.path / FILE).read_text()
    assert noted("memory", "accept", "N3").stdout.startswith(b"R1 removed from ")
    assert "N3 REMOVE R1" in shown(noted).partition("Decided\n")[2]
    assert b"no rule is called R9" in noted("memory", "expire", "R9").stderr


def test_a_link_is_not_followed_and_all_is_there_as_json(noted: Shell) -> None:
    elsewhere = noted.home / "elsewhere"
    elsewhere.write_text("mine")
    (noted.box.path / FILE).symlink_to(elsewhere)
    assert b"is a symbolic link" in noted("memory", "accept", "N1").stderr
    assert elsewhere.read_text() == "mine"
    (noted.box.path / FILE).unlink()
    told = json.loads(noted("memory", "--json").stdout)
    assert [one["number"] for one in told["queue"]] == [1, 2]
    assert told["contradictions"] == []


def test_a_round_of_a_stranger_keeps_nobody_from_accepting(noted: Shell) -> None:
    odd = json.loads((noted.rounds[-1] / "report.json").read_text())
    odd["rules"] = [{"id": name, "text": "x"} for name in ("x", "", "R999999")]
    for name, text in (("odd", json.dumps(odd)), ("damaged", "{")):
        folder = noted.rounds[-1].parent / f"20260101-000000-{name}"
        folder.mkdir()
        (folder / "report.json").write_text(text)
    assert noted("memory", "accept", "N1", "--until", "0900-01-01").stdout.startswith(b"R1 written to ")
    assert "- R1 (until 0900-01-01): Only one process" in (noted.box.path / FILE).read_text()
