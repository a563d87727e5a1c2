"""What the recorded streams of the real command lines mean: the same events for all, every failure by its kind."""

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepreview.agents.base import Exit, Question
from deepreview.agents.catalog import COMMAND_LINES
from deepreview.agents.gemini import json_in
from deepreview.model.agent import AgentEvent, Answered, Began, Broke, Failure, Spent, Text, ToolCall, ToolResult, total

STREAMS = Path(__file__).parent / "streams"
RECORDED = ("claude", "codex", "gemini")
OTHERWISE = {("qwen", "500"), ("qwen", "refusal"), ("qwen", "empty")}
"""It tries for longer than its own limit of time, or takes the refusal of that protocol for an empty answer."""
TRANSIENT = {Failure.SERVER, Failure.CUT_OFF, Failure.MALFORMED}
BROKEN: Mapping[str, set[Failure]] = {
    "400": {Failure.REQUEST},
    "401": {Failure.AUTH},
    "403": {Failure.AUTH},
    "429": {Failure.RATE_LIMIT},
    "quota": {Failure.QUOTA},
    "usage-limit": {Failure.QUOTA},
    "500": {Failure.SERVER},
    "529": {Failure.SERVER},
    "cut": TRANSIENT,
    "malformed": TRANSIENT,
    "html": TRANSIENT,
    "failed": TRANSIENT,
    "refusal": {Failure.REFUSED},
}
"""Where the tools end without an answer, and as what: which of the transient kinds depends on the tool's words."""
ANSWERED = ("ok", "tools", "write", "schema", "short", "echo-quota", "500-once")
"""Where they end with one, whatever it is worth."""


def recorded(scenarios: Iterable[str]) -> list[tuple[str, str]]:
    """The recordings that there are, and all of those three."""
    wanted = [(name, scenario) for name in COMMAND_LINES for scenario in scenarios]
    return [(name, scenario) for name, scenario in wanted if name in RECORDED or there(name, scenario)]


def there(name: str, scenario: str) -> bool:
    return (STREAMS / name / f"{scenario}.jsonl").exists() and (name, scenario) not in OTHERWISE


def played(name: str, scenario: str) -> tuple[list[AgentEvent], Answered | Broke]:
    stream = STREAMS / name / f"{scenario}.jsonl"
    run = json.loads((STREAMS / name / "runs.json").read_text(encoding="utf-8"))[scenario]
    reading = COMMAND_LINES[name].dialect.reading(Question(prompt="x", schema="{}" if "schema" in scenario else ""))
    events = [event for line in stream.read_bytes().splitlines() for event in reading.line(line)]
    return events, reading.end(Exit(code=run["exit"], stderr="\n".join(run["stderr"])))


@pytest.mark.parametrize(("name", "scenario"), recorded(BROKEN))
def test_a_failure_is_typed(name: str, scenario: str) -> None:
    last = played(name, scenario)[1]
    assert isinstance(last, Broke), last
    assert last.failure in BROKEN[scenario]
    assert last.message.strip() == last.message != ""
    assert "\n" not in last.message


@pytest.mark.parametrize(("name", "scenario"), recorded(ANSWERED))
def test_an_answer_is_one_and_its_text_is_there_once(name: str, scenario: str) -> None:
    events, last = played(name, scenario)
    assert isinstance(last, Answered), last
    assert sum(isinstance(event, Began) for event in events) == 1
    if "schema" not in scenario:
        assert "".join(event.text for event in events if isinstance(event, Text)).count(last.text) == 1


@pytest.mark.parametrize("name", RECORDED)
def test_tools_are_seen_with_their_arguments_and_the_size_of_what_they_gave(name: str) -> None:
    events, _ = played(name, "tools")
    calls = [event for event in events if isinstance(event, ToolCall)]
    results = {event.id: event for event in events if isinstance(event, ToolResult)}
    assert len(calls) == 3
    assert [call.id for call in calls if call.id not in results] == []
    assert "README.md" in calls[0].arguments + calls[1].arguments
    assert any("git blame" in call.arguments for call in calls)
    assert all(result.size > 0 or result.size == -1 for result in results.values())
    text = "".join(event.text for event in events if isinstance(event, Text))
    assert text.startswith("I look at the file")
    assert "history.I read" not in text


@pytest.mark.parametrize("name", RECORDED)
def test_tokens_add_up_to_what_the_server_told(name: str) -> None:
    used = total(event.usage for event in played(name, "tools")[0] if isinstance(event, Spent))
    assert (used.sent, used.cached, used.output) == (3000, 600, 150)


@pytest.mark.parametrize("name", RECORDED)
def test_a_schema_gives_json_and_wrong_json_is_left_to_the_asker_or_refused(name: str) -> None:
    last = played(name, "schema")[1]
    assert isinstance(last, Answered)
    assert json.loads(last.data) == {"verdict": "text", "claims": ["text"]}
    never = played(name, "never-schema")[1]
    if isinstance(never, Broke):
        assert never.failure is Failure.MALFORMED
    else:
        assert json.loads(never.data) == {"wrong": 1}


@pytest.mark.parametrize("name", RECORDED)
def test_an_empty_answer_is_not_taken_for_one(name: str) -> None:
    last = played(name, "empty")[1]
    assert last == Answered(text="", data="") or (isinstance(last, Broke) and last.failure is Failure.EMPTY)


@pytest.mark.parametrize("name", RECORDED)
def test_a_write_that_was_stopped_leaves_a_trace(name: str) -> None:
    kinds = Counter(event.kind for event in played(name, "write")[0])
    failed = any(isinstance(event, ToolResult) and event.failed for event in played(name, "write")[0])
    assert kinds["denied"] >= 1 or failed


@pytest.mark.parametrize("name", sorted(COMMAND_LINES))
@given(lines=st.lists(st.binary(max_size=200) | st.from_regex(rb'\{"type": ?"[a-z_.]{1,12}"(, ?"item": ?\[1\])?\}')))
def test_no_line_breaks_a_reading(name: str, lines: list[bytes]) -> None:
    reading = COMMAND_LINES[name].dialect.reading(Question(prompt="x"))
    for line in lines:
        assert all(not isinstance(event, Answered | Broke) for event in reading.line(line))
    assert isinstance(reading.end(Exit(code=0, stderr="")), Broke)


@pytest.mark.parametrize("name", RECORDED)
@pytest.mark.parametrize("drop", [1, 2, 5])
def test_a_stream_that_ends_early_is_no_answer(name: str, drop: int) -> None:
    lines = (STREAMS / name / "tools.jsonl").read_bytes().splitlines()[:-drop]
    reading = COMMAND_LINES[name].dialect.reading(Question(prompt="x"))
    for line in lines:
        list(reading.line(line))
    for code in (0, -9, 143):
        last = reading.end(Exit(code=code, stderr=""))
        assert isinstance(last, Broke)
        assert last.failure is (Failure.CUT_OFF if code == 0 else Failure.KILLED)


@pytest.mark.parametrize("name", RECORDED)
@given(data=st.data())
def test_unknown_fields_and_types_are_not_fatal(name: str, data: st.DataObject) -> None:
    lines = (STREAMS / name / "tools.jsonl").read_bytes().splitlines()
    found = json.loads(data.draw(st.sampled_from(lines)))
    key = data.draw(st.sampled_from(sorted(found)))
    found[key] = data.draw(st.sampled_from([None, 7, "new", [], {}, [1], {"type": []}]))
    reading = COMMAND_LINES[name].dialect.reading(Question(prompt="x"))
    for event in reading.line(json.dumps(found).encode()):
        assert not isinstance(event, Answered | Broke)


@pytest.mark.parametrize("odd", [[], {}, [1], 7, None])
def test_a_kind_that_is_no_text_is_not_fatal(odd: object) -> None:
    lines = {
        "claude": {"type": "system", "subtype": odd},
        "gemini": {"type": "tool_result", "tool_id": "1", "status": "error", "error": {"type": odd}},
    }
    for name, line in lines.items():
        reading = COMMAND_LINES[name].dialect.reading(Question(prompt="x"))
        assert not [one for one in reading.line(json.dumps(line).encode()) if isinstance(one, Answered | Broke)]


def test_what_qwen_ends_otherwise() -> None:
    ends = {scenario: played(name, scenario)[1] for name, scenario in sorted(OTHERWISE)}
    failures = {scenario: end.failure for scenario, end in ends.items() if isinstance(end, Broke)}
    assert failures == {"500": Failure.LIMIT, "refusal": Failure.EMPTY, "empty": Failure.EMPTY}


def test_what_geminis_own_guard_stops_is_no_answer_though_it_says_success() -> None:
    reading = COMMAND_LINES["gemini"].dialect.reading(Question(prompt="x"))
    lines = (
        b'{"type":"message","role":"assistant","content":"I look at the file.","delta":true}',
        b'{"type":"error","severity":"warning","message":"Loop detected, stopping execution"}',
        b'{"type":"result","status":"success","stats":{}}',
    )
    told = [event for line in lines for event in reading.line(line)]
    assert Text(text="I look at the file.") in told
    assert reading.end(Exit(code=0, stderr="")) == Broke(
        failure=Failure.LIMIT, message="Loop detected, stopping execution"
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1}', '{"a": 1}'),
        ('Here:\n```json\n{"a": 1}\n```\nDone.', '{"a": 1}'),
        ('```\r\n\n {"a": "```"}\n  ```', '{"a": "```"}'),
        ('```json\n{"a": 1}', '```json\n{"a": 1}'),
    ],
)
def test_json_in_an_answer(text: str, found: str) -> None:
    assert json_in(text) == found


@pytest.mark.parametrize("text", ["```" + "\n" * 200_000, "```\n" * 50_000, "```" + " " * 200_000, "`" * 200_000])
def test_looking_for_json_takes_no_time_whatever_the_answer(text: str) -> None:
    began = time.process_time()
    json_in(text)
    assert time.process_time() - began < 1
