"""A text without end is kept as far as it is ever read."""

from hypothesis import given
from hypothesis import strategies as st

from deepreview.agents.base import Exit, Question
from deepreview.agents.catalog import COMMAND_LINES
from deepreview.agents.kept import MOST, Kept
from deepreview.model.agent import Answered, Text
from deepreview.parse.lines import MOST_CHARACTERS
from deepreview.reviewers.agent.transcript import Transcript


@given(st.lists(st.text(max_size=5)))
def test_pieces_are_kept_as_they_are(pieces: list[str]) -> None:
    kept = Kept()
    for piece in pieces:
        kept.add(piece)
    assert (kept.text, kept.size) == ("".join(pieces), sum(map(len, pieces)))


def test_no_more_is_kept_than_is_read() -> None:
    assert MOST == MOST_CHARACTERS
    reading, turn = COMMAND_LINES["gemini"].dialect.reading(Question(prompt="x")), Transcript()
    piece = "a" * 10_000
    line = b'{"type": "message", "role": "assistant", "content": "%s"}' % piece.encode()
    for _ in range(MOST // len(piece) + 5):
        for event in reading.line(line):
            assert event == Text(text=piece)
            turn.take(event)
    assert list(reading.line(b'{"type": "result", "status": "success", "stats": {}}')) == []
    last = reading.end(Exit(code=0, stderr=""))
    assert isinstance(last, Answered)
    turn.take(last)
    assert len(last.text) == len(turn.joined) == len(turn.whole) == MOST
    assert len(turn._line) <= 1_000
