"""The user's repository: asked for names and addresses, never for content."""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from deepreview.errors import UsageError
from deepreview.git.run import Git, complaint, decode, for_source
from deepreview.model.change import Sha

_GITHUB = re.compile(r"(?:https?://|ssh://git@|git@)(?:[^@/]*@)?github\.com[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?")
_DEFAULTS = ("main", "master", "trunk", "develop", "devel", "default")


@dataclass(frozen=True, kw_only=True)
class Source:
    """One repository on this machine."""

    git: Git
    common_dir: Path
    """Where its objects and refs are, shared by all its work trees."""
    git_dir: Path
    top: Path
    """The root of the work tree; the git folder of a bare repository."""
    bare: bool

    def commit(self, name: str) -> Sha | None:
        """The commit that a name stands for, or None when there is no such commit."""
        return Sha(self.git.line("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")) or None

    def branch(self, name: str) -> str:
        """The short name of a local or remote branch called `name`, or empty."""
        for ref in (f"refs/heads/{name}", f"refs/remotes/{name}"):
            if self.git.line("rev-parse", "--verify", "--quiet", "--end-of-options", ref):
                return name
        return ""

    @cached_property
    def current(self) -> str:
        """The checked out branch, or empty when the head is detached."""
        return self.git.line("symbolic-ref", "--quiet", "--short", "HEAD")

    @cached_property
    def remotes(self) -> dict[str, str]:
        """Address by name, `upstream` and `origin` first."""
        raw = self.git.attempt("config", "-z", "--get-regexp", r"^remote\..*\.url$").stdout
        pairs = (entry.split("\n", 1) for entry in decode(raw).split("\0")[:-1])
        found = {key.removeprefix("remote.").removesuffix(".url"): url for key, url in pairs}
        return {name: found[name] for name in sorted(found, key=lambda n: (n != "upstream", n != "origin", n))}

    @cached_property
    def default_branch(self) -> str:
        """The branch that work is merged into, by the remotes' own word, else by its usual name; empty if unclear."""
        return next(self._defaults(), "")

    def _defaults(self) -> Iterator[str]:
        for remote in self.remotes:
            if head := self.git.line("symbolic-ref", "--quiet", "--short", f"refs/remotes/{remote}/HEAD"):
                yield head
            yield from (name for branch in _DEFAULTS if (name := self.branch(f"{remote}/{branch}")))
        yield from (name for branch in _DEFAULTS if (name := self.branch(branch)))

    @property
    def github(self) -> str:
        """`owner/name` of the first remote that is on GitHub, or empty."""
        return next((match[1] for url in self.remotes.values() if (match := _GITHUB.fullmatch(url))), "")

    @property
    def name(self) -> str:
        """`owner/name` where GitHub is known, else the folder's name."""
        folder = self.top.name if not self.bare else self.common_dir.name.removesuffix(".git")
        return self.github or folder or "repository"

    @property
    def url(self) -> str:
        """The web address, or empty."""
        return f"https://github.com/{self.github}" if self.github else ""


def open_source(folder: Path, environ: Mapping[str, str]) -> Source:
    """The repository that a folder is in; raises UsageError when there is none or git does not trust it."""
    git = for_source(folder, environ)
    asked = git.attempt(
        "rev-parse", "--absolute-git-dir", "--git-common-dir", "--is-bare-repository", "--show-object-format"
    )
    if asked.code != 0 and (folder / "HEAD").is_file() and (folder / "objects").is_dir():
        git = Git(cwd=folder, env={**git.env, "GIT_DIR": str(folder.absolute())})
        asked = git.attempt(
            "rev-parse", "--absolute-git-dir", "--git-common-dir", "--is-bare-repository", "--show-object-format"
        )
    if asked.code != 0:
        raise UsageError(
            f"{folder} is not in a git repository: {complaint(asked)}", hint="go into one, or use --repo DIR"
        )
    git_dir, common, bare, objects = os.fsdecode(asked.stdout).rstrip("\n").split("\n")
    if objects != "sha1":
        raise UsageError(f"{folder} uses {objects} object names", hint="only SHA-1 repositories can be reviewed so far")
    is_bare = bare == "true"
    top = Path(git_dir) if is_bare else Path(os.fsdecode(git.out("rev-parse", "--show-toplevel")).rstrip("\n"))
    return Source(git=git, common_dir=(folder / common).resolve(), git_dir=Path(git_dir), top=top, bare=is_bare)
