"""What results of a SARIF run share: levels, messages, files."""

import re
from typing import Any
from urllib.parse import quote

from deepreview.context.visible import one_line, visible
from deepreview.model.claim import Severity
from deepreview.render.safe_markdown import blocks, inline

MOST_TEXT = 4_000
"""Longest message in characters; an alert shows less."""

LEVELS = {Severity.CRITICAL: "error", Severity.IMPORTANT: "warning", Severity.SUGGESTION: "note"}

Json = dict[str, Any]


def message(title: str, *parts: str, text: str = "", markdown: str = "") -> Json:
    """A title and what is said of it, cut where it is too long, and an ending that is safe already, in both forms."""
    head = one_line(title).rstrip(".") + "."
    said = _cut("\n\n".join(shown for part in parts if (shown := visible(part).strip())))
    return {
        "text": message_text(_without_ticks(f"{head}\n\n{said}".strip())) + text,
        "markdown": braces(f"{inline(head)}\n\n{blocks(said)}".strip() + markdown),
    }


def _without_ticks(text: str) -> str:
    return re.sub(r"`+([^`\n]+)`+", r"'\1'", text)


def _cut(text: str) -> str:
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1].rstrip() + "…"


def message_text(text: str) -> str:
    """Plain text in which nothing is a link or a placeholder, by the escapes that SARIF gives."""
    return braces(re.sub(r"([\\\[\]])", r"\\\1", text))


def braces(text: str) -> str:
    """Text in which nothing is a placeholder."""
    return text.replace("{", "{{").replace("}", "}}")


def artifact(path: str) -> Json:
    """The file below the root of the repository, each byte that is not plain as `%` and two digits."""
    return {"uri": quote(path, safe="/", errors="surrogateescape"), "uriBaseId": "%SRCROOT%"}
