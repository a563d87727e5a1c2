"""A change: what is reviewed, pinned to two trees."""

from dataclasses import dataclass
from enum import Enum
from typing import NewType

RepoPath = NewType("RepoPath", str)
"""A path inside the repository with `/` between its parts; bytes that are not UTF-8 are surrogate escapes."""

Sha = NewType("Sha", str)
"""A full hexadecimal object name."""


class Side(Enum):
    """Which of the two trees a line belongs to."""

    BASE = "base"
    HEAD = "head"


class FileKind(Enum):
    """What happened to a file."""

    ADDED = "added"
    DELETED = "deleted"
    MODIFIED = "modified"
    RENAMED = "renamed"
    COPIED = "copied"
    RETYPED = "retyped"
    """The path went from one kind of entry to another, for instance from a file to a symbolic link."""


class EntryMode(Enum):
    """What a tree says a path is, as git writes it."""

    FILE = "100644"
    EXECUTABLE = "100755"
    SYMLINK = "120000"
    SUBMODULE = "160000"
    ABSENT = "000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunk:
    """One hunk; `lines` keep their first character: space, `+`, `-`, or backslash for "no newline"."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    section: str
    lines: tuple[str, ...]

    def added(self) -> tuple[tuple[int, str], ...]:
        """Line number at head and text of each added line."""
        found = []
        number = self.new_start
        for line in self.lines:
            mark = line[:1]
            if mark == "+":
                found.append((number, line[1:]))
            if mark in {"+", " ", ""}:
                number += 1
        return tuple(found)

    def removed(self) -> tuple[tuple[int, str], ...]:
        """Line number at base and text of each removed line."""
        found = []
        number = self.old_start
        for line in self.lines:
            mark = line[:1]
            if mark == "-":
                found.append((number, line[1:]))
            if mark in {"-", " ", ""}:
                number += 1
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePatch:
    """One file's part of a change."""

    path: RepoPath
    """The path at head; of a deleted file, the path it had."""
    old_path: RepoPath
    """The path at base; equal to `path` unless renamed or copied."""
    kind: FileKind
    old_mode: EntryMode
    new_mode: EntryMode
    old_blob: Sha
    new_blob: Sha
    binary: bool
    hunks: tuple[Hunk, ...]

    def added(self) -> tuple[tuple[int, str], ...]:
        """Line number at head and text of each added line of the file."""
        return tuple(line for hunk in self.hunks for line in hunk.added())

    def removed(self) -> tuple[tuple[int, str], ...]:
        """Line number at base and text of each removed line of the file."""
        return tuple(line for hunk in self.hunks for line in hunk.removed())

    @property
    def added_count(self) -> int:
        """Number of added lines, without a record of each."""
        return sum(line[:1] == "+" for hunk in self.hunks for line in hunk.lines)

    @property
    def removed_count(self) -> int:
        """Number of removed lines, without a record of each."""
        return sum(line[:1] == "-" for hunk in self.hunks for line in hunk.lines)

    @property
    def readable(self) -> bool:
        """Whether head holds text of this file that a reviewer can read."""
        return not self.binary and self.new_mode in {EntryMode.FILE, EntryMode.EXECUTABLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit of the change, its text as the author wrote it."""

    sha: Sha
    subject: str
    body: str
    author: str
    """The raw author name: no mailmap, which the change could have edited."""
    at: str
    """The author's date, ISO 8601."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is reviewed. Everything reads from `base` and `head`, never from a checkout."""

    slug: str
    """A short name for files and headings: `pr-12`, a branch's name, `staged`."""
    repo: str
    """`owner/name` where a forge is known, else the folder's name."""
    url: str
    """The web address of the repository, or empty."""
    number: int
    """The pull request's number, or 0."""
    title: str
    branch: str
    how: str
    """One sentence: how base and head were chosen."""
    base: Sha
    """The commit that the head is compared with (the merge base of a branch)."""
    head: Sha
    commits: tuple[Commit, ...]
    """Oldest first; empty for changes that are not commits."""
    patches: tuple[FilePatch, ...]
    shallow: bool
    """The history ends early, so blame may blame its edge."""

    @property
    def added(self) -> int:
        """Number of added lines."""
        return sum(patch.added_count for patch in self.patches)

    @property
    def removed(self) -> int:
        """Number of removed lines."""
        return sum(patch.removed_count for patch in self.patches)
