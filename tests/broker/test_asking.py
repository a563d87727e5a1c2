import json
from typing import Any

import pytest
from tests.broker.conftest import PATHS, body

from deepreview.agents.base import Wire
from deepreview.broker.asking import Asking, read
from deepreview.broker.routes import route


def no_header(_name: str) -> None:
    return


def asking(wire: Wire, asked: dict[str, Any]) -> Asking:
    path = PATHS[wire].partition("?")[0]
    known = route("POST", path, no_header, [wire])
    assert known
    assert known.wire is wire
    return read(known, json.dumps(asked).encode())


@pytest.mark.parametrize(
    ("wire", "asked", "most"),
    [
        (Wire.ANTHROPIC, {"max_tokens": 32_000}, 32_000),
        (Wire.ANTHROPIC, {"max_tokens": None}, 128_000),
        (Wire.RESPONSES, {"max_output_tokens": 5}, 5),
        (Wire.RESPONSES, {"max_output_tokens": 0}, 128_000),
        (Wire.RESPONSES, {"max_tokens": 5, "max_output_tokens": None}, 128_000),
        (Wire.CHAT, {"max_tokens": 7}, 7),
        (Wire.CHAT, {"max_completion_tokens": 9, "max_tokens": 7, "n": 3}, 27),
        (Wire.CHAT, {"max_tokens": True}, 128_000),
        (Wire.GEMINI, {"generationConfig": {"maxOutputTokens": 11, "candidateCount": 2}}, 22),
        (Wire.GEMINI, {"generationConfig": None, "generation_config": {"max_output_tokens": 3}}, 65_536),
        (Wire.GEMINI, {"generationConfig": {}}, 65_536),
    ],
)
def test_the_longest_answer(wire: Wire, asked: dict[str, Any], most: int) -> None:
    assert asking(wire, body(wire, **asked)).most_output == most


@pytest.mark.parametrize("wire", list(Wire))
def test_input_is_bounded_by_its_size(wire: Wire) -> None:
    short, long = asking(wire, body(wire)), asking(wire, body(wire, text="x" * 100_000))
    assert long.most_input - short.most_input == pytest.approx(50_000, abs=10)
    assert long.likely_input - short.likely_input == pytest.approx(25_000, abs=10)
    assert short.model == "fake-model"


@pytest.mark.parametrize(
    ("wire", "field"),
    [(Wire.RESPONSES, "previous_response_id"), (Wire.RESPONSES, "conversation"), (Wire.GEMINI, "cachedContent")],
)
def test_text_that_is_kept_at_the_service_may_be_long(wire: Wire, field: str) -> None:
    assert asking(wire, {**body(wire), field: "x"}).most_input == 1_000_000


@pytest.mark.parametrize(
    ("wire", "asked", "removed", "left"),
    [
        (Wire.ANTHROPIC, {"tools": [{"type": "web_fetch_20250910"}]}, ("web_fetch_20250910",), None),
        (Wire.ANTHROPIC, {"tools": [{"type": "bash_20250124"}]}, (), [{"type": "bash_20250124"}]),
        (Wire.ANTHROPIC, {"tools": [{"type": "mcp_toolset"}, {"name": "a"}]}, ("mcp_toolset",), [{"name": "a"}]),
        (Wire.ANTHROPIC, {"speed": "fast", "container": "c"}, ("container", "speed"), None),
        (Wire.RESPONSES, {"background": True, "service_tier": "priority"}, ("service_tier", "background"), None),
        (Wire.RESPONSES, {"tools": [{"type": "web_search"}, {"type": "mcp"}]}, ("web_search", "mcp"), None),
        (Wire.RESPONSES, {"tools": [{"type": "function", "name": "web_search"}]}, (), [{"type": "function"}]),
        (Wire.CHAT, {"web_search_options": {}, "plugins": [{"id": "web"}]}, ("web_search_options", "plugins"), None),
        (Wire.GEMINI, {"tools": [{"googleSearch": {}}, {"functionDeclarations": []}]}, ("googleSearch",), [{}]),
        (Wire.GEMINI, {"tools": [{"url_context": {}, "functionDeclarations": []}]}, ("url_context",), [{}]),
        (Wire.ANTHROPIC, {"tools": "x"}, (), "x"),
        (Wire.ANTHROPIC, {"tools": [1, None]}, (), [1, None]),
    ],
)
def test_what_reaches_further_than_the_model_is_taken_out(
    wire: Wire, asked: dict[str, Any], removed: tuple[str, ...], left: Any
) -> None:
    read_ = asking(wire, body(wire, stream=False, tool_choice="any", **asked))
    assert read_.removed == removed
    sent = json.loads(read_.body)
    if left is None:
        assert "tools" not in sent
    else:
        assert len(sent["tools"]) == len(left)
    assert not set(removed) & set(sent)


def test_a_request_that_needs_no_change_is_sent_as_it_came() -> None:
    raw = b'{ "model":"m",\n "max_tokens": 5, "messages": [{"content": "\\u00fc \\ud83e"}] }'
    known = route("POST", "/v1/messages", no_header, list(Wire))
    assert known
    assert read(known, raw).body == raw
    removed = json.loads(read(known, raw.replace(b'"max_tokens": 5', b'"speed": "fast"')).body)
    assert removed["messages"] == json.loads(raw)["messages"]


ELSEWHERE = "https://evil.example/?what=the-guest-read"


def said(wire: Wire, part: dict[str, Any]) -> dict[str, Any]:
    match wire:
        case Wire.ANTHROPIC | Wire.CHAT:
            return {"messages": [{"role": "user", "content": [part]}]}
        case Wire.RESPONSES:
            return {"input": [{"role": "user", "content": [part]}]}
        case Wire.GEMINI:
            return {"contents": [{"role": "user", "parts": [part]}]}


@pytest.mark.parametrize(
    ("wire", "part"),
    [
        (Wire.ANTHROPIC, {"type": "image", "source": {"type": "url", "url": ELSEWHERE}}),
        (Wire.ANTHROPIC, {"type": "document", "source": {"type": "url", "url": ELSEWHERE}}),
        (Wire.RESPONSES, {"type": "input_image", "image_url": ELSEWHERE}),
        (Wire.RESPONSES, {"type": "input_file", "file_url": ELSEWHERE}),
        (Wire.CHAT, {"type": "image_url", "image_url": {"url": ELSEWHERE}}),
        (Wire.CHAT, {"type": "video_url", "video_url": {"url": ELSEWHERE}}),
        (Wire.CHAT, {"type": "file", "file": {"file_data": ELSEWHERE}}),
        (Wire.GEMINI, {"fileData": {"fileUri": ELSEWHERE}}),
        (Wire.GEMINI, {"file_data": {"file_uri": "gs://bucket/x"}}),
    ],
)
def test_no_service_is_sent_to_an_address(wire: Wire, part: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="has the service fetch something"):
        asking(wire, body(wire, **said(wire, part)))


@pytest.mark.parametrize(
    ("wire", "part"),
    [
        (Wire.ANTHROPIC, {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}}),
        (Wire.ANTHROPIC, {"type": "tool_use", "id": "1", "name": "x", "input": {"image_url": ELSEWHERE}}),
        (Wire.RESPONSES, {"type": "input_image", "image_url": "data:image/png;base64,aGk="}),
        (Wire.CHAT, {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}),
        (Wire.CHAT, {"type": "text", "text": ELSEWHERE}),
        (Wire.GEMINI, {"inlineData": {"mimeType": "image/png", "data": "aGk="}}),
    ],
)
def test_data_and_words_pass(wire: Wire, part: dict[str, Any]) -> None:
    assert asking(wire, body(wire, **said(wire, part))).removed == ()


def test_tools_that_are_no_list_cannot_be_looked_through() -> None:
    with pytest.raises(ValueError, match="a list of tools"):
        asking(Wire.GEMINI, body(Wire.GEMINI, tools={"googleSearch": {}}))


def test_tools_that_stand_in_a_message_are_freed_of_what_reaches_further() -> None:
    plain = {"type": "function", "name": "read"}
    space = {"type": "namespace", "name": "functions", "tools": [plain, {"type": "web_search_preview"}]}
    item = {"type": "additional_tools", "role": "developer", "tools": [{"type": "mcp", "server_url": "x"}, space]}
    said = {"type": "message", "role": "user", "content": "Review."}
    told = asking(Wire.RESPONSES, body(Wire.RESPONSES) | {"input": [item, said, "odd"], "tools": [space]})
    assert told.removed == ("web_search_preview", "mcp", "web_search_preview")
    sent = json.loads(told.body)
    kept = space | {"tools": [plain]}
    assert sent["tools"] == [kept]
    assert sent["input"] == [item | {"tools": [kept]}, said, "odd"]
    clean = asking(Wire.RESPONSES, body(Wire.RESPONSES) | {"input": [item | {"tools": [kept]}, said]})
    assert clean.removed == ()
