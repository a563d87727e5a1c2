"""A finding's text in the order of reading: prose, and the code blocks between fences."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_OPENS = re.compile(r" {0,3}(?P<fence>`{3,}(?=[^`]*$)|~{3,})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Prose, or the lines of one code block without its fences."""

    text: str
    code: bool


def passages(text: str) -> Iterator[Passage]:
    """The passages that say something; a fence that is never closed goes on to the end, as in Markdown."""
    taken: list[str] = []
    fence = ""
    for line in text.splitlines():
        opens = None if fence else _OPENS.match(line)
        closes = bool(fence) and _closes(line, fence)
        if not opens and not closes:
            taken.append(line)
            continue
        yield from _passage(taken, code=bool(fence))
        taken = []
        fence = opens["fence"] if opens else ""
    yield from _passage(taken, code=bool(fence))


def _closes(line: str, fence: str) -> bool:
    bare = line.strip()
    return len(bare) >= len(fence) and set(bare) == {fence[0]}


def _passage(lines: list[str], *, code: bool) -> Iterator[Passage]:
    if any(line.strip() for line in lines):
        yield Passage(text="\n".join(lines), code=code)
