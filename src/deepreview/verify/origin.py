"""Where does it come from? Answered by the diff and by a blame that looks no further back than base.

A line that the change did not add was there before: if the change still made it wrong (a comment about something that
it removed), the defect is newly exposed. A line that the change both added and removed elsewhere was moved, and a moved
line is not a written one. At the edge of a shallow history the answer is "unknown", never "introduced".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from deepreview.context.history import BlamedLine
from deepreview.model.change import Change, FileKind, RepoPath, Sha, Side
from deepreview.model.claim import SAID, DefectClass
from deepreview.model.finding import Finding, Location, Origin, OriginKind
from deepreview.verify.base import Bench

_TELLING = 6
"""Characters without white space that a line needs to be recognised elsewhere: `}` is not moved code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lines:
    """The lines of the files that findings are in, by number, and which texts of theirs stand at the other side."""

    added: Mapping[RepoPath, Mapping[int, str]]
    removed: Mapping[RepoPath, Mapping[int, str]]
    also_added: frozenset[str]
    also_removed: frozenset[str]
    new_files: frozenset[RepoPath]


def trace(findings: Sequence[Finding], bench: Bench) -> tuple[Finding, ...]:
    """The findings with their origins."""
    lines = _lines_of(bench.change, [f.main for f in findings if f.main])
    wanted = {f.fingerprint: _added_of(f, lines) for f in findings}
    asked: dict[RepoPath, set[int]] = {}
    for finding in findings:
        if finding.main:
            asked.setdefault(finding.main.path, set()).update(wanted[finding.fingerprint])
    written = bench.written({path: sorted(numbers) for path, numbers in asked.items() if numbers})
    return tuple(
        replace(finding, origin=_origin(finding, wanted[finding.fingerprint], lines, written, bench.change))
        for finding in findings
    )


def _lines_of(change: Change, places: Sequence[Location]) -> _Lines:
    at = {(place.path, place.side) for place in places}
    added = {p.path: dict(p.added()) for p in change.patches if (p.path, Side.HEAD) in at}
    removed = {p.old_path: dict(p.removed()) for p in change.patches if (p.old_path, Side.BASE) in at}
    return _Lines(
        added=added,
        removed=removed,
        also_added=_among(change, "+", _telling(places, Side.BASE, removed)),
        also_removed=_among(change, "-", _telling(places, Side.HEAD, added)),
        new_files=frozenset(patch.path for patch in change.patches if patch.kind is FileKind.ADDED),
    )


def _telling(places: Iterable[Location], side: Side, changed: Mapping[RepoPath, Mapping[int, str]]) -> frozenset[str]:
    """The changed lines in those places that are long enough to be recognised elsewhere."""
    texts = (
        changed[place.path][number]
        for place in places
        if place.side is side
        for number in _within(place, changed.get(place.path, {}))
    )
    return frozenset(key for text in texts if len(key := _key(text)) >= _TELLING)


def _among(change: Change, mark: str, keys: frozenset[str]) -> frozenset[str]:
    """Those of the texts that stand in any line of the change with that mark."""
    lines = (line for patch in change.patches for hunk in patch.hunks for line in hunk.lines if line[:1] == mark)
    return keys.intersection(_key(line[1:]) for line in lines) if keys else keys


def _key(text: str) -> str:
    return "".join(text.split())


def _added_of(finding: Finding, lines: _Lines) -> tuple[int, ...]:
    """The lines of the main place that the change added."""
    place = finding.main
    return () if place is None or place.side is Side.BASE else _within(place, lines.added.get(place.path, {}))


def _within(place: Location, changed: Mapping[int, str]) -> tuple[int, ...]:
    """Those of the changed lines that a place covers; of a whole file, the first one."""
    if place.first == 0:
        return tuple(changed)[:1]
    return tuple(number for number in range(place.first, place.last + 1) if number in changed)


def _origin(
    finding: Finding,
    numbers: tuple[int, ...],
    lines: _Lines,
    written: Mapping[RepoPath, Mapping[int, BlamedLine]],
    change: Change,
) -> Origin:
    place = finding.main
    if place is None:
        return _plain(OriginKind.UNKNOWN, "It has no place in the code.")
    if place.side is Side.BASE:
        return _of_removed(place, finding, lines)
    if not numbers:
        return _of_unchanged(place, finding, lines)
    texts = {number: lines.added[place.path][number] for number in numbers}
    if _all_in(texts.values(), lines.also_removed):
        return _plain(OriginKind.MOVED, "The same code was removed elsewhere in this change.")
    written_here = [n for n, text in texts.items() if _key(text) not in lines.also_removed]
    return _blamed(written_here, written.get(place.path, {}), change)


def _of_removed(place: Location, finding: Finding, lines: _Lines) -> Origin:
    removed = lines.removed.get(place.path, {})
    texts = [removed[number] for number in _within(place, removed)]
    if not texts:
        return _of_unchanged(place, finding, lines)
    if _all_in(texts, lines.also_added):
        return _plain(OriginKind.MOVED, "The same code was added elsewhere in this change.")
    return _plain(OriginKind.INTRODUCED, "This change removes the line.")


def _of_unchanged(place: Location, finding: Finding, lines: _Lines) -> Origin:
    """What was there before is newly exposed where the finding is a regression.

    Of prose too, although nothing but its word stands for it: asking for more was measured and lost true findings
    (`docs/severity.md`).
    """
    if place.first == 0 and place.side is Side.HEAD and place.path in lines.new_files:
        return _plain(OriginKind.INTRODUCED, "This change adds the file.")
    what = "line" if place.first else "file"
    if finding.defect is DefectClass.REGRESSION:
        how = (
            "that this change made it wrong is said, not shown" if finding.kind == SAID else "this change made it wrong"
        )
        return _plain(OriginKind.NEWLY_EXPOSED, f"The {what} was there before; {how}.")
    return _plain(OriginKind.PRE_EXISTING, f"The {what} was there before this change.")


def _all_in(texts: Iterable[str], elsewhere: frozenset[str]) -> bool:
    """Whether all lines stand elsewhere too, but for those that are too short to tell."""
    telling = [key for text in texts if len(key := _key(text)) >= _TELLING]
    return bool(telling) and all(key in elsewhere for key in telling)


def _blamed(numbers: Sequence[int], written: Mapping[int, BlamedLine], change: Change) -> Origin:
    by = next((written[number] for number in numbers if number in written and not written[number].boundary), None)
    if by is None:
        if change.shallow:
            return _plain(OriginKind.UNKNOWN, "The history of this clone ends before the line was written.")
        return _plain(OriginKind.INTRODUCED, "The change adds the line; git blames no commit of it.")
    if by.commit == change.head and not change.commits:
        return _plain(OriginKind.INTRODUCED, "The line is not committed yet.")
    return Origin(
        kind=OriginKind.INTRODUCED,
        commit=by.commit,
        subject=by.subject,
        author=by.author,
        reason="The line was written by this change.",
    )


def _plain(kind: OriginKind, reason: str) -> Origin:
    return Origin(kind=kind, commit=Sha(""), subject="", author="", reason=reason)
