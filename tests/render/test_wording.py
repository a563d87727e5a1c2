from dataclasses import replace

import pytest

from deepreview.model.change import RepoPath, Sha, Side
from deepreview.model.claim import Severity
from deepreview.model.finding import Location
from deepreview.model.round import Basis, Completed, Reading
from deepreview.render.wording import (
    by_severity,
    counted,
    coverage_told,
    duration,
    language,
    line_range,
    outermost,
    read_of,
    sentence,
    spot,
)
from deepreview.testing.builders import make_finding, make_report


def reading(*paths: str, basis: Basis = Basis.SHOWN) -> Reading:
    return Reading(read=tuple(map(RepoPath, paths)), unread=(), checked=(), gaps=(), basis=basis)


def done(name: str, *paths: str, basis: Basis = Basis.SHOWN) -> Completed:
    return Completed(reviewer=name, claims=0, seconds=0.1, reading=reading(*paths, basis=basis))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.04, "0.0 s"),
        (9.94, "9.9 s"),
        (10, "10 s"),
        (60, "1 min 00 s"),
        (1082, "18 min 02 s"),
        (3909, "1 h 05 min 09 s"),
    ],
)
def test_durations(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("path", "name"),
    [("a/b.py", "python"), ("x.TSX", "tsx"), ("Dockerfile", "dockerfile"), ("Makefile", "text"), (".py", "text")],
)
def test_languages(path: str, name: str) -> None:
    assert language(path) == name


def test_counts() -> None:
    assert [counted(n, "file") for n in (0, 1, 2)] == ["0 files", "1 file", "2 files"]
    assert counted(2, "entry") == "2 entries"


@pytest.mark.parametrize(
    ("basis", "read", "total", "words"),
    [
        (Basis.SHOWN, 3, 4, "read 3 of 4 files"),
        (Basis.SHOWN, 0, 4, "read none of 4 files"),
        (Basis.SHOWN, 0, 1, "read none of 1 file"),
        (Basis.SHOWN, 2, 0, "read 2 files"),
        (Basis.SHOWN, 0, 0, "read no file"),
        (Basis.STATED, 2, 2, "says that it read or names 2 of 2 files"),
        (Basis.NAMED, 1, 2, "names 1 of 2 files, does not say what it read"),
        (Basis.NAMED, 0, 0, "names no file, does not say what it read"),
        (Basis.ELSEWHERE, 0, 3, "reads no file as a whole"),
    ],
)
def test_no_more_is_said_of_a_reading_than_is_known(basis: Basis, read: int, total: int, words: str) -> None:
    assert read_of(reading(*map(str, range(read)), basis=basis), total) == words


def test_the_coverage_tells_whose_word_it_is() -> None:
    def told(*runs: Completed) -> str:
        report = make_report(runs=runs)
        both = (RepoPath("a"), RepoPath("b"))
        readers = {path: tuple(run.reviewer for run in runs if path in run.reading.read) for path in both}
        row = report.subject.files[0]
        files = tuple(replace(row, path=path, readers=names) for path, names in readers.items())
        return coverage_told(replace(report, subject=replace(report.subject, files=files)))

    static, codex = done("static", "a"), done("codex", "a", "b", basis=Basis.NAMED)
    claude, bandit = done("claude", "a", "b", basis=Basis.STATED), done("bandit", "a", basis=Basis.NAMED)
    assert told(done("static", "a", "b")) == "Each of 2 changed files was read."
    assert told(static) == "Nobody read 1 of 2 changed files."
    assert told(static, codex) == (
        "Each of 2 changed files was read. Of 1 of them, nothing but a review's own words shows that. "
        "codex does not say what it read, and stands at the files that it names."
    )
    assert told(claude, codex, bandit) == (
        "Each of 2 changed files was read. Of all of them, nothing but a review's own words shows that. "
        "claude stands at the files that it says it read or names. "
        "codex and bandit do not say what they read, and stand at the files that they name."
    )
    assert told(done("history", basis=Basis.ELSEWHERE)) == "Nobody read 2 of 2 changed files."


def test_places() -> None:
    assert [spot("a", 0, 0), spot("a", 3, 3), spot("a", 3, 5)] == ["a", "a:3", "a:3-5"]
    assert line_range(0, 0) == ""


@pytest.mark.parametrize(("text", "told"), [("no", "no."), ("No.", "No."), ("Why?", "Why?"), ("", ".")])
def test_sentences_end_once(text: str, told: str) -> None:
    assert sentence(text) == told


def at(first: int, last: int, path: str = "a.py", side: Side = Side.HEAD) -> Location:
    return Location(path=RepoPath(path), side=side, first=first, last=last, quote="", blob=Sha(""))


@pytest.mark.parametrize(
    ("places", "shown"),
    [
        ([at(25, 28), at(7, 28), at(60, 61), at(7, 28)], [at(7, 28), at(60, 61)]),
        ([at(5, 9), at(8, 12)], [at(5, 9), at(8, 12)]),
        (
            [at(1, 9), at(2, 2, "b.py"), at(2, 2, side=Side.BASE)],
            [at(1, 9), at(2, 2, "b.py"), at(2, 2, side=Side.BASE)],
        ),
        ([at(0, 0), at(3, 3)], [at(0, 0), at(3, 3)]),
        ([at(1, 90), at(40, 40), at(41, 41)], [at(1, 90), at(41, 41)]),  # only 40 lines of it are shown
    ],
)
def test_lines_within_lines_that_are_shown_are_not_shown_twice(places: list[Location], shown: list[Location]) -> None:
    assert list(outermost(places)) == shown


def test_groups_come_most_severe_first_and_keep_the_order() -> None:
    found = [make_finding(1), make_finding(2, severity=Severity.CRITICAL), make_finding(3)]
    groups = by_severity(found)
    assert list(groups) == list(Severity)
    assert groups[Severity.SUGGESTION] == [found[0], found[2]]
