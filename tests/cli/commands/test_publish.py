"""`deepreview publish` and `fetch-rounds`, by two users who share a remote."""

import json
from pathlib import Path

from deepreview.testing.sandbox import Sandbox
from deepreview.testing.shell import Shell


def test_rounds_travel_between_users_and_count(shell: Shell, tmp_path: Path) -> None:
    hub = Sandbox(tmp_path / "hub")
    hub.git("config", "core.bare", "true")
    shell.box.git("remote", "add", "origin", str(hub.path / ".git"))
    shell("review", "-q")
    (mine,) = shell.rounds
    done = shell("publish", "--push")
    assert (done.code, done.stdout.decode()) == (0, f"{mine.name}\n"), done.stderr
    assert done.stderr == b"1 round published on reviews of origin.\n"
    assert shell("publish", "--push").stderr == b"reviews of origin holds these rounds already.\n"

    mate = Shell(box=Sandbox(tmp_path / "mate" / "boiler"), home=tmp_path / "mate")
    mate.box.git("fetch", "-q", "-u", str(shell.box.path), "topic:topic", "main:main")
    mate.box.git("checkout", "-q", "-f", "topic")
    mate.box.git("remote", "add", "origin", str(hub.path / ".git"))
    assert mate("fetch-rounds").stderr == b"1 round of others fetched.\n"
    assert mine.name in mate("list").stdout.decode()
    assert b"read_gauge" in mate("show", mine.name).stdout
    assert mate("review", "-q").code == 1
    second = json.loads((mate.rounds[-1] / "report.json").read_text())
    assert second["round"] == 2
    assert mate("fetch-rounds").stderr == b"No rounds that are not here already.\n"
    assert mate("publish", "--all", "--push").code == 0

    assert shell("publish", "--push").stderr.decode().startswith("1 round of others fetched.\n")
    assert len(shell.rounds) == 2
    assert "is finished" in shell.complains("resume", shell.rounds[-1].name)[1]


def test_what_cannot_be_published_is_one_line(shell: Shell, tmp_path: Path) -> None:
    assert "no round has been made yet" in shell.complains("publish")[1]
    shell("review", "-q")
    for said, args in {
        "has no remote": ("--push",),
        "exclude each other": ("--to", str(tmp_path / "x"), "--push"),
        "no round is called": ("nonsense",),
        "holds something else": ("--branch", "topic2"),
        "is checked out": ("--branch", "topic"),
    }.items():
        shell.box.git("branch", "-f", "topic2")
        assert said in shell.complains("publish", *args)[1]


def test_a_folder_gets_the_same_and_can_be_opened_by_any_host(shell: Shell, tmp_path: Path) -> None:
    shell("review", "-q")
    assert shell("publish", "--to", str(tmp_path / "site")).code == 0
    (page,) = (tmp_path / "site").glob("rounds/*/report.html")
    assert f'href="rounds/{page.parent.name}/report.html"' in (tmp_path / "site/index.html").read_text()
