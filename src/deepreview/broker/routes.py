"""Which paths there are, which protocol each belongs to, and where it leads."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from urllib.parse import parse_qsl, urlencode

from deepreview.agents.base import Wire
from deepreview.broker.base import Credential

_ID = r"[A-Za-z0-9][A-Za-z0-9._:@-]{0,199}"
_ROUTES = (
    ("POST", r"/v1/messages", Wire.ANTHROPIC),
    ("POST", r"/v1/messages/count_tokens", Wire.ANTHROPIC),
    ("POST", r"/v1/responses", Wire.RESPONSES),
    ("POST", r"/v1/chat/completions", Wire.CHAT),
    ("POST", rf"/v1(?:beta)?/models/{_ID}:(?:generateContent|streamGenerateContent|countTokens)", Wire.GEMINI),
    ("GET", rf"/v1beta/models(?:/{_ID})?", Wire.GEMINI),
    ("GET", rf"/v1/models(?:/{_ID})?", None),
)
_PATTERNS = tuple((method, re.compile(path), wire) for method, path, wire in _ROUTES)
_QUERY = {"alt", "beta", "limit", "after_id", "before_id", "pageSize", "pageToken"}
"""What is passed on; `key` and whatever else could carry a credential is not."""
_GEMINI = re.compile(r"/models/(?P<model>.+):(?P<verb>\w+)")


class Kind(Enum):
    """What is asked for."""

    GENERATE = "generate"
    """An answer of the model: costs money."""
    ASIDE = "aside"
    """Lists of models, counts of tokens: free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A path that is known."""

    wire: Wire
    kind: Kind
    path: str
    """As it was asked for."""
    model: str
    """Where the path names it."""
    streams: bool
    """Whether the path asks for a stream."""

    def url(self, credential: Credential, query: str) -> str:
        """Where it leads: always below the credential's own address."""
        path = self.path.removeprefix("/v1") if self.wire in {Wire.RESPONSES, Wire.CHAT} else self.path
        passed = urlencode([(name, value) for name, value in parse_qsl(query) if name in _QUERY])
        return credential.base_url + path + (f"?{passed}" if passed else "")


def route(method: str, path: str, header: Callable[[str], str | None], wires: Iterable[Wire]) -> Route | None:
    """The route of a request as it came in, undecoded; None for what is not known.

    A list of models has the same path in three protocols: the headers decide, and the protocols that the reviewer has.
    """
    for wanted, pattern, wire in _PATTERNS:
        if method == wanted and pattern.fullmatch(path):
            return _route(path, wire or _speaker(header, tuple(wires)), generates=method == "POST")
    return None


def _route(path: str, wire: Wire, *, generates: bool) -> Route:
    named = _GEMINI.search(path) if wire is Wire.GEMINI else None
    verb = named["verb"] if named else ""
    free = not generates or verb == "countTokens" or path.endswith("/count_tokens")
    return Route(
        wire=wire,
        kind=Kind.ASIDE if free else Kind.GENERATE,
        path=path,
        model=named["model"] if named else "",
        streams=verb == "streamGenerateContent",
    )


def _speaker(header: Callable[[str], str | None], wires: tuple[Wire, ...]) -> Wire:
    if header("anthropic-version"):
        return Wire.ANTHROPIC
    if header("x-goog-api-key") or header("x-goog-api-client"):
        return Wire.GEMINI
    open_ai = [wire for wire in wires if wire in {Wire.RESPONSES, Wire.CHAT}]
    return next(iter((*open_ai, *wires)), Wire.RESPONSES)


def guess(path: str) -> Wire:
    """The protocol in which somebody who asks for this path understands an error."""
    if "/messages" in path:
        return Wire.ANTHROPIC
    return Wire.GEMINI if path.startswith("/v1beta") or re.search(r"/models/[^/]+:", path) else Wire.RESPONSES
