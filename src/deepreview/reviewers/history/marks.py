"""Marks of unfinished work: new TODO and FIXME comments, commits that wait to be squashed."""

import re
from collections import Counter
from collections.abc import Sequence

from deepreview.context.scanner import Flavour
from deepreview.model.change import Commit
from deepreview.model.claim import Place
from deepreview.reviewers.ground import LONGEST_LINE, Ground
from deepreview.reviewers.prose import code, count, listed

_TODO = re.compile(r"(?<![\w-])(?:TODO|FIXME)(?![\w-])")
_UNFINISHED = re.compile(r"(?:fixup|squash|amend)!|\W{0,3}(?:wip|do not merge|dnm)\b", re.IGNORECASE)
_SHOWN = 4
_MOST_COMMITS = 6


def new_todos(ground: Ground) -> list[Place]:
    """Added comments that say TODO or FIXME, unless the change only moved them."""
    gone = Counter(
        line.strip()
        for patch in ground.change.patches
        for _, line in patch.removed()
        if _TODO.search(line[:LONGEST_LINE])
    )
    found = []
    for one in ground.authored:
        page = one.page
        for number in sorted(one.added) if page.flavour is not Flavour.PROSE and _TODO.search(page.text) else ():
            line = page.comment_lines[number - 1] if number <= len(page.lines) else ""
            if len(line) > LONGEST_LINE or not _TODO.search(line):
                continue
            if gone[page.lines[number - 1].strip()] > 0:
                gone[page.lines[number - 1].strip()] -= 1
                continue
            found.append(Place(path=page.path, first=number, last=number))
    return found


def todo_note(found: Sequence[Place]) -> str:
    """The count, and where the first of them are."""
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return f"{count(len(found), 'new TODO or FIXME', 'new TODOs or FIXMEs')}: {listed(found[:_SHOWN])}{more}."


def unfinished(commits: Sequence[Commit]) -> list[Commit]:
    """Commits whose subject says that they are not meant to stay."""
    return [commit for commit in commits if _UNFINISHED.match(commit.subject)]


def commit_note(found: Sequence[Commit]) -> str:
    """Which commits are to be squashed or finished."""
    shown = ", ".join(f"{code(commit.sha[:10])} {code(commit.subject)}" for commit in found[:_MOST_COMMITS])
    more = f" and {len(found) - _MOST_COMMITS} more" if len(found) > _MOST_COMMITS else ""
    verb = "is" if len(found) == 1 else "are"
    return f"{count(len(found), 'commit')} {verb} marked to be squashed or unfinished: {shown}{more}."
