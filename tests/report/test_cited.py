from dataclasses import replace

import pytest

from deepreview.model.change import FileKind, RepoPath, Side
from deepreview.model.finding import Finding
from deepreview.report.cited import cited_code
from deepreview.testing.builders import make_change, make_finding, make_patch

FILE = tuple(f"line {n}" for n in range(1, 21))


def at(first: int, last: int, side: Side = Side.HEAD, number: int = 1) -> Finding:
    finding = make_finding(number)
    return replace(finding, locations=(replace(finding.locations[0], first=first, last=last, side=side),))


@pytest.mark.parametrize(
    ("first", "last", "shown"), [(1, 1, (1, 5)), (10, 11, (6, 15)), (20, 20, (16, 20)), (3, 20, (1, 20))]
)
def test_a_place_is_stored_with_its_surroundings(first: int, last: int, shown: tuple[int, int]) -> None:
    (window,) = cited_code([at(first, last)], make_change(), lambda *_: FILE)
    assert (window.first, window.first + len(window.lines) - 1) == shown
    assert window.lines[0] == f"line {shown[0]}"


def test_a_file_as_a_whole_cites_nothing() -> None:
    assert cited_code([at(0, 0)], make_change(), lambda *_: FILE) == ()


def test_equal_windows_are_stored_once() -> None:
    assert len(cited_code([at(3, 3), at(3, 3, number=2)], make_change(), lambda *_: FILE)) == 1


def test_what_is_stored_is_bounded() -> None:
    (window,) = cited_code([at(1, 500)], make_change(), lambda *_: ("x" * 9000,) * 500)
    assert (len(window.lines), {len(line) for line in window.lines}) == (60, {400})


def test_changed_lines_are_marked_on_their_own_side() -> None:
    patch = make_patch(
        "src/new.py", added="1\n2\n", removed="3\n", old_path=RepoPath("src/old.py"), kind=FileKind.RENAMED
    )
    change = make_change(patch)
    head, base = at(1, 1), at(1, 1, Side.BASE)
    head = replace(head, locations=(replace(head.locations[0], path=RepoPath("src/new.py")),))
    base = replace(base, locations=(replace(base.locations[0], path=RepoPath("src/old.py")),))
    asked = []

    def lines(path: RepoPath, side: Side) -> tuple[str, ...]:
        asked.append((path, side))
        return FILE

    windows = cited_code([head, base], change, lines)
    assert [(w.side, w.changed) for w in windows] == [(Side.HEAD, (1, 2)), (Side.BASE, (1,))]
    assert asked == [("src/new.py", Side.HEAD), ("src/old.py", Side.BASE)]
