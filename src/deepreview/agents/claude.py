"""Claude Code (`claude -p`), over its JSON stream.

Tried with 2.1.330. Only `--setting-sources ''` with `--strict-mcp-config` keeps a repository's hooks, servers, key
helpers and base URLs out; a failed turn says `subtype: success` and `is_error: true`.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from deepreview.agents.base import Exit, Guest, Invocation, Question, Spec, Wire
from deepreview.agents.json_lines import (
    call,
    count,
    money,
    paragraph,
    parsed,
    rows,
    said,
    size,
    table,
    unrecognised,
    word,
)
from deepreview.agents.troubles import broke
from deepreview.model.agent import (
    AgentEvent,
    Answered,
    Began,
    Broke,
    Denied,
    Failure,
    Retried,
    Spent,
    ToolResult,
    Usage,
)

READING = ("Read", "Grep", "Glob")
SHELL = ("Bash",)
_QUIET = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_TELEMETRY": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "DISABLE_AUTOUPDATER": "1",
    "CLAUDE_CODE_DISABLE_GIT_INSTRUCTIONS": "1",  # else subjects of commits stand in its prompt, as no data
    "CLAUDE_CODE_MAX_RETRIES": "2",
    "CLAUDE_ENABLE_BYTE_WATCHDOG": "1",
    "CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS": "120000",
    "CLAUDE_ENABLE_STREAM_WATCHDOG": "1",
    "CLAUDE_STREAM_IDLE_TIMEOUT_MS": "120000",
}
_KEPT_QUIET = {"informational", "status", "compact_boundary", "hook_started", "hook_response", "thinking_tokens"}


@dataclass(frozen=True, slots=True)
class ClaudeDialect:
    """How Claude Code is asked and understood."""

    def invocation(self, spec: Spec, question: Question, guest: Guest) -> Invocation:
        """One turn; the prompt goes in by standard input, since one argument may hold 128 KiB only."""
        tools = (*READING, *(SHELL if guest.place.contained else ())) if question.tools else ()
        argv = ["claude", "-p", "--output-format", "stream-json", "--verbose"]
        argv += ["--setting-sources", "", "--strict-mcp-config", "--permission-mode", "dontAsk"]
        argv += ["--tools", ",".join(tools)]
        argv += ["--allowedTools", ",".join(tools)] if tools else []
        argv += ["--model", spec.model] if spec.model else []
        argv += ["--effort", spec.effort] if spec.effort else []
        argv += ["--json-schema", question.schema] if question.schema else []
        argv += ["--resume", question.resume] if question.resume else []
        door = guest.door(Wire.ANTHROPIC)
        reach = {"ANTHROPIC_BASE_URL": door.url, "ANTHROPIC_API_KEY": door.key} if door.url else {}
        return Invocation(argv=tuple(argv), env={**_QUIET, **reach}, stdin=question.prompt.encode())

    def reading(self, question: Question) -> "ClaudeReading":
        """Something that understands the answer."""
        return ClaudeReading(wanted=bool(question.schema), result_key="structured_output")


@dataclass(eq=False, kw_only=True)
class ClaudeReading:
    """Understands the stream of Claude Code, and of tools that print the same."""

    wanted: bool
    """Whether a schema was given."""
    result_key: str
    """Where the tool puts the JSON that fits a schema."""
    _result: dict[str, Any] = field(default_factory=dict)
    _complaint: str = ""

    def line(self, raw: bytes) -> Iterable[AgentEvent]:
        """The events of one line."""
        found = parsed(raw)
        if found is None:
            return unrecognised(raw)
        match found.get("type"):
            case "assistant":
                return self._assistant(found)
            case "user":
                return self._user(found)
            case "system":
                return self._system(found, raw)
            case "result":
                self._result = found
                return self._ended(found)
            case other:
                return unrecognised(raw, word(other))

    def _assistant(self, found: dict[str, Any]) -> Iterator[AgentEvent]:
        message = table(found.get("message"))
        if found.get("is_api_error_message") or message.get("model") == "<synthetic>":
            self._complaint = "".join(word(one.get("text")) for one in rows(message.get("content")))
            return
        for block in rows(message.get("content")):
            if block.get("type") == "text":
                yield from said(paragraph(block.get("text")))
            elif block.get("type") == "tool_use":
                yield call(block.get("id"), block.get("name"), block.get("input"))

    @staticmethod
    def _user(found: dict[str, Any]) -> Iterator[AgentEvent]:
        for block in rows(table(found.get("message")).get("content")):
            if block.get("type") == "tool_result":
                failed = block.get("is_error") is True
                yield ToolResult(id=word(block.get("tool_use_id")), size=size(block.get("content")), failed=failed)

    @staticmethod
    def _system(found: dict[str, Any], raw: bytes) -> Iterable[AgentEvent]:
        match found.get("subtype"):
            case "init":
                session, model = word(found.get("session_id")), word(found.get("model"))
                version = word(found.get("claude_code_version")) or word(found.get("qwen_code_version"))
                return (Began(session=session, model=model, version=version),)
            case "api_retry" | "retry":
                why = " ".join(str(part) for part in (found.get("error_status"), found.get("error")) if part)
                return (Retried(attempt=count(found.get("attempt")), reason=why or "no reason given"),)
            case "permission_denied":
                tool = word(found.get("tool_name")) or word(found.get("tool"))
                return (Denied(tool=tool, reason=word(found.get("message")) or "not allowed"),)
            case known if word(known) in _KEPT_QUIET:
                return ()
            case other:
                return unrecognised(raw, f"system/{word(other)}")

    @staticmethod
    def _ended(found: dict[str, Any]) -> Iterator[AgentEvent]:
        used, usd = table(found.get("usage")), money(found.get("total_cost_usd"))
        details = table(used.get("output_tokens_details"))
        usage = Usage(
            input=count(used.get("input_tokens")),
            cached=count(used.get("cache_read_input_tokens")),
            written=count(used.get("cache_creation_input_tokens")),
            output=count(used.get("output_tokens")),
            reasoning=count(details.get("thinking_tokens")),
            requests=count(found.get("num_turns")),
            usd=usd,
            priced="reported" if usd else "none",
        )
        if usage.sent or usage.output:
            yield Spent(usage=usage)

    def end(self, exit_: Exit) -> Answered | Broke:
        """Only a result that is no error, with exit code 0 and the JSON that was asked for, is an answer."""
        result = self._result
        if not result:
            told = self._complaint or exit_.stderr
            return broke(told, code=exit_.code, otherwise=Failure.CUT_OFF if exit_.code == 0 else Failure.ERROR)
        text = word(result.get("result"))
        if result.get("is_error") or exit_.code != 0:
            return self._failed(result, text, exit_)
        data = result.get(self.result_key)
        if self.wanted and data is None:
            return Broke(failure=Failure.MALFORMED, message="it gave no JSON that fits the schema")
        shown = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        return Answered(text=text, data=shown if self.wanted else "")

    def _failed(self, result: dict[str, Any], text: str, exit_: Exit) -> Broke:
        reason = word(result.get("subtype"))
        if reason == "error_max_structured_output_retries":
            return Broke(failure=Failure.MALFORMED, message="it gave no JSON that fits the schema")
        if reason.startswith("error_max"):
            return Broke(failure=Failure.LIMIT, message=reason.replace("_", " "))
        told = text or word(table(result.get("error")).get("message")) or self._complaint or exit_.stderr
        if result.get("stop_reason") == "refusal":
            return Broke(failure=Failure.REFUSED, message=told.split("\n", 1)[0][:300] or "the model declined")
        return broke(told, status=count(result.get("api_error_status")), code=exit_.code)
