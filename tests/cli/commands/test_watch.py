"""Following a round from another terminal."""

from pathlib import Path

from deepreview.agents.base import Question, Spec
from deepreview.archive.folder import RoundFolder
from deepreview.archive.journal import Journal, Turn
from deepreview.cli.commands.watch import Watcher
from deepreview.model.agent import Answered, Failure, Spent, Text, ToolCall, Usage
from deepreview.model.round import Failed
from deepreview.testing.shell import Shell

SPEC = Spec(agent="claude", model="opus")


def test_news_are_told_once_and_half_a_line_is_left_for_later(tmp_path: Path) -> None:
    watcher = Watcher(folder=RoundFolder(path=tmp_path))
    assert list(watcher.news()) == []
    journal = Journal(path=tmp_path / "claude.events.jsonl")
    journal.open()
    turn = Turn.of(SPEC, Question(prompt="x"), 2)
    journal.begin(turn, SPEC)
    journal.note(turn, ToolCall(id="1", tool="Read", arguments='{"path": "a.py"}'))
    journal.note(turn, Spent(usage=Usage(output=1)))
    assert list(watcher.news()) == [
        "claude             0:00  asks claude:opus (pass 2)",
        "claude             0:00  Read a.py",
    ]
    journal.note(turn, Text(text="Something is wrong."))
    path = tmp_path / "claude.events.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])
    assert list(watcher.news()) == []
    path.write_bytes(whole)
    assert [line.split("  ")[-1] for line in watcher.news()] == ["“Something is wrong.”"]
    journal.note(turn, Answered(text="Done.", data=""))
    journal.close()
    RoundFolder(path=tmp_path).end(
        Failed(reviewer="claude", failure=Failure.SHORT, error="5 characters in 1 s", claims=0, seconds=1.0)
    )
    assert [line.split(maxsplit=1)[1] for line in watcher.news()] == [
        "0:00  answered with 5 characters",
        "FAILED: short: 5 characters in 1 s",
    ]
    assert list(watcher.news()) == []


def test_a_finished_round_and_none_at_all(shell: Shell) -> None:
    code, told = shell.complains("watch")
    assert (code, told.partition(" (")[0]) == (2, "deepreview: no round has been made yet")
    shell("review", "--with", "names", "-q")
    done = shell("watch")
    assert done.code == 0
    first, ended, last = done.stdout.decode().splitlines()
    assert first.endswith("-topic")
    assert ended.startswith("names")
    assert "done in" in ended
    assert last.startswith("finished; `deepreview show")
