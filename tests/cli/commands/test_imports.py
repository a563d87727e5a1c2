"""`import` and `stats`, as users start them."""

import json
import shutil
from pathlib import Path

from deepreview.testing.shell import Shell

REPORTS = Path(__file__).parent.parent.parent / "parse" / "reports"
NAMES = {
    "g0": "20260313-120000-boiler",
    "g2": "20260326-162638-pr-12",
    "g4": "20260421-153207-pr-12",
    "g6": "20270105-101500-pr-12",
}


def brought(shell: Shell) -> Path:
    folder = shell.home / "old"
    (folder / "deeper").mkdir(parents=True)
    for generation, name in NAMES.items():
        shutil.copy(REPORTS / f"{generation}.md", folder / "deeper" / f"{name}.md")
    (folder / "notes.md").write_text("# Notes\n\nNothing of a report.\n")
    (folder / "empty.md").touch()
    return folder


def test_all_generations_are_imported_once(shell: Shell) -> None:
    folder = brought(shell)
    done = shell("import", str(folder), "--of", "acme/boiler")
    lines = done.stdout.decode().splitlines()
    assert done.code == 0
    assert lines[0] == "4 new; 4 review; 10 findings"
    assert [line.partition(": ")[0] for line in lines[1:]] == ["not read", "not read"]
    again = shell("import", str(folder), "--of", "acme/boiler")
    assert again.stdout.decode().startswith("4 already there; ")
    assert shell("list", "--all").stdout == b"", "an imported report is no round that could be resumed or shown"


def test_a_report_that_names_no_repository_needs_one(shell: Shell) -> None:
    done = shell("import", str(brought(shell)))
    told = done.stdout.decode()
    assert told.startswith("2 new; ")
    assert told.count("it names no repository (say with --of OWNER/NAME whose it is)") == 2


def test_what_cannot_be_imported(shell: Shell, tmp_path: Path) -> None:
    assert shell.complains("import", str(tmp_path / "none"))[0] == 2
    assert shell.complains("import", str(tmp_path / "home" / ".cache"))[0] == 2
    assert "owner/name" in shell.complains("import", str(tmp_path), "--of", "boiler")[1]
    only = tmp_path / "only"
    only.mkdir()
    (only / "notes.md").write_text("hello")
    assert shell("import", str(only)).code == 2


def test_stats_count_imported_reports_and_rounds(shell: Shell) -> None:
    shell("import", str(brought(shell)), "--of", "acme/boiler")
    assert shell("review", "--with", "names,paths", "-q").code == 1
    told = json.loads(shell("stats", "--json", "--all").stdout)
    assert (told["reviews"], told["changes"]) == (5, 3)
    assert {one["name"] for one in told["reviewers"]} >= {"Model A", "Model B", "names"}
    table = shell("stats", "--all").stdout.decode()
    assert table.startswith("5 reviews of 3 changes, 11 findings listed\n")
    assert "Reviewers: what they found" in table
    own = shell("stats").stdout.decode()
    assert own.startswith("1 review of 1 change, ")


def test_stats_of_nothing(shell: Shell) -> None:
    done = shell("stats")
    assert (done.code, done.stdout) == (0, b"")
    assert b"No rounds yet" in done.stderr
