"""The lines of a text in Markdown, each told whether it stands in fenced code."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile

MOST_CHARACTERS = 2_000_000
"""Of one text: what follows is not read. The longest of 188 real reviews has 23,000."""

_FENCE = re.compile(r"^[ \t]{0,12}(`{3,}|~{3,})[ \t]*([^`\n]{0,200})$")
_BEFORE = 60
"""Lines within which a report that is handed over as code begins."""
_TOLD = 400
"""And within which it then shows its first heading: some tell of their work before."""

_MARKDOWN = {"markdown", "md", "mdx", "rst"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its end."""

    text: str
    fenced: bool
    """In fenced code, or a fence itself."""
    opens: str | None = None
    """What stands behind the fence that opens a passage here; None for any other line."""


@dataclass(frozen=True, slots=True, eq=False)
class _Fence:
    mark: str
    info: str

    def closes(self, opened: "_Fence") -> bool:
        return not self.info and self.mark[0] == opened.mark[0] and len(self.mark) >= len(opened.mark)


def bared(text: str) -> str:
    """The text without a mark of quotation, or an indent, that all its lines have."""
    lines = text.split("\n")
    said = [line for line in lines if line.strip()]
    if said and all(line.startswith(">") for line in said):
        return "\n".join(line.removeprefix(">").removeprefix(" ") for line in lines)
    depth = min((len(line) - len(line.lstrip(" ")) for line in said), default=0)
    return "\n".join(line[depth:] for line in lines) if depth else text


def read_lines(text: str, ends: Callable[[str], bool]) -> tuple[Line, ...]:
    """All lines; where a fence is never closed, the first line that `ends` recognises closes it."""
    raw = _unwrapped(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), ends)
    fences = [_fence(line) for line in raw]
    closers, following = _closers(fences), _following(fences)
    lines, stack = list[Line](), list[_Fence]()
    lost, uneven = False, _uneven(fences)
    for number, line in enumerate(raw):
        fence = fences[number]
        if stack and (lost or (uneven and _may_end(stack, line))) and ends(line):
            stack.clear()
        inside, outer = bool(stack), stack[:1]
        if fence is not None:
            _turn(stack, fence)
            lost = bool(stack) and (_unclosed(stack, closers[number + 1]) or _forgotten(stack[-1], following[number]))
        opened = fence.info if fence and stack and stack[:1] != outer else None
        lines.append(Line(line, inside or fence is not None, opened))
    return tuple(lines)


def _unwrapped(raw: list[str], ends: Callable[[str], bool]) -> list[str]:
    """Without the fence around the whole: some models hand over their report as code."""
    first = next((number for number, line in enumerate(raw[:_BEFORE]) if _fence(line)), None)
    fence = _fence(raw[first]) if first is not None else None
    if first is None or fence is None or fence.info.lower() not in {"", "text", *_MARKDOWN}:
        return raw
    inside = list(takewhile(lambda line: _fence(line) is None, raw[first + 1 : first + 1 + _TOLD]))
    if any(map(ends, raw[:first])) or not any(map(ends, inside)):
        return raw
    last = next((number for number in range(len(raw) - 1, first, -1) if raw[number].strip()), first)
    closing = _fence(raw[last])
    blank = {first, last} if closing and closing.closes(fence) else {first}
    return ["" if number in blank else line for number, line in enumerate(raw)]


def _fence(line: str) -> _Fence | None:
    found = _FENCE.match(line) if "```" in line[:16] or "~~~" in line[:16] else None
    return _Fence(found[1], found[2].strip()) if found else None


def _turn(stack: list[_Fence], fence: _Fence) -> None:
    """Open, close or nest: models forget to close, and put fenced code into fenced Markdown."""
    if not stack:
        stack.append(fence)
    elif fence.closes(stack[-1]):
        stack.pop()
    elif fence.info and fence.mark[0] == stack[-1].mark[0] and len(fence.mark) >= len(stack[-1].mark):
        if stack[-1].info.partition(" ")[0].lower() not in _MARKDOWN:
            stack.pop()
        stack.append(fence)


def _uneven(fences: Sequence[_Fence | None]) -> bool:
    """Whether a fence stays open at the end: then some mark before it is missing, or one is too many."""
    stack = list[_Fence]()
    for fence in fences:
        if fence is not None:
            _turn(stack, fence)
    return bool(stack)


def _may_end(stack: Sequence[_Fence], line: str) -> bool:
    """Whether a line may end a passage for which an end stands further down: no comment, and no Markdown in it."""
    return not line.startswith("# ") and not any(one.info.partition(" ")[0].lower() in _MARKDOWN for one in stack)


def _unclosed(stack: Sequence[_Fence], closers: dict[str, int]) -> bool:
    return closers.get(stack[0].mark[0], 0) < len(stack[0].mark)


def _forgotten(opened: _Fence, following: _Fence | None) -> bool:
    """Whether the next fence opens another passage, so that the end of this one was left out somewhere before it."""
    if following is None or opened.info.partition(" ")[0].lower() in _MARKDOWN:
        return False
    return bool(following.info) and following.mark == opened.mark


def _following(fences: Sequence[_Fence | None]) -> list[_Fence | None]:
    """For each line the next fence behind it."""
    behind: _Fence | None = None
    found = list[_Fence | None]()
    for fence in reversed(fences):
        found.append(behind)
        behind = fence or behind
    return found[::-1]


def _closers(fences: Sequence[_Fence | None]) -> list[dict[str, int]]:
    """For each line the longest mark of either kind that could close a fence from there on."""
    longest = dict[str, int]()
    found = [longest]
    for fence in reversed(fences):
        if fence and not fence.info and len(fence.mark) > longest.get(fence.mark[0], 0):
            longest = longest | {fence.mark[0]: len(fence.mark)}
        found.append(longest)
    return found[::-1]


def closed(text: str) -> str:
    """The text with the fence closed that it leaves open, without blank lines around it."""
    body = text.strip("\n").rstrip()
    if "```" not in body and "~~~" not in body:
        return body
    stack = list[_Fence]()
    for line in body.split("\n"):
        if (fence := _fence(line)) is not None:
            _turn(stack, fence)
    return "\n".join((body, *(fence.mark for fence in reversed(stack))))
