"""Which file does a reviewer mean? Paths are written from memory: absolute, cut short, or of a file that is gone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from deepreview.model.change import Side
from deepreview.model.claim import Place


@dataclass(frozen=True, kw_only=True)
class PathIndex:
    """The paths of both sides, found by their ends."""

    trees: Mapping[Side, frozenset[str]]
    changed: frozenset[str]
    """Paths at head or base that the change touches: they are meant first."""

    def resolve(self, place: Place) -> Place | None:
        """The place with a path that exists; None when nothing, or more than one thing, may be meant."""
        path = place.path.replace("\\", "/").removeprefix("./")
        for candidate in _shorter(path):
            for side in (place.side, Side.BASE):
                if candidate in self.trees[side]:
                    return replace(place, path=candidate, side=side)
        meant = self._longer(path) or self._rooted(path)
        return replace(place, path=meant) if meant else None

    def namesake(self, path: str) -> bool:
        """Whether a file that exists may still be meant: one of that name, or one in a submodule or behind a link."""
        parts = path.replace("\\", "/").split("/")
        above = ("/".join(parts[:count]) for count in range(1, len(parts)))
        return parts[-1].casefold() in self._known or any(one in tree for one in above for tree in self.trees.values())

    def _rooted(self, path: str) -> str:
        """The one changed file at head whose path of two parts or more ends what was written; or it in other case."""
        other = path.casefold()
        fits = [
            known
            for known in self.changed & self.trees[Side.HEAD]
            if known.casefold() == other or ("/" in known and other.endswith(f"/{known.casefold()}"))
        ]
        return fits[0] if len(fits) == 1 else ""

    def _longer(self, path: str) -> str:
        """The one path that ends in what was written, among the changed files first."""
        ends = [known for known in self._named.get(path.rpartition("/")[2], ()) if known.endswith(f"/{path}")]
        for group in ([known for known in ends if known in self.changed], ends):
            if group:
                return group[0] if len(group) == 1 else ""
        return ""

    @cached_property
    def _known(self) -> frozenset[str]:
        """The names of all files of both trees, without their folders and their case."""
        return frozenset(path.rpartition("/")[2].casefold() for tree in self.trees.values() for path in tree)

    @cached_property
    def _named(self) -> Mapping[str, list[str]]:
        named: dict[str, list[str]] = {}
        for path in sorted(self.trees[Side.HEAD]):
            named.setdefault(path.rpartition("/")[2], []).append(path)
        return named


def _shorter(path: str) -> Iterable[str]:
    """The path and, where it is absolute or a web address, what is left when leading folders are taken away."""
    yield path
    if path.startswith("/") or "://" in path or path[1:3] == ":/":
        parts = path.split("/")
        yield from ("/".join(parts[start:]) for start in range(1, min(len(parts), 40)))
