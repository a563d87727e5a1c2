"""How this program reaches the outside where its user says how: through which proxy, and trusting whom.

The variables are those that other programs know. Nothing here reads the environment itself, and nobody but who is given
an `Outward` goes by it.
"""

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from deepreview.errors import ConfigError

PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
"""Known in small letters as well, which count first, as for curl."""
AUTHORITIES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
"""Variables that each name a file of certificates; all that are set are trusted, beside the system's own."""
_HERE = ("127.0.0.0/8", "localhost", "::1")
_PORTS = {"https": 443, "http": 80}
_LARGEST = 16 << 20
_WITH_PORT = re.compile(r"^(?:[^:]*|\[.*\]):\d+$")
_CERTIFICATE = re.compile(r"-----BEGIN ((?:TRUSTED |X509 )?CERTIFICATE)-----[^-]*-----END \1-----")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outward:
    """The way out that a user's environment names; without one, straight and with the system's authorities."""

    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By scheme of the address that is wanted; they may hold a password."""
    spared: tuple[str, ...] = ()
    """Hosts, ends of hosts and networks that are reached without a proxy, some at one port only; `*` for all."""
    authorities: Mapping[str, Path] = field(default_factory=dict)
    """By variable."""

    def proxy(self, url: str) -> str | None:
        """The proxy by which an address is reached; this machine is reached without."""
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme, 0)
        spared = any(_means(entry, host, port) for entry in (*_HERE, *self.spared))
        return None if spared else self.proxies.get(parts.scheme)

    def trust(self) -> ssl.SSLContext | None:
        """The system's authorities and the user's; None where the user names none. Takes 30 ms."""
        if not self.authorities:
            return None
        context = ssl.create_default_context()
        for path in dict.fromkeys(self.authorities.values()):
            context.load_verify_locations(cafile=path)
        return context


def outward(environ: Mapping[str, str]) -> Outward:
    """The way out; raises ConfigError for a proxy or a file of certificates that cannot be one."""
    every = _variable("ALL_PROXY", environ)
    found = {scheme: _variable(f"{scheme.upper()}_PROXY", environ) or every for scheme in ("https", "http")}
    spared = (name.strip().lower() for name in _variable("NO_PROXY", environ).split(","))
    return Outward(
        proxies={scheme: _checked(scheme, url) for scheme, url in found.items() if url},
        spared=tuple(name.lstrip("*").lstrip(".") or "*" for name in spared if name),
        authorities={name: _file(name, environ[name]) for name in AUTHORITIES if environ.get(name)},
    )


def told_on(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables about proxies that are set, in both spellings: for a program that reaches the outside itself."""
    names = (*PROXIES, *(name.lower() for name in PROXIES))
    return {name: environ[name] for name in names if environ.get(name)}


def certificates(path: Path) -> str:
    """Those of a file, and nothing else of it: the same file may hold the private key of an authority."""
    text = path.read_text(encoding="utf-8", errors="replace")
    return "".join(f"{found[0]}\n" for found in _CERTIFICATE.finditer(text))


def _variable(name: str, environ: Mapping[str, str]) -> str:
    return environ.get(name.lower()) or environ.get(name) or ""


def _means(entry: str, host: str, port: int) -> bool:
    """Whether an entry of `NO_PROXY` is about a host: its name or an end of it, its address or network."""
    name, _, only = entry.rpartition(":") if _WITH_PORT.search(entry) else (entry, "", "")
    if only not in {"", str(port)}:
        return False
    if name in ("*", host) or host.endswith(f".{name}"):
        return True
    try:
        return ip_address(host) in ip_network(name.strip("[]"), strict=False)
    except ValueError:
        return False


def _checked(scheme: str, url: str) -> str:
    """A proxy's address, never shown: it may hold a password."""
    whole = url if "://" in url else f"http://{url}"
    try:
        parts = urlsplit(whole)
        known = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise ConfigError(
            f"{scheme.upper()}_PROXY or ALL_PROXY is no address of an HTTP proxy",
            hint="http://HOST:PORT is wanted; SOCKS is not spoken here",
        )
    return whole


def _file(variable: str, name: str) -> Path:
    path = Path(name)
    try:
        if path.stat().st_size > _LARGEST:
            raise ConfigError(f"{variable}: {path} is too large for certificates", hint="name a file in PEM")
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except ssl.SSLError as error:
        raise ConfigError(f"{variable}: {path} holds no certificates", hint="name a file in PEM") from error
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise ConfigError(f"{variable}: {path} cannot be read: {why}", hint="mend or unset it") from error
    return path
