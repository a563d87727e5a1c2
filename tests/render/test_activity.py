"""What a watcher is told of an agent."""

import json

import pytest

from deepreview.model.agent import (
    AgentEvent,
    Answered,
    Began,
    Broke,
    Denied,
    Failure,
    Retried,
    Spent,
    Text,
    ToolCall,
    ToolResult,
    Unrecognised,
    Usage,
)
from deepreview.render.activity import activity, money, tokens


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (Began(session="s", model="opus", version=""), "began opus"),
        (Text(text="\n  I read the parser.\nThen more."), "“I read the parser.”"),
        (Text(text="\n"), ""),
        (ToolCall(id="1", tool="Bash", arguments='{"description": "d", "command": "git log\\n-3"}'), "Bash git log -3"),
        (ToolCall(id="1", tool="Read", arguments='{"file_path": "src/a.py"}'), "Read src/a.py"),
        (ToolCall(id="1", tool="plan", arguments='{"steps": 3}'), "plan"),
        (ToolCall(id="1", tool="shell", arguments='{"command": "cut o'), 'shell {"command": "cut o'),
        (ToolCall(id="1", tool="list", arguments="[1]"), "list [1]"),
        (ToolResult(id="1", size=3, failed=False), ""),
        (Spent(usage=Usage(output=3)), ""),
        (Unrecognised(what="new", raw="{}"), ""),
        (Retried(attempt=2, reason="overloaded"), "tries again (2): overloaded"),
        (Denied(tool="Write", reason="by rule"), "was not allowed Write: by rule"),
        (Answered(text="x" * 1200, data=""), "answered with 1,200 characters"),
        (Broke(failure=Failure.QUOTA, message="none left"), "broke off, quota: none left"),
    ],
    ids=str,
)
def test_each_event_in_a_line(event: AgentEvent, told: str) -> None:
    assert activity(event) == told


def test_a_line_is_short_and_shows_what_would_hide() -> None:
    call = ToolCall(id="1", tool="Bash", arguments=json.dumps({"command": "echo \u202eevil\x1b[2J" + "y" * 300}))
    line = activity(call)
    assert len(line) == 110
    assert "\\u202eevil\\x1b[2J" in line
    assert line.endswith("y…")


def test_money_and_tokens() -> None:
    assert money(Usage()) == ""
    assert money(Usage(usd=0.004, priced="list")) == "<$0.01"
    assert money(Usage(usd=1.239, priced="reported")) == "$1.24"
    assert money(Usage(usd=1.2, priced="partly")) == "≥ $1.20"
    assert [tokens(n) for n in (999, 1_000, 12_345, 999_499, 999_500, 3_400_000)] == [
        "999", "1k", "12k", "999k", "1.0M", "3.4M",
    ]  # fmt: skip
