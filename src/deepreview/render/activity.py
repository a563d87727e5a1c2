"""What an agent does, in a few words for a person who watches."""

import json
from typing import assert_never

from deepreview.context.visible import one_line
from deepreview.model.agent import (
    AgentEvent,
    Answered,
    Began,
    Broke,
    Denied,
    Retried,
    Spent,
    Text,
    ToolCall,
    ToolResult,
    Unrecognised,
    Usage,
)

_WIDEST = 110
_TELLING = ("command", "file_path", "absolute_path", "path", "filePath", "pattern", "query", "cmd")
"""Names of a tool's arguments that say what it was used on, the most telling first."""


def activity(event: AgentEvent) -> str:
    """The event in one line of visible text; empty for one that a watcher need not see."""
    match event:
        case Began(model=model, version=version):
            said = " ".join(filter(None, ("began", model, version)))
        case Text(text=text):
            said = next((f"“{line.strip()}”" for line in text.splitlines() if line.strip()), "")
        case ToolCall(tool=tool, arguments=arguments):
            said = f"{tool} {_on_what(arguments)}".strip()
        case Retried(attempt=attempt, reason=reason):
            said = f"tries again ({attempt}): {reason}"
        case Denied(tool=tool, reason=reason):
            said = f"was not allowed {tool}: {reason}"
        case Answered(text=text):
            said = f"answered with {len(text):,} characters"
        case Broke(failure=failure, message=message):
            said = f"broke off, {failure.value}: {message}"
        case ToolResult() | Spent() | Unrecognised():
            said = ""
        case _:
            assert_never(event)
    line = one_line(said)
    return line if len(line) <= _WIDEST else f"{line[: _WIDEST - 1]}…"


def _on_what(arguments: str) -> str:
    try:
        found = json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments  # cut off in the middle, or no JSON
    if not isinstance(found, dict):
        return str(found)
    return next((str(found[name]) for name in _TELLING if found.get(name)), "")


def money(usage: Usage) -> str:
    """`$0.12`, with `≥` where a part has no price; empty where nothing is known."""
    if usage.priced == "none":
        return ""
    least = "≥ " if usage.priced == "partly" else ""
    return f"{least}${usage.usd:.2f}" if usage.usd >= 0.01 or not usage.usd else f"{least}<$0.01"  # noqa: PLR2004 - a cent


def tokens(number: int) -> str:
    """`950`, `12k`, `3.4M`."""
    if number < 1_000:  # noqa: PLR2004 - as the words say
        return str(number)
    return f"{number / 1_000:.0f}k" if number < 999_500 else f"{number / 1_000_000:.1f}M"  # noqa: PLR2004 - likewise
