"""Quotes from which a key or a private path was taken, completed from the file that they are about.

What agents say is redacted before anything else is done with it, so code that holds such a string is quoted with a gap.
The gap is closed for the comparison only: what is stored keeps it.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from deepreview.guests.redact import HIDDEN
from deepreview.verify.anchor import squeezed

_BEGIN = re.compile(r"-----BEGIN[A-Z0-9]{0,40}PRIVATEKEY")
_END = re.compile(r"-----END[A-Z0-9]{0,40}PRIVATEKEY")
_PATH = re.compile(r"(?<![\w/.~>-])(?:~|<tmp>)(?![\w-])")
"""What stands for a private path (`deepreview.engine.host`)."""
_MOST_COMPARED = 1_000_000
"""Lines of the file, each as often as one of the quote is held against it: half a second. Quotes may be hostile."""
_FEW = 20
"""Lines of a quote that are completed whatever that takes."""


def completed(quote: str, lines: Sequence[str]) -> str:
    """The quote with the lines of the file in the place of those that were redacted, where there are such lines.

    Of a quote that has more of them than anybody's, the first.
    """
    if HIDDEN not in quote and not _PATH.search(quote):
        return quote
    there, told = squeezed(lines), quote.split("\n")
    gaps = [at for at, line in enumerate(told) if HIDDEN in line or _PATH.search(line)]
    for at in gaps[: max(_FEW, _MOST_COMPARED // (len(there) + 1))]:
        told[at] = _whole(told[at], there)
    return "\n".join(told)


def _whole(line: str, there: Sequence[str]) -> str:
    bare = "".join(line.split())
    parts = _PATH.sub(HIDDEN, bare).split(HIDDEN)
    if len(parts) == 1 or bare in there:
        return line
    fitting = (one for one in there if _fits(one, parts))
    return next(fitting, "") or next(_keys(parts, there), line)


def _keys(parts: Sequence[str], there: Sequence[str]) -> Iterator[str]:
    """Lines from the beginning of a private key to its end, where the parts stand before and behind one."""
    if len(parts) != 2:  # noqa: PLR2004 - one key, of many lines
        return
    first, last = parts
    ends = [at for at, line in enumerate(there) if _END.search(line)]
    for start, line in enumerate(there):
        if line.startswith(first) and _BEGIN.match(line, len(first)):
            after = bisect_left(ends, start)
            stop = ends[after] if after < len(ends) else start
            if there[stop].endswith(last):
                yield "\n".join(there[start : stop + 1])


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
