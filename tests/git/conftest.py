import subprocess  # noqa: TID251 - the proofs run plain git, which must be able to fail
from dataclasses import dataclass
from pathlib import Path

import pytest

from deepreview.testing.reviewed import Reviewed


@pytest.fixture
def repo(tmp_path: Path) -> Reviewed:
    return Reviewed.at(tmp_path)


@dataclass(frozen=True)
class Trap:
    """A repository with work of every kind, and a script that leaves a mark when something runs it."""

    repo: Reviewed

    @property
    def mark(self) -> Path:
        return self.repo.root / "canary"

    @property
    def script(self) -> str:
        return str(self.repo.root / "evil.sh")

    def config(self, key: str, value: str) -> None:
        self.repo.box.git("config", key, value)

    def plain(self, command: str) -> None:
        """Run plain git as a user would, whatever becomes of it."""
        env = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.repo.root),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a",
            "GIT_TERMINAL_PROMPT": "0",
        }
        subprocess.run(
            command, shell=True, cwd=self.repo.box.path, env=env, capture_output=True, check=False, timeout=20
        )


@pytest.fixture
def trap(repo: Reviewed) -> Trap:
    box = repo.box
    box.commit("base", {"a.py": "print(1)\n", ".gitattributes": "*.py diff=evil filter=evil merge=evil\n"})
    forge = repo.root / "forge" / "acme" / "app.git"
    box.git("clone", "-q", "--bare", ".", str(forge))
    (repo.root / "home" / ".gitconfig").write_text(
        f'[url "{repo.root}/forge/"]\n\tinsteadOf = https://github.com/\n[core]\n\tsshCommand = false\n'
    )
    box.git("remote", "add", "origin", "https://github.com/acme/app.git")
    box.git("checkout", "-q", "-b", "topic")
    box.commit("first", {"a.py": "print(2)\n", "b.py": "import os\n", "plain": "words\n"})
    box.commit("second", {"c.py": "import sys\n"})
    box.git("push", "-q", str(forge), "topic:refs/pull/7/head")
    box.write("a.py", "print(4)\n")
    box.git("add", "a.py")
    box.write("b.py", "print(5)\n")
    box.write("new.py", "print(6)\n")
    (repo.root / "evil.sh").write_text(f"#!/bin/sh\necho \"$0 $*\" >>'{repo.root / 'canary'}'\n")
    (repo.root / "evil.sh").chmod(0o755)
    return Trap(repo)
