"""The items of a chapter that is a list, or its paragraphs."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from deepreview.parse.lines import Line, closed

_ITEM = re.compile(r"^ {0,1}(?:[-*+•]|\d{1,3}[.)])[ \t]+(?=\S)")
_LONGEST_NOTHING = 80
_NOTHING = re.compile(
    r"^[\W_]*(?:none|n/a|nothing|no (?:[a-z-]+ )?(?:issues|findings|concerns|problems|suggestions)[\w ]{0,40}"
    r"|not applicable)[\W_]*$",
    re.IGNORECASE,
)


_COUNT = re.compile(
    r"^[\W_]*(?:\d{1,3}|zero|one|two|three|four|five|six|a few|few|some|several|many|multiple)"
    r"(?:[ ](?:issues?|findings?|problems?|things?|items?|suggestions?|nits?|concerns?|comments?|found|more))?[\W_]*$",
    re.IGNORECASE,
)


def items_of(lines: Sequence[Line]) -> tuple[str, ...]:
    """List items without their marks, paragraphs between them as they stand; `None.` is no item."""
    return tuple(item.text for item in marked_items_of(lines))


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list, or a paragraph."""

    text: str
    mark: str
    """What it begins with; empty for a paragraph."""

    @property
    def numbered(self) -> bool:
        """Whether its mark is a number."""
        return self.mark[:1].isdigit()


def marked_items_of(lines: Sequence[Line]) -> tuple[Item, ...]:
    """The same, each with its mark."""
    found, gathered = list[tuple[list[str], str]](), list[str]()
    said = ""
    for number, line in enumerate(lines):
        mark = None if line.fenced else _ITEM.match(line.text)
        blank = not line.text.strip() and not line.fenced
        loose = blank and not (said and _goes_on(lines, number))
        if mark or loose:
            found.append((gathered, said))
            gathered, said = [], mark[0].strip() if mark else ""
            if mark:
                gathered.append(" " * mark.end() + line.text[mark.end() :])
            continue
        gathered.append(line.text)
    found.append((gathered, said))
    items = (Item(closed(textwrap.dedent(_even(part))), mark) for part, mark in found)
    return tuple(one for one in items if one.text and not is_nothing(one.text) and one.text.strip("-_* \n"))


def _even(part: Sequence[str]) -> str:
    """The first line of an item stands as deep as those that follow it."""
    rest = [len(line) - len(line.lstrip()) for line in part[1:] if line.strip()]
    depth = min(rest, default=0)
    first = part[0].lstrip() if part else ""
    return "\n".join((" " * depth + first, *part[1:])) if part else ""


def _goes_on(lines: Sequence[Line], number: int) -> bool:
    """Whether what follows a blank line is still of the item above: it is indented."""
    for line in lines[number + 1 : number + 4]:
        if line.text.strip():
            return line.text.startswith((" ", "\t"))
    return False


def is_nothing(text: str) -> bool:
    """Whether a text only says that there is nothing to say."""
    return len(text) < _LONGEST_NOTHING and bool(_NOTHING.match(text))


def is_count(text: str) -> bool:
    """Whether a text only says how many there are."""
    return len(text) < _LONGEST_NOTHING and bool(_COUNT.match(text))
