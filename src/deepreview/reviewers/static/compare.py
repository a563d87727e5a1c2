"""What the change brought: base and head compared by identity, never by line number.

A hit of head is old when base has one of the same kind in the same file with the same key; equal ones are counted, so
a second copy of an old defect is new. What is left must meet an added line. A left-over hit of base on removed lines,
of the same kind and key in any file, makes it moved. The same code with other local names is probably moved.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from deepreview.model.change import RepoPath
from deepreview.reviewers.static.files import Layout, Pair
from deepreview.reviewers.static.hit import Hit, squeezed

_NAME = re.compile(r"(?<![.\w\"'])[A-Za-z_]\w*(?!\w|\s*[.(])")
_LONG_ENOUGH = 60
"""Shorter code without its names is the same in many places."""


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """A hit that the change brought, with the file that it is in."""

    hit: Hit
    pair: Pair
    renamed: str
    """Where the same code with other names was removed, or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The hits of head, sorted by where they come from."""

    new: tuple[New, ...]
    moved: int
    old: int


def compare(layout: Layout, base: Iterable[Hit], head: Iterable[Hit], anchored: Callable[[str], bool]) -> Comparison:
    """Sort the hits of head; `anchored` says of which kinds the first line itself must be new."""
    at_base, at_head = _by_file(base), _by_file(head)
    candidates: list[tuple[Hit, Pair]] = []
    spare: list[Hit] = []
    old = 0
    for pair in layout.pairs:
        hits = at_head.get(pair.patch.path, []) if pair.head else []
        others = at_base.get(pair.patch.old_path, []) if pair.base else []
        fresh, left = _unmatched(hits, others, lambda hit, p=pair: _meets(hit, p, anchored))  # type: ignore[misc]
        spare += [hit for hit in left if any(line in pair.removed for line in range(hit.first, hit.last + 1))]
        met = [hit for hit in fresh if _meets(hit, pair, anchored) and not _stood(hit, pair)]
        old += len(hits) - len(met)
        candidates += [(hit, pair) for hit in met]
    return _without_moved(candidates, spare, old)


def _by_file(hits: Iterable[Hit]) -> Mapping[RepoPath, list[Hit]]:
    found: dict[RepoPath, list[Hit]] = defaultdict(list)
    for hit in hits:
        found[hit.path].append(hit)
    return found


def _unmatched(hits: Sequence[Hit], others: Sequence[Hit], meets: Callable[[Hit], bool]) -> tuple[list[Hit], list[Hit]]:
    """What is only at head and what is only at base; of equal hits those on old lines are matched first."""
    left = Counter((hit.kind, hit.key) for hit in others)
    fresh = []
    for hit in sorted(hits, key=lambda hit: (meets(hit), hit.first)):
        if left[hit.kind, hit.key] > 0:
            left[hit.kind, hit.key] -= 1
        else:
            fresh.append(hit)
    spare = []
    for hit in reversed(others):
        if left[hit.kind, hit.key] > 0:
            left[hit.kind, hit.key] -= 1
            spare.append(hit)
    return fresh, spare


def _meets(hit: Hit, pair: Pair, anchored: Callable[[str], bool]) -> bool:
    lines = range(hit.first, hit.first + 1) if anchored(hit.kind) else hit.lines
    return any(line in pair.added for line in lines)


def _stood(hit: Hit, pair: Pair) -> bool:
    """Whether base holds the matched code as often as head: then base could not be parsed there."""
    if not hit.node or pair.base is None or pair.head is None or len(hit.key) < _LONG_ENOUGH:
        return False
    before, now = (squeezed("\n".join(side.lines)).count(hit.key) for side in (pair.base, pair.head))
    return before >= now > 0


def _without_moved(candidates: Sequence[tuple[Hit, Pair]], spare: Sequence[Hit], old: int) -> Comparison:
    pool = Counter((hit.kind, hit.key) for hit in spare)
    shapes: dict[tuple[str, str], Hit] = {}
    for hit in spare:
        shape = _shape(hit)
        if shape:
            shapes.setdefault((hit.kind, shape), hit)
    new = []
    for hit, pair in candidates:
        if pool[hit.kind, hit.key] > 0:
            pool[hit.kind, hit.key] -= 1
            continue
        like = shapes.get((hit.kind, _shape(hit)))
        new.append(New(hit=hit, pair=pair, renamed=f"{like.path}:{like.first}" if like else ""))
    return Comparison(new=tuple(new), moved=len(candidates) - len(new), old=old)


def _shape(hit: Hit) -> str:
    """The matched code with its local names replaced by their order; empty when it is too short to tell."""
    if len(squeezed(hit.node)) < _LONG_ENOUGH:
        return ""
    order: dict[str, str] = {}
    return squeezed(_NAME.sub(lambda match: order.setdefault(match[0], f"${len(order)}"), hit.node))
