"""A repository of a stated size from a stated seed: a long history, then one large change on a branch."""

import random
import subprocess  # noqa: TID251 - the bench prepares its input and times its baselines itself
from dataclasses import dataclass
from pathlib import Path

_WORDS = ("pressure", "valve", "boiler", "gauge", "reading", "cache", "limit", "store", "alarm", "pump")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large the repository is."""

    commits: int
    files: int
    changed_files: int
    added_lines: int


LARGE = Size(commits=15_000, files=1_200, changed_files=188, added_lines=25_000)
SMALL = Size(commits=300, files=120, changed_files=40, added_lines=2_500)


def build(folder: Path, size: Size) -> None:
    """Make the repository: `main` with the history, `work` with the change on top of it."""
    subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
    stream = _Stream(random.Random(20260105))
    contents = {f"src/part{i % 40}/unit{i}.py": stream.lines(i, 60) for i in range(size.files)}
    stream.commit("main", "start", contents)
    paths = list(contents)
    for number in range(size.commits - 1):
        path = paths[number % len(paths)]
        at = stream.random.randrange(len(contents[path]))
        contents[path][at : at + 3] = stream.lines(number, 3)
        stream.commit("main", f"change {number}", {path: contents[path]})
    changed = paths[: size.changed_files]
    each = size.added_lines // len(changed)
    for path in changed:
        for at in (55, 40, 25, 10):
            contents[path][at : at + 2] = stream.lines(at, each // 4)
    stream.commit("work", "a large change", {path: contents[path] for path in changed}, parent="refs/heads/main")
    subprocess.run(["git", "-C", folder, "fast-import", "--quiet"], input=b"".join(stream.parts), check=True)
    subprocess.run(["git", "-C", folder, "reset", "-q", "--hard", "main"], check=True)


class _Stream:
    """The input of `git fast-import`."""

    def __init__(self, source: random.Random) -> None:
        self.random = source
        self.parts: list[bytes] = []
        self._clock = 1_700_000_000

    def lines(self, seed: int, count: int) -> list[str]:
        """Lines of plausible Python."""
        pick = self.random.choice
        return [
            f"def {pick(_WORDS)}_{pick(_WORDS)}_{seed}_{n}(value): return {pick(_WORDS)}(value, {n})"
            if n % 4
            else f"# The {pick(_WORDS)} of the {pick(_WORDS)} is kept by {pick(_WORDS)}_{pick(_WORDS)}."
            for n in range(count)
        ]

    def commit(self, branch: str, subject: str, files: dict[str, list[str]], parent: str = "") -> None:
        """One commit that writes whole files."""
        self._clock += 60
        head = f"commit refs/heads/{branch}\ncommitter Sam <sam@example.org> {self._clock} +0000\n"
        self.parts.append(f"{head}data {len(subject)}\n{subject}\n".encode())
        if parent:
            self.parts.append(f"from {parent}\n".encode())
        for path, lines in files.items():
            content = "\n".join([*lines, ""]).encode()
            self.parts.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(content), content))
