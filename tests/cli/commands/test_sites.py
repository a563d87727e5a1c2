"""`site`, as users start it."""

import shutil
from pathlib import Path

from deepreview.testing.shell import Shell

REPORTS = Path(__file__).parent.parent.parent / "parse" / "reports"


def test_rounds_and_imports_become_pages(shell: Shell) -> None:
    old = shell.home / "old"
    old.mkdir()
    shutil.copy(REPORTS / "g6.md", old / "20270105-101500-pr-12.md")
    shell("import", str(old))
    assert shell("review", "--with", "names", "-q").code == 1
    site = shell.home / "site"
    done = shell("site", str(site), "--url", "https://example.org/reviews")
    assert (done.code, done.stdout.decode()) == (0, f"{site}/index.html: 1 report (1 new) about 1 change\n")
    assert "https://example.org/reviews/rounds/" in (site / "feed.atom").read_text()
    whole = shell("site", str(shell.home / "whole"), "--all", "--title", "All")
    assert whole.stdout.decode().endswith(": 2 reports (2 new) about 2 changes\n")
    assert shell("site", str(site), "--url", "https://example.org/reviews").stdout.decode().count("(0 new)") == 1


def test_what_cannot_be_built(shell: Shell) -> None:
    (shell.home / "letter.txt").touch()
    assert "something else" in shell.complains("site", str(shell.home))[1]
    assert "no address" in shell.complains("site", str(shell.home / "site"), "--url", "example.org")[1]
    assert "something else" in shell.complains("site", str(shell.home / "letter.txt"))[1]


def test_a_site_of_nothing(shell: Shell) -> None:
    done = shell("site", str(shell.home / "site"))
    assert done.code == 0
    assert b"No rounds yet" in done.stderr
