"""Where in a pull request's diff a finding can be discussed, and whether its patch can be offered there."""

import re
from dataclasses import dataclass

from deepreview.forge.base import Pull
from deepreview.model.change import RepoPath, Side
from deepreview.model.finding import Finding, Location
from deepreview.render.replacements import replacements
from deepreview.render.safe_markdown import longest_run


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Lines of one hunk."""

    path: RepoPath
    side: Side
    first: int
    last: int
    suggestion: str = ""
    """A finished block that replaces exactly these lines; empty without a certain patch."""


def anchor(finding: Finding, pull: Pull) -> Anchor | None:
    """The lines that a patch replaces, else those of the place that one hunk shows; None where no hunk shows any."""
    place = finding.main
    if place is None or not place.first:
        return None
    if replaced := _replaced(finding.patch, place):
        first, last, code = replaced
        whole = _shown(pull, place, first, last)
        if whole == (first, last):
            return Anchor(path=place.path, side=place.side, first=first, last=last, suggestion=_suggestion(code))
    shown = _shown(pull, place, place.first, place.last)
    path = pull.renamed.get(place.path, place.path) if place.side is Side.BASE else place.path
    return Anchor(path=path, side=place.side, first=shown[0], last=shown[1]) if shown else None


def _shown(pull: Pull, place: Location, first: int, last: int) -> tuple[int, int] | None:
    path = pull.renamed.get(place.path, place.path) if place.side is Side.BASE else place.path
    for hunk in pull.lines.get((path, place.side), ()):
        start, end = max(first, hunk.start), min(last, hunk.stop - 1)
        if start <= end:
            return start, end
    return None


def _replaced(patch: str, place: Location) -> tuple[int, int, str] | None:
    """The lines at head that a patch replaces and by what, where it is one piece of the place and fits its code."""
    path, pieces = replacements(patch) if patch else ("", [])
    if place.side is not Side.HEAD or path != place.path or len(pieces) != 1:
        return None
    region = pieces[0]["deletedRegion"]
    first, last = region["startLine"], region["endLine"] - (region.get("endColumn") == 1)
    gone = [line[1:] for line in patch.split("\n") if re.match(r"-(?!-- )", line)]
    there = place.quote.split("\n")[first - place.first : last - place.first + 1]
    if not place.first <= first <= last <= place.last or gone != there:
        return None
    return first, last, pieces[0].get("insertedContent", {}).get("text", "")


def _suggestion(code: str) -> str:
    ticks = "`" * max(3, longest_run(code) + 1)
    return "\n".join([f"{ticks}suggestion", *([code] if code else []), ticks])
