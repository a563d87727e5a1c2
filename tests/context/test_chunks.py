"""The parts of a diff: tiles that hold every line once, each small enough for one read."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepreview.context.chunks import LINES, LONGEST, SIZE, Chunk, chunks
from deepreview.git.diff import parse_patch
from deepreview.model.change import Change, EntryMode, FileKind, FilePatch, Hunk, RepoPath
from deepreview.testing.builders import make_change, make_patch

MARK = "f" * 16
BYTES = st.integers(0xDC80, 0xDCFF).map(chr)
LETTERS = st.text(st.one_of(st.characters(exclude_characters="\n", codec="utf-8"), BYTES), max_size=12)
CONTENT = st.one_of(
    LETTERS,
    st.sampled_from(["", "diff --git a/x b/x", "@@ -1,2 +3,4 @@", "-- a/x", "++ b/x", "\\ No", "\r", MARK[:15]]),
    st.sampled_from([90, LONGEST - 2]).map(lambda size: "y" * size),
)


@st.composite
def hunks(draw: st.DrawFn, at: int) -> Hunk:
    repeat = draw(st.sampled_from([1, 1, 1, 20, 150]))
    lines = draw(st.lists(st.tuples(st.sampled_from(" +-"), CONTENT), min_size=1, max_size=6)) * repeat
    text = [mark + content for mark, content in lines]
    olds, news = sum(mark != "+" for mark, _ in lines), sum(mark != "-" for mark, _ in lines)
    if draw(st.booleans()):
        text.append("\\ No newline at end of file")
    return Hunk(
        old_start=at - (olds == 0), old_count=olds, new_start=at + 5 - (news == 0), new_count=news,
        section=draw(LETTERS), lines=tuple(text),
    )  # fmt: skip


@st.composite
def changes(draw: st.DrawFn) -> Change:
    patches = [
        make_patch(
            path=f"{draw(st.sampled_from(['src', 'vendor', 'a b']))}/{number}{draw(LETTERS)}",
            hunks=tuple(draw(hunks(1 + 9_000 * n)) for n in range(draw(st.integers(0, 2)))),
        )
        for number in range(draw(st.integers(1, 4)))
    ]
    return make_change(*patches)


def read_back(parts: tuple[Chunk, ...]) -> dict[RepoPath, list[Hunk]]:
    """The hunks of each file, as git's own format tells them."""
    found: dict[RepoPath, list[Hunk]] = {}
    for part in parts:
        texts = list(parse_patch(part.body.encode("utf-8", "surrogateescape")))
        assert len(texts) == len(part.pieces)
        for piece, text in zip(part.pieces, texts, strict=True):
            found.setdefault(piece.path, []).extend(text.hunks)
    return found


def encodable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


@given(changes())
def test_every_line_stands_once_under_its_own_number(change: Change) -> None:
    parts = chunks(change, MARK)
    found = read_back(parts)
    assert set(found) == {patch.path for patch in change.patches}
    for patch in change.patches:
        again = replace(patch, hunks=tuple(found[patch.path]))
        whole = [encodable(line) for hunk in patch.hunks for line in hunk.lines]
        assert [line for hunk in again.hunks for line in hunk.lines] == whole
        assert again.added() == tuple((number, encodable(line)) for number, line in patch.added())
        assert again.removed() == tuple((number, encodable(line)) for number, line in patch.removed())
        for hunk in again.hunks:
            assert hunk.new_count == sum(line[:1] in "+ " for line in hunk.lines)
            assert hunk.old_count == sum(line[:1] in "- " for line in hunk.lines)


@given(changes())
def test_no_part_is_larger_than_one_read(change: Change) -> None:
    parts = chunks(change, MARK)
    texts = [part.text(MARK, len(parts)) for part in parts]
    assert all(len(text.encode("utf-8", "surrogateescape")) <= SIZE and text.count("\n") <= LINES for text in texts)
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert len({receipt for part in parts for receipt in part.receipts}) == 2 * len(parts)


def many(count: int, text: str = "x = 1") -> str:
    return "".join(f"{text}  # {number}\n" for number in range(count))


def test_files_stay_together_where_they_fit() -> None:
    small = [make_patch(path=f"src/{name}.py", added=many(150)) for name in "abc"]
    parts = chunks(make_change(*small), MARK)
    assert [[piece.path for piece in part.pieces] for part in parts] == [["src/a.py", "src/b.py"], ["src/c.py"]]


def test_a_large_file_is_cut_between_its_hunks_first() -> None:
    one = make_patch(added=many(250)).hunks[0]
    two = replace(one, old_start=900, new_start=1200)
    parts = chunks(make_change(make_patch(hunks=(one, two))), MARK)
    assert [(part.pieces[0].first, part.pieces[0].last) for part in parts] == [(1, 250), (1200, 1449)]
    assert all(part.body.startswith("diff --git a/src/boiler.py b/src/boiler.py\n--- a/") for part in parts)


def test_a_large_hunk_goes_on_under_a_header_with_its_own_numbers() -> None:
    parts = chunks(make_change(make_patch(added=many(900))), MARK)
    heads = [line for part in parts for line in part.body.split("\n") if line.startswith("@@")]
    assert heads == ["@@ -0,0 +1,391 @@", "@@ -0,0 +392,391 @@", "@@ -0,0 +783,118 @@"]


def test_what_was_written_by_hand_stands_first() -> None:
    paths = ("go.sum", "src/a.py", "vendor/x.py", "src/b.py")
    parts = chunks(make_change(*(make_patch(path=path) for path in paths)), MARK)
    assert [piece.path for part in parts for piece in part.pieces] == ["src/a.py", "src/b.py", "go.sum", "vendor/x.py"]


@pytest.mark.parametrize("lines", [1, 2, 3, 380])
def test_the_receipts_stand_in_the_middle_and_at_the_end(lines: int) -> None:
    (part,) = chunks(make_change(make_patch(added=many(lines))), MARK)
    text = part.text(MARK, 1).split("\n")
    middle, end = (next(n for n, line in enumerate(text) if receipt in line) for receipt in part.receipts)
    assert (end, text[end + 1 :]) == (len(text) - 2, [""])
    before = len("\n".join(text[2 : middle - 1]))
    assert before <= len(part.body) / 2 <= before + len(text[middle - 1]) + 2
    assert "\n".join((*text[2:middle], *text[middle + 1 : end - 1])) == part.body


def test_a_line_too_long_to_be_read_is_cut_and_says_where_the_rest_is() -> None:
    long = make_patch(path="app.min.js", added=f"short\n{'z' * 1_000_000}\nend\n")
    (part,) = chunks(make_change(long), MARK)
    cut = next(line for line in part.body.split("\n") if line.startswith("+zz"))
    assert cut == f"+{'z' * (LONGEST - 1)} [{MARK}: cut; this line has 1,000,000 characters, read on in line 2 of head]"
    assert part.body.endswith("\n+end")


@pytest.mark.parametrize(
    ("given_", "lines"),
    [
        ({"kind": FileKind.RENAMED, "old_path": RepoPath("old.py")}, ["rename from old.py", "rename to src/boiler.py"]),
        ({"kind": FileKind.COPIED, "old_path": RepoPath("old.py")}, ["copy from old.py", "copy to src/boiler.py"]),
        ({"new_mode": EntryMode.EXECUTABLE}, ["old mode 100644", "new mode 100755"]),
        ({"new_mode": EntryMode.ABSENT, "kind": FileKind.DELETED}, ["deleted file mode 100644"]),
        ({"old_mode": EntryMode.ABSENT, "kind": FileKind.ADDED}, ["new file mode 100644"]),
        ({"binary": True}, ["Binary files a/src/boiler.py and b/src/boiler.py differ"]),
    ],
)
def test_a_file_without_lines_is_stated(given_: dict[str, Any], lines: list[str]) -> None:
    patch: FilePatch = make_patch(hunks=(), **given_)
    (part,) = chunks(make_change(patch), MARK)
    assert part.body.split("\n")[1:] == lines
    assert [piece.first for piece in part.pieces] == [0]


def test_a_path_cannot_forge_a_line() -> None:
    patch = make_patch(path="a\n+++ b/forged\n@@ -1 +1 @@\u202e.py")
    (part,) = chunks(make_change(patch), MARK)
    assert part.body.count("\n") == 4
    assert "+++ b/a\\n+++ b/forged\\n@@ -1 +1 @@\\u202e.py" in part.body.split("\n")


def test_a_change_of_nothing_has_no_part() -> None:
    assert chunks(replace(make_change(), patches=()), MARK) == ()
