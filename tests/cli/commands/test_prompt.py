"""`deepreview prompt`: what an agent would be asked and given, without asking it."""

from pathlib import Path

import pytest

from deepreview.reviewers.agent.prompt import example
from deepreview.testing.shell import Shell


def test_it_prints_what_would_be_sent_and_writes_what_would_be_read(shell: Shell, tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    done = shell("prompt", "--base", "main", "--papers", str(papers))
    assert (done.code, done.stderr.decode()) == (0, f"Papers: {papers} (1 part of the diff)\n")
    text = done.stdout.decode()
    assert text.startswith("# Review this change\n")
    assert example() in text
    assert "{{" not in text
    files = sorted(path.relative_to(papers).as_posix() for path in papers.rglob("*") if path.is_file())
    assert files == ["brief.md", "diff/001.patch", "diff/index.md"]
    part = (papers / "diff/001.patch").read_text()
    assert "\n-def read_gauge():\n" in part
    brief = (papers / "brief.md").read_text()
    assert "> drop the gauge" in brief
    mark = brief.split("----- ")[1].split(":")[0]
    assert mark in text
    assert mark in part
    assert shell.rounds == []


def test_the_next_round_is_shown_with_the_findings_of_earlier_ones(shell: Shell, tmp_path: Path) -> None:
    assert b"# Earlier rounds" not in shell("prompt").stdout
    assert shell("review", "-q", "--with", "names").code == 1
    assert shell("resolve", "S1", "declined", "on purpose").code == 0
    shell.box.commit("more", {"more.md": "More.\n"})
    done = shell("prompt", "--papers", str(tmp_path / "papers"))
    assert b"# Earlier rounds" in done.stdout
    told = (tmp_path / "papers/brief.md").read_text()
    assert "> R1-S1 (round 1, suggestion, declined: on purpose) at notes.md:1: A document still names" in told
    assert shell("prompt").stderr.decode() == "The brief tells of 1 earlier finding: --papers DIR writes it.\n"
    assert shell("review", "-q", "--with", "names").code == 0
    kept = (shell.rounds[-1] / "brief.md").read_text()
    assert "(round 1, suggestion, declined: on purpose)" in kept


def test_an_agent_of_a_known_family_is_told_more(shell: Shell) -> None:
    plain, told = (shell("prompt", "--base", "main", *more).stdout for more in ((), ("--with", "codex:gpt-5@high")))
    assert b"# Before you begin" in told
    assert b"# Before you begin" not in plain


def test_an_agent_at_a_server_of_ones_own_is_known_by_the_settings(shell: Shell) -> None:
    config = shell.home / "own.toml"
    config.write_text('endpoints = { local = { url = "http://127.0.0.1:9/v1" } }\n')
    done = shell("prompt", "--with", "api/local:claude-x", "--config", str(config))
    assert done.code == 0, done.stderr.decode()
    assert done.stdout == shell("prompt", "--with", "claude").stdout
    code, told = shell.complains("prompt", "--with", "api/locl:claude-x", "--config", str(config))
    assert (code, "no endpoint is called 'locl' (did you mean local?)" in told) == (2, True)


def test_papers_never_land_on_other_files(shell: Shell) -> None:
    code, told = shell.complains("prompt", "--base", "main", "--papers", ".")
    assert (code, told) == (2, "deepreview: . is not an empty folder (name one that is not there yet)\n")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--with", "claud"), "deepreview: no agent is called 'claud' (did you mean claude?)\n"),
        (("main", "--staged"), "deepreview: more than one change was named"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(shell: Shell, args: tuple[str, ...], told: str) -> None:
    code, line = shell.complains("prompt", *args)
    assert code == 2
    assert line.startswith(told)
