"""Quotes from which something was taken that looks like a key, completed from the file that they are about.

What agents say is redacted before anything else is done with it, so code that holds such a string is quoted with a gap.
The gap is closed for the comparison only: what is stored keeps it.
"""

from collections.abc import Sequence

from deepreview.guests.redact import HIDDEN
from deepreview.verify.anchor import squeezed


def completed(quote: str, lines: Sequence[str]) -> str:
    """The quote with the lines of the file in the place of those that were redacted, where there are such lines."""
    if HIDDEN not in quote:
        return quote
    there = squeezed(lines)
    return "\n".join(_whole(line, there) if HIDDEN in line else line for line in quote.split("\n"))


def _whole(line: str, there: Sequence[str]) -> str:
    parts = "".join(line.split()).split(HIDDEN)
    return next((one for one in there if _fits(one, parts)), line)


def _fits(line: str, parts: Sequence[str]) -> bool:
    """Whether a line is these parts with something between each two."""
    first, *middle, last = parts
    if not any(parts) or not (line.startswith(first) and line.endswith(last)):
        return False
    at, end = len(first), len(line) - len(last)
    for part in middle:
        at = line.find(part, at + 1, end)
        if at < 0:
            return False
        at += len(part)
    return at < end
