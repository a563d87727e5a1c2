import pytest

from deepreview.model.change import RepoPath, Sha, Side
from deepreview.model.claim import Severity
from deepreview.model.finding import Location
from deepreview.render.wording import (
    by_severity,
    counted,
    duration,
    language,
    line_range,
    outermost,
    sentence,
    spot,
)
from deepreview.testing.builders import make_finding


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
