"""Which paths a tree has, asked the way people write them: in full, by their end, by a part, relative to a file."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property
from posixpath import dirname, join, normpath

from deepreview.context.tree import Tree, text
from deepreview.model.change import RepoPath

_MOST_PATTERNS = 2_000
_LONGEST_PATTERN = 200
_SYMBOL = re.compile(r"\.[A-Z]\w*(?:\.\w+)*\Z")
"""What follows a package: `pkg/valve.Open`."""


def parents(path: str) -> Iterator[str]:
    """The folders that a path is in, the innermost first."""
    while (at := path.rfind("/")) > 0:
        path = path[:at]
        yield path


class Layout:
    """The paths and folders of one tree."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.paths = tree.entries()

    @cached_property
    def folders(self) -> frozenset[str]:
        """All folders that hold anything."""
        found: set[str] = set()
        for path in self.paths:
            for folder in parents(path):
                if folder in found:
                    break
                found.add(folder)
        return frozenset(found)

    @cached_property
    def tops(self) -> frozenset[str]:
        """Folders at the root of the tree."""
        return frozenset(path.partition("/")[0] for path in self.paths if "/" in path)

    @cached_property
    def names(self) -> frozenset[str]:
        """Base names of all files."""
        return frozenset(path.rpartition("/")[2] for path in self.paths)

    @cached_property
    def _listing(self) -> str:
        return "".join(f"/{path}/\n" for path in self.paths)

    def knows(self, written: str, beside: str) -> bool:
        """Whether any path ends in what was written, holds it, begins so, or is meant from the file `beside`."""
        plain = _SYMBOL.sub("", written.strip("/"))
        if f"/{plain}/" in self._listing or f"/{plain}." in self._listing:
            return True
        return any(self._exists(normpath(join(folder, plain))) for folder in (dirname(beside), *parents(beside)))

    def _exists(self, path: str) -> bool:
        return path in self.paths or path in self.folders

    def ignored(self, path: str) -> bool:
        """Whether a `.gitignore` of the tree speaks of the path: then a build makes it."""
        return any(pattern.matches(path) for pattern in self._ignores)

    @cached_property
    def _ignores(self) -> tuple["_Ignore", ...]:
        files = [path for path in self.paths if path.rpartition("/")[2] == ".gitignore"]
        return tuple(_ignores(self._tree.read(files)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ignore:
    pattern: re.Pattern[str]
    anywhere: bool
    """The pattern has no slash, so it speaks of a name at any depth."""

    def matches(self, path: str) -> bool:
        if self.anywhere:
            return any(self.pattern.match(part) for part in path.split("/"))
        return any(self.pattern.match(start) for start in (path, *parents(path)))


def _ignores(files: Mapping[RepoPath, bytes]) -> Iterator[_Ignore]:
    count = 0
    for path in sorted(files):
        for line in _written(text(files[path])):
            count += 1
            if count > _MOST_PATTERNS:
                return
            deep = line.removeprefix("**/")
            anywhere = "/" not in deep.rstrip("/")
            plain = deep.strip("/")
            full = plain if anywhere else join(dirname(path), plain)
            yield _Ignore(pattern=re.compile(translate(full)), anywhere=anywhere)


def _written(content: str) -> Iterable[str]:
    lines = (line.strip() for line in content.split("\n") if len(line) <= _LONGEST_PATTERN)
    return (line for line in lines if line.strip("/*") and not line.startswith(("#", "!")))
