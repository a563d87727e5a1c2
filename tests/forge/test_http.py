"""Patience with rate limits, and errors in one line each."""

from pathlib import Path

import pytest

from deepreview.errors import ConfigError, MachineError, UsageError
from deepreview.forge.base import ForgeError
from deepreview.forge.connect import connect
from deepreview.testing.fake_github import PULL, FakeGitHub, Trouble
from deepreview.testing.pull_request import github

LIMIT = {"message": "API rate limit exceeded"}
SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}
NOW = 1_000_000.0


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.at = NOW
        self.slept: list[float] = []

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


@pytest.mark.parametrize(
    ("trouble", "waits"),
    [
        (Trouble(method="GET", path="12", status=429, headers={"Retry-After": "7"}), [7.0]),
        (
            Trouble(
                method="GET",
                path="12",
                status=403,
                body=LIMIT,
                headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": f"{NOW + 30:.0f}"},
            ),
            [31.0],
        ),
        (Trouble(method="GET", path="12", status=403, body=SECONDARY, times=2), [60.0, 120.0]),
        (Trouble(method="GET", path="12", status=502, times=3), [1.0, 2.0, 4.0]),
        (Trouble(method="POST", path="graphql", status=200, body={"errors": [{"type": "RATE_LIMITED"}]}), [60.0]),
    ],
)
def test_limits_and_bad_days_are_waited_for(hub: FakeGitHub, trouble: Trouble, waits: list[float]) -> None:
    clock = Clock()
    hub.troubles.append(trouble)
    forge = github(hub, sleep=clock.sleep, now=clock.now)
    if trouble.method == "POST":
        forge.pull(PULL)
    else:
        assert forge.head(PULL) == hub.head
    assert clock.slept == waits


def test_a_limit_on_writing_is_waited_for_too_and_writes_keep_their_distance(hub: FakeGitHub) -> None:
    clock = Clock()
    forge = github(hub, sleep=clock.sleep, now=clock.now)
    hub.troubles.append(Trouble(method="POST", path="issues", status=403, body=SECONDARY, headers={"Retry-After": "5"}))
    for body in ("one", "two"):
        forge.api.write("POST", "repos/acme/boiler/issues/12/comments", {"body": body})
    assert clock.slept == [5.0]
    forge.api.write("POST", "repos/acme/boiler/issues/12/comments", {"body": "three"})
    assert clock.slept == [5.0, 1.0]
    assert [comment["body"] for comment in hub.comments] == ["one", "two", "three"]


def test_a_write_that_may_have_happened_is_not_repeated(hub: FakeGitHub) -> None:
    hub.troubles.append(Trouble(method="POST", path="issues", status=502, times=9))
    with pytest.raises(ForgeError, match="502"):
        github(hub).api.write("POST", "repos/acme/boiler/issues/12/comments", {"body": "x"})
    assert len(hub.writes) == 1


def test_a_limit_that_lasts_too_long_ends_the_run(hub: FakeGitHub) -> None:
    hub.troubles.append(Trouble(method="GET", path="12", status=429, headers={"Retry-After": "3600"}))
    with pytest.raises(ForgeError, match="lasts another 60 minutes"):
        github(hub).head(PULL)


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (Trouble(method="GET", path="12", status=401, body={"message": "Bad credentials"}), "token is not valid"),
        (
            Trouble(method="GET", path="12", status=403, body={"message": "Resource not accessible by integration"}),
            "docs/publish.md",
        ),
        (Trouble(method="GET", path="12", status=404, body={"message": "Not Found"}), "check the repository"),
        (Trouble(method="GET", path="12", status=500, times=99), "publish again"),
    ],
)
def test_refusals_say_what_to_do(hub: FakeGitHub, trouble: Trouble, said: str) -> None:
    hub.troubles.append(trouble)
    with pytest.raises(ForgeError) as caught:
        github(hub).head(PULL)
    assert said in caught.value.hint
    assert "\n" not in str(caught.value)


def test_a_pull_request_that_is_not_there_is_named(hub: FakeGitHub) -> None:
    with pytest.raises(ForgeError, match="acme/boiler has no pull request #13"):
        github(hub).pull(13)


def test_a_server_that_is_not_there_is_one_line(hub: FakeGitHub) -> None:
    forge = github(hub)
    forge.api.base = "http://127.0.0.1:9"
    with pytest.raises(MachineError, match=r"127\.0\.0\.1 did not answer"):
        forge.head(PULL)


def test_pages_lead_nowhere_else(hub: FakeGitHub) -> None:
    elsewhere = {"Link": '<http://127.0.0.1:9/steal>; rel="next"'}
    hub.troubles.append(Trouble(method="GET", path="files", status=200, headers=elsewhere))
    with pytest.raises(MachineError, match="next page"):
        list(github(hub).api.pages("repos/acme/boiler/pulls/12/files"))


def asked(environ: dict[str, str], web: str = "https://github.com/acme/boiler") -> tuple[str, str, str]:
    with connect(web, environ) as forge:
        return forge.api.base, forge.api.graphql, forge.api.proxy


def test_where_and_how_is_taken_from_the_environment() -> None:
    plain = {"GITHUB_TOKEN": "t"}
    assert asked(plain) == ("https://api.github.com", "https://api.github.com/graphql", "")
    own = ("https://github.acme.example/api/v3", "https://github.acme.example/api/graphql", "")
    assert asked(plain, "https://github.acme.example/acme/boiler") == own
    proxied = plain | {"HTTPS_PROXY": "http://127.0.0.1:3128"}
    assert asked(proxied)[2] == "http://127.0.0.1:3128"
    assert asked(proxied | {"NO_PROXY": "x, .github.com"})[2] == ""
    with pytest.raises(ConfigError, match="unencrypted"):
        asked(plain | {"GITHUB_API_URL": "http://example.org"})


def gh(folder: Path, script: str) -> dict[str, str]:
    """An environment in which `gh` is this script."""
    folder.mkdir()
    (folder / "gh").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "gh").chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin", "HOME": str(folder), "SECRET": "x"}


def test_a_token_comes_from_githubs_own_command_line_where_there_is_none(tmp_path: Path) -> None:
    web = "https://github.com/acme/boiler"
    told = gh(tmp_path / "a", 'test "$*" = "auth token --hostname github.com" && test -z "$SECRET" && echo from-gh')
    with connect(web, told) as forge:
        assert forge.api.token == "from-gh"
    for number, script in enumerate(("exit 1", "echo")):
        environ = gh(tmp_path / str(number), script)
        with pytest.raises(UsageError, match=r"no token for github\.com"), connect(web, environ):
            pass
    with pytest.raises(UsageError, match="no token"), connect(web, {"PATH": str(tmp_path), "HOME": str(tmp_path)}):
        pass
