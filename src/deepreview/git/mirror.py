"""Our own bare copy of a repository: what is reviewed is read from here and from nowhere else.

It holds objects only. The user's configuration, hooks, attributes, replacement refs and grafts stay behind, and none
of the commands that run in it can execute anything of the repository (tried on git 2.39 with a canary for each).
"""

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from deepreview.errors import MachineError, UsageError
from deepreview.git.run import NO_FILE, Git, complaint, decode, for_mirror, for_network
from deepreview.model.change import Sha
from deepreview.process import Ended

_KEEP = "refs/deepreview/keep/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """A bare repository that only this program writes."""

    path: Path
    environ: Mapping[str, str]

    @property
    def git(self) -> Git:
        """Run git in the mirror without the caller's configuration or environment."""
        return for_mirror(self.path, self.environ)

    def has(self, sha: Sha) -> bool:
        """Whether the commit and its history are here."""
        return bool(self.git.line("rev-parse", "--verify", "--quiet", f"{_KEEP}{sha}"))

    def keep(self, sha: Sha) -> None:
        """Hold a commit for good, whatever happens to the branch that it came from."""
        with self._alone():
            self.git.out("update-ref", f"{_KEEP}{sha}", sha)

    def bring(self, source: Path, shas: Iterable[Sha]) -> None:
        """Copy commits and their history out of a repository on this machine, whose owner git has been asked about."""
        wanted = list(dict.fromkeys(shas))
        deeper = self._cut() - _cut_at(source)
        if not deeper and all(self.has(sha) for sha in wanted):
            return
        with self._alone():
            depth = f"--deepen={_ALL}" if deeper else "--update-shallow"  # --unshallow keeps the edge when refs are new
            refs = [f"+{sha}:{_KEEP}{sha}" for sha in wanted]
            done = self.git.attempt("fetch", *_QUIETLY, _SERVE, depth, str(source), *refs, timeout=_PATIENCE)
            if done.code != 0:
                raise MachineError(f"{source} could not be copied: {complaint(done)}", hint=_hint(done))
            self._index()

    def bring_remote(self, url: str, refs: Iterable[str]) -> dict[str, Sha]:
        """Fetch refs of a remote; the commit of each, left out where the remote does not have it."""
        git = for_network(self.path, self.environ)
        listed = git.attempt("ls-remote", "--quiet", "--", url, *refs, timeout=120)
        if listed.code != 0:
            raise UsageError(
                f"{url} did not answer: {complaint(listed)}", hint="check the address, the network and your access"
            )
        rows = [line.split("\t", 1) for line in listed.stdout.decode("utf-8", "replace").splitlines()]
        found = {ref: Sha(sha) for sha, ref in rows if ref in refs}
        if all(self.has(sha) for sha in found.values()):
            return found
        with self._alone():  # by name and not by ref: a ref may have moved since it was listed
            wanted = [f"+{sha}:{_KEEP}{sha}" for sha in dict.fromkeys(found.values())]
            done = git.attempt("fetch", *_QUIETLY, "--end-of-options", url, *wanted, timeout=_PATIENCE)
            if done.code != 0:
                raise UsageError(f"{url} could not be fetched: {complaint(done)}", hint=_hint(done))
            self._index()
        return found

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One writer at a time; what a killed one left behind is swept away, since no other can be at work."""
        with self._busy() as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            _sweep(self.path)
            yield

    def _busy(self) -> IO[bytes]:
        try:
            return (self.path / "busy").open("ab")
        except OSError as error:
            raise MachineError(
                f"{self.path} cannot be written: {error.strerror}",
                hint="set XDG_CACHE_HOME to a folder that can be written",
            ) from error

    def _cut(self) -> set[str]:
        return _cut_at(self.path)

    def _index(self) -> None:
        """Write a commit-graph with path filters, which makes blame four times faster, and join packs that pile up.

        Without either all still works, so a failure is none.
        """
        how = ("--changed-paths", f"--max-new-filters={_FILTERS}", "--split")
        self.git.attempt("commit-graph", "write", "--reachable", *how)
        if sum(1 for _ in (self.path / "objects/pack").glob("*.pack")) > _MOST_PACKS:
            self.git.attempt("repack", "-d", "--quiet", "--geometric=2")

    def cut_at(self, sha: Sha) -> bool:
        """Whether the parents of this commit are missing: what it changed cannot be known then."""
        return sha in self._cut()

    @property
    def shallow(self) -> bool:
        """Whether the history is cut somewhere."""
        return bool(self._cut())


def _cut_at(git_dir: Path) -> set[str]:
    """The commits whose parents a shallow repository lacks."""
    cut = git_dir / "shallow"
    return set(cut.read_text().split()) if cut.is_file() else set()


def _sweep(git_dir: Path) -> None:
    """Remove what a killed git leaves: locks, which would stop the next one, and half-written packs."""
    places = ("", "refs/deepreview/keep", "objects/info", "objects/info/commit-graphs")
    for place in places:
        for lock in (git_dir / place).glob("*.lock"):
            lock.unlink(missing_ok=True)
    for half in (git_dir / "objects/pack").glob("tmp_*"):
        half.unlink(missing_ok=True)


def _hint(done: Ended) -> str:
    said = decode(done.stderr)
    if "No space left" in said or "File too large" in said or "quota" in said:
        return "make room, or set XDG_CACHE_HOME to a folder with more of it"
    if "Permission denied" in said or "Read-only file system" in said:
        return "check the permissions of the repository and of the cache folder"
    if any(word in said for word in ("lazy fetching disabled", "missing", "not our ref", "bad object", "promisor")):
        return "a partial or damaged clone lacks objects: `git fetch --refetch --no-filter` completes it"
    return "`git fsck` in that repository may tell more"


_PATIENCE = 7200
"""Seconds: a first copy of a very large repository takes its time."""
_MOST_PACKS = 40
"""Each fetch leaves one, and git looks into all of them."""
_FILTERS = 100_000
"""Commits: their path filters take some 5 seconds; the rest of a longer history gets its own next time."""
_ALL = 1_000_000
"""Commits: more than any history is long."""
_SERVE = f"--upload-pack=GIT_GRAFT_FILE={NO_FILE} git -c 'safe.directory=*' upload-pack"
"""The other end of a copy on this machine; git hands it neither our environment nor our settings."""
_QUIETLY = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-maintenance")


def mirror_path(cache: Path, name: str, key: str) -> Path:
    """Where the mirror of the repository that `key` names is, or would be."""
    plain = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "repository"
    return cache / "mirrors" / f"{plain}-{hashlib.sha256(os.fsencode(key)).hexdigest()[:12]}.git"


def open_mirror(cache: Path, name: str, key: str, environ: Mapping[str, str]) -> Mirror:
    """The mirror of the repository that `key` names, made empty when it is not there yet."""
    path = mirror_path(cache, name, key)
    if not (path / "HEAD").exists():
        _make(path, environ)
    return Mirror(path=path, environ=environ)


def _make(path: Path, environ: Mapping[str, str]) -> None:
    """Make it beside its place and move it there, so that two runs at once cannot see half of one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=path.parent))
        for_mirror(fresh, environ).out("init", "--quiet", "--bare", "--template=", "--initial-branch=unborn")
        try:
            fresh.rename(path)
        except OSError:
            shutil.rmtree(fresh)
            if not (path / "HEAD").exists():
                raise
    except OSError as error:
        raise MachineError(
            f"no mirror can be made in {path.parent}: {error.strerror or error}",
            hint="set XDG_CACHE_HOME to a folder that can be written",
        ) from error
