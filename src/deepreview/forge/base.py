"""What a forge is asked and told. It knows nothing of reviews: only pull requests, comments, threads and checks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from deepreview.errors import MachineError
from deepreview.model.change import RepoPath, Sha, Side


class ForgeError(MachineError):
    """The forge said no; `status` is what HTTP calls it."""

    def __init__(self, message: str, *, hint: str, status: int) -> None:
        super().__init__(message, hint=hint)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """One comment of a discussion."""

    id: int
    mine: bool
    """Whether it was written with the account that asks."""
    author: str
    """The name of its account; empty for one that was deleted."""
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A discussion at a line."""

    id: str
    path: str
    line: int
    """The line at the newest head; 0 where it is gone."""
    resolved: bool
    resolved_by_me: bool
    outdated: bool
    """The code that it is about has changed."""
    comments: tuple[Comment, ...]
    """At least the first ones."""
    more: bool
    """Whether there are comments that were not read."""

    @property
    def others_spoke(self) -> bool:
        """Whether anybody but us said something, or may have."""
        return self.more or not all(comment.mine for comment in self.comments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """A pull request as it is now."""

    repo: str
    number: int
    head: Sha
    open: bool
    lines: Mapping[tuple[RepoPath, Side], tuple[range, ...]]
    """Where threads can be opened: for each file and side the lines of each hunk."""
    renamed: Mapping[RepoPath, RepoPath]
    """The path at head of each file that had another one."""
    comments: tuple[Comment, ...]
    """Those under the pull request that are ours, oldest first."""
    threads: tuple[Thread, ...]
    check: str
    """The digest of our check at the head; empty without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discussion:
    """All that is said on a pull request."""

    comments: tuple[Comment, ...]
    """Those under it, oldest first."""
    threads: tuple[Thread, ...]


class Conclusion(Enum):
    """What a check comes to."""

    SUCCESS = "success"
    NEUTRAL = "neutral"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenThread:
    """Start a discussion at lines of the diff."""

    fingerprint: str
    path: RepoPath
    side: Side
    first: int
    last: int
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve:
    """Mark a thread as settled, or as not settled after all."""

    thread: str
    fingerprint: str
    settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteSummary:
    """Write the one comment under the pull request."""

    comment: int
    """The comment to write anew; 0 for a new one."""
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCheck:
    """Say at the head what the review came to."""

    conclusion: Conclusion
    title: str
    summary: str
    digest: str


Action = OpenThread | Resolve | WriteSummary | SetCheck


class Discussions(Protocol):
    """A place where pull requests are talked about."""

    def discussion(self, number: int) -> Discussion:
        """What is said on a pull request; raises DeepReviewError."""
        ...


class Forge(Protocol):
    """A place where pull requests are."""

    def pull(self, number: int) -> Pull:
        """A pull request with its discussion."""
        ...

    def head(self, number: int) -> Sha:
        """The commit that a pull request is at now."""
        ...

    def pulls_of(self, commit: Sha) -> tuple[int, ...]:
        """The open pull requests whose head is this commit."""
        ...

    def open_threads(self, pull: Pull, threads: Sequence[OpenThread]) -> tuple[OpenThread, ...]:
        """Start discussions; those that the forge does not take at their lines come back."""
        ...

    def perform(self, pull: Pull, action: Resolve | WriteSummary | SetCheck) -> None:
        """Do one thing; raises ForgeError. What is gone meanwhile is made anew, or is none of our business any more."""
        ...
