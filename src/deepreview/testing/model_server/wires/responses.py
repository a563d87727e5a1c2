"""OpenAI Responses."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from deepreview.testing.model_server.encode import PLACE, event, in_pieces
from deepreview.testing.model_server.script import Asked, Call, Result, Stop, Usage, Wire
from deepreview.testing.model_server.wires import openai
from deepreview.testing.model_server.wires.base import Body, Event, Saying, turns_of

refused = openai.refused

_MODEL_ITEMS = ("reasoning", "function_call", "custom_tool_call", "local_shell_call")


def read(body: Body, path: str) -> Asked:
    """What is asked."""
    del path
    given = body.get("input", ())
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    offered = [body.get("tools", ()), *(item["tools"] for item in items if item.get("type") == "additional_tools")]
    return Asked(
        wire=Wire.RESPONSES,
        model=str(body.get("model", "")),
        stream=bool(body.get("stream")),
        system=body.get("instructions") or "",
        prompt=next((said for said in map(_user_text, reversed(items)) if said), ""),
        turn=turns_of(item.get("role") == "assistant" or item.get("type") in _MODEL_ITEMS for item in items),
        results=tuple(_results(items)),
        tools={tool["name"]: tool.get("parameters") or {} for tools in offered for tool in _flat(tools)},
        schema=(body.get("text") or {}).get("format", {}).get("schema"),
    )


def _flat(tools: Any) -> Iterator[Mapping[str, Any]]:
    """The tools that have a name, those of a namespace for the namespace."""
    for tool in tools:
        if tool.get("type") == "namespace":
            yield from _flat(tool["tools"])
        elif "name" in tool:
            yield tool


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content)


def _user_text(item: Mapping[str, Any]) -> str:
    return _text(item["content"]) if item.get("role") == "user" else ""


def _results(items: Any) -> Iterator[Result]:
    names: dict[str, str] = {}
    for item in items:
        if item.get("type") in {"function_call", "custom_tool_call"}:
            names[item["call_id"]] = item["name"]
        elif item.get("type") in {"function_call_output", "custom_tool_call_output"}:
            yield Result(tool=names.get(item["call_id"], ""), text=_text(item.get("output", "")))


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "input_tokens": usage.input,
        "input_tokens_details": {"cached_tokens": usage.cached},
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.input + usage.output,
    }


def _response(saying: Saying, status: str, **fields: Any) -> dict[str, Any]:
    plain = {
        "id": f"resp_{saying.asked.nth:06d}",
        "object": "response",
        "created_at": 0,
        "status": status,
        "model": saying.asked.model,
        "output": [],
        "error": None,
        "incomplete_details": None,
        "usage": None,
    }
    return plain | fields


def _said(saying: Saying, status: str = "completed") -> dict[str, Any]:
    content = [{"type": "output_text", "text": PLACE, "annotations": []}] if status == "completed" else []
    identity = f"msg_{saying.asked.nth:06d}"
    return {"id": identity, "type": "message", "role": "assistant", "status": status, "content": content}


def _thought(saying: Saying) -> dict[str, Any]:
    summary = [{"type": "summary_text", "text": saying.turn.thought}]
    return {
        "id": f"rs_{saying.asked.nth:06d}",
        "type": "reasoning",
        "summary": summary,
        "encrypted_content": "c2VhbGVk",
    }


def _called(saying: Saying, index: int, call: Call) -> dict[str, Any]:
    number = f"{saying.asked.nth:06d}{index:02d}"
    identity = {"call_id": f"call_{number}", "name": call.name, "status": "completed"}
    if call.text:
        return identity | {"id": f"ctc_{number}", "type": "custom_tool_call", "input": call.text}
    return identity | {"id": f"fc_{number}", "type": "function_call", "arguments": json.dumps(call.arguments)}


def _ended(saying: Saying) -> dict[str, Any]:
    """The response as it is at its end."""
    output = [_thought(saying)] if saying.turn.thought else []
    output += [_said(saying)] if saying.turn.text else []
    output += [_called(saying, index, call) for index, call in enumerate(saying.calls, len(output))]
    ending = {"output": output, "usage": _usage(saying.turn.usage)}
    match saying.turn.stop:
        case Stop.LENGTH | Stop.REFUSAL:
            reason = "content_filter" if saying.turn.stop is Stop.REFUSAL else "max_output_tokens"
            return _response(saying, "incomplete", incomplete_details={"reason": reason}, **ending)
        case Stop.DONE:
            return _response(saying, "completed", **ending)


def events(saying: Saying) -> Iterator[Event]:
    """The turn as a stream; the whole text comes three times more at its end, as it does from the vendor."""
    number = -1
    for name, fields in _steps(saying):
        number += 1
        yield event({"type": name, "sequence_number": number, **fields}, name, saying.turn.pieces())


def _steps(saying: Saying) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "response.created", {"response": _response(saying, "in_progress")}
    yield "response.in_progress", {"response": _response(saying, "in_progress")}
    index = 0
    if saying.turn.thought:
        yield from _thought_steps(saying)
        index += 1
    if saying.turn.text:
        yield from _text_steps(saying, index)
        index += 1
    for place, call in enumerate(saying.calls, index):
        yield from _call_steps(_called(saying, place, call), place)
    ended = _ended(saying)
    yield f"response.{ended['status']}", {"response": ended}


def _thought_steps(saying: Saying) -> Iterator[tuple[str, dict[str, Any]]]:
    item = _thought(saying)
    (part,) = item["summary"]
    where = {"item_id": item["id"], "output_index": 0, "summary_index": 0}
    yield "response.output_item.added", {"output_index": 0, "item": item | {"summary": []}}
    yield "response.reasoning_summary_part.added", {**where, "part": part | {"text": ""}}
    yield "response.reasoning_summary_text.delta", {**where, "delta": part["text"]}
    yield "response.reasoning_summary_text.done", {**where, "text": part["text"]}
    yield "response.reasoning_summary_part.done", {**where, "part": part}
    yield "response.output_item.done", {"output_index": 0, "item": item}


def _text_steps(saying: Saying, index: int) -> Iterator[tuple[str, dict[str, Any]]]:
    item = _said(saying)
    where = {"item_id": item["id"], "output_index": index, "content_index": 0}
    part = {"type": "output_text", "text": "", "annotations": []}
    yield "response.output_item.added", {"output_index": index, "item": _said(saying, "in_progress")}
    yield "response.content_part.added", {**where, "part": part}
    for piece in saying.turn.pieces():
        yield "response.output_text.delta", {**where, "delta": piece, "logprobs": []}
    yield "response.output_text.done", {**where, "text": PLACE, "logprobs": []}
    yield "response.content_part.done", {**where, "part": part | {"text": PLACE}}
    yield "response.output_item.done", {"output_index": index, "item": item}


def _call_steps(item: dict[str, Any], place: int) -> Iterator[tuple[str, dict[str, Any]]]:
    given = "input" if item["type"] == "custom_tool_call" else "arguments"
    name = "custom_tool_call_input" if given == "input" else "function_call_arguments"
    where = {"item_id": item["id"], "output_index": place}
    yield "response.output_item.added", {"output_index": place, "item": item | {"status": "in_progress", given: ""}}
    yield f"response.{name}.delta", {**where, "delta": item[given]}
    yield f"response.{name}.done", {**where, given: item[given]}
    yield "response.output_item.done", {"output_index": place, "item": item}


def whole(saying: Saying) -> Iterator[bytes]:
    """The turn as one response."""
    return in_pieces(_ended(saying), saying.turn.pieces())


def failed(saying: Saying) -> Event:
    """`response.failed`."""
    error = {"code": "server_error", "message": "The model failed to generate a response."}
    response = _response(saying, "failed", error=error)
    return event({"type": "response.failed", "sequence_number": 99, "response": response}, "response.failed")
