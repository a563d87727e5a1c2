import importlib
import pkgutil
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import deepreview.model
from deepreview.model.change import EntryMode, RepoPath, Side
from deepreview.model.claim import Severity
from deepreview.model.finding import Location, fingerprint
from deepreview.testing.builders import NO_BLOB, make_change, make_patch
from deepreview.testing.desk import hunks_between

NAMES = [found.name for found in pkgutil.iter_modules(deepreview.model.__path__)]
MODULES = [importlib.import_module(f"deepreview.model.{name}") for name in NAMES]
CLASSES = [
    value
    for module in MODULES
    for value in vars(module).values()
    if isinstance(value, type) and is_dataclass(value) and value.__module__ == module.__name__
]


@pytest.mark.parametrize("found", CLASSES, ids=lambda found: found.__name__)
def test_values_are_frozen_slotted_and_keyword_only(found: Any) -> None:
    assert found.__dataclass_params__.frozen
    assert "__slots__" in vars(found)
    assert all(part.kw_only for part in fields(found))


def test_no_class_was_overlooked() -> None:
    assert {"Change", "Claim", "Finding", "Report", "Completed", "Evidence", "RoundStarted"} <= {
        found.__name__ for found in CLASSES
    }


texts = st.lists(st.sampled_from(["a", "b", "", "  c", "+d", "-e", " f"]), max_size=12)


@given(before=texts, after=texts, last=st.booleans())
def test_hunks_number_lines_as_the_two_files_do(before: list[str], after: list[str], *, last: bool) -> None:
    end = "\n" if last else ""
    old, new = "\n".join(before) + end, "\n".join(after) + end
    hunks = hunks_between(old.encode(), new.encode())
    for hunk in hunks:
        for number, line in hunk.added():
            assert new.split("\n")[number - 1] == line
        for number, line in hunk.removed():
            assert old.split("\n")[number - 1] == line
        assert len(hunk.added()) - len(hunk.removed()) == hunk.new_count - hunk.old_count


def test_a_change_counts_its_lines() -> None:
    change = make_change(make_patch(added="a\nb\n", removed="c\n"), make_patch("x.py", added="", removed="d\n"))
    assert (change.added, change.removed) == (2, 2)
    assert change.patches[0].added() == ((1, "a"), (2, "b"))
    assert change.patches[1].removed() == ((1, "d"),)


def test_only_text_files_at_head_are_readable() -> None:
    assert make_patch().readable
    assert make_patch(new_mode=EntryMode.EXECUTABLE).readable
    assert not make_patch(binary=True).readable
    for mode in (EntryMode.ABSENT, EntryMode.SYMLINK, EntryMode.SUBMODULE):
        assert not make_patch(new_mode=mode).readable


def test_severities_weigh_in_the_order_of_their_definition() -> None:
    weights = [severity.weight for severity in Severity]
    assert weights == sorted(weights, reverse=True)
    assert len(set(weights)) == len(weights)


code = st.lists(st.text("ab(){} =", min_size=1, max_size=8), max_size=5)


@given(lines=code, indent=st.text(" \t", max_size=4), gap=st.text(" \t", max_size=3))
def test_a_fingerprint_ignores_indentation_and_blank_lines(lines: list[str], indent: str, gap: str) -> None:
    plain = "\n".join(lines)
    moved = f"\n{gap}\n".join(f"{indent}{line}{gap}" for line in lines)
    assert fingerprint("kind", "a.py", plain) == fingerprint("kind", "a.py", moved)


def test_half_a_character_is_no_reason_to_have_no_fingerprint() -> None:
    halves = [fingerprint("kind", "a.py", text) for text in ("x \ud83d", "x \ude00", "x \udc80", "x")]
    assert len({*halves}) == 3  # bytes that are not UTF-8 are told apart, halves of characters are not


def test_a_fingerprint_tells_kind_file_and_code_apart() -> None:
    same = fingerprint("kind", "a.py", "x = 1")
    others = {
        fingerprint("other", "a.py", "x = 1"),
        fingerprint("kind", "b.py", "x = 1"),
        fingerprint("kind", "a.py", "x = 2"),
        fingerprint("kind", "a.py", "x =\n1"),
    }
    assert len({same, *others}) == 5
    assert len(same) == 16


def test_a_fingerprint_of_a_path_that_is_not_utf8_exists() -> None:
    assert fingerprint("kind", "\udcff.py", "") != fingerprint("kind", "\udcfe.py", "")


def location(first: int, last: int) -> Location:
    return Location(path=RepoPath("a.py"), side=Side.HEAD, first=first, last=last, quote="", blob=NO_BLOB)


@pytest.mark.parametrize(("first", "last"), [(0, 1), (2, 1), (-1, -1), (-1, 2), (1, 0)])
def test_a_range_that_cannot_exist_is_refused(first: int, last: int) -> None:
    with pytest.raises(ValueError, match="not a line range"):
        location(first, last)


@pytest.mark.parametrize(("first", "last"), [(0, 0), (1, 1), (1, 9)])
def test_a_range_that_can_exist_is_kept(first: int, last: int) -> None:
    assert (location(first, last).first, location(first, last).last) == (first, last)
