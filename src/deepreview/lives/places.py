"""The places that an earlier finding named, each held against the reviewed commit: all may be fixed, or some."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from deepreview.lives.code import Code, all_lines, plain
from deepreview.model.change import Commit, RepoPath, Sha, Side
from deepreview.model.finding import Location
from deepreview.model.life import Here, Life

_NAMED = 5
"""Places that are named in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Code that a finding named in one file, as often as it named it."""

    path: str
    """What the file is called now."""
    code: tuple[str, ...]
    times: int
    before: str
    """What the file was called then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """What became of all places of a finding."""

    stand: tuple[str, ...]
    """Where code stands as it did: `src/cache.py:12`, by the lines of now."""
    changed: tuple[str, ...]
    """The files in which a place changed, one entry for each place."""
    commits: tuple[Commit, ...]
    """Which removed the code of those, as far as that is known."""

    @property
    def partly(self) -> bool:
        """Whether some of them changed and some did not."""
        return bool(self.stand and self.changed)


def spots(places: Iterable[Location], renames: Mapping[str, str] = MappingProxyType({})) -> tuple[Spot, ...]:
    """The places with code at head, the main one first; of those that overlap, the first counts."""
    kept: list[Location] = []
    for one in places:
        if one.side is Side.HEAD and one.quote.strip() and not any(_overlap(one, other) for other in kept):
            kept.append(one)
    counted = Counter((one.path, plain(one.quote.splitlines())) for one in kept)
    return tuple(
        Spot(path=renames.get(path, path), code=code, times=times, before=path)
        for (path, code), times in counted.items()
    )


def _overlap(one: Location, other: Location) -> bool:
    return one.path == other.path and one.first <= other.last and other.first <= one.last


def surface(life: Life, code: Code, head: Sha) -> Surface:
    """Each place told apart; code that stood elsewhere in its file too counts as often as it did."""
    stand: list[str] = []
    changed: list[str] = []
    commits: list[Commit] = []
    for spot in spots(life.finding.locations, code.renames(life.head)):
        now = all_lines(spot.code, code.lines(head, spot.path) or ())
        then = all_lines(spot.code, code.lines(life.head, spot.before) or ())
        left = max(0, min(spot.times, len(now) - max(0, len(then) - spot.times)))
        stand += [f"{spot.path}:{number}" for number in now[:left]]
        changed += [spot.path] * (spot.times - left)
        commit = code.left(life.head, spot.path, spot.code) if not now else None
        commits += [commit] if commit else []
    return Surface(stand=tuple(stand), changed=tuple(changed), commits=tuple(dict.fromkeys(commits)))


def here(life: Life, code: Code, head: Sha, base: Sha) -> Here | None:
    """The first of its places at head whose code stands; else the first of its files that is there, as a whole."""
    whole: Here | None = None
    for place in sorted(life.finding.locations, key=lambda one: one.side is Side.BASE):
        path = _path_now(place, life, code, base)
        lines = code.lines(head, path)
        if lines is None:
            continue
        whole = whole or Here(path=path, first=0, last=0)
        if place.side is Side.HEAD and (first := _line_now(place, code.lines(life.head, place.path) or (), lines)):
            return Here(path=path, first=first, last=min(first + place.last - place.first, len(lines)))
    return whole


def _path_now(place: Location, life: Life, code: Code, base: Sha) -> RepoPath:
    """What its file is called now; one at base may have been renamed by the change, or later under its old name."""
    renames = code.renames(life.head)
    if place.side is Side.BASE:
        renames = {**renames, **code.renames(base)}
    return RepoPath(renames.get(place.path, place.path))


def _line_now(place: Location, then: Sequence[str], now: Sequence[str]) -> int:
    """Where its code begins now; of several such places the one with as many before it as then, 0 where none is."""
    quoted = plain(place.quote.splitlines())
    found = all_lines(quoted, now)
    before = sum(number < place.first for number in all_lines(quoted, then))
    return found[min(before, len(found) - 1)] if found else 0


def partly(found: Surface, shown: int) -> str:
    """What changed and what stands, as a sentence."""
    whole = len(found.stand) + len(found.changed)
    by = ", ".join(f"{one.sha[:shown]} “{one.subject}”" for one in found.commits[:_NAMED])
    where = ", ".join(dict.fromkeys(found.changed[:_NAMED]))
    what = f"{where}, by {by}" if by else where
    stand = ", ".join(_told(found.stand))
    as_was = "stands as it did" if len(found.stand) == 1 else "stand as they did"
    return f"Partly fixed: {len(found.changed)} of the {whole} places that it named changed ({what}); {stand} {as_was}."


def _told(places: tuple[str, ...]) -> Iterator[str]:
    yield from places[:_NAMED]
    if len(places) > _NAMED:
        yield f"{len(places) - _NAMED} more"
