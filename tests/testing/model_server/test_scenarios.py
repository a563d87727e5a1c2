"""What goes wrong, goes wrong in each protocol the way a vendor's client would meet it."""

import json
import time
from typing import Any

import jsonschema
import pytest
from tests.testing.model_server.conftest import STREAM_PATHS, Client, asking, post, wait_for

from deepreview.testing.model_server import ANSWER, CANARY, SCENARIOS, SHORT, ModelServer
from deepreview.testing.model_server.script import Wire

WIRES = pytest.mark.parametrize("wire", list(Wire), ids=lambda wire: wire.value)
BOTH = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])

SCHEMA = {
    "type": "object",
    "$defs": {
        "claim": {
            "type": "object",
            "properties": {"line": {"type": "integer", "minimum": 5}},
            "required": ["line"],
        }
    },
    "properties": {
        "claims": {"type": "array", "items": {"$ref": "#/$defs/claim"}, "minItems": 2},
        "verdict": {"enum": ["approve", "reject"]},
        "note": {"anyOf": [{"type": "string", "minLength": 9}, {"type": "null"}]},
        "sure": {"type": ["boolean", "null"]},
    },
    "required": ["claims", "verdict", "note", "sure"],
    "additionalProperties": False,
}  # fmt: skip
WITH_SCHEMA: dict[Wire, dict[str, Any]] = {
    Wire.MESSAGES: {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
    Wire.RESPONSES: {"text": {"format": {"type": "json_schema", "schema": SCHEMA}}},
    Wire.CHAT: {"response_format": {"type": "json_schema", "json_schema": {"schema": SCHEMA}}},
    Wire.GEMINI: {"generationConfig": {"responseJsonSchema": SCHEMA}},
}
ERRORS = {
    "400": ("invalid_request_error", "invalid_request_error", "INVALID_ARGUMENT"),
    "401": ("authentication_error", "invalid_request_error", "UNAUTHENTICATED"),
    "403": ("permission_error", "invalid_request_error", "PERMISSION_DENIED"),
    "429": ("rate_limit_error", "requests", "RESOURCE_EXHAUSTED"),
    "500": ("api_error", "server_error", "INTERNAL"),
    "529": ("overloaded_error", "server_error", "UNAVAILABLE"),
}


def text_of(wire: Wire, said: dict) -> str:  # type: ignore[type-arg] # a parsed answer
    """The text of a whole answer."""
    match wire:
        case Wire.MESSAGES:
            return "".join(block["text"] for block in said["content"])
        case Wire.RESPONSES:
            return "".join(item["content"][0]["text"] for item in said["output"])
        case Wire.CHAT:
            return str(said["choices"][0]["message"]["content"])
        case Wire.GEMINI:
            return "".join(part["text"] for part in said["candidates"][0]["content"]["parts"])


@WIRES
@pytest.mark.parametrize("status", ERRORS)
def test_an_error_status_has_the_body_of_the_vendor(client: Client, wire: Wire, status: str) -> None:
    answer = client.ask(wire, status)
    assert answer.status == int(status)
    error = answer.json()["error"]
    anthropic, openai, google = ERRORS[status]
    expected = {Wire.MESSAGES: anthropic, Wire.GEMINI: google}.get(wire, openai)
    assert error["status" if wire is Wire.GEMINI else "type"] == expected
    assert error["message"]
    assert answer.headers.get("retry-after") == ("1" if status == "429" else None)


@WIRES
@pytest.mark.parametrize("scenario", ["quota", "usage-limit"])
def test_a_quota_is_told_apart_from_a_rate(client: Client, wire: Wire, scenario: str) -> None:
    answer = client.ask(wire, scenario)
    assert answer.status == 429
    error = answer.json()["error"]
    assert "quota" in error["message"].lower() or "usage limit" in error["message"].lower()
    assert error != client.ask(wire, "429").json()["error"]


@WIRES
def test_it_fails_as_often_as_the_name_says_then_answers(client: Client, wire: Wire) -> None:
    statuses = [client.ask(wire, "500-twice", label=wire.value).status for _ in range(4)]
    assert statuses == [500, 500, 200, 200]


@WIRES
def test_runs_with_other_labels_are_counted_apart(client: Client, wire: Wire) -> None:
    labels = [f"{wire.value}-a", f"{wire.value}-b", f"{wire.value}-a"]
    assert [client.ask(wire, "500-once", label=label).status for label in labels] == [500, 500, 200]


@BOTH
@WIRES
def test_a_cut_answer_ends_before_its_end(client: Client, wire: Wire, stream: bool) -> None:
    answer = client.ask(wire, "cut", stream=stream)
    assert answer.status == 200
    assert not answer.whole
    assert answer.body


@WIRES
def test_a_stalled_stream_starts_and_says_nothing_more(server: ModelServer, wire: Wire) -> None:
    started = time.monotonic()
    url = server.url("hang-mid", wire.value) + STREAM_PATHS[wire]
    with pytest.raises(TimeoutError):
        post(url, asking(wire, stream=True), timeout=0.3)
    assert time.monotonic() - started < 5
    (seen,) = server.recording.of("hang-mid", wire.value)
    assert seen.sent.startswith((b"data: ", b"event: "))
    wait_for(lambda: seen.disconnected)


@WIRES
def test_a_hanging_model_sends_nothing_at_all(server: ModelServer, wire: Wire) -> None:
    url = server.url("hang", wire.value) + STREAM_PATHS[wire]
    with pytest.raises(TimeoutError):
        post(url, asking(wire, stream=True), timeout=0.3)
    (seen,) = server.recording.of("hang", wire.value)
    assert (seen.status, seen.sent_bytes, seen.complete) == (0, 0, False)
    wait_for(lambda: seen.disconnected)


@WIRES
def test_a_malformed_stream_is_whole_on_the_wire_and_no_json(client: Client, wire: Wire) -> None:
    answer = client.ask(wire, "malformed", stream=True)
    assert answer.whole
    with pytest.raises(json.JSONDecodeError):
        answer.events()


@WIRES
def test_an_answer_that_is_no_stream_fails_as_one(client: Client, wire: Wire) -> None:
    malformed = client.ask(wire, "malformed")
    assert (malformed.status, malformed.headers["content-type"]) == (200, "application/json")
    with pytest.raises(json.JSONDecodeError):
        malformed.json()
    failed = client.ask(wire, "failed")
    assert (failed.status, failed.json()["error"]) == (500, client.ask(wire, "500").json()["error"])


@BOTH
@WIRES
def test_a_page_comes_with_status_200(client: Client, wire: Wire, stream: bool) -> None:
    answer = client.ask(wire, "html", stream=stream)
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.body.startswith(b"<!DOCTYPE html>")


@WIRES
def test_a_failed_stream_carries_the_error_event_of_the_vendor(client: Client, wire: Wire) -> None:
    last = client.ask(wire, "failed", stream=True).events()[-1]
    if wire is Wire.RESPONSES:
        assert (last["type"], last["response"]["status"]) == ("response.failed", "failed")
        last = last["response"]
    assert last["error"]["message"]


@WIRES
def test_a_slow_answer_trickles(client: Client, wire: Wire) -> None:
    started = time.monotonic()
    answer = client.ask(wire, "slow", stream=True)
    assert time.monotonic() - started > 1
    assert len(answer.events()) > len(ANSWER) / 8


@WIRES
def test_the_answer_matches_the_wanted_schema(client: Client, wire: Wire) -> None:
    answer = client.ask(wire, "schema", **WITH_SCHEMA[wire])
    jsonschema.validate(json.loads(text_of(wire, answer.json())), SCHEMA)


@WIRES
def test_a_schema_shown_in_the_prompt_counts_too(client: Client, wire: Wire) -> None:
    prompt = f"Answer so:\n```json\n{json.dumps(SCHEMA)}\n```\nNothing else."
    jsonschema.validate(json.loads(text_of(wire, client.ask(wire, "final", prompt=prompt).json())), SCHEMA)


@WIRES
def test_a_bad_answer_is_repaired_when_asked_again(client: Client, wire: Wire) -> None:
    valid = jsonschema.Draft202012Validator(SCHEMA).is_valid
    answers = [client.ask(wire, "bad-schema", label=wire.value, **WITH_SCHEMA[wire]) for _ in range(2)]
    assert [valid(json.loads(text_of(wire, answer.json()))) for answer in answers] == [False, True]


@WIRES
def test_short_and_quota_notices_are_plain_answers(client: Client, wire: Wire) -> None:
    assert text_of(wire, client.ask(wire, "short").json()) == SHORT
    notice = client.ask(wire, "echo-quota")
    assert notice.status == 200
    assert "limit" in text_of(wire, notice.json()).lower() or "quota" in text_of(wire, notice.json()).lower()


CLAUDE = [{"name": name, "input_schema": {"type": "object"}} for name in ("Bash", "Read", "Write", "StructuredOutput")]


def test_tools_are_asked_for_in_the_words_of_the_program_then_it_answers(client: Client) -> None:
    said = client.ask(Wire.MESSAGES, "tools", tools=CLAUDE[:3]).json()
    calls = [block for block in said["content"] if block["type"] == "tool_use"]
    assert [call["name"] for call in calls] == ["Read", "Bash"]
    assert calls[1]["input"]["command"].startswith("git log")
    results = [{"type": "tool_result", "tool_use_id": call["id"], "content": "seen"} for call in calls]
    history = [{"role": "user", "content": "Review"}, {"role": "assistant", "content": said["content"]}]
    history += [{"role": "user", "content": results}]
    (blame,) = client.ask(Wire.MESSAGES, "tools", tools=CLAUDE[:3], messages=history).json()["content"]
    assert blame["input"]["command"].startswith("git blame")
    history += [{"role": "assistant", "content": [blame]}, {"role": "user", "content": results}]
    assert (
        text_of(Wire.MESSAGES, client.ask(Wire.MESSAGES, "tools", tools=CLAUDE[:3], messages=history).json()) == ANSWER
    )


@WIRES
@pytest.mark.parametrize("scenario", ["tools", "loop", "write"])
def test_a_program_that_offers_no_tool_is_answered_at_once(client: Client, wire: Wire, scenario: str) -> None:
    assert text_of(wire, client.ask(wire, scenario).json()) == ANSWER


def test_damage_is_asked_for_even_where_no_tool_could_do_it(client: Client) -> None:
    said = client.ask(Wire.MESSAGES, "write", tools=[CLAUDE[1]]).json()["content"]
    assert [call["name"] for call in said] == ["Write", "Bash"]
    assert CANARY in said[1]["input"]["command"]


def test_a_loop_never_ends(client: Client) -> None:
    turns = [{"role": "user", "content": "Review"}, {"role": "assistant", "content": "I look"}] * 30
    said = client.ask(Wire.MESSAGES, "loop", tools=CLAUDE[:3], messages=[*turns, turns[0]]).json()
    assert said["stop_reason"] == "tool_use"


def test_a_schema_wanted_by_a_call_is_answered_by_a_call(client: Client) -> None:
    tool = {"name": "StructuredOutput", "input_schema": SCHEMA}
    (call,) = client.ask(Wire.MESSAGES, "schema", tools=[tool]).json()["content"]
    assert call["name"] == "StructuredOutput"
    jsonschema.validate(call["input"], SCHEMA)


def test_every_scenario_answers_something_to_every_protocol(client: Client) -> None:
    quiet = {"hang", "hang-mid", "slow"}
    for scenario in sorted(SCENARIOS.keys() - quiet):
        for wire in Wire:
            answer = client.ask(wire, scenario, label="all", stream=True)
            assert answer.status in {200, 400, 401, 403, 429, 500, 529}, scenario
