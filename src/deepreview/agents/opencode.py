"""opencode (`opencode run --format json`).

Tried with 1.18.33. Only `--pure` with the project's configuration switched off keeps a repository's plugins and servers
out. It has no flag for a schema: the prompt asks for it, and whoever asked checks.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from deepreview.agents.base import Exit, Guest, Invocation, Question, Spec, Wire
from deepreview.agents.gemini import json_in, with_schema
from deepreview.agents.json_lines import call, count, money, paragraph, parsed, said, size, table, unrecognised, word
from deepreview.agents.troubles import broke
from deepreview.model.agent import AgentEvent, Answered, Began, Broke, Failure, Spent, ToolResult, Usage

_PROVIDER = "deepreview"
_QUIET = {
    "OPENCODE_DISABLE_PROJECT_CONFIG": "1",
    "OPENCODE_DISABLE_AUTOUPDATE": "1",
    "OPENCODE_DISABLE_MODELS_FETCH": "1",
    "OPENCODE_DISABLE_LSP_DOWNLOAD": "1",
}


@dataclass(frozen=True, slots=True)
class OpencodeDialect:
    """How opencode is asked and understood."""

    def invocation(self, spec: Spec, question: Question, guest: Guest) -> Invocation:
        """One turn; without a model of its own name it uses what the endpoint calls `default`."""
        shell = "allow" if question.tools and guest.place.contained else "deny"
        read = "allow" if question.tools else "deny"
        model = spec.model or "default"
        door = guest.door(Wire.CHAT)
        config: dict[str, Any] = {
            "$schema": "https://opencode.ai/config.json",
            "autoupdate": False,
            "share": "disabled",
            "permission": {"edit": "deny", "webfetch": "deny", "bash": shell, "read": read, "grep": read, "glob": read},
        }
        if door.url:
            provider = {"npm": "@ai-sdk/openai-compatible", "name": _PROVIDER, "models": {model: {"name": model}}}
            options = {"baseURL": f"{door.url}/v1", "apiKey": door.key}
            config["provider"] = {_PROVIDER: {**provider, "options": options}}
            model = f"{_PROVIDER}/{model}"
        argv = ["opencode", "run", "--pure", "--format", "json", "-m", model]
        argv += ["--variant", spec.effort] if spec.effort else []
        argv += ["--session", question.resume] if question.resume else []
        env = {**_QUIET, "OPENCODE_CONFIG": str(guest.place.home / "opencode.json")}
        files = {"opencode.json": json.dumps(config)}
        return Invocation(argv=tuple(argv), env=env, files=files, stdin=with_schema(question).encode())

    def reading(self, question: Question) -> "OpencodeReading":
        """Something that understands the answer."""
        return OpencodeReading(wanted=bool(question.schema))


@dataclass(eq=False, kw_only=True)
class OpencodeReading:
    """Understands `opencode run --format json`."""

    wanted: bool
    _began: bool = False
    _last: str = ""
    _finished: bool = False
    _error: str = ""
    _status: int = 0

    def line(self, raw: bytes) -> Iterable[AgentEvent]:
        """The events of one line."""
        found = parsed(raw)
        if found is None:
            return unrecognised(raw)
        first = () if self._began else (Began(session=word(found.get("sessionID")), model="", version=""),)
        self._began = True
        return (*first, *self._event(found, raw))

    def _event(self, found: dict[str, Any], raw: bytes) -> Iterable[AgentEvent]:
        part, kind = table(found.get("part")), word(found.get("type"))
        readers = {"text": self._text, "tool_use": self._tool, "step_finish": self._step, "error": self._failed}
        if reader := readers.get(kind):
            return reader(found if kind == "error" else part)
        return () if kind in {"step_start", "reasoning"} else unrecognised(raw, kind)

    def _text(self, part: dict[str, Any]) -> Iterable[AgentEvent]:
        self._last = word(part.get("text"))
        return said(paragraph(self._last))

    @staticmethod
    def _tool(part: dict[str, Any]) -> Iterable[AgentEvent]:
        state, id_ = table(part.get("state")), word(part.get("callID"))
        failed = state.get("status") == "error"
        result = state.get("error") if failed else state.get("output")
        return (call(id_, part.get("tool"), state.get("input")), ToolResult(id=id_, size=size(result), failed=failed))

    def _step(self, part: dict[str, Any]) -> Iterable[AgentEvent]:
        self._finished = part.get("reason") != "tool-calls"
        tokens, usd = table(part.get("tokens")), money(part.get("cost"))
        cache = table(tokens.get("cache"))
        reasoning = count(tokens.get("reasoning"))
        usage = Usage(
            input=count(tokens.get("input")),
            cached=count(cache.get("read")),
            written=count(cache.get("write")),
            output=count(tokens.get("output")) + reasoning,
            reasoning=reasoning,
            requests=1,
            usd=usd,
            priced="reported" if usd else "none",
        )
        return (Spent(usage=usage),)

    def _failed(self, found: dict[str, Any]) -> Iterable[AgentEvent]:
        error = table(found.get("error"))
        data = table(error.get("data"))
        self._error = word(data.get("message")) or word(error.get("message")) or word(error.get("name")) or "it failed"
        self._status = count(data.get("statusCode"))
        return ()

    def end(self, exit_: Exit) -> Answered | Broke:
        """Only a finished last step without an error, with exit code 0, is an answer."""
        if self._finished and not self._error and exit_.code == 0:
            return Answered(text=self._last, data=json_in(self._last) if self.wanted else "")
        otherwise = Failure.CUT_OFF if exit_.code == 0 else Failure.ERROR
        return broke(self._error or exit_.stderr, status=self._status, code=exit_.code, otherwise=otherwise)
