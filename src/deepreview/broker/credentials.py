"""Finds the keys that the user has. Reads nothing but the mapping that it is given."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from deepreview.agents.base import Wire
from deepreview.agents.endpoint import Endpoint
from deepreview.broker.base import Credential, Form
from deepreview.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class _Vendor:
    wires: tuple[Wire, ...]
    provider: str
    keys: tuple[tuple[str, Form], ...]
    """Variables in the order in which they count."""
    variable: str
    """Names another address."""
    url: str


_VENDORS = (
    _Vendor(
        wires=(Wire.ANTHROPIC,),
        provider="anthropic",
        keys=(("ANTHROPIC_API_KEY", Form.X_API_KEY), ("ANTHROPIC_AUTH_TOKEN", Form.BEARER)),
        variable="ANTHROPIC_BASE_URL",
        url="https://api.anthropic.com",
    ),
    _Vendor(
        wires=(Wire.RESPONSES, Wire.CHAT),
        provider="openai",
        keys=(("OPENAI_API_KEY", Form.BEARER),),
        variable="OPENAI_BASE_URL",
        url="https://api.openai.com/v1",
    ),
    _Vendor(
        wires=(Wire.GEMINI,),
        provider="google",
        keys=(("GEMINI_API_KEY", Form.X_GOOG), ("GOOGLE_API_KEY", Form.X_GOOG)),
        variable="GOOGLE_GEMINI_BASE_URL",
        url="https://generativelanguage.googleapis.com",
    ),
)
_FORMS = {Wire.ANTHROPIC: Form.X_API_KEY, Wire.GEMINI: Form.X_GOOG}


def credentials(environ: Mapping[str, str], endpoints: Iterable[Endpoint] = ()) -> tuple[Credential, ...]:
    """All that the environment gives access to: the vendors' first, then the endpoints by their names.

    An endpoint whose key is not in the environment is left out. Raises ConfigError for what can be no key or address.
    """
    found = [credential for vendor in _VENDORS for credential in _of_vendor(vendor, environ)]
    for endpoint in endpoints:
        key = _checked(endpoint.variable, environ.get(endpoint.variable, "").strip()) if endpoint.variable else ""
        if key or not endpoint.variable:
            form = _FORMS.get(endpoint.wire, Form.BEARER) if key else Form.NONE
            found.append(Credential(wire=endpoint.wire, base_url=endpoint.url, form=form, key=key, name=endpoint.name))
    return tuple(found)


def _checked(variable: str, key: str) -> str:
    """The key, if it can be one; what it is like is never told."""
    if key and not (key.isascii() and key.isprintable() and " " not in key):
        raise ConfigError(f"{variable} holds what no key can be", hint="set it again, without quotes and line ends")
    return key


def _address(variable: str, url: str) -> str:
    try:
        parts = urlsplit(url)
        well = parts.scheme in {"http", "https"} and parts.hostname and not (parts.username or parts.query)
        _ = parts.port
    except ValueError:
        well = False
    if not well:
        raise ConfigError(f"{variable} holds no base URL", hint="set it to one such as https://gateway.example/v1")
    return url


def _of_vendor(vendor: _Vendor, environ: Mapping[str, str]) -> Iterable[Credential]:
    held = ((_checked(variable, environ.get(variable, "").strip()), form) for variable, form in vendor.keys)
    key, form = next(((key, form) for key, form in held if key), ("", Form.NONE))
    told = environ.get(vendor.variable, "").strip().rstrip("/")
    url = _address(vendor.variable, told) if told and key else vendor.url
    for wire in vendor.wires if key else ():
        yield Credential(wire=wire, base_url=url, form=form, key=key, provider=vendor.provider)
