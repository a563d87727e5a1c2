"""The code that findings cite, stored with its surroundings: a page shows it after the commit is gone."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass

from deepreview.model.change import Change, RepoPath, Side
from deepreview.model.finding import Finding, Location
from deepreview.model.report import CitedCode

AROUND = 4
"""Lines shown before and after a place."""
_MOST_LINES = 60
_MOST_CHARACTERS = 400

Lines = Callable[[RepoPath, Side], tuple[str, ...]]
"""The lines of a file at a side; empty when it is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    path: RepoPath
    side: Side
    first: int
    last: int


def cited_code(findings: Iterable[Finding], change: Change, lines: Lines) -> tuple[CitedCode, ...]:
    """One stored window for each place of each finding; equal windows are stored once."""
    places = [place for finding in findings for place in finding.locations if place.first]
    changed = _changed(change, {(place.path, place.side) for place in places})
    seen: dict[_Window, CitedCode] = {}
    for place in places:
        window = _window(place)
        if window not in seen:
            shown = lines(place.path, place.side)[window.first - 1 : window.last]
            marked = changed.get((place.path, place.side), frozenset())
            seen[window] = CitedCode(
                path=place.path,
                side=place.side,
                blob=place.blob,
                first=window.first,
                lines=tuple(line[:_MOST_CHARACTERS] for line in shown),
                changed=tuple(n for n in range(window.first, window.first + len(shown)) if n in marked),
            )
    return tuple(seen.values())


def _window(place: Location) -> _Window:
    first = max(1, place.first - AROUND)
    last = min(place.last + AROUND, first + _MOST_LINES - 1)
    return _Window(path=place.path, side=place.side, first=first, last=last)


def _changed(change: Change, cited: Container[tuple[RepoPath, Side]]) -> Mapping[tuple[RepoPath, Side], frozenset[int]]:
    found = {}
    for patch in change.patches:
        if (patch.path, Side.HEAD) in cited:
            found[patch.path, Side.HEAD] = frozenset(number for number, _ in patch.added())
        if (patch.old_path, Side.BASE) in cited:
            found[patch.old_path, Side.BASE] = frozenset(number for number, _ in patch.removed())
    return found
