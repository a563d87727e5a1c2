"""A commit's files, read straight from the object store: no checkout, no filters, no links followed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from deepreview.context.tree import Entry
from deepreview.git.run import Git, decode
from deepreview.model.change import EntryMode, RepoPath, Sha

LARGEST = 5_000_000
"""Bytes; a larger file is data, not code."""


@dataclass(eq=False)
class GitTree:
    """The files of one commit or tree of the mirror."""

    git: Git
    commit: Sha

    @cached_property
    def _entries(self) -> Mapping[RepoPath, Entry]:
        found = {}
        listing = decode(self.git.out("ls-tree", "-r", "-z", "--long", "--full-tree", self.commit))
        for record in listing.split("\0")[:-1]:
            head, path = record.split("\t", 1)
            written, _, blob, size = head.split()
            found[RepoPath(path)] = Entry(mode=mode(written), blob=Sha(blob), size=int(size) if size.isdigit() else 0)
        return found

    def entries(self) -> Mapping[RepoPath, Entry]:
        """All paths of the tree, in the tree's order."""
        return self._entries

    def read(self, paths: Iterable[RepoPath]) -> Mapping[RepoPath, bytes]:
        """The content of the regular files among `paths`; others, and files over 5 MB, are left out."""
        wanted = {
            path: entry.blob
            for path in dict.fromkeys(paths)
            if (entry := self._entries.get(path)) and entry.regular and entry.size <= LARGEST
        }
        blobs = list(dict.fromkeys(wanted.values()))
        contents = dict(zip(blobs, contents_of(self.git, blobs), strict=True))
        return {path: content for path, blob in wanted.items() if (content := contents[blob]) is not None}


def contents_of(git: Git, blobs: list[Sha]) -> Iterator[bytes | None]:
    """The content of each object, in order, from one process; None for one that a partial clone lacks."""
    if not blobs:
        return
    raw = git.out("cat-file", "--batch", "--buffer", stdin="".join(f"{blob}\n" for blob in blobs).encode())
    at = 0
    for _ in blobs:
        end = raw.index(b"\n", at)
        said = raw[at:end].rsplit(b" ", 1)[1]
        if said == b"missing":
            yield None
            at = end + 1
            continue
        size = int(said)
        yield raw[end + 1 : end + 1 + size]
        at = end + 1 + size + 1


def mode(written: str) -> EntryMode:
    """The mode of a tree entry; old repositories also hold group-writable files."""
    return EntryMode.FILE if written == "100664" else EntryMode(written)
