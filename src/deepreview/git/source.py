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
_ASKED = ("rev-parse", "--absolute-git-dir", "--git-common-dir", "--is-bare-repository", "--show-object-format")
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
            if self.git.attempt("show-ref", "--verify", "--quiet", "--", ref).code == 0:
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
        found = {key.removeprefix("remote.").removesuffix(".url"): self._absolute(url) for key, url in pairs}
        return {name: found[name] for name in sorted(found, key=lambda n: (n != "upstream", n != "origin", n))}

    def _absolute(self, url: str) -> str:
        """A remote that is a folder is named from the root of the work tree; we ask it from elsewhere."""
        elsewhere = re.match(r"[^/]*:|/|~", url)
        return url if elsewhere or not url else str(self.top / url)

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
    def complete(self) -> bool:
        """Whether all history and all content is here, which a shallow or partial clone lacks."""
        partial = any((self.common_dir / "objects/pack").glob("*.promisor"))
        return not partial and not (self.common_dir / "shallow").exists()

    def settings(self, *names: str) -> dict[str, str]:
        """Settings of the section `core` that have a plain value: a word, never a path or a command."""
        raw = self.git.attempt("config", "-z", "--get-regexp", rf"^core\.({'|'.join(names)})$").stdout
        entries = (entry.partition("\n") for entry in decode(raw).split("\0")[:-1])
        return {key: value or "true" for key, _, value in entries if re.fullmatch("[a-z]*", value, re.IGNORECASE)}

    @cached_property
    def ignore_files(self) -> tuple[Path, ...]:
        """The lists of ignored files that are not in the tree: of this repository and of this user."""
        config = Path(self.git.env.get("XDG_CONFIG_HOME") or Path(self.git.env.get("HOME", os.sep), ".config"))
        named = self.git.line("config", "--type=path", "--get", "core.excludesFile")
        files = (self.common_dir / "info" / "exclude", self.top / named if named else config / "git" / "ignore")
        return tuple(file for file in files if file.is_file())

    @property
    def github(self) -> str:
        """`owner/name` of the first remote that is on GitHub, or empty."""
        return next((match[1] for url in self.remotes.values() if (match := _GITHUB.fullmatch(url))), "")

    @property
    def name(self) -> str:
        """`owner/name` where GitHub is known, else the name of the folder, the same in all its work trees."""
        common = self.common_dir
        folder = common.parent.name if common.name == ".git" else common.name.removesuffix(".git")
        return self.github or folder or "repository"

    @property
    def key(self) -> str:
        """What tells it from every other repository on this machine."""
        return str(self.common_dir)

    @property
    def url(self) -> str:
        """The web address, or empty."""
        return f"https://github.com/{self.github}" if self.github else ""


def open_source(folder: Path, environ: Mapping[str, str]) -> Source:
    """The repository that a folder is in; raises UsageError when there is none or git does not trust it."""
    git = for_source(folder, environ)
    asked = git.attempt(*_ASKED)
    if asked.code != 0 and (folder / "HEAD").is_file() and (folder / "objects").is_dir():
        asked = git.attempt("-c", "safe.bareRepository=all", *_ASKED)  # its owner is checked all the same
        git = Git(cwd=folder, env={**git.env, "GIT_DIR": str(folder.absolute())})
    if asked.code != 0:
        raise UsageError(
            f"{folder} is not in a git repository: {complaint(asked)}", hint="go into one, or use --repo DIR"
        )
    answers = os.fsdecode(asked.stdout).rstrip("\n").split("\n")
    if len(answers) != len(_ASKED) - 1:
        raise UsageError(f"{str(folder)!r} has a line end in its path", hint="review a clone of it in another folder")
    git_dir, common, bare, objects = answers
    if objects != "sha1":
        raise UsageError(f"{folder} uses {objects} object names", hint="only SHA-1 repositories can be reviewed so far")
    if bare != "true" and "GIT_DIR" in git.env:
        raise UsageError(f"{folder} is the inside of a repository", hint="go to the folder with the files")
    top = Path(git_dir) if bare == "true" else _top(git)
    return Source(git=git, common_dir=(folder / common).resolve(), git_dir=Path(git_dir), top=top, bare=bare == "true")


def _top(git: Git) -> Path:
    asked = git.attempt("rev-parse", "--show-toplevel")
    if asked.code != 0:
        raise UsageError(f"{git.cwd} has no work tree: {complaint(asked)}", hint="go to the folder with the files")
    top = Path(os.fsdecode(asked.stdout).removesuffix("\n"))
    if not git.cwd.resolve().is_relative_to(top.resolve()):
        raise UsageError(f"{git.cwd} has its work tree elsewhere, in {top}", hint="go there, or use --repo DIR")
    return top
