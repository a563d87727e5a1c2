import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepreview.model.claim import Place
from deepreview.parse.places import is_path, places_in, written


def found(text: str) -> list[tuple[str, int, int]]:
    return [(place.path, place.first, place.last) for place in places_in(text)]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("`a.py:3`", [("a.py", 3, 3)]),
        ("`src/a.py:3-9`", [("src/a.py", 3, 9)]),
        ("`a.go:531–535`", [("a.go", 531, 535)]),
        ("`a.go:1-3,9, 12`", [("a.go", 1, 3), ("a.go", 9, 9), ("a.go", 12, 12)]),
        ("`a.go:85-88` and `114`", [("a.go", 85, 88), ("a.go", 114, 114)]),
        ("`a.go`, `b/c.rs`", [("a.go", 0, 0), ("b/c.rs", 0, 0)]),
        ("`a.go:3` + `b.go:4`", [("a.go", 3, 3), ("b.go", 4, 4)]),
        ("`./a.go` lines 3-4", [("a.go", 3, 4)]),
        ("`a.go` (line 7)", [("a.go", 7, 7)]),
        ("`a.go:L3-L4`", [("a.go", 3, 4)]),
        ("`a.go#L3-L4`", [("a.go", 3, 4)]),
        ("`a.py:12:5`", [("a.py", 12, 12)]),
        ("[a/b.go](/home/x/a/b.go#L13)", [("a/b.go", 13, 13)]),
        ("[a/b.go:63-80](/home/x/a/b.go#L63)", [("a/b.go", 63, 80)]),
        ("[`a/b.go`](/home/x/a/b.go):131-149, next", [("a/b.go", 131, 149)]),
        ("src/deep/a.py:3 is wrong", [("src/deep/a.py", 3, 3)]),
        ("`pkg/engine/`", [("pkg/engine/", 0, 0)]),
        ("`Makefile:3`", [("Makefile", 3, 3)]),
        ("`.github/workflows/x.yaml:7`", [(".github/workflows/x.yaml", 7, 7)]),
        ("commit `ae6bc38`", []),
        ("`Reconcile` and `foo()` and `x := 1`", []),
        ("https://example.org/a.py:3", []),
        ("`a.py:0`", [("a.py", 0, 0)]),
        ("`a.py:9-3`", [("a.py", 9, 9)]),
    ],
)
def test_places_as_reviewers_write_them(text: str, places: list[tuple[str, int, int]]) -> None:
    assert found(text) == places


def test_a_place_is_named_once() -> None:
    assert found("`a.py:3`, `a.py:3`") == [("a.py", 3, 3)]


@pytest.mark.parametrize("text", ["a.b", "x/y", "NOTICE", "Dockerfile"])
def test_paths(text: str) -> None:
    assert is_path(text)


@pytest.mark.parametrize("text", ["word", "v1.2", "f(x)", "a b/c.py", "deadbeef", "https://x.org/y", "x" * 500 + ".py"])
def test_what_is_no_path(text: str) -> None:
    assert not is_path(text)


_LINES = st.tuples(st.integers(0, 9999), st.integers(0, 50)).map(lambda pair: (pair[0], pair[0] and pair[0] + pair[1]))
_PLACES = st.builds(
    lambda path, lines: Place(path=path, first=lines[0], last=lines[1]),
    st.sampled_from(["a.py", "src/b.go", "c/d/e.rs", "Makefile"]),
    _LINES,
)


@given(st.lists(_PLACES, max_size=8).map(lambda places: tuple(dict.fromkeys(places))))
def test_written_places_are_read_again(places: tuple[Place, ...]) -> None:
    assert places_in(written(places)) == places
