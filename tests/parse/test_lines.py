import time

import pytest

from deepreview.parse.lines import closed, read_lines
from deepreview.parse.outline import opens


def fenced(text: str) -> list[str]:
    return [line.text for line in read_lines(text, opens) if line.fenced]


def test_a_fence_ends_with_a_mark_as_long_and_without_words() -> None:
    assert fenced("a\n````\n```\nb\n````\nc") == ["````", "```", "b", "````"]


def test_a_forgotten_end_is_made_up_for_by_the_next_opening() -> None:
    lines = read_lines("```go\na\n\n```diff\nb\n```\nc", opens)
    assert [line.opens for line in lines] == ["go", None, None, "diff", None, None, None]
    assert not lines[-1].fenced


def test_fenced_code_may_stand_in_fenced_markdown() -> None:
    assert fenced("```markdown\n# x\n```go\ny\n```\nz\n```\nout")[-2:] == ["z", "```"]


@pytest.mark.parametrize("heading", ["### Important Issues", "I2. **Title** — `a.py:3`", "**S1. Title — `a.py:3`**"])
def test_what_can_only_be_a_heading_ends_a_fence_that_nobody_closes(heading: str) -> None:
    lines = read_lines(f"```go\nx\n\n{heading}\n\ntext", opens)
    assert [line.fenced for line in lines] == [True, True, True, False, False, False]


def test_a_comment_in_code_ends_no_fence() -> None:
    lines = read_lines("```sh\n# Suggestions\n```\nafter", opens)
    assert [line.fenced for line in lines] == [True, True, True, False]


def test_a_report_handed_over_as_code_is_read() -> None:
    lines = read_lines("Here it is:\n```markdown\n\n## Findings\n\n```go\nx\n```\nend\n```\n", opens)
    assert [line.text for line in lines if line.fenced] == ["```go", "x", "```"]


def test_every_line_end_is_one() -> None:
    assert [line.text for line in read_lines("a\r\nb\rc\nd", opens)] == ["a", "b", "c", "d"]


def test_an_open_fence_is_closed() -> None:
    assert closed("\na\n```go\nb\n\n") == "a\n```go\nb\n```"
    assert closed("```go\nb\n```") == "```go\nb\n```"


def test_closing_twice_changes_nothing() -> None:
    once = closed("````md\n```go\nb")
    assert closed(once) == once


def test_marks_of_growing_length_take_linear_time() -> None:
    text = "\n".join("`" * (3 + n % 400) + "\n## Findings" for n in range(20_000))
    started = time.monotonic()
    read_lines(text, opens)
    assert time.monotonic() - started < 10


FIRST = "I1. **First** — `a.py:1`"
NEXT = "I2. **Title** — `a.py:3`"


@pytest.mark.parametrize(
    ("text", "fences"),
    [
        (f"```go\nx\n\n{NEXT}\n\n```go\ny\n```\nz", ["```go", "x", "", "```go", "y", "```"]),
        (f"```\nx\n\n{NEXT}\n\n```\ny\n```\nz", ["```", "x", "", "```", "y", "```"]),
        ("```go\nx\n\n### I2: Title\n\n```go\ny\n```\nz", ["```go", "x", "", "```go", "y", "```"]),
    ],
)
def test_a_fence_whose_end_is_missing_ends_at_the_next_finding(text: str, fences: list[str]) -> None:
    assert fenced(f"{FIRST}\n\n{text}") == fences


@pytest.mark.parametrize("mark", ["```", "```text", "````markdown"])
def test_a_finding_that_is_quoted_as_code_ends_no_fence(mark: str) -> None:
    close = mark.rstrip("abcdefghijklmnopqrstuvwxyz")
    assert NEXT in fenced(f"{FIRST}\n\n{mark}\nx\n{NEXT}\n{close}\n\n```go\ny\n```\n")
