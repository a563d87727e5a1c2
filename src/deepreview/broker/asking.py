"""Reads a request to a model: what it may cost at most, and what of it is not for a guest."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from deepreview.agents.base import Wire
from deepreview.broker.routes import Route

_LONGEST = {Wire.ANTHROPIC: 128_000, Wire.RESPONSES: 128_000, Wire.CHAT: 128_000, Wire.GEMINI: 65_536}
"""The longest answer, in tokens, of a request that sets no limit: the largest that the vendors' models give."""
_LONGEST_NAME = 200
_LONGEST_SCHEME = 20
_CONTEXT = 1_000_000
"""What a request may send that refers to text kept at the service."""
_HOSTED = (
    "web_search", "web_fetch", "code_execution", "code_interpreter", "mcp", "file_search", "image_generation",
    "live_search", "x_search", "browser_search", "openrouter:",
)  # fmt: skip
"""Beginnings of the types of tools that run at the vendor, with a network of their own, and are billed apart."""
_OURS = {"functionDeclarations", "function_declarations"}
_TOP = {
    Wire.ANTHROPIC: ("mcp_servers", "container", "service_tier", "speed"),
    Wire.RESPONSES: ("service_tier", "background"),
    Wire.CHAT: ("service_tier", "web_search_options", "search_parameters", "plugins"),
    Wire.GEMINI: (),
}
"""Fields that reach further than the model, or multiply its price."""
_ADDRESSES = ("image_url", "file_url", "video_url", "audio_url", "file_data", "file")
"""Fields of a part of a message that hold data, or where the service is to fetch it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is asked of a model."""

    model: str
    streams: bool
    most_input: int
    """Tokens at most: two bytes of JSON for each, which no text that agents send goes below."""
    likely_input: int
    """Four bytes for each."""
    most_output: int
    body: bytes
    """To forward: as it came, unless something had to be taken out or put in."""
    removed: tuple[str, ...]
    """What was taken out since it reaches further than the model."""


def read(route: Route, raw: bytes) -> Asking:
    """The request; raises ValueError for what is no request of this protocol."""
    try:
        asked = json.loads(raw, object_pairs_hook=_table)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(asked, dict):
        raise ValueError("a JSON object is wanted")  # noqa: TRY004 - bad input, whatever its type
    model = route.model or asked.get("model")
    if not isinstance(model, str) or not 0 < len(model) <= _LONGEST_NAME:
        raise ValueError("it names no model")
    removed = _remove(asked, route.wire)
    streams = route.streams or asked.get("stream") is True
    told = _tell(asked) if streams and route.wire is Wire.CHAT else False
    return Asking(
        model=model,
        streams=streams,
        most_input=_CONTEXT if _refers(asked) else max(1, len(raw) // 2),
        likely_input=max(1, len(raw) // 4),
        most_output=_most_output(asked, route.wire),
        body=json.dumps(asked, ensure_ascii=False).encode("utf-8", "surrogatepass") if removed or told else raw,
        removed=tuple(removed),
    )


def _table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("it has a field twice")  # we would read one of them, and the service the other
    if _fetches(table):
        raise ValueError("it has the service fetch something")  # an address can carry away what the guest has read
    return table


def _fetches(table: Mapping[str, Any]) -> bool:
    """Whether a part of a message names an address in the place of data."""
    if any(
        _word(table.get(name), "fileUri") or _word(table.get(name), "file_uri") for name in ("fileData", "file_data")
    ):
        return True
    if not isinstance(kind := table.get("type"), str):
        return False
    if kind == "url":
        return isinstance(table.get("url"), str)
    named = (table.get(name) for name in _ADDRESSES)
    told = ((one if isinstance(one, str) else _word(one, "url") or _word(one, "file_data")) for one in named)
    return any("://" in one[:_LONGEST_SCHEME] for one in told)


def _word(holder: object, name: str) -> str:
    value = holder.get(name) if isinstance(holder, dict) else None
    return value if isinstance(value, str) else ""


def _remove(asked: dict[str, Any], wire: Wire) -> list[str]:
    removed = [name for name in _TOP[wire] if asked.pop(name, None) is not None]
    tools = asked.get("tools")
    items = asked.get("input")
    holders = [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []
    for holder in (asked, *holders):  # Codex tells newer models of its tools in a message
        if isinstance(holder.get("tools"), dict):
            raise ValueError("a list of tools is wanted")  # noqa: TRY004 - bad input, whatever its type
        if isinstance(holder.get("tools"), list):
            holder["tools"] = _kept(holder["tools"], wire, removed)
    if tools and not asked["tools"]:
        del asked["tools"]
        asked.pop("tool_choice", None)
    return removed


def _kept(tools: list[Any], wire: Wire, removed: list[str]) -> list[Any]:
    """The tools that reach no further than the model, in name spaces of them too."""
    kept = []
    for tool in tools:
        hosted = _hosted(tool, wire) if isinstance(tool, dict) else []
        removed += hosted
        if wire is Wire.GEMINI and hosted:  # one table holds several tools
            rest = {name: value for name, value in tool.items() if name not in hosted}
            kept += [rest] if rest else []
        elif not hosted:
            nested = tool.get("tools") if isinstance(tool, dict) else None
            kept.append({**tool, "tools": _kept(nested, wire, removed)} if isinstance(nested, list) else tool)
    return kept


def _hosted(tool: dict[str, Any], wire: Wire) -> list[str]:
    if wire is Wire.GEMINI:
        return [name for name in tool if name not in _OURS]
    kind = tool.get("type")
    return [kind[:_LONGEST_NAME]] if isinstance(kind, str) and kind.startswith(_HOSTED) else []


def _tell(asked: dict[str, Any]) -> bool:
    """Ask for usage at the end of the stream, which this protocol tells only when it is asked."""
    options = asked.get("stream_options")
    if isinstance(options, dict) and options.get("include_usage") is True:
        return False
    asked["stream_options"] = {**(options if isinstance(options, dict) else {}), "include_usage": True}
    return True


def _refers(asked: dict[str, Any]) -> bool:
    return any(asked.get(name) for name in ("previous_response_id", "conversation", "cachedContent", "cached_content"))


def _most_output(asked: dict[str, Any], wire: Wire) -> int:
    match wire:
        case Wire.ANTHROPIC:
            return _whole(asked.get("max_tokens"), _LONGEST[wire])
        case Wire.RESPONSES:
            return _whole(asked.get("max_output_tokens"), _LONGEST[wire])
        case Wire.CHAT:
            limit = asked.get("max_completion_tokens", asked.get("max_tokens"))
            return _whole(limit, _LONGEST[wire]) * _whole(asked.get("n"), 1)
        case Wire.GEMINI:
            told = asked.get("generationConfig", asked.get("generation_config"))
            config = told if isinstance(told, dict) else {}
            limit = config.get("maxOutputTokens", config.get("max_output_tokens"))
            answers = config.get("candidateCount", config.get("candidate_count"))
            return _whole(limit, _LONGEST[wire]) * _whole(answers, 1)
        case _:
            assert_never(wire)


def _whole(value: object, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else default
