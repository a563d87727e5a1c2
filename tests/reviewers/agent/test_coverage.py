from deepreview.context.chunks import chunks
from deepreview.model.change import RepoPath
from deepreview.reviewers.agent.coverage import coverage, received, spans
from deepreview.reviewers.agent.opened import Opened
from deepreview.testing.builders import make_change, make_patch

CHANGE = make_change(
    make_patch(path="src/large.py", added="x = 1\n" * 900),
    make_patch(path="src/small.py"),
    make_patch(path="logo.png", hunks=(), binary=True),
)
PARTS = chunks(CHANGE, "f" * 16)


def judged(
    receipts: tuple[int, ...] = (),
    claimed: tuple[str, ...] = (),
    paths: tuple[str, ...] = (),
    parts: tuple[int, ...] = (),
) -> tuple[list[str], dict[str, str]]:
    text = "Receipts: " + ", ".join(" ".join(part.receipts) for part in PARTS if part.number in receipts)
    opened = Opened(paths=frozenset(map(RepoPath, paths)), parts=frozenset(parts))
    found = coverage(CHANGE, PARTS, text, claimed, opened)
    return list(found.read), {one.path: one.reason for one in found.unread}


def test_a_file_was_read_where_all_its_parts_were() -> None:
    assert [[piece.path for piece in part.pieces] for part in PARTS] == [
        ["src/large.py"],
        ["src/large.py"],
        ["src/large.py", "src/small.py", "logo.png"],
    ]
    assert judged(receipts=(1, 2, 3)) == (["src/large.py", "src/small.py"], {})
    assert judged(parts=(1, 2, 3)) == (["src/large.py", "src/small.py"], {})
    assert judged(receipts=(1,), parts=(2, 3)) == (["src/large.py", "src/small.py"], {})


def test_a_small_file_was_read_where_it_was_opened_and_a_large_one_was_not() -> None:
    read, unread = judged(paths=("src/small.py", "src/large.py"), receipts=(2,))
    assert read == ["src/small.py"]
    assert unread == {
        "src/large.py": "it opened the file, but neither receipt nor tool call shows parts 1, 3 of the diff"
    }


def test_its_word_is_told_apart_from_what_is_shown() -> None:
    read, unread = judged(claimed=("large.py",))
    assert read == []
    assert unread == {
        "src/large.py": "it says that it read this, but neither receipt nor tool call shows it",
        "src/small.py": "neither its list, a receipt nor a tool call names it",
    }


def test_a_part_of_which_a_tool_hid_the_middle_was_not_read() -> None:
    opened = Opened(paths=frozenset(), parts=frozenset({1, 2, 3}))
    told = " ".join((*PARTS[0].receipts, PARTS[1].receipts[1], *PARTS[2].receipts))
    found = coverage(CHANGE, PARTS, told, (), opened)
    assert (list(found.read), sorted(found.parts)) == (["src/small.py"], [1, 3])


def test_a_receipt_of_another_brief_is_none() -> None:
    other = chunks(CHANGE, "e" * 16)
    assert received(" ".join(" ".join(part.receipts) for part in other), PARTS) == frozenset()


def test_numbers_are_told_in_runs() -> None:
    assert spans([4]) == "part 4"
    assert spans([7, 1, 2, 3, 9]) == "parts 1-3, 7, 9"
