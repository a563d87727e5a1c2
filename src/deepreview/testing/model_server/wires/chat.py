"""OpenAI Chat Completions; a thought is told as DeepSeek and vLLM do, the vendor itself tells none."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from deepreview.testing.model_server.encode import PLACE, event, in_pieces
from deepreview.testing.model_server.script import Asked, Call, Result, Stop, Usage, Wire
from deepreview.testing.model_server.wires import openai
from deepreview.testing.model_server.wires.base import Body, Event, Saying, turns_of

refused = openai.refused

SCHEMA_TOOL = "structured_output"


def read(body: Body, path: str) -> Asked:
    """What is asked; a request without `stream_options.include_usage` is streamed no figures, as by the vendor."""
    del path
    messages = body.get("messages", ())
    functions = [tool["function"] for tool in body.get("tools") or () if "function" in tool]
    tools = {function["name"]: function.get("parameters") or {} for function in functions}
    wanted = (body.get("response_format") or {}).get("json_schema", {}).get("schema")
    return Asked(
        wire=Wire.CHAT,
        model=str(body.get("model", "")),
        stream=bool(body.get("stream")),
        system="\n".join(_text(said) for said in messages if said["role"] in {"system", "developer"}),
        prompt=next((_text(said) for said in reversed(messages) if said["role"] == "user"), ""),
        turn=turns_of(message["role"] == "assistant" for message in messages),
        results=tuple(_results(messages)),
        tools=tools,
        schema=wanted or tools.get(SCHEMA_TOOL),
        schema_tool=SCHEMA_TOOL if SCHEMA_TOOL in tools else "",
        figures=bool((body.get("stream_options") or {}).get("include_usage")),
    )


def _text(message: Mapping[str, Any]) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content)


def _results(messages: Any) -> Iterator[Result]:
    names: dict[str, str] = {}
    for message in messages:
        for call in message.get("tool_calls") or ():
            names[call["id"]] = call["function"]["name"]
        if message["role"] == "tool":
            yield Result(tool=names.get(message["tool_call_id"], ""), text=_text(message))


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.input,
        "prompt_tokens_details": {"cached_tokens": usage.cached},
        "completion_tokens": usage.output,
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.input + usage.output,
    }


def _called(saying: Saying) -> list[dict[str, Any]]:
    return [_call(saying, index, call) for index, call in enumerate(saying.calls)]


def _call(saying: Saying, index: int, call: Call) -> dict[str, Any]:
    function = {"name": call.name, "arguments": json.dumps(call.arguments)}
    return {
        "index": index,
        "id": f"call_{saying.asked.nth:06d}{index:02d}",
        "type": "function",
        "function": function,
    }


def _finish(saying: Saying) -> str:
    if saying.calls:
        return "tool_calls"
    return {Stop.DONE: "stop", Stop.LENGTH: "length", Stop.REFUSAL: "content_filter"}[saying.turn.stop]


def _object(saying: Saying, kind: str, choices: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    identity = {"id": f"chatcmpl-{saying.asked.nth:06d}", "object": kind, "created": 0, "model": saying.asked.model}
    return identity | {"choices": choices, **fields}


def _chunk(saying: Saying, delta: Mapping[str, Any], finish: str | None = None) -> Event:
    choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
    return event(_object(saying, "chat.completion.chunk", [choice]))


def events(saying: Saying) -> Iterator[Event]:
    """The turn as a stream of chunks."""
    yield _chunk(saying, {"role": "assistant", "content": ""})
    if saying.turn.thought:
        yield _chunk(saying, {"reasoning_content": saying.turn.thought})
    for piece in saying.turn.pieces():
        yield _chunk(saying, {"content": piece})
    if saying.calls:
        yield _chunk(saying, {"tool_calls": _called(saying)})
    yield _chunk(saying, {}, _finish(saying))
    if saying.asked.figures:
        yield event(_object(saying, "chat.completion.chunk", [], usage=_usage(saying.turn.usage)))
    yield iter((b"data: [DONE]\n\n",))


def whole(saying: Saying) -> Iterator[bytes]:
    """The turn as one completion."""
    thought = {"reasoning_content": saying.turn.thought} if saying.turn.thought else {}
    said = {"content": PLACE if saying.turn.text else None, "refusal": None}
    message: dict[str, Any] = {"role": "assistant", **thought, **said}
    if saying.calls:
        message["tool_calls"] = _called(saying)
    choice = {"index": 0, "message": message, "finish_reason": _finish(saying), "logprobs": None}
    value = _object(saying, "chat.completion", [choice], usage=_usage(saying.turn.usage))
    return in_pieces(value, saying.turn.pieces())


def failed(saying: Saying) -> Event:
    """An error object in place of a chunk."""
    del saying
    return event(
        {"error": {"message": "The server had an error.", "type": "server_error", "param": None, "code": None}}
    )
