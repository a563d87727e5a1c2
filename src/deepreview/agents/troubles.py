"""What an agent's own words, and its service's, mean as a `Failure`.

The words are those that claude 2.1, codex 0.169, gemini 0.61, qwen 0.24 and opencode 1.18 printed against a model
server that fails in each way, and those that the vendors document.
"""

import re

from deepreview.model.agent import Broke, Failure

OUR_BUDGET = "deepreview budget"
"""Stands in each refusal of our broker for want of budget."""

_WORDS: tuple[tuple[Failure, tuple[str, ...]], ...] = (
    (Failure.BUDGET, (re.escape(OUR_BUDGET),)),
    (
        Failure.REFUSED,
        (
            r"content.?filter",
            r"safety (?:classifier|block)",
            r"refus(?:al|ed to (?:answer|help))",
            r"can.t help with this",
            r"blocked.{0,40}(?:safety|prohibited)",
            r"prohibited_content",
            r"finish_?reason.{0,4}safety",
        ),
    ),
    (
        Failure.QUOTA,
        (
            r"usage limit",
            r"insufficient_quota",
            r"billing",
            r"credit balance",
            r"out of credits",
            r"exceeded your current quota",
            r"quota (?:exceeded|exhausted)",
            r"exhausted your .{0,20}quota",
            r"(?:daily|monthly|weekly) (?:limit|quota)",
            r"limit reached.{0,40}reset",
            r"hit your .{0,20}limit",
        ),
    ),
    (Failure.RATE_LIMIT, (r"rate.?limit", r"too many requests", r"\b429\b", r"resource.?exhausted", r"per minute")),
    (
        Failure.AUTH,
        (
            r"\b40[13]\b",
            r"unauthori[sz]ed",
            r"authenticat",
            r"(?:invalid|incorrect|missing|no).{0,20}api.?key",
            r"api.?key.{0,20}(?:invalid|not valid|missing)",
            r"(?:please|must|need to) (?:log|sign) ?in",
            r"permission_error",
        ),
    ),
    (
        Failure.REQUEST,
        (
            r"\b(?:400|404|413|422)\b",
            r"prompt is too long",
            r"context.{0,10}(?:length|window)",
            r"invalid.?request",
            r"model.{0,60}(?:not found|does not exist|not supported)",
            r"unexpected argument",
            r"unknown (?:option|argument|flag)",
        ),
    ),
    (
        Failure.SERVER,
        (
            r"\b(?:408|5\d\d)\b",
            r"overloaded",
            r"internal server error",
            r"server.?error",
            r"unavailable",
            r"high demand",
            r"failed to generate",
        ),
    ),
    (
        Failure.MALFORMED,
        (
            r"malformed",
            r"(?:invalid|not valid) json",
            r"unexpected (?:token|end of json)",
            r"failed to parse",
            r"parse error",
        ),
    ),
    (Failure.EMPTY, (r"empty response (?:with no )?text",)),
    (
        Failure.CUT_OFF,
        (
            r"ECONNRESET",
            r"disconnected",
            r"connection (?:was |to the api was )?(?:lost|closed|reset|error)",
            r"network error",
            r"socket hang up",
            r"terminated",
            r"premature",
            r"incomplete",
            r"fetch failed",
            r"(?:output token maximum|max_output_tokens)",
        ),
    ),
    (Failure.LIMIT, (r"max.?(?:turns|session.?turns|wall.?time|tool.?calls|budget)",)),
)
_TABLE = tuple((failure, re.compile("|".join(words), re.IGNORECASE)) for failure, words in _WORDS)
_STATUS = {401: Failure.AUTH, 403: Failure.AUTH, 408: Failure.SERVER, 429: Failure.RATE_LIMIT}
_WAIT = re.compile(
    r"(?:retry|try again|reset)\w*(?: in| after)?[ :\"]{1,4}(?P<number>\d+(?:\.\d+)?) ?(?P<unit>ms|s\b|sec|m\b|min)?",
    re.IGNORECASE,
)
_MESSAGE = re.compile(r'"message": ?"((?:[^"\\\n]|\\.){1,2000})"')
_LONGEST = 300
_READ = 4_000
_SERVERS_FAULT = 500
_TERMINATED = {130, 137, 143}


def broke(message: str, *, status: int = 0, code: int = 0, otherwise: Failure = Failure.ERROR) -> Broke:
    """What a message and the service's status, or the program's exit code, mean; `otherwise` where they say nothing."""
    text = message[:_READ]
    told = _MESSAGE.search(text)
    line = next((line.strip() for line in (told[1] if told else text).splitlines() if line.strip()), "")[:_LONGEST]
    return Broke(
        failure=_failure(text, status, code) or otherwise,
        message=line or (f"it ended with exit code {code}" if code else "it gave no reason"),
        wait=_wait(text),
    )


def _failure(text: str, status: int, code: int) -> Failure | None:
    said = next((failure for failure, words in _TABLE if words.search(text)), None)
    if status in {0, 200}:
        killed = Failure.KILLED if code < 0 or code in _TERMINATED else None
        return said or killed
    if said in {Failure.BUDGET, Failure.REFUSED, Failure.QUOTA}:
        return said
    return _STATUS.get(status, Failure.SERVER if status >= _SERVERS_FAULT else Failure.REQUEST)


def _wait(text: str) -> float:
    """Seconds that a message asks to wait."""
    found = _WAIT.search(text)
    if not found:
        return 0.0
    unit = (found["unit"] or "s").lower()
    return float(found["number"]) * (0.001 if unit == "ms" else 60 if unit.startswith("m") else 1)
