"""Which file of a tree holds which word: one index, built once, shared by every reviewer of the round."""

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeVar

from deepreview.context.shared import Shared
from deepreview.context.targets import foreign
from deepreview.context.tree import Entry, Tree, binary
from deepreview.model.change import RepoPath

T = TypeVar("T")
LIMIT = 400_000
"""Bytes of the largest file that is read: what is larger was rarely written by hand."""
TOTAL = 64_000_000
"""Bytes of text after which the index stops growing, vendored files last; the sets take about three times that."""
_BATCH = 256

_WORD = {*b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", *range(128, 256)}
_TABLE = bytes(byte if byte in _WORD else 0x20 for byte in range(256))


def words(content: bytes) -> list[bytes]:
    """The words of a content in order: letters, digits, `_` and every byte beyond ASCII; anything else divides."""
    return content.translate(_TABLE).split()


def word_counts(text: str) -> Counter[bytes]:
    """How often each word stands in a text."""
    return Counter(words(encoded(text)))


def encoded(text: str) -> bytes:
    """The bytes that a decoded text came from."""
    return text.encode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WordIndex:
    """The words of the text files of one tree, a set for each file: cheaper to build than a list for each word."""

    paths: tuple[RepoPath, ...]
    """The files that were read."""
    sets: tuple[AbstractSet[bytes], ...]
    """The words of each of them."""
    large: tuple[RepoPath, ...]
    """Files beyond the limit: absence from the index says nothing about them."""
    complete: bool
    """False when files that somebody here wrote were left out, because the tree holds more text than is read."""

    def files(self, word: str) -> tuple[RepoPath, ...]:
        """The files that hold the word, sorted."""
        wanted = encoded(word)
        return tuple(sorted(path for path, held in zip(self.paths, self.sets, strict=True) if wanted in held))

    def holders(self, wanted: Iterable[bytes]) -> dict[bytes, set[RepoPath]]:
        """For each of the words that any file holds, the files; one pass for all words."""
        looked_for = frozenset(wanted)
        found: dict[bytes, set[RepoPath]] = defaultdict(set)
        for path, held in zip(self.paths, self.sets, strict=True):
            for word in looked_for & held:
                found[word].add(path)
        return dict(found)

    def holding_all(self, wanted: Mapping[T, Collection[bytes]]) -> dict[T, list[RepoPath]]:
        """For each key, the files that hold every one of its words, sorted; keys without a file are left out."""
        holders = self.holders(word for needed in wanted.values() for word in needed)
        found = {}
        for key, needed in wanted.items():
            sets = sorted((holders.get(word, set()) for word in needed), key=len)
            if common := sets[0].intersection(*sets[1:]) if sets else set():
                found[key] = sorted(common)
        return found


def build(tree: Tree) -> WordIndex:
    """Read the text files of a tree and keep the words of each."""
    small, large, complete = _choose(tree.entries())
    read = [(path, frozenset(words(content))) for path, content in _contents(tree, small) if not binary(content)]
    return WordIndex(
        paths=tuple(path for path, _ in read), sets=tuple(held for _, held in read), large=large, complete=complete
    )


def _choose(entries: Mapping[RepoPath, Entry]) -> tuple[list[RepoPath], tuple[RepoPath, ...], bool]:
    """The files to read, those that are too large, and whether all that somebody here wrote is among the first."""
    regular = [path for path, entry in entries.items() if entry.regular]
    large = tuple(path for path in regular if entries[path].size > LIMIT)
    small = sorted((path for path in regular if entries[path].size <= LIMIT), key=foreign)
    sizes = accumulate(entries[path].size for path in small)
    fitting = [path for path, size in zip(small, sizes, strict=True) if size <= TOTAL]
    return fitting, large, all(foreign(path) for path in small[len(fitting) :])


def _contents(tree: Tree, paths: Iterable[RepoPath]) -> Iterator[tuple[RepoPath, bytes]]:
    """The files with their content, in batches; the next one is read while the caller works on the last."""
    wanted = list(paths)
    batches = [wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH)]
    with ThreadPoolExecutor(1) as pool:
        ahead = deque(pool.submit(tree.read, batch) for batch in batches[:1])
        for number in range(len(batches)):
            content = ahead.popleft().result()
            ahead.extend(pool.submit(tree.read, batch) for batch in batches[number + 1 : number + 2])
            yield from content.items()


_shared = Shared(build)


def index_of(tree: Tree) -> WordIndex:
    """The index of a tree, built at the first call and dropped with the tree; safe to call from many threads."""
    return _shared.of(tree)
