"""A site in a folder, from a real archive."""

import os
import re
from pathlib import Path

import pytest

from deepreview.archive.folder import Archive
from deepreview.archive.imported import Publications
from deepreview.archive.resolutions import Resolutions
from deepreview.errors import UsageError
from deepreview.model.finding import State
from deepreview.site.about import About
from deepreview.site.build import STATE_FILE, build
from deepreview.testing.builders import make_report
from deepreview.testing.entries import make_resolution
from deepreview.wire import dump_report

ABOUT = About(title="Reviews", tool="deepreview test")
REPORTS = Path(__file__).parent.parent / "parse" / "reports"
SHELF = "acme--boiler"
CHANGE = f"changes/{SHELF}/pressure-cache.html"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """A round with its page, one that was fetched and has none, and a report that was imported."""
    made = Archive(root=tmp_path / "archive")
    for name, page in (("20260105-101500-pressure-cache", True), ("20260106-101500-pressure-cache", False)):
        folder = made.root / SHELF / name
        folder.mkdir(parents=True)
        report = make_report()
        clock = {"round_id": name, "started": f"{name[:4]}-01-{name[6:8]}T10:15:00+00:00"}
        told = dump_report(report)
        for old, new in (("20260105-101500-pressure-cache", name), ("2026-01-05T10:15:00+00:00", clock["started"])):
            told = told.replace(old, new)
        (folder / "report.json").write_text(told)
        if page:
            (folder / "report.html").write_text("<!doctype html><title>stored</title>")
    text = (REPORTS / "g6.md").read_bytes()
    Publications(root=made.root).keep(SHELF, "20270105-101500-pr-12", text)
    return made


def files(site: Path) -> set[str]:
    return {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}


def test_everything_is_there_and_linked(archive: Archive, tmp_path: Path) -> None:
    site = tmp_path / "site"
    built = build(archive, site, ABOUT)
    assert (built.reports, built.fresh, built.changes, built.unread) == (3, 3, 2, ())
    there = files(site)
    assert {"index.html", "all.html", "statistics.html", "feed.atom", "feed.json", ".nojekyll", CHANGE} <= there
    rounds = site / "rounds" / SHELF
    assert "stored" in (rounds / "20260105-101500-pressure-cache/report.html").read_text()
    assert "<h1" in (rounds / "20260106-101500-pressure-cache/report.html").read_text()
    assert (rounds / "20270105-101500-pr-12/published.md").read_bytes() == (REPORTS / "g6.md").read_bytes()
    for page in there - {STATE_FILE}:
        for link in _links((site / page).read_text()):
            assert (site / page).parent.joinpath(link).resolve().is_file(), f"{page} links to {link}"


def _links(text: str) -> list[str]:
    found = re.findall(r'href="([^"#:]+)[^":]*"', text)
    return [link for link in found if not link.startswith("#")]


def test_only_what_is_new_is_read_and_written(archive: Archive, tmp_path: Path) -> None:
    site = tmp_path / "site"
    build(archive, site, ABOUT)
    for page in (CHANGE, f"changes/{SHELF}/pr-12.html", f"rounds/{SHELF}/20270105-101500-pr-12/report.html"):
        os.utime(site / page, (0, 0))
    assert build(archive, site, ABOUT).fresh == 0
    Publications(root=archive.root).keep(SHELF, "20270106-101500-pr-12", (REPORTS / "g6.md").read_bytes())
    built = build(archive, site, ABOUT)
    assert (built.reports, built.fresh) == (4, 1)
    assert (site / CHANGE).stat().st_mtime == 0
    assert (site / f"changes/{SHELF}/pr-12.html").stat().st_mtime > 0
    assert "R2" in (site / f"changes/{SHELF}/pr-12.html").read_text()
    anew = tmp_path / "anew"
    build(archive, anew, ABOUT)
    assert {name: (site / name).read_bytes() for name in files(site) - {STATE_FILE}} == {
        name: (anew / name).read_bytes() for name in files(anew) - {STATE_FILE}
    }


def test_what_is_said_of_a_finding_reaches_its_change(archive: Archive, tmp_path: Path) -> None:
    site = tmp_path / "site"
    build(archive, site, ABOUT)
    finding = make_report().findings[0]
    said = make_resolution(finding.fingerprint, State.DECLINED, reason="by design")
    Resolutions(path=archive.root / SHELF / "resolutions.jsonl").append([said])
    build(archive, site, ABOUT)
    assert "by design" in (site / CHANGE).read_text()


def test_what_left_the_archive_leaves_the_site(archive: Archive, tmp_path: Path) -> None:
    site = tmp_path / "site"
    build(archive, site, ABOUT)
    (archive.root / SHELF / "20270105-101500-pr-12" / "published.md").unlink()
    built = build(archive, site, ABOUT)
    assert (built.reports, built.removed) == (2, 5)
    assert not any("pr-12" in name or "Model" in name for name in files(site))


def test_a_change_whose_rounds_move_to_a_pull_request_leaves_no_page(archive: Archive, tmp_path: Path) -> None:
    site = tmp_path / "site"
    build(archive, site, ABOUT)
    told = (
        dump_report(make_report()).replace('"number": 0', '"number": 7').replace("20260105-101500", "20260107-101500")
    )
    folder = archive.root / SHELF / "20260107-101500-pr-7"
    folder.mkdir()
    told = told.replace('"number": 0', '"number": 7').replace('"slug": "pressure-cache"', '"slug": "pr-7"')
    (folder / "report.json").write_text(told)
    built = build(archive, site, ABOUT)
    assert (built.changes, built.removed) == (2, 1)
    assert not (site / CHANGE).exists()
    assert "R3" in (site / f"changes/{SHELF}/pr-7.html").read_text()
    (folder / "report.json").unlink()
    assert build(archive, site, ABOUT).changes == 2
    assert "R2" in (site / CHANGE).read_text()
    anew = tmp_path / "anew"
    build(archive, anew, ABOUT)
    assert {name: (site / name).read_bytes() for name in files(site) - {STATE_FILE}} == {
        name: (anew / name).read_bytes() for name in files(anew) - {STATE_FILE}
    }


@pytest.mark.parametrize("state", ["", "no JSON", '{"form": 1}\n["x"]\n', '["a/b", ["s", 3]]\n', "[" * 100_000])
def test_a_state_that_cannot_be_read_is_made_anew(archive: Archive, tmp_path: Path, state: str) -> None:
    site = tmp_path / "site"
    build(archive, site, ABOUT)
    (site / STATE_FILE).write_text(state)
    (site / "rounds" / SHELF / "gone").mkdir()
    (site / "rounds" / SHELF / "gone" / "report.html").touch()
    built = build(archive, site, ABOUT)
    assert (built.fresh, built.removed) == (3, 1)


def test_a_report_that_cannot_be_read_is_named_and_left_out(archive: Archive, tmp_path: Path) -> None:
    (archive.root / SHELF / "20260106-101500-pressure-cache" / "report.json").write_text("{}")
    built = build(archive, tmp_path / "site", ABOUT)
    assert built.reports == 2
    assert len(built.unread) == 1
    assert "20260106" in built.unread[0]


def test_a_folder_with_something_else_is_refused(archive: Archive, tmp_path: Path) -> None:
    site = tmp_path / "home"
    site.mkdir()
    (site / "letter.txt").touch()
    with pytest.raises(UsageError, match="something else"):
        build(archive, site, ABOUT)
    assert files(site) == {"letter.txt"}


def test_an_empty_archive_is_a_site_too(tmp_path: Path) -> None:
    site = tmp_path / "site"
    assert build(Archive(root=tmp_path / "none"), site, ABOUT).reports == 0
    assert "No round yet" in (site / "index.html").read_text()
