"""The connection to GitHub that the user's environment allows: its address, a token, a proxy."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from deepreview.errors import ConfigError, UsageError
from deepreview.forge.github import GitHub
from deepreview.forge.http import Api
from deepreview.outward import outward
from deepreview.process import allowed, run_now

_TOKENS = ("GITHUB_TOKEN", "GH_TOKEN")
_FOR_GH = ("XDG_CONFIG_HOME", "GH_CONFIG_DIR", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")
_HERE = ("127.0.0.1", "localhost", "::1")


@contextmanager
def connect(web: str, environ: Mapping[str, str]) -> Iterator[GitHub]:
    """GitHub for a repository by its web address; raises UsageError without a token."""
    parts = urlsplit(web)
    host, repo = parts.netloc, parts.path.strip("/")
    own = "https://api.github.com" if host == "github.com" else f"https://{host}/api/v3"
    base = (environ.get("GITHUB_API_URL") or own).rstrip("/")
    graphql = environ.get("GITHUB_GRAPHQL_URL") or f"{base.removesuffix('/v3')}/graphql"
    for url in (base, graphql):
        _refuse_open(url)
    way = outward(environ)
    api = Api(base=base, graphql=graphql, token=_token(host, environ), proxy=way.proxy(base) or "", trust=way.trust())
    try:
        yield GitHub(api=api, repo=repo)
    finally:
        api.close()


def _refuse_open(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _HERE:
        raise ConfigError(f"{url} would get your token unencrypted", hint="GITHUB_API_URL starts with https://")


def _token(host: str, environ: Mapping[str, str]) -> str:
    """A token of the environment, else the one that GitHub's own command line holds for that host."""
    if found := next((environ[name] for name in _TOKENS if environ.get(name)), ""):
        return found
    home = Path(environ.get("HOME", "/"))
    env = allowed(environ, home) | {name: environ[name] for name in _FOR_GH if name in environ}
    try:
        done = run_now(["gh", "auth", "token", "--hostname", host], env=env, cwd=home, timeout=20)
    except (OSError, TimeoutError):
        found = ""
    else:
        found = done.stdout.decode("ascii", "replace").strip() if done.code == 0 else ""
    if not found:
        raise UsageError(f"there is no token for {host}", hint="set GITHUB_TOKEN, or sign in with `gh auth login`")
    return found
