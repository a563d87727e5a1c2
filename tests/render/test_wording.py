import pytest

from deepreview.model.claim import Severity
from deepreview.render.wording import by_severity, counted, duration, language, line_range, spot
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


def test_groups_come_most_severe_first_and_keep_the_order() -> None:
    found = [make_finding(1), make_finding(2, severity=Severity.CRITICAL), make_finding(3)]
    groups = by_severity(found)
    assert list(groups) == list(Severity)
    assert groups[Severity.SUGGESTION] == [found[0], found[2]]
