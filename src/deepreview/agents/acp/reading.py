"""What a program tells of its work while it answers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from deepreview.agents.json_lines import call, count, money, rows, said, size, table, unrecognised, word
from deepreview.agents.kept import Kept
from deepreview.model.agent import AgentEvent, Spent, ToolResult, Usage

_QUIET = {
    "agent_thought_chunk", "user_message_chunk", "plan", "plan_update", "plan_removed", "available_commands_update",
    "current_mode_update", "config_option_update", "session_info_update",
}  # fmt: skip
_UNDER_WAY = {"in_progress", "completed", "failed"}


@dataclass(eq=False)
class Reading:
    """Understands `session/update`, and remembers what it means for the end."""

    last: Kept = field(default_factory=Kept)
    """The message since the last use of a tool."""
    _listening: bool = False
    _spoke: bool = False
    _calls: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What is known of each tool call, by its id."""
    _told: set[str] = field(default_factory=set)
    _over: set[str] = field(default_factory=set)
    _usd: float = 0.0

    def begin(self) -> None:
        """From now on it is about the question; what comes before is an earlier conversation, told again."""
        self._listening = True

    def update(self, params: dict[str, Any], raw: bytes) -> Iterable[AgentEvent]:
        """The events of a notification."""
        if not self._listening:
            return ()
        update = table(params.get("update"))
        match update.get("sessionUpdate"):
            case "agent_message_chunk":
                return self._said(table(update.get("content")))
            case "tool_call" | "tool_call_update":
                return self._tool(update)
            case "usage_update":
                cost = table(update.get("cost"))
                self._usd = money(cost.get("amount")) if cost.get("currency") == "USD" else self._usd
                return ()
            case known if word(known) in _QUIET:
                return ()
            case other:
                return unrecognised(raw, f"session/update {word(other)}".strip())

    def _said(self, content: dict[str, Any]) -> Iterable[AgentEvent]:
        text = word(content.get("text"))
        between = "\n\n" if text and self._spoke and not self.last.size else ""
        self._spoke |= bool(text)
        self.last.add(text)
        return said(between + text)

    def _tool(self, update: dict[str, Any]) -> Iterator[AgentEvent]:
        """A call once its arguments are there, a result when it is over."""
        id_, status = word(update.get("toolCallId")), update.get("status")
        yield from self.named(update, whole=status in _UNDER_WAY)[1]
        if status in {"completed", "failed"} and id_ not in self._over:
            self._over.add(id_)
            given = update.get("content")
            shown = sum(size(table(one.get("content")).get("text")) for one in rows(given)) if given else 0
            length = shown or (size(update["rawOutput"]) if update.get("rawOutput") is not None else -1)
            yield ToolResult(id=id_, size=length, failed=status == "failed")

    def named(self, update: dict[str, Any], *, whole: bool = True) -> tuple[str, Iterable[AgentEvent]]:
        """The kind of a tool call, and the call itself once all of it is known and it was not told before."""
        id_ = word(update.get("toolCallId"))
        known = self._calls.setdefault(id_, {})
        known |= {part: update[part] for part in ("kind", "title", "rawInput", "locations") if update.get(part)}
        kind = word(known.get("kind")) or "other"
        self.last = Kept()
        return kind, (self._call(id_),) if whole and id_ not in self._told else ()

    def rest(self) -> Iterable[AgentEvent]:
        """The calls that the program named and never took up again."""
        return [self._call(id_) for id_ in self._calls if id_ not in self._told]

    def _call(self, id_: str) -> AgentEvent:
        self._told.add(id_)
        known = self._calls[id_]
        paths = [word(one.get("path")) for one in rows(known.get("locations"))]
        told = {"title": word(known.get("title")), **({"paths": paths} if paths else {})}
        return call(id_, word(known.get("kind")) or "other", known.get("rawInput") or told)

    def spent(self, answer: dict[str, Any]) -> Iterable[AgentEvent]:
        """What the turn used, where the program tells; Gemini does so beside the protocol."""
        used = table(answer.get("usage"))
        quota = table(table(table(answer.get("_meta")).get("quota")).get("token_count"))
        reasoning = count(used.get("thoughtTokens"))
        usage = Usage(
            input=count(used.get("inputTokens")) or count(quota.get("input_tokens")),
            cached=count(used.get("cachedReadTokens")),
            written=count(used.get("cachedWriteTokens")),
            output=(count(used.get("outputTokens")) or count(quota.get("output_tokens"))) + reasoning,
            reasoning=reasoning,
            usd=self._usd,
            priced="reported" if self._usd else "none",
        )
        return (Spent(usage=usage),) if usage.sent or usage.output or usage.usd else ()
