import pytest

from deepreview.render.passages import Passage, passages


def told(text: str) -> list[tuple[str, bool]]:
    return [(passage.text, passage.code) for passage in passages(text)]


def test_prose_and_code_in_turn() -> None:
    text = "It was:\n\n```python\ndef f():\n    pass\n```\n\nNow it is gone.\n~~~\nx\n~~~\n"
    assert told(text) == [
        ("It was:\n", False),
        ("def f():\n    pass", True),
        ("\nNow it is gone.", False),
        ("x", True),
    ]


@pytest.mark.parametrize("text", ["plain", "two\nlines", "```inline``` code begins a line", "``two`` ticks"])
def test_prose_alone(text: str) -> None:
    assert list(passages(text)) == [Passage(text=text, code=False)]


def test_a_longer_fence_holds_a_shorter_one() -> None:
    assert told("````\n```\nx\n```\n````") == [("```\nx\n```", True)]


def test_an_open_fence_goes_on_to_the_end() -> None:
    assert told("a\n```\nb\nc") == [("a", False), ("b\nc", True)]


@pytest.mark.parametrize("text", ["", "\n \n", "```\n\n```"])
def test_nothing_is_no_passage(text: str) -> None:
    assert told(text) == []
