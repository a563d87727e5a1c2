"""Each protocol says the same turn in its own form, whole and as a stream, with exact figures."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.testing.model_server.conftest import Answered, Client

from deepreview.testing.model_server import ANSWER, THOUGHT, Call, ModelServer, Turn, Usage
from deepreview.testing.model_server.script import Stop, Wire

USAGE = Usage(input=1234, cached=200, written=30, output=56, reasoning=7)
CALLS = (Call(name="look", arguments={"at": "a/b.py"}), Call(name="list"))
TEXT = 'Two lines\nwith "quotes", a \\ and ünïcode 🙂.'

FIGURES: dict[Wire, Any] = {
    Wire.MESSAGES: {
        "input_tokens": 1004,
        "cache_creation_input_tokens": 30,
        "cache_read_input_tokens": 200,
        "output_tokens": 56,
    },
    Wire.RESPONSES: {
        "input_tokens": 1234,
        "input_tokens_details": {"cached_tokens": 200},
        "output_tokens": 56,
        "output_tokens_details": {"reasoning_tokens": 7},
        "total_tokens": 1290,
    },
    Wire.CHAT: {
        "prompt_tokens": 1234,
        "prompt_tokens_details": {"cached_tokens": 200},
        "completion_tokens": 56,
        "completion_tokens_details": {"reasoning_tokens": 7},
        "total_tokens": 1290,
    },
    Wire.GEMINI: {
        "promptTokenCount": 1234,
        "cachedContentTokenCount": 200,
        "candidatesTokenCount": 49,
        "thoughtsTokenCount": 7,
        "totalTokenCount": 1290,
    },
}

Heard = tuple[str, list[tuple[str, Any]], Any, str]
"""What a client understands: text, calls, figures, why it stopped."""


def _messages(answer: Answered) -> Heard:
    said = answer.json()
    text = "".join(block["text"] for block in said["content"] if block["type"] == "text")
    calls = [(block["name"], block["input"]) for block in said["content"] if block["type"] == "tool_use"]
    return text, calls, said["usage"], said["stop_reason"]


def _messages_stream(answer: Answered) -> Heard:
    text, calls, raw = "", [], {}
    for event in answer.events():
        if event["type"] == "content_block_start" and event["content_block"]["type"] == "tool_use":
            raw[event["index"]] = (event["content_block"]["name"], "")
        elif event["type"] == "content_block_delta" and event["delta"]["type"] == "text_delta":
            text += event["delta"]["text"]
        elif event["type"] == "content_block_delta" and event["delta"]["type"] == "input_json_delta":
            name, before = raw[event["index"]]
            raw[event["index"]] = (name, before + event["delta"]["partial_json"])
    calls = [(name, json.loads(given)) for name, given in raw.values()]
    (ending,) = [event for event in answer.events() if event["type"] == "message_delta"]
    return text, calls, ending["usage"], ending["delta"]["stop_reason"]


def _responses(answer: Answered) -> Heard:
    return _response(answer.json())


def _response(said: Any) -> Heard:
    texts = [item["content"][0]["text"] for item in said["output"] if item["type"] == "message"]
    called = [item for item in said["output"] if item["type"] == "function_call"]
    calls = [(item["name"], json.loads(item["arguments"])) for item in called]
    stopped = "tool_calls" if calls else (said["incomplete_details"] or {}).get("reason", said["status"])
    return "".join(texts), calls, said["usage"], stopped


def _responses_stream(answer: Answered) -> Heard:
    events = answer.events()
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    heard = _response(events[-1]["response"])
    assert "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta") == heard[0]
    done = [event["item"] for event in events if event["type"] == "response.output_item.done"]
    assert done == events[-1]["response"]["output"]
    return heard


def _chat(answer: Answered) -> Heard:
    said = answer.json()
    message = said["choices"][0]["message"]
    return _heard_chat(message["content"], message.get("tool_calls", []), said["usage"], said["choices"][0])


def _chat_stream(answer: Answered) -> Heard:
    assert answer.body.endswith(b"data: [DONE]\n\n")
    *chunks, last = answer.events()
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    text = "".join(delta.get("content", "") for delta in deltas)
    calls = [call for delta in deltas for call in delta.get("tool_calls", [])]
    return _heard_chat(text, calls, last["usage"], chunks[-1]["choices"][0])


def _heard_chat(text: str | None, calls: Any, usage: Any, choice: Any) -> Heard:
    called = [(call["function"]["name"], json.loads(call["function"]["arguments"])) for call in calls]
    return text or "", called, usage, choice["finish_reason"]


def _gemini(answer: Answered) -> Heard:
    return _heard_gemini([answer.json()])


def _gemini_stream(answer: Answered) -> Heard:
    return _heard_gemini(answer.events())


def _heard_gemini(said: list[Any]) -> Heard:
    parts = [part for one in said for part in one["candidates"][0]["content"]["parts"]]
    text = "".join(part.get("text", "") for part in parts if not part.get("thought"))
    calls = [(part["functionCall"]["name"], part["functionCall"]["args"]) for part in parts if "functionCall" in part]
    return text, calls, said[-1]["usageMetadata"], said[-1]["candidates"][0]["finishReason"]


HEAR: dict[tuple[Wire, bool], Callable[[Answered], Heard]] = {
    (Wire.MESSAGES, False): _messages,
    (Wire.MESSAGES, True): _messages_stream,
    (Wire.RESPONSES, False): _responses,
    (Wire.RESPONSES, True): _responses_stream,
    (Wire.CHAT, False): _chat,
    (Wire.CHAT, True): _chat_stream,
    (Wire.GEMINI, False): _gemini,
    (Wire.GEMINI, True): _gemini_stream,
}
STOPS = {
    Stop.DONE: ("end_turn", "completed", "stop", "STOP"),
    Stop.LENGTH: ("max_tokens", "max_output_tokens", "length", "MAX_TOKENS"),
    Stop.REFUSAL: ("refusal", "content_filter", "content_filter", "SAFETY"),
}
BOTH = pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
WIRES = pytest.mark.parametrize("wire", list(Wire), ids=lambda wire: wire.value)


@BOTH
@WIRES
def test_text_calls_and_figures_arrive_exactly(server: ModelServer, client: Client, wire: Wire, stream: bool) -> None:
    server.add("exact", Turn(text=TEXT, calls=CALLS, usage=USAGE, piece=7))
    text, calls, usage, stopped = HEAR[wire, stream](client.ask(wire, "exact", stream=stream))
    assert text == TEXT
    assert calls == [("look", {"at": "a/b.py"}), ("list", {})]
    assert usage == FIGURES[wire]
    assert stopped == ("STOP" if wire is Wire.GEMINI else "tool_use" if wire is Wire.MESSAGES else "tool_calls")


@BOTH
@WIRES
@pytest.mark.parametrize("stop", list(Stop))
def test_each_protocol_says_why_it_stopped(
    server: ModelServer, client: Client, stop: Stop, wire: Wire, stream: bool
) -> None:
    server.add(f"stop-{stop.value}", Turn(text=ANSWER, stop=stop))
    text, calls, _, stopped = HEAR[wire, stream](client.ask(wire, f"stop-{stop.value}", stream=stream))
    assert (text, calls) == (ANSWER, [])
    assert stopped == STOPS[stop][list(Wire).index(wire)]


@BOTH
@WIRES
def test_an_answer_may_have_no_text(client: Client, wire: Wire, stream: bool) -> None:
    text, calls, _, _ = HEAR[wire, stream](client.ask(wire, "empty", stream=stream))
    assert (text, calls) == ("", [])


@BOTH
@WIRES
def test_a_thought_comes_before_the_text_and_apart_from_it(client: Client, wire: Wire, stream: bool) -> None:
    answer = client.ask(wire, "thinking", stream=stream)
    body = answer.body.decode()
    assert json.dumps(THOUGHT)[1:-1] in body
    assert body.index("starts anew") < body.index("reset inside")
    text, calls, _, stopped = HEAR[wire, stream](answer)
    assert (text, calls, stopped) == (ANSWER, [], STOPS[Stop.DONE][list(Wire).index(wire)])


def test_figures_are_streamed_to_chat_only_when_asked_for(client: Client) -> None:
    answer = client.ask(Wire.CHAT, "ok", stream=True, stream_options={})
    assert not any("usage" in event for event in answer.events())


@BOTH
def test_tools_are_called_from_javascript_where_only_that_is_offered(client: Client, stream: bool) -> None:
    """As Codex offers tools to its newest models: in an item of the input, in name spaces, by a tool that runs code."""
    space = {"type": "namespace", "name": "functions", "tools": [{"type": "custom", "name": "exec"}]}
    offer = {"type": "additional_tools", "role": "developer", "tools": [space, {"type": "web_search"}]}
    asked = [offer, {"role": "user", "content": "Review"}]
    answer = client.ask(Wire.RESPONSES, "tools", stream=stream, input=asked)
    response = answer.events()[-1]["response"] if stream else answer.json()
    called = response["output"][1:]
    assert [(call["type"], call["name"]) for call in called] == [("custom_tool_call", "exec")] * 2
    assert called[0]["input"] == 'text((await tools.exec_command({"cmd": "cat README.md"})).output);'
    if stream:
        deltas = [event["delta"] for event in answer.events() if event["type"].endswith("tool_call_input.delta")]
        assert deltas == [call["input"] for call in called]
    said = [{"type": "input_text", "text": "Script completed"}, {"type": "input_text", "text": "# Boiler"}]
    told = {"type": "custom_tool_call_output", "call_id": called[0]["call_id"], "output": said}
    client.ask(Wire.RESPONSES, "tools", input=[*asked, *called, told])
    last = client.server.recording.requests[-1].asked
    assert last
    assert (last.turn, [result.tool for result in last.results]) == (1, ["exec"])
    assert last.results[0].text == "Script completed\n# Boiler"
