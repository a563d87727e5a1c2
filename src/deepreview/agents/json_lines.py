"""What the readings of JSON streams share."""

import json
from typing import Any

from deepreview.model.agent import Text, ToolCall, Unrecognised

_LONGEST_ARGUMENTS = 4_000
_LONGEST_RAW = 2_000


def parsed(raw: bytes) -> dict[str, Any] | None:
    """The object that a line holds; None where it holds none."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def table(value: object) -> dict[str, Any]:
    """The value where it is an object, else an empty one: a tool's next version may send anything."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[dict[str, Any]]:
    """The objects in the value where it is a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def word(value: object) -> str:
    """The value where it is a text, else nothing."""
    return value if isinstance(value, str) else ""


def count(value: object) -> int:
    """The value where it is a number of things, else 0."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def money(value: object) -> float:
    """The value where it is an amount, else 0."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else 0.0


def size(value: object) -> int:
    """Characters of what a tool gave back, whichever form it has."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list):
        return sum(size(table(one).get("text", "")) for one in value)
    return 0 if value is None else len(json.dumps(value, ensure_ascii=False))


def unrecognised(raw: bytes, what: str = "text") -> tuple[Unrecognised, ...]:
    """A line that is kept and means nothing to us; none for an empty one."""
    text = raw.decode("utf-8", "replace").strip()
    return (Unrecognised(what=what or "unnamed", raw=text[:_LONGEST_RAW]),) if text else ()


def call(id_: object, tool: object, arguments: object) -> ToolCall:
    """A tool call as the agent wrote it."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return ToolCall(id=word(id_), tool=word(tool) or "unnamed", arguments=text[:_LONGEST_ARGUMENTS])


def paragraph(text: object) -> str:
    """A whole message's text, apart from the next one's; nothing for an empty one."""
    return f"{text}\n\n" if isinstance(text, str) and text else ""


def said(text: object) -> tuple[Text, ...]:
    """A piece of text; none for an empty one."""
    return (Text(text=text),) if isinstance(text, str) and text else ()
