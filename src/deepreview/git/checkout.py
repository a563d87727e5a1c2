"""A disposable checkout of one commit with its history, for programs that want files in a folder.

It is written from our own mirror, so nothing of the reviewed repository's configuration is in it. Contents are as
stored: no filter, no line-end or encoding conversion, whatever attributes the commit holds. Symbolic links are written
as files that hold their target, so that no path leads out of the folder; submodules are empty folders. Paths that
git itself would refuse to write (`.git`, `..`) are left out.
"""

import os
import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from pathlib import Path

from deepreview.context.tree import Entry, Tree
from deepreview.errors import MachineError
from deepreview.git.mirror import Mirror
from deepreview.git.run import Git, complaint, encode, for_mirror
from deepreview.model.change import EntryMode, RepoPath, Sha

PAPERS = ".deepreview"
"""A folder that every checkout holds empty, for what its user is given to read."""
_CONFIG = f"""\
[core]
	repositoryFormatVersion = 0
	fileMode = true
	bare = false
	logAllRefUpdates = false
	symlinks = false
	checkStat = minimal
	trustCtime = false
	autoCRLF = false
	fsmonitor = false
	untrackedCache = false
	hooksPath = {os.devnull}
	attributesFile = {os.devnull}
	excludesFile = {os.devnull}
[gc]
	auto = 0
[maintenance]
	auto = false
[log]
	showSignature = false
[mailmap]
	file =
	blob =
[submodule]
	recurse = false
[advice]
	detachedHead = false
"""
_ATTRIBUTES = "* !text !eol !crlf !ident !filter !working-tree-encoding !diff !merge !whitespace !encoding\n"
"""What files say about themselves here, before what the commit's own attributes say: nothing."""
_UNWRITABLE = re.compile(r"\.git[. ]*(:.*)?|git~1|\.\.?|", re.IGNORECASE)
_INVISIBLE = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A folder with the files of `head`. Tags `head` and `base` name the two ends of the change in it."""

    path: Path
    objects: Path
    """Where its history is read from; seen read-only at the checkout's own `.git/objects`, it needs no other folder."""
    left_out: tuple[RepoPath, ...]
    """Files of `head` that were not wanted."""
    unwritten: tuple[RepoPath, ...]
    """Files of `head` that no file system here can hold, or that are unsafe to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The two commits of a change."""

    base: Sha
    head: Sha
    tree: Tree
    """The files of `head`."""


def write_checkout(mirror: Mirror, ends: Ends, folder: Path, unwanted: Container[RepoPath] = ()) -> Checkout:
    """Write the files of `head` into a new folder; raises MachineError when the disk is in the way."""
    objects = mirror.path / "objects"
    try:
        _make_repository(mirror, ends, folder)
    except OSError as error:
        raise MachineError(
            f"no checkout can be made in {folder}: {error.strerror}", hint="make room, or check its permissions"
        ) from error
    git = _git(mirror, folder)
    entries = ends.tree.entries()
    unsafe = [path for path in entries if _unwritable(path)]
    left_out = [path for path in entries if (path in unwanted or _of_papers(path)) and path not in unsafe]
    without = {*unsafe, *left_out}
    kept = {path: entry for path, entry in entries.items() if path not in without}
    _index(git, kept)
    done = git.attempt("checkout-index", "--all", "--force", "--quiet", "--index")
    missing = [path for path in kept if not os.path.lexists(folder / path)] if done.code else []
    if len(missing) == len(kept) > 0:
        raise MachineError(f"{folder} could not be filled: {complaint(done)}", hint="make room for a checkout")
    _hide(git, {path: entries[path] for path in (*left_out, *missing)})
    return Checkout(path=folder, objects=objects, left_out=tuple(left_out), unwritten=tuple(unsafe + missing))


def _git(mirror: Mirror, folder: Path) -> Git:
    git = for_mirror(folder / ".git", mirror.environ, {"GIT_WORK_TREE": str(folder)})
    return Git(cwd=folder, env=git.env)


def _make_repository(mirror: Mirror, ends: Ends, folder: Path) -> None:
    git_dir = folder / ".git"
    for made in (folder / PAPERS, git_dir / "objects" / "info", git_dir / "info", git_dir / "refs" / "tags"):
        made.mkdir(parents=True)
    (git_dir / "objects" / "info" / "alternates").write_bytes(os.fsencode(mirror.path / "objects") + b"\n")
    (git_dir / "info" / "attributes").write_text(_ATTRIBUTES, encoding="ascii")
    (git_dir / "config").write_text(_CONFIG, encoding="ascii")
    (git_dir / "refs" / "tags" / "base").write_text(f"{ends.base}\n", encoding="ascii")
    (git_dir / "refs" / "tags" / "head").write_text(f"{ends.head}\n", encoding="ascii")
    (git_dir / "HEAD").write_text(f"{ends.head}\n", encoding="ascii")
    shallow = mirror.path / "shallow"
    if shallow.is_file():
        (git_dir / "shallow").write_bytes(shallow.read_bytes())


def _unwritable(path: RepoPath) -> bool:
    """Whether some part of a path is, on some file system, one that git keeps to itself or that leads elsewhere."""
    return path.startswith("/") or any(_UNWRITABLE.fullmatch(_INVISIBLE.sub("", part)) for part in path.split("/"))


def _of_papers(path: RepoPath) -> bool:
    """Whether a path would stand in the folder that is kept empty, or in its place."""
    return path.split("/", 1)[0].casefold() == PAPERS


def _index(git: Git, entries: dict[RepoPath, Entry]) -> None:
    rows = (f"{_mode(entry)} {entry.blob}\t{path}\0" for path, entry in entries.items())
    git.out("update-index", "-z", "--index-info", stdin=encode("".join(rows)))


def _hide(git: Git, entries: dict[RepoPath, Entry]) -> None:
    """Have git know files that are not in the folder, so that it does not call them deleted."""
    if entries:
        _index(git, entries)
        git.out("update-index", "-z", "--skip-worktree", "--stdin", stdin=_names(entries))


def _names(paths: Iterable[RepoPath]) -> bytes:
    return encode("".join(f"{path}\0" for path in paths))


def _mode(entry: Entry) -> str:
    return EntryMode.EXECUTABLE.value if entry.mode is EntryMode.EXECUTABLE else entry.mode.value
