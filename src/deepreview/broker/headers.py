"""Which headers pass, in which direction."""

import re
from collections.abc import Iterable, Iterator, Mapping

from multidict import CIMultiDict, CIMultiDictProxy

from deepreview.broker.base import Credential, Form
from deepreview.broker.scrub import Scrubber

Headers = CIMultiDictProxy[str] | CIMultiDict[str]

_HOPS = {
    "accept-encoding", "connection", "content-encoding", "content-length", "expect", "host", "keep-alive",
    "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
}  # fmt: skip
"""Of one connection only, or made anew."""
_OURS_ALONE = re.compile(r"auth|key|token|cookie|secret|credential|organization|project|forward|^via$|-ip$")
"""Names that may carry a credential, choose an account, or tell where we are."""
_THEIRS_ALONE = {"alt-svc", "location", "openai-organization", "openai-project", "set-cookie", "www-authenticate"}


def placeholders(headers: Headers, query: Mapping[str, str]) -> Iterator[str]:
    """What may be the placeholder, in the forms that clients of the protocols send keys in."""
    for form in (Form.X_API_KEY, Form.X_GOOG):
        yield headers.get(form.value, "")
    scheme, _, token = headers.get("authorization", "").partition(" ")
    yield token.strip() if scheme.lower() == "bearer" else ""
    yield query.get("key", "")


def for_service(headers: Headers, credential: Credential, shown: Iterable[str]) -> CIMultiDict[str]:
    """Those of a guest's request that are passed on, with the real credential."""
    dropped = _dropped(headers)
    held = [placeholder for placeholder in shown if placeholder]
    passed = CIMultiDict(
        (name, value)
        for name, value in headers.items()
        if name.lower() not in dropped
        and not _OURS_ALONE.search(name.lower())
        and not any(placeholder in value for placeholder in held)
    )
    passed["Accept-Encoding"] = "identity"  # what is compressed cannot be metered while it passes
    if credential.form is not Form.NONE:
        bearer = credential.form is Form.BEARER
        passed[credential.form.value] = f"Bearer {credential.key}" if bearer else credential.key
    return passed


def for_guest(headers: Headers, scrubber: Scrubber) -> CIMultiDict[str]:
    """Those of a service's answer that are passed on."""
    dropped = _dropped(headers) | _THEIRS_ALONE
    return CIMultiDict((name, scrubber.text(value)) for name, value in headers.items() if name.lower() not in dropped)


def _dropped(headers: Headers) -> set[str]:
    """Those of one connection only, the ones that the message itself names so included."""
    named = ",".join(headers.getall("connection", []))
    return _HOPS | {name.strip().lower() for name in named.split(",")}
