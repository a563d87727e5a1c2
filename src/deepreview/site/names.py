"""Names of files in the site."""

from hashlib import sha256
from urllib.parse import quote

_LONGEST = 60


def file_name(name: str) -> str:
    """A name for a file: its own letters as far as they are safe anywhere; different names have different ones."""
    safe = (c if c.isascii() and (c.isalnum() or c in "-.") else "_" for c in name.strip(".").lower())
    plain = "".join(safe)[:_LONGEST]
    return plain if plain == name else f"{plain}-{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"


def reviewer_page(name: str) -> str:
    """The page of a reviewer, from the root of the site."""
    return f"reviewers/{file_name(name)}.html"


def address(path: str) -> str:
    """A path as it stands in a link."""
    return quote(path)
