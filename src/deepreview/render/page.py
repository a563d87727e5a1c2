"""What all pages are made with: a template's values are escaped, and its script and style are named by its policy.

Every value passes `_seen` on its way into a template: what cannot be seen becomes an escape, and Jinja escapes the
rest. Only `Markup`, which is made in `highlight` and `prose` from escaped parts, passes as it is.
"""

import hashlib
from base64 import b64encode
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from deepreview.context.visible import visible
from deepreview.render import wording
from deepreview.render.highlight import trusted


@cache
def environment(package: str) -> Environment:
    """The templates of a package."""
    made = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        finalize=_seen,
    )
    made.filters["duration"] = wording.duration
    made.filters["minute"] = minute
    return made


def _seen(value: object) -> object:
    if isinstance(value, (Markup, int)):
        return value
    text = str(value)
    return text if text.isascii() and text.isprintable() else visible(text)


def minute(stamp: str) -> str:
    """`2026-01-05 10:15 UTC` of an ISO 8601 stamp in UTC; other stamps as they are."""
    date, _, time = stamp.partition("T")
    return f"{date} {time[:5]} UTC" if time.endswith(("Z", "+00:00")) else stamp


@cache
def packaged(package: str, *names: str) -> Markup:
    """Files among the templates of a package, one after the other."""
    loader = PackageLoader(package)
    return trusted("".join(loader.get_source(environment(package), name)[0] for name in names))


@cache
def policy(style: str, script: str) -> str:
    """What a page with this style and this script may do: nothing else."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
