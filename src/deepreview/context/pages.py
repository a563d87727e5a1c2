"""The text files of a tree, each read and split at most once for all reviewers of a round."""

import weakref
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate

from deepreview.context.scanner import Flavour, Scan, flavour_of
from deepreview.context.shared import Shared
from deepreview.context.targets import generated
from deepreview.context.tree import Tree, binary, text
from deepreview.context.words import LIMIT, word_counts
from deepreview.model.change import RepoPath


class Page(Scan):
    """One file at one side, split, with its words counted."""

    def __init__(self, path: RepoPath, content: bytes) -> None:
        written = text(content)
        super().__init__(written, flavour_of(path, written[:200]))
        self.path = path

    @cached_property
    def code_words(self) -> Counter[bytes]:
        """How often each word stands in its code, strings included."""
        return word_counts(self.code) if self.flavour is not Flavour.PROSE else Counter()

    @cached_property
    def generated(self) -> bool:
        """Whether its first lines say that a program wrote it."""
        return generated(self.text)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(line) + 1 for line in self.lines[:-1])]

    def lines_with(self, text: str, *, spoken: bool = False) -> list[int]:
        """Numbers of the lines that hold the text, in comments only if `spoken`; one search over the whole file."""
        whole = self.comments if spoken else self.text
        found: list[int] = []
        at = whole.find(text)
        while at >= 0:
            number = bisect_right(self._starts, at)
            found.append(number)
            at = whole.find(text, self._starts[number]) if number < len(self._starts) else -1
        return found

    def line(self, number: int) -> str:
        """The line as it stands in the file, without its end."""
        return self.lines[number - 1].removesuffix("\r")

    def quote(self, first: int, last: int) -> str:
        """The lines as they stand in the file."""
        return "\n".join(self.lines[first - 1 : last]).removesuffix("\r")


class Pages:
    """The text files of one tree, each read and split at most once."""

    def __init__(self, tree: Tree) -> None:
        # Whoever uses the pages holds the tree; a reference from here would keep both for ever.
        self._tree = weakref.proxy(tree)
        self._pages: dict[RepoPath, Page | None] = {}

    def load(self, paths: Iterable[RepoPath]) -> None:
        """Read many files at once; reading them one by one costs a process each."""
        wanted = [path for path in dict.fromkeys(paths) if path not in self._pages]
        if not wanted:
            return
        entries = self._tree.entries()
        small = [p for p in wanted if (entry := entries.get(p)) and entry.regular and entry.size <= LIMIT]
        content = self._tree.read(small)
        for path in wanted:
            found = content.get(path)
            self._pages[path] = Page(path, found) if found is not None and not binary(found) else None

    def get(self, path: RepoPath) -> Page | None:
        """The file, or None when it is absent, binary or too large."""
        if path not in self._pages:
            self.load([path])
        return self._pages[path]

    def all(self, paths: Sequence[RepoPath]) -> list[Page]:
        """Those of the files that can be read, in the order asked."""
        self.load(paths)
        return [page for path in paths if (page := self._pages[path]) is not None]


_shared = Shared(Pages)


def pages_of(tree: Tree) -> Pages:
    """The pages of a tree, the same for every caller and dropped with the tree.

    Two threads may both read a file that neither has; they get equal pages, and one of them is kept.
    """
    return _shared.of(tree)
