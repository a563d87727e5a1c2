"""Qwen Code, which also reaches any other service that speaks OpenAI's chat protocol.

Tried with 0.24.4, which needs Node 22. It prints what Claude Code prints, but for a few names. Only `--safe-mode` keeps
a repository's hooks out; it makes the tool look up a host of its maker unless its settings switch statistics off.
"""

import json
from dataclasses import dataclass

from deepreview.agents.base import Guest, Invocation, Question, Spec, Wire
from deepreview.agents.claude import ClaudeReading

_SETTINGS = {
    "privacy": {"usageStatisticsEnabled": False},
    "telemetry": {"enabled": False},
    "general": {"disableAutoUpdate": True, "enableAutoUpdate": False},
    "context": {"fileName": []},
}
_WRITING = ("edit", "write_file", "web_fetch", "web_search", "save_memory", "task")
_NO_TERMINAL = {"shell": {"enableInteractiveShell": False}}
"""Its commands need none, and a guest may not be able to open one."""


@dataclass(frozen=True, slots=True)
class QwenDialect:
    """How Qwen Code is asked and understood."""

    def invocation(self, spec: Spec, question: Question, guest: Guest) -> Invocation:
        """One turn."""
        shell = question.tools and guest.place.contained
        excluded = [*_WRITING, *(() if shell else ("run_shell_command",))]
        settings = {**_SETTINGS, "tools": {"exclude": excluded, **_NO_TERMINAL}}
        files = {".qwen/settings.json": json.dumps(settings)}
        argv = ["qwen", "--safe-mode", "--auth-type", "openai", "-o", "stream-json"]
        argv += ["--approval-mode", "yolo" if shell else "default"]
        argv += ["-m", spec.model] if spec.model else []
        argv += ["--resume", question.resume] if question.resume else []
        if question.schema:
            files["schema.json"] = question.schema
            argv += ["--json-schema", f"@{guest.place.home / 'schema.json'}"]
        door = guest.door(Wire.CHAT)
        env = {"OPENAI_API_KEY": door.key, "OPENAI_BASE_URL": f"{door.url}/v1"} if door.url else {}
        env |= {"OPENAI_MODEL": spec.model} if spec.model else {}
        return Invocation(argv=tuple(argv), env=env, files=files, stdin=question.prompt.encode())

    def reading(self, question: Question) -> ClaudeReading:
        """Something that understands the answer."""
        return ClaudeReading(wanted=bool(question.schema), result_key="structured_result")
