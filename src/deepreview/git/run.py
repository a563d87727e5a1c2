"""git itself: its arguments, its environment, its errors in our terms.

A hostile repository can run code through its configuration, hooks, filters and text conversions. None of that is
read here: commands work in a bare mirror of our own, with an environment built from nothing (see `mirror.py`).
The few that must look into a user's repository are of the kinds that never execute anything.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepreview.errors import MachineError
from deepreview.model.change import RepoPath, Sha
from deepreview.outward import PROXIES
from deepreview.process import Ended, run_now

EMPTY_TREE = Sha("4b825dc642cb6eb9a060e54bf8d69288fbee4904")

NO_FILE = f"{os.devnull}/none"
"""A path where nothing can be; an empty file in its place would make git talk about it."""
_SETTINGS = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.quotePath=true",
    "diff.suppressBlankEmpty=false",
    "gc.auto=0",
    "log.showSignature=false",
    "mailmap.blob=",
    "mailmap.file=",
    "maintenance.auto=false",
    "protocol.version=2",
    "safe.bareRepository=explicit",
)
_FOR_TRUSTED_CONFIG = ("HOME", "XDG_CONFIG_HOME")
_FOR_NETWORK = (
    *_FOR_TRUSTED_CONFIG, "SSH_AUTH_SOCK", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH",
    *(form for name in PROXIES for form in (name, name.lower())),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Git:
    """A place to run git in, with an environment built from nothing."""

    cwd: Path
    env: Mapping[str, str]

    def attempt(self, *args: str | bytes, stdin: bytes = b"", timeout: float = 600) -> Ended:
        """Run one command whatever its exit code; raises MachineError when git cannot run or hangs."""
        settings = [part for setting in _SETTINGS for part in ("-c", setting)]
        try:
            return run_now(["git", *settings, *args], env=self.env, cwd=self.cwd, stdin=stdin, timeout=timeout)
        except (OSError, ValueError) as error:
            raise self._cannot_run(args, error) from error

    def _cannot_run(self, args: Sequence[str | bytes], error: Exception) -> MachineError:
        if not self.cwd.is_dir():
            return MachineError(f"{self.cwd} is not a folder", hint="name an existing repository")
        if isinstance(error, FileNotFoundError):
            return MachineError("git is not installed", hint="install git 2.30 or newer, and put it on PATH")
        return MachineError(f"git {_text(args[0])} did not run: {error}", hint="see `deepreview doctor`")

    def out(self, *args: str | bytes, stdin: bytes = b"", timeout: float = 600) -> bytes:
        """What one command printed; raises MachineError with git's own words when it fails."""
        done = self.attempt(*args, stdin=stdin, timeout=timeout)
        if done.code != 0:
            raise MachineError(f"git {_text(args[0])} failed: {complaint(done)}", hint="see `deepreview doctor`")
        return done.stdout

    def line(self, *args: str) -> str:
        """The one line that a command printed, or empty when it failed or printed nothing."""
        done = self.attempt(*args)
        return decode(done.stdout).strip("\n") if done.code == 0 else ""


def for_mirror(git_dir: Path, environ: Mapping[str, str], extra: Mapping[str, str] | None = None) -> Git:
    """Run git in a bare repository of our own: no configuration but ours, nothing of the caller's environment."""
    env = _bare_environment(environ) | {"GIT_DIR": str(git_dir), "HOME": str(git_dir)}
    env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_ALLOW_PROTOCOL": "file"}
    return Git(cwd=git_dir, env=env | dict(extra or {}))


def for_network(git_dir: Path, environ: Mapping[str, str]) -> Git:
    """Run git in our mirror where it may ask a remote, with the user's own credentials but never a prompt.

    A way to call ssh that the user's own global settings name is kept; then whether it asks is up to them.
    """
    own = {name: environ[name] for name in _FOR_NETWORK if name in environ}
    env = _bare_environment(environ) | own | {"GIT_DIR": str(git_dir), "GIT_ALLOW_PROTOCOL": "https:http:ssh:git:file"}
    git = Git(cwd=git_dir, env=env)
    if git.line("config", "--global", "--includes", "--get", "core.sshCommand"):
        return git
    return Git(cwd=git_dir, env=env | {"GIT_SSH_COMMAND": "ssh -oBatchMode=yes"})


def for_source(folder: Path, environ: Mapping[str, str]) -> Git:
    """Run git in a user's repository, for commands that execute nothing: rev-parse, for-each-ref, config --get.

    The user's own global settings are read, since they say which folders are safe.
    """
    own = {name: environ[name] for name in _FOR_TRUSTED_CONFIG if name in environ}
    return Git(cwd=folder, env=_bare_environment(environ) | own | {"GIT_ALLOW_PROTOCOL": "none"})


def _bare_environment(environ: Mapping[str, str]) -> dict[str, str]:
    return {
        "PATH": environ.get("PATH", os.defpath),
        "LC_ALL": "C.UTF-8",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_GRAFT_FILE": NO_FILE,
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_PAGER": "cat",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
    }


def complaint(done: Ended) -> str:
    """The first line of git's complaint, without its prefix."""
    lines = decode(done.stderr).strip().splitlines()
    first = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0] if lines else "")
    return first.removeprefix("fatal: ").removeprefix("error: ") or f"exit code {done.code}"


def decode(raw: bytes | memoryview) -> str:
    """Text of git's output; bytes that are not UTF-8 survive as surrogate escapes."""
    return str(raw, "utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """The bytes that `decode` came from."""
    return text.encode("utf-8", "surrogateescape")


def split_nul(raw: bytes) -> list[str]:
    """The parts of an output that ends each part with NUL."""
    return decode(raw).split("\0")[:-1] if raw else []


def as_paths(parts: Sequence[str]) -> list[RepoPath]:
    """Parts of git's output that are known to be paths."""
    return [RepoPath(part) for part in parts]


def _text(argument: str | bytes) -> str:
    return argument if isinstance(argument, str) else decode(argument)
