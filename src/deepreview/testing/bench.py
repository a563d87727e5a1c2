"""A bench over two trees in memory, for tests of checks."""

from collections.abc import Mapping, Sequence

from deepreview.model.change import Change, RepoPath
from deepreview.reviewers.base import BlamedLine
from deepreview.testing.desk import MemoryDesk, change_between


class MemoryBench(MemoryDesk):
    """What a check is given, over two mappings; nobody knows who wrote a line."""

    @property
    def change(self) -> Change:
        """The change from base to head."""
        return change_between(self.base, self.head)

    def written(self, wanted: Mapping[RepoPath, Sequence[int]]) -> Mapping[RepoPath, Mapping[int, BlamedLine]]:
        """No line has a known writer."""
        return {path: {} for path in wanted}
