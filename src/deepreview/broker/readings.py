"""What the answers of the four protocols tell of tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deepreview.agents.base import Wire

Json = Mapping[str, Any]
_NO_TEXT = {"type", "role", "id", "signature", "thoughtSignature", "encrypted_content", "status"}


@dataclass(slots=True, kw_only=True)
class Reading:
    """What is known of one answer's tokens; it grows while the answer comes."""

    sent: int = 0
    """Cached and written ones included."""
    cached: int = 0
    written: int = 0
    written_long: int = 0
    """Of the written ones, those kept for an hour, which cost more."""
    output: int = 0
    """Reasoning included."""
    reasoning: int = 0
    told: bool = False
    """Whether the input is told."""
    final: bool = False
    """Whether the output is told for good."""
    model: str = ""
    letters: int = 0
    """Of the text that came: what the output is estimated by as long as it is not told."""

    def take(self, wire: Wire, event: object, left_out: int = 0) -> None:
        """Read one event, or the whole answer; `left_out` counts letters that are not in it."""
        if isinstance(event, dict):
            _READERS[wire](self, event)
            self.letters += 0 if _repeats(event) else left_out

    def grow(self, **figures: int) -> None:
        """Figures only grow: later events repeat or complete what earlier ones told."""
        for name, figure in figures.items():
            setattr(self, name, max(getattr(self, name), figure))


def _anthropic(reading: Reading, event: Json) -> None:
    kind = event.get("type")
    message = _table(event, "message") if kind == "message_start" else event
    reading.model = _text(message, "model") or reading.model
    usage = _table(message, "usage")
    if usage:
        cached, written = _count(usage, "cache_read_input_tokens"), _count(usage, "cache_creation_input_tokens")
        long = _count(_table(usage, "cache_creation"), "ephemeral_1h_input_tokens")
        sent = _count(usage, "input_tokens") + cached + written
        reading.grow(sent=sent, cached=cached, written=written, written_long=min(long, written))
        reading.grow(output=_count(usage, "output_tokens"))
        reading.told = True
    reading.final = reading.final or (bool(usage) and kind in {"message_delta", "message"})
    reading.letters += _letters(event.get("delta") if kind == "content_block_delta" else message.get("content"))


def _responses(reading: Reading, event: Json) -> None:
    kind = event.get("type")
    response = event if event.get("object") == "response" else _table(event, "response")
    reading.model = _text(response, "model") or reading.model
    usage = _table(response, "usage")
    if usage:
        reading.grow(
            sent=_count(usage, "input_tokens"),
            cached=_count(_table(usage, "input_tokens_details"), "cached_tokens"),
            output=_count(usage, "output_tokens"),
            reasoning=_count(_table(usage, "output_tokens_details"), "reasoning_tokens"),
        )
        reading.told = reading.final = True
    if kind is None:
        reading.letters += _letters(response.get("output"))
    else:
        reading.letters += _letters(event.get("delta"))


def _chat(reading: Reading, event: Json) -> None:
    reading.model = _text(event, "model") or reading.model
    usage = _table(event, "usage")
    if usage:
        cached = _count(_table(usage, "prompt_tokens_details"), "cached_tokens")
        reading.grow(
            sent=_count(usage, "prompt_tokens"),
            cached=cached or _count(usage, "prompt_cache_hit_tokens"),
            output=_count(usage, "completion_tokens"),
            reasoning=_count(_table(usage, "completion_tokens_details"), "reasoning_tokens"),
        )
        reading.told = reading.final = True
    for choice in _tables(event, "choices"):
        reading.letters += _letters(choice.get("delta")) + _letters(choice.get("message"))


def _gemini(reading: Reading, event: Json) -> None:
    reading.model = _text(event, "modelVersion") or reading.model
    usage = _table(event, "usageMetadata")
    candidates = _tables(event, "candidates")
    if usage:
        thoughts = _count(usage, "thoughtsTokenCount")
        reading.grow(
            sent=_count(usage, "promptTokenCount") + _count(usage, "toolUsePromptTokenCount"),
            cached=_count(usage, "cachedContentTokenCount"),
            output=_count(usage, "candidatesTokenCount") + thoughts,
            reasoning=thoughts,
        )
        reading.told = True
        ended = any(candidate.get("finishReason") for candidate in candidates)
        reading.final = reading.final or ended or not candidates
    for candidate in candidates:
        reading.letters += _letters(candidate.get("content"))


_READERS = {Wire.ANTHROPIC: _anthropic, Wire.RESPONSES: _responses, Wire.CHAT: _chat, Wire.GEMINI: _gemini}


def _table(holder: Json, name: str) -> Json:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def _tables(holder: Json, name: str) -> list[Json]:
    value = holder.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(holder: Json, name: str) -> str:
    value = holder.get(name)
    return value if isinstance(value, str) else ""


def _count(holder: Json, name: str) -> int:
    value = holder.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _repeats(event: Json) -> bool:
    """Whether its text came before, piece by piece."""
    return _text(event, "type").endswith((".done", ".completed", ".incomplete"))


def _letters(value: object) -> int:
    """Of all text below."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(_letters(part) for name, part in value.items() if name not in _NO_TEXT)
    if isinstance(value, list):
        return sum(_letters(part) for part in value)
    return 0
