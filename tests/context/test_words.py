import gc
import threading
import time
from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepreview.context import words as module
from deepreview.context.pages import pages_of
from deepreview.context.shared import Shared
from deepreview.context.tree import Entry, Tree
from deepreview.context.words import LIMIT, build, index_of, word_counts, words
from deepreview.model.change import RepoPath
from deepreview.testing.desk import MemoryTree


def tree(**files: bytes) -> MemoryTree:
    return MemoryTree({RepoPath(path.replace("__", "/")): content for path, content in files.items()})


def test_words_are_letters_digits_underscores_and_bytes_beyond_ascii() -> None:
    assert words("open_valve(--dry-run, größe, $x1)\0end".encode()) == [
        b"open_valve",
        b"dry",
        b"run",
        "größe".encode(),
        b"x1",
        b"end",
    ]


@given(st.binary(max_size=300))
def test_any_content_has_words(content: bytes) -> None:
    assert b"".join(words(content)) == bytes(b for b in content if b > 127 or chr(b).isalnum() or b == ord("_"))


def test_words_of_text_that_is_not_utf8_are_counted() -> None:
    assert word_counts("caf\udce9 caf\udce9")[b"caf\xe9"] == 2


def test_a_word_is_found_in_the_files_that_hold_it() -> None:
    index = build(tree(b__two=b"boiler valve", a__one=b"valve", c=b"pump"))
    assert index.files("valve") == ("a/one", "b/two")
    assert index.files("val") == ()
    assert index.holders([b"boiler", b"pump", b"none"]) == {b"boiler": {"b/two"}, b"pump": {"c"}}
    assert index.holding_all({"x": [b"boiler", b"valve"], "y": [b"boiler", b"pump"], "z": []}) == {"x": ["b/two"]}


def test_binary_and_large_files_are_left_out_and_the_large_are_named() -> None:
    index = build(tree(image=b"valve\0", big=b"valve " * LIMIT, small=b"valve\r\n"))
    assert index.files("valve") == ("small",)
    assert index.large == ("big",)
    assert index.complete


def test_an_index_of_too_much_text_says_so_and_drops_vendored_files_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TOTAL", 12)
    index = build(tree(vendor__a=b"vendored", own=b"valve valve"))
    assert index.paths == ("own",)
    assert index.complete
    assert not build(tree(own=b"valve valve", too=b"pump pump")).complete


class SlowTree:
    """Counts its reads, each long enough for another thread to come in between."""

    def __init__(self) -> None:
        self.inner = tree(a=b"valve", b=b"pump")
        self.reads = 0

    def entries(self) -> Mapping[RepoPath, Entry]:
        return self.inner.entries()

    def read(self, paths: Iterable[RepoPath]) -> Mapping[RepoPath, bytes]:
        self.reads += 1
        time.sleep(0.05)
        return self.inner.read(paths)


def test_threads_that_ask_at_once_share_one_index() -> None:
    slow = SlowTree()
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(index_of(slow))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(one is found[0] for one in found)
    assert slow.reads == 1


def test_what_is_shared_dies_with_its_tree() -> None:
    made: list[int] = []

    def make(one: Tree) -> int:
        made.append(len(one.entries()))
        return len(made)

    shared = Shared(make)
    first, second = tree(a=b"x"), tree(a=b"x")
    assert shared.of(first) == shared.of(first) == 1
    assert shared.of(second) == 2
    assert len(shared) == 2
    del first
    gc.collect()
    assert len(shared) == 1


def test_pages_are_shared_and_do_not_keep_their_tree() -> None:
    held = tree(a=b"valve", b=b"\0", c=b"x" * (LIMIT + 1))
    pages = pages_of(held)
    assert pages is pages_of(held)
    page = pages.get(RepoPath("a"))
    assert page is not None
    assert page.text == "valve"
    assert pages.all([RepoPath(path) for path in "abcd"]) == [page]
    del held
    gc.collect()
    assert pages.get(RepoPath("a")) is page
