"""Untrusted text made safe to look at: what cannot be seen, or moves what can, is shown as an escape."""

import re
import unicodedata

_UNUSUAL = re.compile(r"[^\x20-\x7e\n\t]")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, formats such as bidirectional overrides and zero widths, bytes that are not UTF-8, odd line ends."""

_BLANK = re.compile(r"[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U000e0100-\U000e01ef]")
"""Letters and marks of other kinds that show nothing: they have hidden names and whole texts in code."""

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
    return tuple(filter(_is_unseen, found))


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN or bool(_BLANK.match(character))


def _shown(match: re.Match[str]) -> str:
    character = match[0]
    if not _is_unseen(character):
        return character
    if _NOT_UTF8_FIRST <= character <= _NOT_UTF8_LAST:
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")
