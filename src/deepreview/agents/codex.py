"""Codex (`codex exec --json`).

Tried with 0.169.0. Its home must not be inside the temporary folder, else it cannot sandbox its commands and says
nothing about it. A schema is sent to the model and not checked by Codex. The Node wrapper leaves its child running
when it is killed, so the native program is started.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deepreview.agents.base import Exit, Guest, Invocation, Question, Spec, Wire
from deepreview.agents.json_lines import call, count, paragraph, parsed, said, size, table, unrecognised, word
from deepreview.agents.troubles import broke
from deepreview.model.agent import AgentEvent, Answered, Began, Broke, Failure, Retried, Spent, ToolResult, Usage

_PROVIDER = """\
model_provider = "deepreview"
[model_providers.deepreview]
name = "deepreview"
base_url = {url}
env_key = "DEEPREVIEW_DOOR_KEY"
wire_api = "responses"
request_max_retries = 2
stream_max_retries = 2
stream_idle_timeout_ms = 120000
"""
_QUIET = """\
check_for_update_on_startup = false
[analytics]
enabled = false
[history]
persistence = "none"
"""
_SWITCHED_OFF = ("plugins", "remote_plugin", "apps")
_UNREAD = {"turn.started", "item.updated"}
_APART = {"id", "type", "aggregated_output", "status"}
_TOOLS = {"command_execution": "shell", "mcp_tool_call": "mcp", "web_search": "web-search", "file_change": "edit"}


@dataclass(frozen=True, slots=True)
class CodexDialect:
    """How Codex is asked and understood."""

    def invocation(self, spec: Spec, question: Question, guest: Guest) -> Invocation:
        """One turn; inside our own sandbox its own is switched off, since it would keep it from its scratch folder."""
        contained = guest.place.contained and question.tools
        argv = [str(native(guest.find("codex"))), "exec"]
        argv += ["resume"] if question.resume else []
        argv += ["--json", "--skip-git-repo-check", "-c", "project_doc_max_bytes=0"]
        argv += [part for name in _SWITCHED_OFF for part in ("--disable", name)]
        argv += ["-c", f"sandbox_mode={_quoted('danger-full-access' if contained else 'read-only')}"]
        argv += ["-c", f"model_reasoning_effort={_quoted(spec.effort)}"] if spec.effort else []
        argv += ["-m", spec.model] if spec.model else []
        files = {}
        if question.schema:
            files["schema.json"] = question.schema
            argv += ["--output-schema", str(guest.place.home / "schema.json")]
        argv += [question.resume] if question.resume else []
        door = guest.door(Wire.RESPONSES)
        provider = _PROVIDER.format(url=_quoted(f"{door.url}/v1")) if door.url else ""
        files[".codex/config.toml"] = _top_first(provider, _QUIET)
        env = {"CODEX_HOME": str(guest.place.home / ".codex")}
        env |= {"DEEPREVIEW_DOOR_KEY": door.key} if door.url else {}
        return Invocation(argv=(*argv, "-"), env=env, files=files, stdin=question.prompt.encode())

    def reading(self, question: Question) -> "CodexReading":
        """Something that understands the answer."""
        return CodexReading(wanted=bool(question.schema))


def _quoted(text: str) -> str:
    """A TOML string."""
    return json.dumps(text)


def _top_first(provider: str, quiet: str) -> str:
    """Both as one TOML file: keys of the top level stand before the first table."""
    top, tables = quiet.split("[", 1)
    head, _, rest = provider.partition("[")
    return head + top + (f"[{rest}" if rest else "") + f"[{tables}"


def native(program: Path) -> Path:
    """The native program behind the Node wrapper of the npm package; the path itself where it is no wrapper."""
    real = program.resolve()
    if real.suffix != ".js":
        return real
    package = real.parent.parent
    for modules in (package / "node_modules", package.parent.parent):
        if found := sorted(modules.glob("@openai/codex-*/vendor/*/bin/codex")):
            return found[0]
    return real


@dataclass(eq=False, kw_only=True)
class CodexReading:
    """Understands `codex exec --json`."""

    wanted: bool
    _last: str = ""
    _completed: bool = False
    _failed: str = ""
    _seen: set[str] = field(default_factory=set)

    def line(self, raw: bytes) -> Iterable[AgentEvent]:
        """The events of one line."""
        found = parsed(raw)
        if found is None:
            return unrecognised(raw)
        kind = word(found.get("type"))
        if kind in {"item.started", "item.completed"}:
            return self._item(table(found.get("item")), raw, done=kind == "item.completed")
        readers = {
            "thread.started": self._began,
            "turn.completed": self._ended,
            "turn.failed": self._broken,
            "error": self._error,
        }
        if reader := readers.get(kind):
            return reader(found)
        return () if kind in _UNREAD else unrecognised(raw, kind)

    @staticmethod
    def _began(found: dict[str, Any]) -> Iterable[AgentEvent]:
        return (Began(session=word(found.get("thread_id")), model="", version=""),)

    def _broken(self, found: dict[str, Any]) -> Iterable[AgentEvent]:
        self._failed = word(table(found.get("error")).get("message")) or "the turn failed"
        return ()

    def _item(self, item: dict[str, Any], raw: bytes, *, done: bool) -> Iterable[AgentEvent]:
        kind, id_ = word(item.get("type")), word(item.get("id"))
        if kind in _TOOLS:
            events: list[AgentEvent] = []
            if id_ not in self._seen:
                self._seen.add(id_)
                kept = {
                    key: value
                    for key, value in item.items()
                    if key not in {"id", "type", "aggregated_output", "status"}
                }
                arguments = {"command": item["command"]} if "command" in item else kept
                events.append(call(id_, _TOOLS[kind], arguments))
            if done:
                result = item.get("aggregated_output", item.get("result"))
                events.append(ToolResult(id=id_, size=size(result), failed=item.get("status") == "failed"))
            return events
        if kind == "agent_message":
            self._last = word(item.get("text")) if done else self._last
            return said(paragraph(self._last)) if done else ()
        if kind == "error":
            return unrecognised(word(item.get("message")).encode(), "item/error")
        return () if kind in {"reasoning", "todo_list"} else unrecognised(raw, f"item/{kind}")

    def _ended(self, found: dict[str, Any]) -> Iterable[AgentEvent]:
        self._completed = True
        used = table(found.get("usage"))
        cached = count(used.get("cached_input_tokens"))
        written = count(used.get("cache_write_input_tokens"))
        usage = Usage(
            input=max(0, count(used.get("input_tokens")) - cached - written),
            cached=cached,
            written=written,
            output=count(used.get("output_tokens")),
            reasoning=count(used.get("reasoning_output_tokens")),
        )
        return (Spent(usage=usage),)

    def _error(self, found: dict[str, Any]) -> Iterable[AgentEvent]:
        message = word(found.get("message"))
        if message.startswith("Reconnecting"):
            number = message.removeprefix("Reconnecting...").strip().partition("/")[0]
            return (Retried(attempt=int(number) if number.isdigit() else 0, reason=message[:300]),)
        self._failed = self._failed or message
        return ()

    def end(self, exit_: Exit) -> Answered | Broke:
        """Only a completed turn with exit code 0 is an answer; its JSON is checked by whoever asked."""
        if self._completed and exit_.code == 0:
            return Answered(text=self._last, data=self._last if self.wanted else "")
        told = self._failed or exit_.stderr.removeprefix("Reading additional input from stdin...").strip()
        return broke(told, code=exit_.code, otherwise=Failure.CUT_OFF if exit_.code == 0 else Failure.ERROR)
