"""One commit's files as reviewers and checks see them: by path, in memory, never from a checkout."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from deepreview.model.change import EntryMode, RepoPath, Sha


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One path of a tree."""

    mode: EntryMode
    blob: Sha
    size: int
    """Bytes; 0 for a submodule."""

    @property
    def regular(self) -> bool:
        """Whether it is a file with content, not a link or a submodule."""
        return self.mode in {EntryMode.FILE, EntryMode.EXECUTABLE}


class Tree(Protocol):
    """The files of one commit."""

    def entries(self) -> Mapping[RepoPath, Entry]:
        """All paths of the tree, in the tree's order."""
        ...

    def read(self, paths: Iterable[RepoPath]) -> Mapping[RepoPath, bytes]:
        """The content of the regular files among `paths`; others, and files over 5 MB, are left out."""
        ...


def text(content: bytes) -> str:
    """The content as text; bytes that are not UTF-8 become surrogate escapes, so that nothing is lost."""
    return content.decode("utf-8", "surrogateescape")


def binary(content: bytes) -> bool:
    """Whether git would call it binary: a NUL in the first 8,000 bytes."""
    return b"\0" in content[:8000]


def as_lines(content: bytes) -> tuple[str, ...]:
    """The lines of a file without their ends, as editors count them; none for an empty file."""
    return tuple(text(content).replace("\r\n", "\n").removesuffix("\n").split("\n")) if content else ()
