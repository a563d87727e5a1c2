"""Secrets and private paths taken out of text before it is stored.

Known secrets are the values of the credential variables of the environment, in the forms in which they may be
printed; others are told by the shapes that well-known services give their keys. Every expression here reads a text
in time linear in its length: an agent's output is untrusted.
"""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from deepreview.guests.pem import without_keys

HIDDEN = "<secret>"
_NAMES = re.compile(
    r"(?:^|_)(?:API|ACCESS|AUTH|BEARER|CRED|CREDS|CREDENTIALS?|COOKIE|JWT|KEY|KEYS|APIKEYS?|PASS|PASSWD|PASSWORDS?"
    r"|PASSPHRASE|PAT|PRIVATE|PWD|SECRETS?|TOKENS?|WEBHOOK)(?:_|$)",
    re.IGNORECASE,
)
_SHORTEST = 8
_SHAPES = (
    r"sk-(?=[A-Za-z_-]{0,60}\d)[A-Za-z0-9_-]{16,}",  # Anthropic, OpenAI and many others
    r"(?:gh[pousr]|github_pat)_[A-Za-z0-9_]{16,}",
    r"gl(?:pat|ptt|dt|rt|cbt|soat|ft|agent)-[A-Za-z0-9_.-]{16,}",
    r"AIza[A-Za-z0-9_-]{30,}",
    r"ya29\.[A-Za-z0-9_-]{16,}",
    r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])",
    r"xox[abeoprs]-[A-Za-z0-9-]{10,}",
    r"xapp-[A-Za-z0-9-]{10,}",
    r"hf_[A-Za-z0-9]{20,}",
    r"gsk_[A-Za-z0-9]{20,}",
    r"xai-[A-Za-z0-9]{20,}",
    r"npm_[A-Za-z0-9]{30,}",
    r"pypi-[A-Za-z0-9_-]{30,}",
    r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{16,}",
    r"[rs]k_(?:live|test)_[A-Za-z0-9]{16,}",
)
_IN_PARTS = (
    r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    r"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
)
_KEY = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(_SHAPES)}|(?<![_-])(?:{'|'.join(_IN_PARTS)}))")
_IN_ADDRESS = re.compile(r"(?<=://)(?:[^\s/@:\"'<>]{0,200}:[^\s/@\"'<>]{1,400}|[^\s/@:\"'<>]{16,400})(?=@)")
_HEADER = re.compile(
    r"(\b(?:Bearer|Basic)[ \t]{1,8})(?=[A-Za-z._~+/=-]{0,200}\d)[A-Za-z0-9._~+/=-]{16,}", re.IGNORECASE
)
_LEFT = r"(?:(?<![\w.~>-])(?<!\w/)|(?<=\\[nrt])|(?<=[\s\"'=,]-[A-Z]))"
"""Also behind an escaped line break, and behind a compiler's option: `-I/home/...`."""
_RIGHT = r"(?![\w-]|\.[\w-])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """What must not be stored, ready to be taken out of any number of texts."""

    _secrets: re.Pattern[str] | None
    _paths: re.Pattern[str] | None
    _labels: Mapping[str, str]

    def text(self, text: str) -> str:
        """The text with secrets and private paths replaced; doing it twice changes nothing more."""
        if self._secrets is not None:
            text = self._secrets.sub(HIDDEN, text)
        text = without_keys(text, HIDDEN)
        text = _KEY.sub(HIDDEN, text)
        text = _IN_ADDRESS.sub(HIDDEN, text)
        text = _HEADER.sub(rf"\1{HIDDEN}", text)
        if self._paths is not None:
            text = self._paths.sub(lambda found: self._labels[found[0]], text)
        return text


def redaction(environ: Mapping[str, str], paths: Mapping[str, Path], secrets: Iterable[str] = ()) -> Redaction:
    """What to take out: secrets of the caller's environment, further `secrets`, and private paths by their label.

    Labels stand in the text in a path's place: `{"~": home, "<repo>": checkout}`. Where one path is within another,
    the longer one is told by its own label.
    """
    known = {value for name, value in environ.items() if _NAMES.search(name) and _secret(value)} | {*secrets}
    forms = {form for value in known for form in _forms(value) if len(form) >= _SHORTEST}
    labels = {form: label for label, path in list(paths.items())[::-1] for form in _spellings(path)}
    return Redaction(
        _secrets=_any_of(forms, "", ""),
        _paths=_any_of(labels, _LEFT, _RIGHT),
        _labels=labels,
    )


def _secret(value: str) -> bool:
    """Whether a credential variable's value is one: not a path, an address or a plain word."""
    if len(value) < _SHORTEST or value.startswith(("/", "http://", "https://")):
        return False
    return not (value.isalpha() and value.islower())


def _forms(value: str) -> Iterable[str]:
    yield value
    yield json.dumps(value)[1:-1]
    yield quote(value, safe="")
    yield base64.b64encode(value.encode()).decode().rstrip("=")


def _spellings(path: Path) -> Iterable[str]:
    """A path as given and as it really is, also as JSON or an address may have it; never a folder of everybody."""
    for spelled in (path, path.resolve()):
        if len(spelled.parts) > 1 and spelled not in _NOBODYS:
            yield from (str(spelled), str(spelled).replace("/", "\\/"), quote(str(spelled), safe=""))


_NOBODYS = {Path("/usr"), Path("/home"), Path("/etc"), Path("/var"), Path("/bin"), Path("/opt")}


def _any_of(literals: Iterable[str], left: str, right: str) -> re.Pattern[str] | None:
    listed = sorted(literals, key=lambda literal: (-len(literal), literal))
    return re.compile(f"{left}(?:{'|'.join(map(re.escape, listed))}){right}") if listed else None
