"""Reads the settings about models and money; raises ValueError for what has no meaning."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from deepreview.agents.base import Wire
from deepreview.agents.endpoint import Endpoint
from deepreview.model.budget import Budget, Price

_WIRES = {wire.value: wire for wire in Wire}
_RATES = ("input", "output", "cached", "written")


def budget(raw: object) -> Budget:
    """From a text, or from a number of USD."""
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float)):
        raise ValueError(f"an amount such as 5usd, 2.50 or 400k tokens is wanted, not {raw!r}")  # noqa: TRY004 - told as a value
    return Budget.read(raw if isinstance(raw, str) else f"{raw:.6f}")


def endpoints(raw: object) -> tuple[Endpoint, ...]:
    """From a table of tables."""
    return tuple(_endpoint(name, values) for name, values in _tables(raw, "{ url = … }").items())


def _endpoint(name: str, values: Mapping[str, Any]) -> Endpoint:
    _refuse_others(name, values, ("url", "wire", "key"))
    url, wire, key = values.get("url", ""), values.get("wire", Wire.CHAT.value), values.get("key", "")
    if not isinstance(url, str) or not _is_base(url):
        raise ValueError(f"{name}: a url such as http://127.0.0.1:11434/v1 is wanted, not {url!r}")
    if wire not in _WIRES:
        raise ValueError(f"{name}: a wire is one of {', '.join(_WIRES)}, not {wire!r}")
    if not isinstance(key, str) or (key and not key.isidentifier()):
        raise ValueError(f"{name}: key is the name of the variable that holds the key, never the key itself")
    return Endpoint(name=name, url=url.rstrip("/"), wire=_WIRES[wire], variable=key)


def _is_base(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    plain = not (parts.query or parts.fragment or parts.username or parts.password)
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and plain


def prices(raw: object) -> tuple[Price, ...]:
    """From a table of tables."""
    return tuple(_price(name, values) for name, values in _tables(raw, "{ input = 1.0, output = 2.0 }").items())


def _price(model: str, values: Mapping[str, Any]) -> Price:
    _refuse_others(model, values, _RATES)
    for rate in _RATES:
        told = values.get(rate, None if rate in {"input", "output"} else 0)
        if isinstance(told, bool) or not isinstance(told, (int, float)) or not 0 <= told < float("inf"):
            raise ValueError(f"{model}: {rate} is wanted in USD per million tokens, not {told!r}")
    return Price(model=model, **{rate: float(values[rate]) for rate in _RATES if rate in values})


def _tables(raw: object, form: str) -> Mapping[str, Mapping[str, Any]]:
    if not isinstance(raw, Mapping) or not all(isinstance(values, Mapping) for values in raw.values()):
        raise ValueError(f"a table of name = {form} is wanted")
    return raw


def _refuse_others(name: str, values: Mapping[str, Any], known: tuple[str, ...]) -> None:
    if others := [key for key in values if key not in known]:
        raise ValueError(f"{name}: there is no {others[0]!r}, only {', '.join(known)}")
