"""A desk over two trees in memory, for tests of reviewers: real processes, no repository."""

import difflib
import hashlib
import os
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deepreview.agents.base import Agent, Guest, Question
from deepreview.context.brief import Brief
from deepreview.context.tree import Entry, Tree, binary, text
from deepreview.model.agent import AgentEvent
from deepreview.model.change import Change, Commit, EntryMode, FileKind, FilePatch, Hunk, RepoPath, Sha, Side
from deepreview.model.claim import Claim, Observation
from deepreview.process import run
from deepreview.reviewers.base import BlamedLine, History, Output
from deepreview.testing.builders import NO_BLOB, make_change

Files = Mapping[str, bytes | str]
"""A tree by path."""


def blob_of(content: bytes) -> Sha:
    """The name that git gives this content."""
    return Sha(hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest())


@dataclass(frozen=True, slots=True, weakref_slot=True)
class MemoryTree:
    """One commit's files, given as a mapping."""

    files: Mapping[RepoPath, bytes]

    def entries(self) -> Mapping[RepoPath, Entry]:
        """All paths, in git's order."""
        ordered = sorted(self.files, key=os.fsencode)
        return {
            path: Entry(mode=EntryMode.FILE, blob=blob_of(self.files[path]), size=len(self.files[path]))
            for path in ordered
        }

    def read(self, paths: Iterable[RepoPath]) -> Mapping[RepoPath, bytes]:
        """The content of those of the paths that exist and are not over 5 MB."""
        limit = 5_000_000
        return {path: self.files[path] for path in paths if path in self.files and len(self.files[path]) <= limit}


@dataclass(frozen=True, slots=True)
class NoHistory:
    """A history that knows no line and no commit."""

    def blame(self, path: RepoPath, lines: Sequence[int], side: Side) -> Mapping[int, BlamedLine]:
        """Nothing: no line has a known writer."""
        del path, lines, side
        return {}

    def commit(self, sha: Sha) -> Commit:
        """Raise KeyError: there is no commit."""
        raise KeyError(sha)

    def files(self, sha: Sha) -> Mapping[RepoPath, tuple[int, int]]:
        """Raise KeyError: there is no commit."""
        raise KeyError(sha)


@dataclass
class MemoryDesk:
    """What a reviewer is given, over two mappings; `claims` and `observations` hold what was said."""

    base: Files
    head: Files
    scratch: Path
    history: History = field(default_factory=NoHistory)
    claims: list[Claim] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    guests: Mapping[int, Guest] = field(default_factory=dict)
    """Where agents work, by the number of the pass."""
    started: list[tuple[str, ...]] = field(default_factory=list)
    """The argument lists of all programs that were run, in the order of their start."""

    def tree(self, side: Side) -> Tree:
        """The files at that side."""
        return MemoryTree(as_bytes(self.base if side is Side.BASE else self.head))

    async def run(self, argv: Sequence[str], *, cwd: Path, stdin: bytes = b"") -> Output:
        """Run a real program with an empty home; raises OSError when it cannot start."""
        self.started.append(tuple(argv))
        env = {"PATH": os.pathsep.join(os.get_exec_path()), "HOME": str(self.scratch), "NO_COLOR": "1"}
        done = await run(argv, env=env, cwd=cwd, stdin=stdin)
        return Output(code=done.code, stdout=done.stdout, stderr=done.stderr, seconds=done.seconds)

    async def ask(self, agent: Agent, question: Question, number: int = 1) -> AsyncGenerator[AgentEvent]:
        """Ask the agent as it is; `guests` gives each number its place."""
        async for event in agent.ask(question, self.guests[number]):
            yield event

    def say(self, said: Claim | Observation) -> None:
        """Keep what was said."""
        if isinstance(said, Claim):
            self.claims.append(said)
        else:
            self.observations.append(said)


def as_bytes(files: Files) -> dict[RepoPath, bytes]:
    """The files with text encoded, surrogate escapes as the bytes that they stand for."""
    return {
        RepoPath(path): content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        for path, content in files.items()
    }


def change_between(base: Files, head: Files, renames: Mapping[str, str] | None = None) -> Change:
    """The change from one mapping to the other; `renames` maps a path of base to its path at head."""
    old, new = as_bytes(base), as_bytes(head)
    came_from = {RepoPath(there): RepoPath(here) for here, there in (renames or {}).items()}
    gone = sorted(set(old) - set(new) - set(came_from.values()))
    patches = [_patch(path, came_from.get(path, path), old, new) for path in sorted(new)]
    patches += [_patch(path, path, old, new) for path in gone]
    return make_change(*(patch for patch in patches if patch is not None)) if any(patches) else _empty_change()


def brief_between(base: Files, head: Files, renames: Mapping[str, str] | None = None) -> Brief:
    """A brief that holds nothing but the change from one mapping to the other."""
    return Brief(change=change_between(base, head, renames), companions=())


def _empty_change() -> Change:
    plain = make_change()
    return Change(**{name: getattr(plain, name) for name in Change.__slots__ if name != "patches"}, patches=())


def _patch(
    path: RepoPath, old_path: RepoPath, old: Mapping[RepoPath, bytes], new: Mapping[RepoPath, bytes]
) -> FilePatch | None:
    before, after = old.get(old_path), new.get(path)
    if before == after and path == old_path:
        return None
    return FilePatch(
        path=path,
        old_path=old_path,
        kind=_kind(path, old_path, before, after),
        old_mode=EntryMode.ABSENT if before is None else EntryMode.FILE,
        new_mode=EntryMode.ABSENT if after is None else EntryMode.FILE,
        old_blob=NO_BLOB if before is None else blob_of(before),
        new_blob=NO_BLOB if after is None else blob_of(after),
        binary=binary(before or b"") or binary(after or b""),
        hunks=() if binary(before or b"") or binary(after or b"") else hunks_between(before or b"", after or b""),
    )


def _kind(path: RepoPath, old_path: RepoPath, before: bytes | None, after: bytes | None) -> FileKind:
    if before is None:
        return FileKind.ADDED
    if after is None:
        return FileKind.DELETED
    return FileKind.MODIFIED if path == old_path else FileKind.RENAMED


def hunks_between(before: bytes, after: bytes) -> tuple[Hunk, ...]:
    """The hunks from one content to the other, with three lines of context."""
    old, new = _lines(before), _lines(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return tuple(_hunk(group, old, new) for group in matcher.get_grouped_opcodes(3))


def _lines(content: bytes) -> list[str]:
    """Lines without their newline; the last one of a file that does not end in one is marked."""
    lines = text(content).split("\n")
    last = lines.pop()
    return [*lines, f"{last}\n"] if last else lines


def _hunk(group: Sequence[tuple[str, int, int, int, int]], old: list[str], new: list[str]) -> Hunk:
    lines: list[str] = []
    for tag, old_first, old_end, new_first, new_end in group:
        if tag == "equal":
            lines += _marked(" ", old[old_first:old_end])
        else:
            lines += _marked("-", old[old_first:old_end]) + _marked("+", new[new_first:new_end])
    old_first, old_count = group[0][1], group[-1][2] - group[0][1]
    new_first, new_count = group[0][3], group[-1][4] - group[0][3]
    return Hunk(
        old_start=old_first + (old_count > 0),
        old_count=old_count,
        new_start=new_first + (new_count > 0),
        new_count=new_count,
        section="",
        lines=tuple(lines),
    )


def _marked(mark: str, lines: Sequence[str]) -> list[str]:
    marked: list[str] = []
    for line in lines:
        marked.append(mark + line.removesuffix("\n"))
        if line.endswith("\n"):
            marked.append("\\ No newline at end of file")
    return marked
