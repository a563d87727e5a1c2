"""`deepreview publish` and `fetch-rounds`, by two users who share a remote."""

import json
from pathlib import Path

from deepreview.testing.fake_github import TOKEN, FakeGitHub
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


def test_a_report_that_cannot_be_read_is_named_and_the_others_are_kept(shell: Shell, tmp_path: Path) -> None:
    hub = Sandbox(tmp_path / "hub")
    shell.box.git("remote", "add", "origin", str(hub.path))
    shell("review", "-q")
    assert shell("publish", "--push").code == 0
    hub.git("checkout", "-q", "-f", "reviews")
    hub.commit("break it", {"rounds/20250105-101500-broken/report.json": "{}\n"})
    hub.git("checkout", "-q", "--detach")
    mate = Shell(box=Sandbox(tmp_path / "mate" / "boiler"), home=tmp_path / "mate")
    mate.box.git("remote", "add", "origin", str(hub.path))
    done = mate("fetch-rounds")
    refused, kept = done.stderr.decode().splitlines()
    assert done.code == 0
    assert refused.startswith("Not kept: the published round 20250105-101500-broken is not a Deep Review report")
    assert kept == "1 round of others fetched."
    assert [folder.name for folder in mate.rounds] == [shell.rounds[0].name]


def test_what_cannot_be_published_is_one_line(shell: Shell, tmp_path: Path) -> None:
    assert "no round has been made yet" in shell.complains("publish")[1]
    shell("review", "-q")
    for said, args in {
        "has no remote": ("--push",),
        "exclude each other": ("--to", str(tmp_path / "x"), "--push"),
        "no round is called": ("nonsense",),
        "holds something else": ("--branch", "topic2"),
        "is checked out": ("--branch", "topic"),
        "no branch can be called 'bad..name' (name another with --branch)": ("--branch", "bad..name"),
    }.items():
        shell.box.git("branch", "-f", "topic2")
        assert said in shell.complains("publish", *args)[1]
    (tmp_path / "file").touch()
    told = shell.complains("publish", "--to", str(tmp_path / "file" / "site"))[1]
    assert told.endswith("(make room there, or name another folder)\n")
    assert shell.complains("site", str(tmp_path / "file" / "site"))[1].endswith("or name another folder)\n")


def test_a_folder_gets_the_same_and_can_be_opened_by_any_host(shell: Shell, tmp_path: Path) -> None:
    shell("review", "-q")
    assert shell("publish", "--to", str(tmp_path / "site")).code == 0
    (page,) = (tmp_path / "site").glob("rounds/*/report.html")
    (change,) = (tmp_path / "site/changes").rglob("*.html")
    assert change.relative_to(tmp_path / "site").as_posix() in (tmp_path / "site/index.html").read_text()
    assert f"/rounds/{page.parent.name}/report.html" in change.read_text()


def on_github(shell: Shell, api: str) -> None:
    """A reviewed branch of a clone of a repository on GitHub, and a user who has a token for it."""
    shell.box.git("remote", "add", "origin", "https://github.com/acme/boiler.git")
    shell("review", "-q")
    shell.env |= {"GITHUB_TOKEN": TOKEN, "GITHUB_API_URL": api}


def test_a_round_goes_to_a_pull_request_by_the_plan_that_was_looked_at(shell: Shell) -> None:
    notes = "@@ -1 +1 @@\n Call `read_gauge()` before `warm()`."
    hub = FakeGitHub(head=shell.box.head(), files=[{"filename": "notes.md", "patch": notes}])
    with hub.serving() as url:
        on_github(shell, url)
        planned = shell("publish", "--github", "--dry-run")
        assert planned.code == 0, planned.stderr
        *lines, digest = planned.stdout.decode().splitlines()
        assert [line.split()[0] for line in lines] == ["open", "write", "set"]
        assert hub.writes == []
        assert "the plan is" in shell.complains("publish", "--github", "--apply", "0" * 12)[1]
        done = shell("publish", "--github", "12", "--apply", digest)
        assert (done.code, done.stderr.decode().splitlines()) == (0, lines)
        assert "read_gauge" in hub.threads[0]["comments"][0]["body"]
        assert shell("publish", "--github").stderr == b"#12 says all that already.\n"
        hub.head = "c" * 40
        assert "no open pull request is at" in shell.complains("publish", "--github")[1]
        assert "#12 is at ccccccccc" in shell.complains("publish", "--github", "#12")[1]


def test_what_cannot_go_to_a_pull_request_is_one_line(shell: Shell) -> None:
    shell("review", "-q")
    assert "not about commits of a repository on GitHub" in shell.complains("publish", "--github")[1]
    on_github(shell, "http://127.0.0.1:9")
    round_id = shell.rounds[-1].name
    for said, args in {
        "is no number of a pull request": ("--github", round_id),
        "add --github": ("--dry-run",),
        "exclude each other": ("--github", "12", "--push"),
        "gets one round": (round_id, round_id, "--github", "12"),
    }.items():
        assert said in shell.complains("publish", *args)[1]
    assert "there is no token for github.com" in shell.complains("publish", "--github", GITHUB_TOKEN="")[1]
