"""A real git repository in a temporary folder, with the clock and the author pinned."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from deepreview.model.change import Sha
from deepreview.process import run_now


@dataclass
class Sandbox:
    """One repository; every commit is a minute after the one before, so that equal scripts give equal commits."""

    path: Path
    minute: int = field(default=0)

    def __post_init__(self) -> None:
        """Make the repository unless it is there."""
        self.path.mkdir(parents=True, exist_ok=True)
        if not (self.path / ".git").exists():
            self.git("init", "-q", "-b", "main")

    def git(self, *args: str, stdin: bytes = b"") -> str:
        """What git printed, without the last newline; raises AssertionError when it fails."""
        stamp = f"2026-01-05T10:{self.minute // 60:02d}:{self.minute % 60:02d}+00:00"
        env = {
            "PATH": os.defpath,
            "HOME": str(self.path.parent),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_AUTHOR_NAME": "Sam",
            "GIT_AUTHOR_EMAIL": "sam@example.org",
            "GIT_COMMITTER_NAME": "Sam",
            "GIT_COMMITTER_EMAIL": "sam@example.org",
            "GIT_AUTHOR_DATE": stamp,
            "GIT_COMMITTER_DATE": stamp,
            "GIT_ALLOW_PROTOCOL": "file",
        }
        done = run_now(["git", "-c", "commit.gpgsign=false", *args], env=env, cwd=self.path, stdin=stdin)
        assert done.code == 0, done.stderr.decode(errors="replace")
        return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")

    def write(self, path: str | bytes, content: str | bytes) -> None:
        """Write a file of the working tree, making its folders."""
        target = os.path.join(os.fsencode(self.path), os.fsencode(path))
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)

    def remove(self, path: str) -> None:
        """Remove a file of the working tree."""
        (self.path / path).unlink()

    def commit(self, subject: str, files: dict[str, str | bytes] | None = None) -> Sha:
        """Write the files, add everything and commit; empty commits are allowed."""
        for path, content in (files or {}).items():
            self.write(path, content)
        self.minute += 1
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "--no-verify", "-m", subject)
        return self.head()

    def head(self) -> Sha:
        """The commit that is checked out."""
        return Sha(self.git("rev-parse", "HEAD"))
