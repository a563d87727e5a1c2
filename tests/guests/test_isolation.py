from pathlib import Path

import pytest

from deepreview.guests import landlock
from deepreview.guests.isolation import Isolation, best, bubblewrap, closed, label


def _fake(folder: Path, script: str) -> dict[str, str]:
    (folder / "bwrap").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "bwrap").chmod(0o755)
    return {"PATH": str(folder)}


def test_what_is_not_there_or_does_not_work_is_not_used(tmp_path: Path) -> None:
    next_best = Isolation.LANDLOCK if landlock.version() else Isolation.NONE
    assert best({"PATH": str(tmp_path)}) is next_best
    environ = _fake(tmp_path, "echo 'bwrap: No permissions to create new namespace' >&2; exit 1")
    assert bubblewrap(environ) is None
    assert best(environ) is next_best


def test_it_is_tried_once(tmp_path: Path) -> None:
    environ = _fake(tmp_path, f'[ "$1" = --help ] || echo tried >>{tmp_path}/tries')
    assert best(environ) is Isolation.BUBBLEWRAP
    assert bubblewrap(environ) == (tmp_path / "bwrap").resolve()
    assert (tmp_path / "tries").read_text() == "tried\n"


def test_what_the_report_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "closes_network", lambda: True)
    assert [label(one, account=False) for one in Isolation] == [
        "bubblewrap, no network but the model",
        "Landlock, no network but the model",
        "none: it could read and change what its user can",
    ]
    assert label(Isolation.BUBBLEWRAP, account=True) == "bubblewrap, open network, signed in to an account"
    assert [closed(one, account=False) for one in Isolation] == [True, True, False]
    assert [closed(one, account=True) for one in Isolation] == [False, False, False]
    monkeypatch.setattr(landlock, "closes_network", lambda: False)
    assert label(Isolation.LANDLOCK, account=False) == "Landlock, open network"
    assert not closed(Isolation.LANDLOCK, account=False)
