"""A folder as an archive: added to, never emptied, and never somebody else's."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deepreview.errors import MachineError, UsageError
from deepreview.publish.content import round_files
from deepreview.publish.directory import publish_to
from deepreview.publish.pages import published
from deepreview.testing.builders import make_report
from deepreview.wire import dump_report

ABOUT = published("Reviews", "deepreview test")
REPORT = make_report()
FILES = round_files(dump_report(REPORT).encode(), REPORT)


def a_round(name: str) -> dict[str, bytes]:
    return {f"rounds/{name}/{file}": content for file, content in FILES.items()}


def test_a_folder_is_added_to_by_several_at_once(tmp_path: Path) -> None:
    names = [f"20260105-1015{second:02d}-topic" for second in range(12)]
    with ThreadPoolExecutor(6) as pool:
        new = list(pool.map(lambda name: publish_to(tmp_path / "site", a_round(name), ABOUT), names))
    assert new == [(name,) for name in names]
    (page,) = (tmp_path / "site/changes").rglob("*.html")
    assert [f'/rounds/{name}/report.html"' in page.read_text() for name in names] == [True] * 12
    assert publish_to(tmp_path / "site", a_round(names[0]), ABOUT) == ()
    assert not list((tmp_path / "site").rglob(".*.*"))
    assert (tmp_path / "site/.nojekyll").exists()


def test_another_round_of_the_same_name_gets_one_of_its_own(tmp_path: Path) -> None:
    name = "20260105-101500-topic"
    publish_to(tmp_path, a_round(name), ABOUT)
    other = a_round(name) | {f"rounds/{name}/report.json": FILES["report.json"] + b"\n"}
    (twin,) = publish_to(tmp_path, other, ABOUT)
    assert twin.startswith(f"{name}~")
    assert publish_to(tmp_path, other, ABOUT) == ()


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("mine")
    with pytest.raises(UsageError, match="something else"):
        publish_to(tmp_path, a_round("20260105-101500-topic"), ABOUT)
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


def test_a_file_in_the_place_of_the_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("")
    with pytest.raises(MachineError, match="cannot be written"):
        publish_to(tmp_path / "site", {}, ABOUT)


@pytest.mark.parametrize("entry", [b"[" * 200_000, FILES["entry.json"].replace(b"1", b"NaN"), b"\xff", b"{}"])
def test_an_entry_that_a_stranger_spoiled_is_made_anew(tmp_path: Path, entry: bytes) -> None:
    first, second = "20260105-101500-topic", "20260105-101501-topic"
    publish_to(tmp_path, a_round(first), ABOUT)
    (tmp_path / f"rounds/{first}/entry.json").write_bytes(entry)
    assert publish_to(tmp_path, a_round(second), ABOUT) == (second,)
    assert (tmp_path / f"rounds/{first}/entry.json").read_bytes() == FILES["entry.json"]


@pytest.mark.parametrize("name", ["changes", "reviewers", "changes/acme--boiler"])
def test_nothing_is_written_or_removed_through_a_link_out_of_the_folder(tmp_path: Path, name: str) -> None:
    site, outside = tmp_path / "site", tmp_path / "outside"
    publish_to(site, a_round("20260105-101500-topic"), ABOUT)
    (site / name).rename(outside)
    (outside / "mine.html").write_text("mine")
    before = {place: place.read_bytes() for place in outside.rglob("*.html")}
    (site / name).symlink_to(outside)
    with pytest.raises(UsageError, match="is a symbolic link"):
        publish_to(site, a_round("20260105-101501-topic"), ABOUT)
    assert {place: place.read_bytes() for place in outside.rglob("*.html")} == before
