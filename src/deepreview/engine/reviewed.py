"""The reviewed commit, as the linter looks at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from deepreview.context.tree import as_lines
from deepreview.errors import UsageError
from deepreview.git.mirror import Mirror
from deepreview.git.snapshot import of_patch
from deepreview.git.target import Pin
from deepreview.git.trees import GitTree
from deepreview.model.change import RepoPath, Side
from deepreview.model.claim import Place
from deepreview.verify.resolve import PathIndex


@dataclass(eq=False, kw_only=True)
class ReviewedCommit:
    """Files, patches and order of commits in our mirror, at a pinned head."""

    mirror: Mirror
    pin: Pin

    @cached_property
    def _tree(self) -> GitTree:
        return GitTree(git=self.mirror.git, commit=self.pin.head)

    @cached_property
    def _index(self) -> PathIndex:
        known = frozenset(map(str, self._tree.entries()))
        return PathIndex(trees={Side.HEAD: known, Side.BASE: frozenset()}, changed=frozenset())

    def lines(self, path: str) -> tuple[str, ...] | None:
        """The lines of a file, found by its end too; for a folder an empty one; None where there is no such file."""
        if path.endswith("/") or any(known.startswith(f"{path}/") for known in self._index.trees[Side.HEAD]):
            return ()
        found = self._index.resolve(Place(path=path, first=0, last=0))
        content = self._tree.read([RepoPath(found.path)]) if found else {}
        return next((as_lines(text) for text in content.values()), None)

    def refuses(self, patch: str) -> str:
        """Why a patch does not apply; empty where it does."""
        try:
            of_patch(self.mirror, self.pin.head, patch.encode("utf-8", "surrogateescape"), "it")
        except UsageError as error:
            return error.message
        return ""

    def order(self, shas: Sequence[str]) -> Sequence[str] | None:
        """The abbreviated commits oldest first; None where one is not an ancestor of the reviewed one."""
        listed = self.mirror.git.out("rev-list", "--topo-order", "--reverse", self.pin.head).decode().split()
        places = {sha: [at for at, full in enumerate(listed) if full.startswith(sha)] for sha in shas}
        if any(len(found) != 1 for found in places.values()):
            return None
        return sorted(shas, key=lambda sha: places[sha][0])
