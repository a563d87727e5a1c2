import pytest

from deepreview.model.change import Side
from deepreview.model.claim import Place
from deepreview.verify.resolve import PathIndex

INDEX = PathIndex(
    trees={
        Side.HEAD: frozenset({"src/boiler.py", "src/pump/main.py", "docs/main.py", "old/util.py", "new/util.py"}),
        Side.BASE: frozenset({"src/gone.py", "src/boiler.py"}),
    },
    changed=frozenset({"src/boiler.py", "new/util.py"}),
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("src/boiler.py", ("src/boiler.py", Side.HEAD)),
        ("./src/boiler.py", ("src/boiler.py", Side.HEAD)),
        ("src\\boiler.py", ("src/boiler.py", Side.HEAD)),
        ("boiler.py", ("src/boiler.py", Side.HEAD)),
        ("/tmp/review-1/src/boiler.py", ("src/boiler.py", Side.HEAD)),
        ("https://forge.example/acme/boiler/blob/1a2b/src/boiler.py", ("src/boiler.py", Side.HEAD)),
        ("src/gone.py", ("src/gone.py", Side.BASE)),
        ("pump/main.py", ("src/pump/main.py", Side.HEAD)),
        ("main.py", None),
        ("util.py", ("new/util.py", Side.HEAD)),
        ("nowhere.py", None),
        ("backend/src/boiler.py", ("src/boiler.py", Side.HEAD)),
        ("SRC/Boiler.py", ("src/boiler.py", Side.HEAD)),
        ("backend/src/pump/main.py", None),  # not changed: not worth a guess
        ("", None),
        ("/", None),
    ],
)
def test_which_file_is_meant(written: str, meant: tuple[str, Side] | None) -> None:
    found = INDEX.resolve(Place(path=written, first=3, last=4))
    assert ((found.path, found.side) if found else None) == meant
    if found:
        assert (found.first, found.last) == (3, 4)


def test_what_is_said_of_base_is_not_looked_for_at_head() -> None:
    assert INDEX.resolve(Place(path="src/pump/main.py", first=1, last=1, side=Side.BASE)) is None


def test_what_may_still_be_meant_by_a_path_that_does_not_exist() -> None:
    trees = {Side.HEAD: frozenset({"vendor/lib", "src/boiler.py"}), Side.BASE: frozenset({"src/gone.py"})}
    index = PathIndex(trees=trees, changed=frozenset({"src/boiler.py", "boiler.py"}))
    named = {"lib/Boiler.py": True, "x/gone.py": True, "vendor/lib/pump.c": True, "vendor/pump.c": False}
    assert {path: index.namesake(path) for path in named} == named


def test_a_file_at_the_root_is_not_meant_by_one_of_its_name_elsewhere() -> None:
    here = frozenset({"conftest.py"})
    index = PathIndex(trees={Side.HEAD: here, Side.BASE: here}, changed=here)
    assert index.resolve(Place(path="tests/conftest.py", first=0, last=0)) is None
