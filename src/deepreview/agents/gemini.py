"""Gemini CLI, over its JSON stream.

Tried with 0.61.0. Its settings must pin the way to sign in, else a base URL makes it choose another and end with 41.
Its exit code is the service's status modulo 256, and what failed stands on standard error only. It has no flag for a
schema: the prompt asks for it, and whoever asked checks.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from deepreview.agents.base import Exit, Guest, Invocation, Question, Spec, Wire
from deepreview.agents.json_lines import call, count, parsed, said, size, table, unrecognised, word
from deepreview.agents.kept import Kept
from deepreview.agents.troubles import broke
from deepreview.model.agent import AgentEvent, Answered, Began, Broke, Denied, Failure, Spent, ToolResult, Usage

_STATUSES = {
    400 % 256: 400,
    401 % 256: 401,
    403 % 256: 403,
    404 % 256: 404,
    429 % 256: 429,
    500 % 256: 500,
    503 % 256: 503,
}
_NO_SIGN_IN = 41
_STOPPED = re.compile(r"Loop detected|Maximum session turns")
_NOISE = re.compile(r"^(?:Warning:|Loaded cached|Ripgrep is not|Error executing tool|YOLO mode|Data collection|\s+at )")
_DENY = """\
[[rule]]
toolName = ["run_shell_command", "write_file", "replace", "web_fetch", "google_web_search", "save_memory"]
decision = "deny"
priority = 100
"""
_SHELL = """\
[[rule]]
toolName = "run_shell_command"
decision = "allow"
priority = 200
"""
_NO_TOOLS = """\
[[rule]]
toolName = "*"
decision = "deny"
priority = 300
"""


@dataclass(frozen=True, slots=True)
class GeminiDialect:
    """How Gemini CLI is asked and understood."""

    def invocation(self, spec: Spec, question: Question, guest: Guest) -> Invocation:
        """One turn."""
        policy = _DENY + (_SHELL if guest.place.contained else "") if question.tools else _NO_TOOLS
        argv = ["gemini", "--skip-trust", "-o", "stream-json", "--policy", str(guest.place.home / "policy.toml")]
        argv += ["-m", spec.model] if spec.model else []
        argv += ["--resume", question.resume] if question.resume else []
        door = guest.door(Wire.GEMINI)
        own = "gemini-api-key" if door.url else "oauth-personal"
        settings = {
            "security": {"auth": {"selectedType": own}},
            "privacy": {"usageStatisticsEnabled": False},
            "general": {"enableAutoUpdate": False, "maxAttempts": 3},
            "telemetry": {"enabled": False},
            "context": {
                "fileName": [],
                "fileFiltering": {"respectGitIgnore": False},
                "includeDirectoryTree": False,  # names of files are data, too, and would stand before our question
            },
        }
        env = {"GEMINI_CLI_NO_RELAUNCH": "true"}
        env |= {"GEMINI_API_KEY": door.key, "GOOGLE_GEMINI_BASE_URL": door.url} if door.url else {}
        return Invocation(
            argv=tuple(argv),
            env=env,
            files={".gemini/settings.json": json.dumps(settings), "policy.toml": policy},
            stdin=with_schema(question).encode(),
        )

    def reading(self, question: Question) -> "GeminiReading":
        """Something that understands the answer."""
        return GeminiReading(wanted=bool(question.schema))


def with_schema(question: Question) -> str:
    """The prompt of a tool that has no flag for a schema."""
    if not question.schema:
        return question.prompt
    return (
        f"{question.prompt}\n\nAnswer with one JSON value that fits this schema, and nothing else:\n\n"
        f"```json\n{question.schema}\n```\n"
    )


@dataclass(eq=False, kw_only=True)
class GeminiReading:
    """Understands `gemini -o stream-json`."""

    wanted: bool
    _message: Kept = field(default_factory=Kept)
    _spoke: bool = False
    _status: str = ""
    _error: str = ""

    def line(self, raw: bytes) -> Iterable[AgentEvent]:
        """The events of one line."""
        found = parsed(raw)
        if found is None:
            return unrecognised(raw)
        kind = word(found.get("type"))
        readers = {
            "init": self._began,
            "message": self._said,
            "tool_use": self._call,
            "tool_result": self._result,
            "result": self._ended,
        }
        if reader := readers.get(kind):
            return reader(found)
        if kind == "error":
            self._error = word(found.get("message")) or self._error
        return unrecognised(raw, kind)

    @staticmethod
    def _began(found: dict[str, Any]) -> Iterable[AgentEvent]:
        return (Began(session=word(found.get("session_id")), model=word(found.get("model")), version=""),)

    def _call(self, found: dict[str, Any]) -> Iterable[AgentEvent]:
        self._message = Kept()
        return (call(found.get("tool_id"), found.get("tool_name"), found.get("parameters")),)

    def _said(self, found: dict[str, Any]) -> Iterable[AgentEvent]:
        if found.get("role") != "assistant":
            return ()
        text = word(found.get("content"))
        between = "\n\n" if text and self._spoke and not self._message.size else ""
        self._spoke |= bool(text)
        self._message.add(text)
        return said(between + text)

    @staticmethod
    def _result(found: dict[str, Any]) -> Iterable[AgentEvent]:
        id_, error = word(found.get("tool_id")), table(found.get("error"))
        output, failed = word(found.get("output")), found.get("status") == "error"
        result = ToolResult(id=id_, size=size(output) if output or failed else -1, failed=failed)
        if word(error.get("type")) in {"policy_violation", "tool_not_registered"}:
            tool = id_.partition("__")[0]
            return (result, Denied(tool=tool, reason=word(error.get("message"))[:300]))
        return (result,)

    def _ended(self, found: dict[str, Any]) -> Iterable[AgentEvent]:
        self._status = word(found.get("status"))
        self._error = self._error or word(table(found.get("error")).get("message"))
        stats = table(found.get("stats"))
        if not stats.get("total_tokens"):
            return ()
        sent, cached = count(stats.get("input_tokens")), count(stats.get("cached"))
        reasoning = max(0, count(stats.get("total_tokens")) - sent - count(stats.get("output_tokens")))
        usage = Usage(
            input=max(0, sent - cached),
            cached=cached,
            output=count(stats.get("output_tokens")) + reasoning,
            reasoning=reasoning,
        )
        return (Spent(usage=usage),)

    def end(self, exit_: Exit) -> Answered | Broke:
        """Only a result of success with exit code 0 is an answer; it is success, too, when its own guard stops it."""
        if _STOPPED.match(self._error):
            return Broke(failure=Failure.LIMIT, message=self._error[:300])
        if self._status == "success" and exit_.code == 0:
            text = self._message.text
            return Answered(text=text, data=json_in(text) if self.wanted else "")
        complaint = self._error or "\n".join(line for line in exit_.stderr.splitlines() if not _NOISE.match(line))
        if exit_.code == _NO_SIGN_IN:
            return broke(complaint, status=401)
        status = 0 if re.search(r"safety|PROHIBITED|malformed", complaint) else _STATUSES.get(exit_.code, 0)
        return broke(
            complaint, status=status, code=exit_.code, otherwise=Failure.CUT_OFF if exit_.code == 0 else Failure.ERROR
        )


_OPENS = re.compile(r"```(?:json)?[ \t]{0,40}\r?\n")
_CLOSES = re.compile(r"^[ \t]{0,40}```", re.MULTILINE)


def json_in(text: str) -> str:
    """The JSON of an answer that may stand in a fence; in time linear in its length, which the model chooses."""
    opens = _OPENS.search(text)
    closes = _CLOSES.search(text, opens.end()) if opens else None
    return (text[opens.end() : closes.start()] if opens and closes else text).strip()
