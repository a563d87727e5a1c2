"""Text in pieces becomes text in lines, and nothing of it is lost."""

from hypothesis import given
from hypothesis import strategies as st

from deepreview.engine.held import Held
from deepreview.model.agent import Answered, Text

LETTERS = st.text(st.sampled_from("ab \n"), max_size=30) | st.sampled_from(
    ["-----BEGIN X KEY-----\n", "-----END X", "-"]
)


@given(st.lists(LETTERS))
def test_all_is_passed_on_in_whole_lines(pieces: list[str]) -> None:
    held = Held()
    told = [event for piece in pieces for event in held.take(Text(text=piece))]
    assert all(isinstance(event, Text) and event.text.endswith("\n") for event in told)
    told += held.take(last := Answered(text="", data=""))
    assert told[-1] is last
    assert "".join(event.text for event in told if isinstance(event, Text)) == "".join(pieces)


def test_a_key_in_lines_is_one() -> None:
    key = ["Look:\n-----BEGIN RSA PRIVATE KEY-----\n", *["MIIEpAIBAAKCAQEA\n"] * 20, "-----END RSA PRIVATE KEY-----\n"]
    held = Held()
    told = [event.text for piece in key for event in held.take(Text(text=piece)) if isinstance(event, Text)]
    assert told == ["Look:\n", "".join(key).removeprefix("Look:\n")]


def test_what_never_ends_is_not_held_for_ever() -> None:
    held = Held()
    told = [event for _ in range(100) for event in held.take(Text(text="word " * 500))]
    assert len(told) > 5
    assert all(isinstance(event, Text) and event.text.endswith(" ") for event in told)
    assert list(held.take(Text(text="x" * 50_000)))
