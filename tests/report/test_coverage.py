import pytest

from deepreview.model.agent import Failure
from deepreview.model.change import EntryMode, FileKind, FilePatch, RepoPath
from deepreview.model.round import Completed, Failed, Reading, Skipped, Unread
from deepreview.report.coverage import changed_files
from deepreview.testing.builders import make_change, make_patch


def done(name: str, read: tuple[str, ...] = (), unread: dict[str, str] | None = None) -> Completed:
    left = tuple(Unread(path=RepoPath(path), reason=reason) for path, reason in (unread or {}).items())
    reading = Reading(read=tuple(map(RepoPath, read)), unread=left, checked=(), gaps=())
    return Completed(reviewer=name, claims=0, seconds=0.1, reading=reading)


@pytest.mark.parametrize(
    ("patch", "note", "unread"),
    [
        (make_patch("a"), "", "no reviewer of this round reads it"),
        (make_patch("a", binary=True, hunks=()), "binary", "binary"),
        (make_patch("a", new_mode=EntryMode.SYMLINK), "symbolic link", "symbolic link"),
        (make_patch("a", old_mode=EntryMode.SYMLINK, kind=FileKind.RETYPED), "symbolic link", "symbolic link"),
        (make_patch("a", new_mode=EntryMode.SUBMODULE), "submodule", "submodule"),
        (make_patch("a", new_mode=EntryMode.EXECUTABLE), "mode 100644 → 100755", "mode 100644 → 100755"),
        (make_patch("a", kind=FileKind.DELETED, new_mode=EntryMode.ABSENT), "", "deleted"),
        (
            make_patch("a", kind=FileKind.ADDED, old_mode=EntryMode.ABSENT, new_mode=EntryMode.EXECUTABLE),
            "",
            "no reviewer of this round reads it",
        ),
        (
            make_patch("b", old_path=RepoPath("a"), kind=FileKind.RENAMED, hunks=()),
            "",
            "no reviewer of this round reads it",
        ),
    ],
)
def test_every_kind_of_file_has_a_row(patch: FilePatch, note: str, unread: str) -> None:
    (row,) = changed_files(make_change(patch), [])
    assert (row.path, row.old_path, row.kind, row.note, row.unread) == (
        patch.path,
        patch.old_path,
        patch.kind,
        note,
        unread,
    )


def test_readers_stand_in_the_order_of_the_runs_and_the_failed_do_not_count() -> None:
    runs = (
        done("names", ("a",)),
        Failed(reviewer="static", failure=Failure.ERROR, error="", claims=0, seconds=0),
        Skipped(reviewer="paths", reason=""),
        done("history", ("a", "a"), {"a": "not twice"}),
    )
    (row,) = changed_files(make_change(make_patch("a")), runs)
    assert (row.readers, row.unread) == (("names", "history"), "")


def test_what_a_reviewer_that_failed_would_have_read_is_not_called_unreadable() -> None:
    lost = Failed(reviewer="claude", failure=Failure.QUOTA, error="", claims=0, seconds=0)
    runs = (lost, done("names", unread={"b": "generated"}))
    rows = changed_files(make_change(make_patch("a"), make_patch("b"), make_patch("c", binary=True, hunks=())), runs)
    assert [row.unread for row in rows] == ["claude failed", "generated; claude failed", "binary"]


def test_who_was_skipped_might_have_read_it() -> None:
    runs = (Skipped(reviewer="static", reason="off"), Skipped(reviewer="codex", reason="empty"), done("names"))
    (row,) = changed_files(make_change(make_patch("a")), runs)
    assert row.unread == "static, codex were skipped"
    failed = Failed(reviewer="claude", failure=Failure.QUOTA, error="", claims=0, seconds=0)
    (row,) = changed_files(make_change(make_patch("a")), (failed, runs[0]))
    assert row.unread == "claude failed; static was skipped"


def test_reasons_for_not_reading_are_told_once_each() -> None:
    runs = [
        done("names", unread={"a": "too large"}),
        done("paths", unread={"a": "too large"}),
        done("x", unread={"a": "generated"}),
    ]
    (row,) = changed_files(make_change(make_patch("a")), runs)
    assert row.unread == "too large; generated"


def test_lines_are_counted() -> None:
    (row,) = changed_files(make_change(make_patch("a", added="1\n2\n", removed="3\n")), [])
    assert (row.added, row.removed) == (2, 1)
