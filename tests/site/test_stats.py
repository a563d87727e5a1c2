"""What the figures mean, on rounds that are small enough to count by hand."""

from deepreview.model.claim import Severity
from deepreview.model.entry import Anchors, DocumentKind, Rated
from deepreview.model.finding import State
from deepreview.site.changes import histories
from deepreview.site.names import file_name
from deepreview.site.sheets import sheets
from deepreview.site.stats import Statistics, statistics
from deepreview.testing.entries import make_entry, make_noted, make_resolution, make_seat

BOTH = ("claude", "codex")


def told() -> Statistics:
    heavy = Severity.IMPORTANT
    first = make_entry(
        1,
        make_noted("a", severity=heavy, reviewers=BOTH),
        make_noted("b", severity=heavy),
        make_noted("c", path="README.md"),
        seats=(
            make_seat(usd=3.0, tokens=900, anchors=Anchors(checked=4, moved=1, lost=1)),
            make_seat("codex", result="failed", failure="quota"),
        ),
    )
    second = make_entry(
        2,
        make_noted("c", path="README.md"),
        make_noted("d", reviewers=("codex",), proven=True),
        seats=(
            make_seat(usd=1.0, ratings=(Rated(claimed=heavy, final=None, times=2),), seconds=120.0),
            make_seat("codex", refuted=2),
        ),
    )
    scan = make_entry(3, slug="scan", number=0, branch="", kind=DocumentKind.SUPPLY_CHAIN)
    said = [make_resolution("a", State.FIXED), make_resolution("b", State.DECLINED)]
    return statistics(histories([first, second, scan], {"acme--boiler": said}))


def test_reviewers() -> None:
    codex, claude = told().reviewers
    assert (claude.name, claude.listings, claude.found, claude.unique, claude.shared) == ("claude", 4, 3, 2, 1)
    assert (claude.confirmed, claude.unique_confirmed, claude.outcomes.answered) == (1, 0, 2)
    assert (claude.usd, claude.usd_per_confirmed, claude.tokens) == (4.0, 4.0, 900)
    assert claude.anchors == Anchors(checked=4, moved=1, lost=1)
    assert claude.ratings == (Rated(claimed=Severity.IMPORTANT, final=None, times=2),)
    assert claude.seconds is not None
    assert (claude.seconds.middle, claude.seconds.known) == (90.0, 2)
    assert (codex.found, codex.unique, codex.confirmed, codex.unique_confirmed) == (2, 1, 2, 1)
    assert (codex.completed, codex.failures, codex.refuted, codex.usd) == (1, (("quota", 1),), 2, None)


def test_changes_paths_and_rounds() -> None:
    figures = told()
    assert (figures.reviews, figures.documents, figures.changes, figures.findings) == (2, 1, 1, (0, 2, 3))
    (change,) = figures.by_change
    assert (change.rounds, change.found, change.open, change.lines, change.quiet) == (2, 4, 2, 50, 2)
    assert [(one.path, one.important, one.suggestions, one.fixed, one.lines) for one in figures.paths] == [
        ("src/boiler.py", 2, 1, 1, 40),
        ("README.md", 0, 1, 0, 10),
    ]
    assert [(one.round, one.heavy, one.suggestions) for one in figures.by_round] == [(1, 2.0, 1.0), (2, 0.0, 2.0)]
    assert [(one.voices, one.important, one.suggestions) for one in figures.agreement] == [(1, 1, 2), (2, 1, 0)]


def test_a_change_that_ends_with_something_heavy_is_not_quiet() -> None:
    heavy = make_noted("a", severity=Severity.CRITICAL)
    (change,) = statistics(histories([make_entry(1), make_entry(2, heavy)], {})).by_change
    assert change.quiet is None


def test_nothing() -> None:
    figures = statistics(())
    assert figures.clock is None
    assert [sheet.id for sheet in sheets(figures)] == ["outcomes"]


def test_tables_say_what_is_not_known() -> None:
    shown = {sheet.id: sheet for sheet in sheets(told())}
    assert shown["price"].rows[1][-2:] == ("$4.00", "$4.00")
    assert shown["price"].rows[0][-2:] == ("—", "—")
    assert shown["care"].rows[1][-3:] == ("4", "1 of 4 (25 %)", "1 of 4 (25 %)")
    assert all(len(row) == len(sheet.columns) for sheet in shown.values() for row in sheet.rows)


def test_files_of_reviewers_differ_and_stay_in_their_folder() -> None:
    names = ["claude", "Claude", "../x", "..", "a/b", "a b", "a\u202eb", "", "x" * 300, "x" * 301]
    files = [file_name(name) for name in names]
    assert len(set(files)) == len(files)
    assert all("/" not in name and not name.startswith(".") and len(name) < 80 for name in files)
