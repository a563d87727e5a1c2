"""Who wrote the lines of a change, looking no further back than its base.

Blame answers for any line, at the price of a process a file. A file that one commit of the change brought in, and that
no other touched, needs none: one walk over the commits tells of all such files at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from deepreview.git.history import Written, blame, cut_at
from deepreview.git.run import EMPTY_TREE, Git, split_nul
from deepreview.model.change import Change, FileKind, FilePatch, RepoPath, Sha

_COMMITS_A_FILE = 50
"""A walk over so many commits takes as long as blame takes for one file."""


class _Touch(NamedTuple):
    """What a commit did to a path; a merge has a status letter for each parent, and differs from all of them."""

    commit: Sha
    status: str
    blob: Sha
    path: RepoPath


def written(git: Git, change: Change, wanted: Mapping[RepoPath, Sequence[int]]) -> dict[RepoPath, dict[int, Written]]:
    """The writer of the given lines of head; lines and files that head does not have are left out."""
    new = [p for p in change.patches if p.path in wanted and p.kind is FileKind.ADDED and p.readable]
    worth = len(new) * _COMMITS_A_FILE > len(change.commits)
    whole = _of_whole_files(git, change, new, wanted) if worth else {}
    others = {path: lines for path, lines in wanted.items() if path not in whole}
    found = whole | blame(git, f"{change.base}..{change.head}", others)
    return {path: found[path] for path in wanted}


def _of_whole_files(
    git: Git, change: Change, new: Sequence[FilePatch], wanted: Mapping[RepoPath, Sequence[int]]
) -> dict[RepoPath, dict[int, Written]]:
    only = _only_touches(git, change) if new else {}
    found = {}
    for patch in new:
        touch = only.get(patch.path)
        if touch and touch.blob == patch.new_blob:
            last = sum(hunk.new_count for hunk in patch.hunks)
            by = Written(commit=touch.commit, boundary=False)
            found[patch.path] = {line: by for line in sorted(set(wanted[patch.path])) if 1 <= line <= last}
    return found


def _only_touches(git: Git, change: Change) -> dict[RepoPath, _Touch]:
    """The files that one commit of the change added whole and no other touched.

    Not those of a commit that deletes a file: what it adds may be that file under a new name, and blame follows it.
    Nor those of a commit whose parents a shallow clone lacks: it only seems to add them.
    """
    found: dict[RepoPath, _Touch | None] = {}
    unsure = set(cut_at(git))
    for touch in _touches(git, change):
        if "D" in touch.status:
            unsure.add(touch.commit)
        found[touch.path] = touch if touch.status == "A" and touch.path not in found else None
    return {path: touch for path, touch in found.items() if touch and touch.commit not in unsure}


def _touches(git: Git, change: Change) -> Iterator[_Touch]:
    span = change.head if change.base == EMPTY_TREE else f"{change.base}..{change.head}"
    raw = git.out("log", "-c", "--raw", "--no-renames", "--no-abbrev", "-z", "--no-color", "--format=%H", span, "--")
    parts = iter(split_nul(raw))
    sha = Sha("")
    for part in parts:
        record = part.removeprefix("\n")
        if record.startswith(":"):
            *_, blob, status = record.split(" ")
            yield _Touch(commit=sha, status=status, blob=Sha(blob), path=RepoPath(next(parts)))
        elif record:
            sha = Sha(record)
