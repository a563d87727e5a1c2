"""What people said on a pull request, as a brief holds it: without what we published there ourselves."""

from collections.abc import Iterable, Iterator

from deepreview.context.brief import Remark, Thread
from deepreview.forge.base import Comment, Discussion
from deepreview.publish.marker import read_finding, read_summary

_LONGEST = 4_000
"""Characters of one comment that are kept: a brief shows fewer."""


def discussed(found: Discussion) -> tuple[Thread, ...]:
    """The threads at lines and then each comment on the whole; those in which only we spoke are none."""
    at_lines = (
        Thread(place=f"{one.path}:{one.line}" if one.line else one.path, resolved=one.resolved, remarks=remarks)
        for one in found.threads
        if (remarks := tuple(_remarks(one.comments)))
    )
    on_the_whole = (Thread(place="", resolved=False, remarks=(one,)) for one in _remarks(found.comments))
    return (*at_lines, *on_the_whole)


def _remarks(comments: Iterable[Comment]) -> Iterator[Remark]:
    for one in comments:
        if one.body.strip() and not (read_finding(one.body) or read_summary(one.body)):
            yield Remark(author=one.author, text=one.body[:_LONGEST])
