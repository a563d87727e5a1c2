"""Our own bare copy of a repository: what is reviewed is read from here and from nowhere else.

It holds objects only. The user's configuration, hooks, attributes, replacement refs and grafts stay behind, and none
of the commands that run in it can execute anything of the repository (tried on git 2.39 with a canary for each).
"""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from deepreview.errors import MachineError, UsageError
from deepreview.git.run import Git, complaint, for_mirror, for_network
from deepreview.model.change import Sha

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
        self.git.out("update-ref", f"{_KEEP}{sha}", sha)

    def bring(self, source: Path, shas: Iterable[Sha]) -> None:
        """Copy commits and their history out of a repository on this machine."""
        wanted = [sha for sha in dict.fromkeys(shas) if not self.has(sha)]
        if not wanted:
            return
        refs = [f"+{sha}:{_KEEP}{sha}" for sha in wanted]
        done = self.git.attempt("fetch", *_QUIETLY, "--update-shallow", str(source), *refs)
        if done.code != 0:
            raise MachineError(
                f"{source} could not be copied: {complaint(done)}",
                hint="a partial clone lacks objects: `git fetch --refetch` completes it",
            )
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
        wanted = [f"+{ref}:{_KEEP}{sha}" for ref, sha in found.items() if not self.has(sha)]
        if wanted:
            done = git.attempt("fetch", *_QUIETLY, "--end-of-options", url, *wanted, timeout=1800)
            if done.code != 0:
                raise UsageError(
                    f"{url} could not be fetched: {complaint(done)}", hint="try again, or fetch it yourself"
                )
            self._index()
        return found

    def _index(self) -> None:
        """Write a commit-graph with path filters, which makes blame four times faster; without one all still works."""
        self.git.attempt("commit-graph", "write", "--reachable", "--changed-paths", "--split")

    @property
    def shallow(self) -> bool:
        """Whether the history is cut somewhere."""
        return (self.path / "shallow").exists()


_QUIETLY = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-maintenance")


def open_mirror(cache: Path, name: str, key: str, environ: Mapping[str, str]) -> Mirror:
    """The mirror of the repository that `key` names, made empty when it is not there yet."""
    plain = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "repository"
    path = cache / "mirrors" / f"{plain}-{hashlib.sha256(os.fsencode(key)).hexdigest()[:12]}.git"
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
