"""The cited code as reviewed: numbered lines, the cited range and the changed lines marked."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from deepreview.model.change import Side
from deepreview.model.finding import Location
from deepreview.model.report import CitedCode
from deepreview.render.highlight import Highlighter, trusted
from deepreview.render.wording import language, lines_of

AROUND = 6
"""Lines shown before and after the cited ones."""
MOST = 60
"""Lines of one listing; a longer range is cut, and says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Code to show at one place."""

    words: str
    """What the marks mean here, for those who cannot see them."""
    html: Markup
    """The lines, or nothing when they stand elsewhere on the page."""
    more: int
    """Cited lines that are not shown."""
    same_as: str
    """The alias of an earlier finding that shows the same code with more around it, or empty."""
    base: bool


@dataclass(frozen=True, slots=True)
class _Window:
    path: str
    side: Side
    first: int
    lines: tuple[str, ...]
    changed: frozenset[int]
    cited: range


class Listings:
    """Finds the stored code of each place, and shows equal code once."""

    def __init__(self, cited: Iterable[CitedCode], highlighter: Highlighter) -> None:
        self._highlighter = highlighter
        self._shown: dict[_Window, str] = {}
        self._stored: defaultdict[tuple[str, Side], list[CitedCode]] = defaultdict(list)
        for code in cited:
            self._stored[code.path, code.side].append(code)

    def at(self, location: Location, alias: str) -> Listing | None:
        """The code of a place for the finding called `alias`; None where there is none to show."""
        window = self._window(location)
        if window is None:
            return None
        earlier = self._shown.setdefault(window, alias)
        repeated = earlier != alias and len(window.lines) > len(window.cited)
        if repeated:
            window = _only_cited(window)
        lines = tuple(line.removesuffix("\r") for line in window.lines)
        coloured = self._highlighter.lines("\n".join(lines), language(location.path))
        return Listing(
            words=_words(location, window),
            html=trusted("".join(_line(window, i, text) for i, text in enumerate(coloured[:MOST]))),
            more=max(0, len(lines) - MOST),
            same_as=earlier if repeated else "",
            base=location.side is Side.BASE,
        )

    def _window(self, location: Location) -> _Window | None:
        if location.first == 0:
            return None
        for code in self._stored[location.path, location.side]:
            if code.first <= location.first and location.last < code.first + len(code.lines):
                return _cut(location, code)
        if not location.quote:
            return None
        lines = tuple(location.quote.split("\n"))
        cited = range(location.first, location.last + 1)
        return _Window(location.path, location.side, location.first, lines, frozenset(), cited)


def _cut(location: Location, code: CitedCode) -> _Window:
    start = max(code.first, location.first - AROUND)
    end = min(code.first + len(code.lines) - 1, location.last + AROUND)
    lines = code.lines[start - code.first : end - code.first + 1]
    changed = frozenset(number for number in code.changed if start <= number <= end)
    cited = range(location.first, location.last + 1)
    return _Window(location.path, location.side, start, lines, changed, cited)


def _only_cited(window: _Window) -> _Window:
    start = window.cited.start
    lines = window.lines[start - window.first : window.cited.stop - window.first]
    return _Window(window.path, window.side, start, lines, window.changed, window.cited)


def _line(window: _Window, index: int, text: str) -> str:
    number = window.first + index
    marks = ""
    if number in window.cited:
        marks += " on"
    if number in window.changed:
        marks += " add" if window.side is Side.HEAD else " del"
    kind = f'"l{marks}"' if marks else "l"
    return f"<span class={kind} data-n={number}>{text}\n</span>"


def _words(location: Location, window: _Window) -> str:
    shown = range(window.first, window.first + len(window.lines))
    changed = [number for number in sorted(window.changed) if number in shown]
    verb = "added" if window.side is Side.HEAD else "removed"
    said = f"Cited: {lines_of(location)}."
    return f"{said} {verb.capitalize()} by this change: {_ranges(changed)}." if changed else said


def _ranges(numbers: list[int]) -> str:
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)
