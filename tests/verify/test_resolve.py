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
