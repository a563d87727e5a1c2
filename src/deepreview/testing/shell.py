"""The command line as users start it: a real process with an environment built from nothing."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deepreview.process import Ended, run_now
from deepreview.testing.sandbox import Sandbox


@dataclass
class Shell:
    """A user in a repository, with a home of their own."""

    box: Sandbox
    home: Path
    env: dict[str, str] = field(default_factory=dict)

    def environ(self, **more: str) -> Mapping[str, str]:
        """What the process is given: nothing of ours but the search path."""
        plain = {"PATH": os.pathsep.join(os.get_exec_path()), "HOME": str(self.home)}
        return plain | self.env | more

    def argv(self, *args: str) -> list[str]:
        """How the program is started."""
        return [sys.executable, "-m", "deepreview", *args]

    def __call__(self, *args: str, stdin: bytes = b"", cwd: Path | None = None, **env: str) -> Ended:
        """Run it to its end."""
        return run_now(self.argv(*args), env=self.environ(**env), cwd=cwd or self.box.path, stdin=stdin)

    def complains(self, *args: str, cwd: Path | None = None, stdin: bytes = b"", **env: str) -> tuple[int, str]:
        """The exit code and the one line on standard error; nothing else may be printed anywhere."""
        done = self(*args, cwd=cwd, stdin=stdin, **env)
        told = done.stderr.decode()
        assert done.stdout == b""
        assert told.startswith("deepreview: "), told
        assert told.endswith(")\n"), told
        assert told.count("\n") == 1, told
        assert "Traceback" not in told
        return done.code, told

    @property
    def rounds(self) -> list[Path]:
        """The folders of all rounds."""
        return sorted((self.home / ".local/share/deepreview/reviews").glob("*/*/"))
