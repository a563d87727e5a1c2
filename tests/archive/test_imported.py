from pathlib import Path

import pytest

from deepreview.archive.folder import Archive
from deepreview.archive.imported import Kept, Publications
from deepreview.errors import UsageError


def test_a_text_is_kept_once_and_an_earlier_one_beside_it(tmp_path: Path) -> None:
    kept = Publications(root=tmp_path)
    told = [kept.keep("acme--boiler", "20260101-101500-pr-1", text) for text in (b"one", b"one", b"two", b"two")]
    assert told == [Kept.NEW, Kept.SAME, Kept.REPLACED, Kept.SAME]
    (folder,) = kept.all("acme--boiler")
    assert {path.read_bytes() for path in folder.iterdir()} == {b"one", b"two"}
    assert (folder / "published.md").read_bytes() == b"two"
    assert Archive(root=tmp_path).rounds() == ()


def test_a_round_of_our_own_is_not_touched(tmp_path: Path) -> None:
    folder = tmp_path / "acme--boiler" / "20260101-101500-pr-1"
    folder.mkdir(parents=True)
    (folder / "plan.json").touch()
    with pytest.raises(UsageError, match="made here"):
        Publications(root=tmp_path).keep("acme--boiler", folder.name, b"one")
    assert not (folder / "published.md").exists()
