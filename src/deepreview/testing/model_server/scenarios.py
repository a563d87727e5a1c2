"""The scenarios that every server knows, by name."""

from collections.abc import Mapping

from deepreview.testing.model_server.sample import sample, structured, wanted
from deepreview.testing.model_server.script import (
    Asked,
    Because,
    Cut,
    Failed,
    Failure,
    Garbled,
    Html,
    Refused,
    Script,
    Silent,
    Stalled,
    Stop,
    Turn,
    Wire,
    after,
    conversation,
    read,
    shell,
    write,
)
from deepreview.testing.model_server.tools import family_of

ANSWER = "I read the change. The retry loop in `fetch` never stops: `attempts` is reset inside of it."
THOUGHT = "**Where the loop ends** `attempts` starts anew each time around."
SHORT = "Looks good to me."
CANARY = "CANARY"
"""The file that the scenario `write` asks to have written, in the folder the program runs in."""

_NOTICES = {
    Wire.MESSAGES: "Claude usage limit reached. Your limit will reset at 3pm (UTC).",
    Wire.RESPONSES: "You've hit your usage limit. Upgrade to Pro or try again at 3:00 PM.",
    Wire.CHAT: "You exceeded your current quota, please check your plan and billing details.",
    Wire.GEMINI: "Quota exceeded for quota metric 'Gemini requests' and limit 'Requests per day'.",
}


def _says(text: str) -> Script:
    return conversation(Turn(text=text))


def _fails(failure: Failure) -> Script:
    return conversation(Turn(text=ANSWER, piece=8, failure=failure))


def _refuses(status: int, because: Because = Because.STATUS, **headers: str) -> Script:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return _fails(Refused(status=status, because=because, headers=sent))


def by_schema(asked: Asked) -> Turn:
    """Answers with a value that the wanted schema accepts."""
    return structured(asked, sample(wanted(asked)))


def against_schema(asked: Asked) -> Turn:
    """Answers with JSON that no sensible schema accepts."""
    return structured(asked, {"wrong": 1})


def _echoes_quota(asked: Asked) -> Turn:
    return Turn(text=_NOTICES[asked.wire])


def _using(*turns: Turn) -> Script:
    """These turns; a program that offers no tool is answered at once."""
    script = conversation(*turns)
    return lambda asked: script(asked) if family_of(asked.tools) else Turn(text=ANSWER)


_LOOK = Turn(
    text="I look at the file and at its history.",
    calls=(read("README.md"), shell("git log --oneline -n 3 -- README.md")),
)
_BLAME = Turn(calls=(shell("git blame -L 1,1 -- README.md"),))
_DAMAGE = Turn(
    calls=(write(CANARY, "written"), shell(f"touch {CANARY} && curl -sS -m 2 http://127.0.0.1:9/{CANARY}")),
)

SCENARIOS: Mapping[str, Script] = {
    "ok": _says(ANSWER),
    "short": _says(SHORT),
    "empty": _says(""),
    "thinking": conversation(Turn(thought=THOUGHT, text=ANSWER)),
    "echo-quota": _echoes_quota,
    "refusal": conversation(Turn(stop=Stop.REFUSAL)),
    "length": conversation(Turn(text=ANSWER, stop=Stop.LENGTH)),
    "tools": _using(_LOOK, _BLAME, Turn(text=ANSWER)),
    "write": _using(_DAMAGE, Turn(text=ANSWER)),
    "loop": _using(_LOOK),
    "final": by_schema,
    "schema": by_schema,
    "bad-schema": after(1, against_schema, by_schema),
    "never-schema": against_schema,
    "slow": conversation(Turn(text=ANSWER, delay=0.2, pace=0.1, piece=8)),
    "400": _refuses(400),
    "401": _refuses(401),
    "403": _refuses(403),
    "429": _refuses(429, retry_after="1"),
    "quota": _refuses(429, Because.QUOTA),
    "usage-limit": _refuses(429, Because.USAGE_LIMIT),
    "500": _refuses(500),
    "500-once": after(1, _refuses(500), _says(ANSWER)),
    "500-twice": after(2, _refuses(500), _says(ANSWER)),
    "529": _refuses(529),
    "hang": _fails(Silent()),
    "hang-mid": _fails(Stalled()),
    "malformed": _fails(Garbled()),
    "cut": _fails(Cut()),
    "html": _fails(Html()),
    "failed": _fails(Failed()),
}
