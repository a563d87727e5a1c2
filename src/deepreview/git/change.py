"""A pin becomes the change: commits, file patches, and what is known of both."""

from deepreview.errors import UsageError
from deepreview.git.diff import diff
from deepreview.git.history import commits_between
from deepreview.git.mirror import Mirror
from deepreview.git.target import Pin
from deepreview.model.change import Change


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
        title=commits[-1].subject if len(commits) == 1 else "",
        branch=pin.branch,
        how=pin.how,
        base=pin.base,
        head=pin.head,
        commits=commits,
        patches=patches,
        shallow=mirror.shallow,
    )
