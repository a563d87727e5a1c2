"""Untrusted text made safe to look at: what cannot be seen, or moves what can, is shown as an escape."""

import re
import unicodedata

_UNUSUAL = re.compile(r"[^\x20-\x7e\n\t]")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, formats such as bidirectional overrides and zero widths, bytes that are not UTF-8, odd line ends."""

_NOT_UTF8_FIRST, _NOT_UTF8_LAST = "\udc80", "\udcff"
"""Surrogate escapes of single bytes, as Python and the model's paths write them."""


def visible(text: str) -> str:
    """The text with such characters as escapes; newlines and tabs stay, and it can always be encoded."""
    return _UNUSUAL.sub(_shown, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """The text on one line, every run of white space as one space."""
    return " ".join(visible(text).split())


def exact(text: str) -> str:
    """The text on one line with every character told apart: newlines and tabs are escapes too, spaces stay."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def unseen(text: str) -> tuple[str, ...]:
    """The characters of a text that `visible` would show as escapes, in order; a carriage return at its end is none."""
    found = _UNUSUAL.findall(text.removesuffix("\r"))
    return tuple(character for character in found if unicodedata.category(character) in _UNSEEN)


def _shown(match: re.Match[str]) -> str:
    character = match[0]
    if unicodedata.category(character) not in _UNSEEN:
        return character
    if _NOT_UTF8_FIRST <= character <= _NOT_UTF8_LAST:
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")
