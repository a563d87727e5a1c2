"""GitHub's API over HTTP: signed, paged, patient about rate limits, with errors in our terms.

Reading is tried again where the network or the server fails. Writing is not: whether it happened is seen when the
next plan is made from what is there.
"""

import re
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from deepreview.errors import MachineError
from deepreview.forge.base import ForgeError

Json = dict[str, Any]

_TRIES = 6
_LONGEST_WAIT = 900.0
"""Seconds of one wait for a rate limit; a limit that lasts longer ends the run."""
_SECONDARY = 60.0
"""Seconds to wait for a secondary limit that does not say how long it lasts."""
_BETWEEN_WRITES = 1.0
"""Seconds: GitHub asks for this much between requests that make something."""
_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')
_LIMITED = (403, 429)
_SERVER = 500
_OK = range(200, 300)
_HINTS = {
    401: "the token is not valid any more: check GITHUB_TOKEN, or `gh auth login`",
    403: "the token may not do that: it needs write access to pull requests and checks; for forks see docs/publish.md",
    404: "check the repository and the number; a private one needs a token that may see it",
    410: "it was deleted",
}


@dataclass(eq=False, kw_only=True)
class Api:
    """One signed connection. Used from one thread."""

    base: str
    """`https://api.github.com`, or `https://HOST/api/v3`."""
    graphql: str
    token: str
    proxy: str = ""
    trust: ssl.SSLContext | None = None
    """Whom to trust beside the system's authorities."""
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time
    _client: httpx2.Client = field(init=False)
    _wrote: float = 0.0

    def __post_init__(self) -> None:
        """Open the connection; nothing is sent yet."""
        own = {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
            "User-Agent": "deepreview",
        }
        self._client = httpx2.Client(
            headers=own,
            timeout=httpx2.Timeout(60.0, connect=15.0),
            verify=self.trust or ssl.create_default_context(),
            proxy=self.proxy or None,
            trust_env=False,
        )

    def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        """One answer."""
        return self._ask("GET", f"{self.base}/{path}").json()

    def pages(self, path: str) -> Iterator[Any]:
        """The answers of all pages, by the links that each gives to the next."""
        sign = "&" if "?" in path else "?"
        url = f"{self.base}/{path}{sign}per_page=100"
        while url:
            answer = self._ask("GET", url)
            yield answer.json()
            found = _NEXT.search(answer.headers.get("link", ""))
            url = found[1] if found else ""
            if url and not url.startswith(f"{self.base}/"):
                raise MachineError(f"the next page is said to be at {url}", hint="check GITHUB_API_URL")

    def write(self, method: str, path: str, body: Json) -> Any:  # noqa: ANN401 - any JSON
        """Make or change something."""
        self._breathe()
        answer = self._ask(method, f"{self.base}/{path}", body)
        return answer.json() if answer.content else {}

    def query(self, text: str, variables: Mapping[str, Any], *, writes: bool = False) -> Json:
        """The data of a GraphQL query; raises ForgeError for the errors that come with status 200."""
        if writes:
            self._breathe()
        for _ in range(_TRIES):
            found: Json = self._ask(
                "POST", self.graphql, {"query": text, "variables": variables}, reads=not writes
            ).json()
            if not (errors := found.get("errors")):
                data: Json = found["data"]
                return data
            kind, message = errors[0].get("type", ""), errors[0].get("message", "")
            if kind != "RATE_LIMITED":
                status = {"NOT_FOUND": 404, "FORBIDDEN": 403}.get(kind, 400)
                raise ForgeError(f"GitHub refuses: {message}", hint=_HINTS.get(status, "try again"), status=status)
            self.sleep(_SECONDARY)
        raise ForgeError("GitHub's rate limit does not end", hint="try again later", status=429)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _breathe(self) -> None:
        early = self._wrote + _BETWEEN_WRITES - self.now()
        if early > 0:
            self.sleep(early)
        self._wrote = self.now()

    def _ask(self, method: str, url: str, body: Json | None = None, *, reads: bool | None = None) -> httpx2.Response:
        again = reads if reads is not None else method == "GET"
        for turn in range(_TRIES):
            last = turn == _TRIES - 1
            try:
                answer = self._client.request(method, url, json=body)
            except httpx2.HTTPError as error:
                if not again or last:
                    raise MachineError(
                        f"{httpx2.URL(url).host} did not answer: {str(error) or type(error).__name__}",
                        hint="check the network, then publish again: what is there already is not repeated",
                    ) from error
                self.sleep(2.0**turn)
                continue
            if answer.status_code in _OK:
                return answer
            wait = self._wait(answer, turn)
            if wait is None and answer.status_code >= _SERVER and again:
                wait = 2.0**turn
            if wait is None or last:
                raise _refusal(answer)
            self.sleep(wait)
        raise AssertionError("every turn returns, raises or goes on")

    def _wait(self, answer: httpx2.Response, turn: int) -> float | None:
        """Seconds until a rate limit ends; None where it is none. Raises ForgeError when it lasts too long."""
        if answer.status_code not in _LIMITED:
            return None
        wait = None
        if (after := answer.headers.get("retry-after", "")).isdigit():
            wait = float(after)
        elif answer.headers.get("x-ratelimit-remaining") == "0":
            wait = max(1.0, float(answer.headers.get("x-ratelimit-reset", "0")) - self.now() + 1.0)
        elif "secondary rate limit" in answer.text or answer.status_code != _LIMITED[0]:
            wait = _SECONDARY * 2.0**turn
        if wait is not None and wait > _LONGEST_WAIT:
            raise ForgeError(
                f"GitHub's rate limit lasts another {wait / 60:.0f} minutes", hint="publish again then", status=429
            )
        return wait


def _refusal(answer: httpx2.Response) -> ForgeError:
    status = answer.status_code
    try:
        found = answer.json()
        details = [e.get("message", "") if isinstance(e, dict) else str(e) for e in found.get("errors", [])]
        said = ": ".join(part for part in (str(found.get("message", "")), "; ".join(details)) if part)
    except (ValueError, AttributeError):
        said = answer.reason_phrase
    return ForgeError(
        f"GitHub refuses {answer.request.method} {answer.request.url.path} ({status}): {said}",
        hint=_HINTS.get(status, "publish again: what is there already is not repeated"),
        status=status,
    )
