"""A pin becomes the change: commits, file patches, and what is known of both."""

from collections.abc import Sequence

from deepreview.errors import UsageError
from deepreview.git.diff import diff
from deepreview.git.history import commits_between
from deepreview.git.mirror import Mirror
from deepreview.git.target import Pin
from deepreview.model.change import Change, Commit


def read_change(pin: Pin, mirror: Mirror) -> Change:
    """The whole change; raises UsageError when there is nothing in it."""
    git = mirror.git
    patches = diff(git, pin.base, pin.head)
    if not patches:
        raise UsageError(
            f"there is nothing to review: {pin.how} changes no file", hint="name a branch, commit or range"
        )
    commits = commits_between(git, pin.base, pin.head) if pin.committed else ()
    return Change(
        slug=pin.slug,
        repo=pin.repo,
        url=pin.url,
        number=pin.number,
        title=_title(pin, mirror, commits),
        branch=pin.branch,
        how=pin.how,
        base=pin.base,
        head=pin.head,
        commits=commits,
        patches=patches,
        shallow=mirror.shallow,
    )


def _title(pin: Pin, mirror: Mirror, commits: Sequence[Commit]) -> str:
    """The subject of the one commit, or of the merge that brought in all of them."""
    if not commits:
        return ""
    alone = len(commits) == 1 or mirror.git.line("rev-parse", "--verify", "--quiet", f"{pin.head}^1") == pin.base
    return commits[-1].subject if alone else ""
