"""Anthropic Messages."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from deepreview.testing.model_server.encode import PLACE, event, in_pieces
from deepreview.testing.model_server.script import Asked, Because, Call, Refused, Result, Stop, Usage, Wire
from deepreview.testing.model_server.wires.base import Body, Event, Saying, turns_of

SCHEMA_TOOL = "StructuredOutput"
_SIGNATURE = "c2lnbmF0dXJl"

_KINDS = {
    400: ("invalid_request_error", "messages: at least one message is required"),
    401: ("authentication_error", "invalid x-api-key"),
    403: ("permission_error", "Your API key does not have permission to use the specified resource"),
    404: ("not_found_error", "model: no such model"),
    429: ("rate_limit_error", "This request would exceed your organization's rate limit of 50 requests per minute"),
    500: ("api_error", "Internal server error"),
    529: ("overloaded_error", "Overloaded"),
}
_LIMITS = {
    Because.QUOTA: ("rate_limit_error", "Your credit balance is too low to access the API; quota exceeded"),
    Because.USAGE_LIMIT: ("rate_limit_error", "You have reached your usage limit; it resets at 2026-12-01T00:00:00Z"),
}


def read(body: Body, path: str) -> Asked:
    """What is asked."""
    del path
    messages = body.get("messages", ())
    tools = {tool["name"]: tool.get("input_schema", {}) for tool in body.get("tools", ()) if "name" in tool}
    format_ = body.get("output_config", {}).get("format") or body.get("output_format") or {}
    return Asked(
        wire=Wire.MESSAGES,
        model=str(body.get("model", "")),
        stream=bool(body.get("stream")),
        system=_text(body.get("system", "")),
        prompt=next((said for said in map(_user_text, reversed(messages)) if said), ""),
        turn=turns_of(message["role"] == "assistant" for message in messages),
        results=tuple(_results(messages)),
        tools=tools,
        schema=format_.get("schema") or tools.get(SCHEMA_TOOL),
        schema_tool=SCHEMA_TOOL if SCHEMA_TOOL in tools else "",
    )


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(block.get("text", "") for block in content if block.get("type") == "text")


def _user_text(message: Mapping[str, Any]) -> str:
    return _text(message["content"]) if message["role"] == "user" else ""


def _results(messages: Any) -> Iterator[Result]:
    names: dict[str, str] = {}
    for message in messages:
        for block in message["content"] if isinstance(message["content"], list) else ():
            if block.get("type") == "tool_use":
                names[block["id"]] = block["name"]
            elif block.get("type") == "tool_result":
                yield Result(
                    tool=names.get(block["tool_use_id"], ""),
                    text=_text(block.get("content", "")),
                    error=bool(block.get("is_error")),
                )


def _usage(usage: Usage) -> dict[str, int]:
    return {
        "input_tokens": usage.input - usage.cached - usage.written,
        "cache_creation_input_tokens": usage.written,
        "cache_read_input_tokens": usage.cached,
        "output_tokens": usage.output,
    }


def _stop(saying: Saying) -> str:
    if saying.calls:
        return "tool_use"
    return {Stop.DONE: "end_turn", Stop.LENGTH: "max_tokens", Stop.REFUSAL: "refusal"}[saying.turn.stop]


def _tool_use(saying: Saying, index: int, call: Call) -> dict[str, Any]:
    return {"type": "tool_use", "id": f"toolu_{saying.asked.nth:06d}{index:02d}", "name": call.name}


def _message(saying: Saying, **fields: Any) -> dict[str, Any]:
    start = {
        "id": f"msg_{saying.asked.nth:06d}",
        "type": "message",
        "role": "assistant",
        "model": saying.asked.model,
    }
    return (
        start | {"content": [], "stop_reason": None, "stop_sequence": None, "usage": _usage(saying.turn.usage)} | fields
    )


def events(saying: Saying) -> Iterator[Event]:
    """The turn as a stream."""
    yield _event("message_start", message=_message(saying, usage=_usage(saying.turn.usage) | {"output_tokens": 1}))
    yield _event("ping")
    for index, (block, deltas) in enumerate(_blocks(saying)):
        yield _event("content_block_start", index=index, content_block=block)
        for delta in deltas:
            yield _event("content_block_delta", index=index, delta=delta)
        yield _event("content_block_stop", index=index)
    ending = {"stop_reason": _stop(saying), "stop_sequence": None}
    yield _event("message_delta", delta=ending, usage=_usage(saying.turn.usage))
    yield _event("message_stop")


def _blocks(saying: Saying) -> Iterator[tuple[dict[str, Any], Iterable[dict[str, Any]]]]:
    """Each block of the answer as it starts, with what is added to it."""
    if saying.turn.thought:
        thought = {"type": "thinking_delta", "thinking": saying.turn.thought}
        signature = {"type": "signature_delta", "signature": _SIGNATURE}
        yield {"type": "thinking", "thinking": "", "signature": ""}, (thought, signature)
    if saying.turn.text:
        yield {"type": "text", "text": ""}, ({"type": "text_delta", "text": piece} for piece in saying.turn.pieces())
    for index, call in enumerate(saying.calls):
        delta = {"type": "input_json_delta", "partial_json": json.dumps(call.arguments)}
        yield _tool_use(saying, index, call) | {"input": {}}, (delta,)


def _event(name: str, **fields: Any) -> Event:
    return event({"type": name, **fields}, name)


def whole(saying: Saying) -> Iterator[bytes]:
    """The turn as one message."""
    thought = {"type": "thinking", "thinking": saying.turn.thought, "signature": _SIGNATURE}
    content = [thought] if saying.turn.thought else []
    content += [{"type": "text", "text": PLACE}] if saying.turn.text else []
    content += [_tool_use(saying, index, call) | {"input": call.arguments} for index, call in enumerate(saying.calls)]
    message = _message(saying, content=content, stop_reason=_stop(saying))
    return in_pieces(message, saying.turn.pieces())


def failed(saying: Saying) -> Event:
    """The error event, as it comes when a server is overloaded in the middle of an answer."""
    del saying
    return _event("error", error={"type": "overloaded_error", "message": "Overloaded"})


def refused(refused: Refused) -> tuple[Body, Mapping[str, str]]:
    """An error object; a limit of a subscription is told in headers too."""
    kind, message = _LIMITS.get(refused.because) or _KINDS.get(refused.status, ("api_error", "Unknown error"))
    headers = {"request-id": "req_000000"}
    if refused.because is Because.USAGE_LIMIT:
        headers |= {"anthropic-ratelimit-unified-status": "rejected", "anthropic-ratelimit-unified-reset": "1796083200"}
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_000000"}, headers
