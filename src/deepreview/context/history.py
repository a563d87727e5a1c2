"""What git remembers, as reviewers and checks see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from deepreview.model.change import Commit, RepoPath, Sha, Side


@dataclass(frozen=True, slots=True, kw_only=True)
class BlamedLine:
    """Who wrote one line."""

    commit: Sha
    subject: str
    author: str
    at: str
    """ISO 8601."""
    boundary: bool
    """The history ends here, so the line may be older than the commit."""


class History(Protocol):
    """What git remembers of the files of a change."""

    def blame(self, path: RepoPath, lines: Sequence[int], side: Side) -> Mapping[int, BlamedLine]:
        """The writer of each of the given lines at that side, over all history before it, white space ignored."""
        ...

    def commit(self, sha: Sha) -> Commit:
        """One commit's text."""
        ...

    def files(self, sha: Sha) -> Mapping[RepoPath, tuple[int, int]]:
        """Lines that a commit added to and removed from each file, against its first parent."""
        ...
