"""Commits of generated files in a user's repository, by plumbing alone.

Files, index, HEAD, hooks and configuration of the repository are neither used nor changed: the commands run in an
empty repository of their own that shares the user's object folder, and the one thing that is written beside objects
is a branch, moved only from where it was seen.
"""

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from deepreview.errors import MachineError, UsageError
from deepreview.git.run import Git, complaint, decode, encode, for_mirror, for_network
from deepreview.git.source import Source
from deepreview.git.trees import contents_of
from deepreview.model.change import Sha

Files = Mapping[str, str]
"""What a commit holds: `mode object` by path."""

_NONE = "0" * 40
_THEIRS = "refs/deepreview/theirs"
_PATIENCE = 600
_LEFT = 10.0
"""Seconds after which a lock that git needs for a moment is taken for one that was left."""
_NEXT = 0.05


class Moved(Enum):
    """What became of the wish to move a branch."""

    DONE = "done"
    RACED = "raced"
    """Somebody else moved it first, or is about to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """The means to write a branch of one repository."""

    source: Source
    local: Git
    network: Git

    def tip(self, branch: str) -> Sha | None:
        """The commit that a branch of the user's repository is at."""
        return self.source.commit(f"refs/heads/{branch}")

    def files(self, commit: Sha | None) -> dict[str, str]:
        """What a commit holds."""
        if commit is None:
            return {}
        found = {}
        for record in decode(self.local.out("ls-tree", "-r", "-z", "--full-tree", commit)).split("\0")[:-1]:
            head, path = record.split("\t", 1)
            mode, _, name = head.split()
            found[path] = f"{mode} {name}"
        return found

    def read(self, files: Files) -> dict[str, bytes]:
        """The content of regular files."""
        wanted = {path: Sha(entry.split()[1]) for path, entry in files.items() if entry.startswith("100")}
        contents = contents_of(self.local, list(wanted.values()))
        return {path: content for path, content in zip(wanted, contents, strict=True) if content is not None}

    def store(self, contents: Mapping[str, bytes]) -> dict[str, str]:
        """Write contents as objects, in one process and past every filter; a hundred or more go into one pack."""
        if not contents:
            return {}
        parts = [part for number, content in enumerate(contents.values(), 1) for part in _blob(number, content)]
        with tempfile.TemporaryDirectory(prefix="deepreview-") as folder:
            marks = Path(folder, "marks")
            # no deltas: each is against the object before, of another kind, and eight times as slow to read
            self.local.out("fast-import", "--quiet", "--depth=0", f"--export-marks={marks}", stdin=b"".join(parts))
            told = dict(line.split() for line in marks.read_text().splitlines())
        return {path: f"100644 {told[f':{number}']}" for number, path in enumerate(contents, 1)}

    def commit(self, files: Files, parents: Sequence[Sha], message: str) -> Sha:
        """A commit of exactly these files; nothing points to it yet."""
        with tempfile.TemporaryDirectory(prefix="deepreview-") as folder:
            git = replace(self.local, env={**self.local.env, "GIT_INDEX_FILE": str(Path(folder) / "index")})
            listed = encode("".join(f"{entry}\t{path}\0" for path, entry in files.items()))
            git.out("update-index", "-z", "--add", "--index-info", stdin=listed)
            tree = git.out("write-tree").decode().strip()
        above = [part for parent in parents for part in ("-p", parent)]
        return Sha(self.local.out("commit-tree", tree, *above, stdin=message.encode()).decode().strip())

    def contains(self, commit: Sha, other: Sha) -> bool:
        """Whether `other` is an ancestor of the commit, or the commit itself."""
        return self.local.attempt("merge-base", "--is-ancestor", other, commit).code == 0

    def move(self, branch: str, new: Sha, old: Sha | None) -> Moved:
        """Let a branch of the user's repository point to `new`, if it is still at `old`."""
        ref = f"refs/heads/{branch}"
        done = self.source.git.attempt("update-ref", "-m", "deepreview: publish", ref, new, old or _NONE)
        if done.code == 0:
            return Moved.DONE
        if self.tip(branch) != old or self._lock(branch).exists() or "unable to lock" in decode(done.stderr).lower():
            return Moved.RACED
        raise MachineError(f"{branch} cannot be written: {complaint(done)}", hint="check the repository's permissions")

    def refuse_left_locked(self, branch: str) -> None:
        """Raise MachineError where a lock of the branch is older than git ever needs one.

        It is not taken over: nothing tells a lock of a dead process from that of one that was only stopped, which
        would go on and move the branch as it wanted it.
        """
        lock = self._lock(branch)
        try:
            age = time.time() - lock.stat().st_mtime
        except OSError:
            return
        if age > _LEFT:
            raise MachineError(
                f"{branch} is locked since {age:.0f} s by {lock}, which a killed git leaves behind",
                hint="if no git is running there, remove that file, and publish again: nothing is lost",
            )

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for others on this machine that publish: saves work, and is not needed to be right.

        It locks a folder, so that no file is left for anybody; a lock that ends with whoever holds it.
        """
        handle = os.open(self.source.common_dir / "refs", os.O_RDONLY)
        try:
            until = time.monotonic() + _PATIENCE
            while not _held(handle) and time.monotonic() < until:
                time.sleep(_NEXT)
            yield
        finally:
            os.close(handle)

    def _lock(self, branch: str) -> Path:
        return self.source.common_dir / f"refs/heads/{branch}.lock"

    def refuse_checked_out(self, branch: str) -> None:
        """Raise UsageError where the branch is checked out: its files would seem changed from under the user.

        Or where no branch can be called that.
        """
        if self.source.git.attempt("check-ref-format", f"refs/heads/{branch}").code != 0:
            raise UsageError(f"no branch can be called {branch!r}", hint="name another with --branch")
        where = self.source.git.line("for-each-ref", "--format=%(worktreepath)", f"refs/heads/{branch}")
        if where:
            raise UsageError(
                f"{branch} is checked out in {where}", hint="check out another branch there, or name one with --branch"
            )

    def fetch(self, url: str, branch: str) -> Sha | None:
        """Bring a remote's branch over; None where it has none."""
        ref = f"refs/heads/{branch}"
        listed = self.network.attempt("ls-remote", "--quiet", "--", url, ref, timeout=120)
        if listed.code != 0:
            raise UsageError(
                f"{url} did not answer: {complaint(listed)}", hint="check the address, the network and your access"
            )
        if not listed.stdout.strip():
            return None
        if known := self.tip(branch):
            self.local.out("update-ref", "refs/deepreview/ours", known)  # so that only what is new comes over
        how = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--end-of-options")
        done = self.network.attempt("fetch", *how, url, f"+{ref}:{_THEIRS}", timeout=_PATIENCE)
        if done.code != 0:
            raise UsageError(f"{branch} of {url} could not be fetched: {complaint(done)}", hint="try again")
        return Sha(self.local.line("rev-parse", "--verify", _THEIRS))

    def push(self, url: str, branch: str, commit: Sha) -> str:
        """Move the branch of a remote forward; the remote's words when it refuses, else empty."""
        how = ("--porcelain", "--no-verify", "--end-of-options")
        done = self.network.attempt("push", *how, url, f"{commit}:refs/heads/{branch}", timeout=_PATIENCE)
        if done.code == 0:
            return ""
        rows = [row.split("\t") for row in decode(done.stdout).splitlines() if row.startswith("!")]
        return rows[0][-1] if rows else complaint(done)


def _blob(number: int, content: bytes) -> Iterator[bytes]:
    """What `git fast-import` is told of an object: its number, its length and what it holds."""
    yield b"blob\nmark :%d\ndata %d\n" % (number, len(content))
    yield content
    yield b"\n"


def _held(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system that has no such locks
        return True
    return True


@contextmanager
def open_press(source: Source, environ: Mapping[str, str]) -> Iterator[Press]:
    """A press for one repository; what it needs for itself is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="deepreview-") as folder:
        own = Path(folder) / "press.git"
        own.mkdir()
        objects = {"GIT_OBJECT_DIRECTORY": str(source.common_dir / "objects")} | _author(source.git)
        for_mirror(own, environ).out("init", "--quiet", "--bare", "--template=", "--initial-branch=unborn")
        online = for_network(own, environ)
        yield Press(
            source=source,
            local=for_mirror(own, environ, objects),
            network=replace(online, env={**online.env, **objects}),
        )


def _author(git: Git) -> dict[str, str]:
    """Whoever the user's commits are by."""
    name = git.line("config", "--get", "user.name") or "Deep Review"
    email = git.line("config", "--get", "user.email")
    roles = ("AUTHOR", "COMMITTER")
    return {f"GIT_{role}_{key}": value for role in roles for key, value in (("NAME", name), ("EMAIL", email))}
