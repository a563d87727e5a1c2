"""Files that a claim may mean, without a repository."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from deepreview.model.change import Sha, Side
from deepreview.model.claim import Place
from deepreview.verify.anchor import squeezed
from deepreview.verify.quote import Source
from deepreview.verify.resolve import PathIndex

BLOB = Sha("f" * 40)


@dataclass(frozen=True, kw_only=True)
class GivenFiles:
    """The files of head, all of them changed, and those of base."""

    head: Mapping[str, Sequence[str]]
    base: Mapping[str, Sequence[str]]

    def resolve(self, place: Place) -> Place | None:
        """As in a run."""
        return self._index.resolve(place)

    def namesake(self, path: str) -> bool:
        """As in a run."""
        return self._index.namesake(path)

    @property
    def _index(self) -> PathIndex:
        trees = {Side.HEAD: frozenset(self.head), Side.BASE: frozenset(self.base)}
        return PathIndex(trees=trees, changed=frozenset(self.head))

    def source(self, path: str, side: Side) -> Source | None:
        """The file's lines as they were given."""
        lines = (self.head if side is Side.HEAD else self.base).get(path)
        return None if lines is None else Source(blob=BLOB, lines=tuple(lines))

    def changed(self, line: str) -> bool:
        """As in a run."""
        return any(line in squeezed(lines) for lines in (*self.head.values(), *self.base.values()))


def at_head(**files: Sequence[str]) -> GivenFiles:
    """Files of head by path, with `__` for a dot: `at_head(a__py=["x = 1"])`."""
    return GivenFiles(head={name.replace("__", "."): lines for name, lines in files.items()}, base={})
