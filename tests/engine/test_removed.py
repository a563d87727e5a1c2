"""Findings about what a change removed: it is removed as long as nobody brings it back, whoever reads the change."""

from pathlib import Path

import pytest
from tests.engine.test_earlier import LOAD, SAVE, Rounds, row, said

from deepreview.model.change import Side
from deepreview.model.claim import Claim, Place
from deepreview.model.life import Now

GONE = "    for row in rows:\n        store.put(row.key, row.value)"


def removed(**given: object) -> Claim:
    """Somebody misses what stood at base."""
    places = (Place(path="src/cache.py", first=9, last=10, side=Side.BASE),)
    return said(
        1,
        "src/cache.py",
        GONE,
        places=places,
        title="Nothing writes the rows back any more",
        body="`save` was the only caller of `store.put`; without it a restart loses what was read.",
        **given,
    )


@pytest.fixture(params=["a part", "the file"])
def rounds(tmp_path: Path, request: pytest.FixtureRequest) -> Rounds:
    """A branch that removes a function, or the whole file."""
    rounds = Rounds(tmp_path)
    rounds.box.git("checkout", "-q", "main")
    rounds.commit("cache", {"src/cache.py": LOAD + SAVE})
    rounds.box.git("checkout", "-q", "-B", "topic", "main")
    if request.param == "a part":
        rounds.commit("drop save", {"src/cache.py": LOAD})
    else:
        rounds.box.git("rm", "-q", "src/cache.py")
        rounds.commit("drop the cache", {"src/other.py": "x = [1]\n"})
    return rounds


def test_it_is_open_while_it_is_removed(rounds: Rounds) -> None:
    first = rounds.round(removed())
    assert [(one.main.side if one.main else None) for one in first.findings] == [Side.BASE]
    rounds.commit("more", {"src/more.py": "y = [2]\n"})
    told = row(rounds.round())
    assert told.now in {Now.UNREPEATED, Now.UNSEEN}
    assert told.proposal is None
    assert "What the change removed is removed still (src/cache.py)." in " ".join(told.evidence)


def test_it_is_gone_when_it_is_back(rounds: Rounds) -> None:
    rounds.round(removed())
    rounds.commit("bring it back", {"src/cache.py": "import os\n\n\n" + LOAD + SAVE})
    told = row(rounds.round())
    assert told.now is Now.GONE
    assert "What the change removed is back (src/cache.py)." in " ".join(told.evidence)
