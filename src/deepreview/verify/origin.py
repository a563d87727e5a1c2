"""Where does it come from? Answered by the diff and by a blame that looks no further back than base.

A line that the change did not add was there before: if the change still made it wrong (a comment about something that
it removed), the defect is newly exposed. A line that the change both added and removed elsewhere was moved, and a moved
line is not a written one. At the edge of a shallow history the answer is "unknown", never "introduced".
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from deepreview.context.history import BlamedLine
from deepreview.model.change import Change, RepoPath, Sha, Side
from deepreview.model.claim import DefectClass
from deepreview.model.finding import Finding, Origin, OriginKind
from deepreview.verify.base import Bench

_TELLING = 6
"""Characters without white space that a line needs to be recognised elsewhere: `}` is not moved code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lines:
    added: Mapping[RepoPath, Mapping[int, str]]
    removed: Counter[str]


def trace(findings: Sequence[Finding], bench: Bench) -> tuple[Finding, ...]:
    """The findings with their origins."""
    lines = _lines_of(bench.change)
    wanted = {f.fingerprint: _added_of(f, lines) for f in findings}
    asked: dict[RepoPath, set[int]] = {}
    for finding in findings:
        asked.setdefault(finding.locations[0].path, set()).update(wanted[finding.fingerprint])
    written = bench.written({path: sorted(numbers) for path, numbers in asked.items() if numbers})
    return tuple(
        replace(finding, origin=_origin(finding, wanted[finding.fingerprint], lines, written, bench.change))
        for finding in findings
    )


def _lines_of(change: Change) -> _Lines:
    removed = Counter(
        key for patch in change.patches for _, text in patch.removed() if len(key := _key(text)) >= _TELLING
    )
    return _Lines(added={patch.path: dict(patch.added()) for patch in change.patches}, removed=removed)


def _key(text: str) -> str:
    return "".join(text.split())


def _added_of(finding: Finding, lines: _Lines) -> tuple[int, ...]:
    """The lines of the main place that the change added."""
    place = finding.locations[0]
    if place.side is Side.BASE:
        return ()
    added = lines.added.get(place.path, {})
    if place.first == 0:
        return tuple(added)[:1]
    return tuple(number for number in range(place.first, place.last + 1) if number in added)


def _origin(
    finding: Finding,
    numbers: tuple[int, ...],
    lines: _Lines,
    written: Mapping[RepoPath, Mapping[int, BlamedLine]],
    change: Change,
) -> Origin:
    place = finding.locations[0]
    if place.side is Side.BASE:
        return _plain(OriginKind.INTRODUCED, "This change removes the line.")
    if not numbers:
        if finding.defect is DefectClass.REGRESSION:
            return _plain(OriginKind.NEWLY_EXPOSED, "The line was there before; this change made it wrong.")
        return _plain(OriginKind.PRE_EXISTING, "The line was there before this change.")
    texts = [lines.added[place.path][number] for number in numbers]
    if all(_moved(text, lines.removed) for text in texts) and any(len(_key(text)) >= _TELLING for text in texts):
        return _plain(OriginKind.MOVED, "The same code was removed elsewhere in this change.")
    return _blamed(numbers, written.get(place.path, {}), change)


def _moved(text: str, removed: Counter[str]) -> bool:
    key = _key(text)
    return len(key) < _TELLING or removed[key] > 0


def _blamed(numbers: tuple[int, ...], written: Mapping[int, BlamedLine], change: Change) -> Origin:
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
