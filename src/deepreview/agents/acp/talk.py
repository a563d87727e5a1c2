"""One turn in the Agent Client Protocol, version 1: JSON-RPC, one message a line, both sides asking.

Tried with gemini 0.61.0 and opencode 1.18.33. What is spoken is what a review needs: no terminal, no writing, no
servers of ours.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Any

from deepreview.agents.acp.reading import Reading
from deepreview.agents.api.tools import text_of
from deepreview.agents.base import Guest, Question, Running
from deepreview.agents.gemini import json_in, with_schema
from deepreview.agents.json_lines import count, parsed, rows, table, unrecognised, word
from deepreview.agents.troubles import broke
from deepreview.model.agent import AgentEvent, Answered, Began, Broke, Denied, Failure

VERSION = 1
_SIGN_IN = -32000
_NO_METHOD = -32601
_WRONG = -32602
_READ_LIKE = {"read", "search", "think"}
_GOODBYE = 1


class OverError(Exception):
    """The program said no more."""


class ComplaintError(Exception):
    """The program refused what was asked of it."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(word(error.get("message")))
        self.error = error


@dataclass(eq=False, kw_only=True)
class Talk:
    """What is said to a program that runs, and what it says."""

    running: Running
    question: Question
    guest: Guest
    _lines: AsyncIterator[bytes] = field(init=False)
    _reading: Reading = field(default_factory=Reading)
    _number: int = 0
    _answer: dict[str, Any] = field(default_factory=dict)
    _session: str = ""
    _at_work: bool = False

    def __post_init__(self) -> None:
        """Begin to listen."""
        self._lines = self.running.lines()

    async def turn(self) -> AsyncGenerator[AgentEvent]:
        """All of it; the last event is the outcome."""
        try:
            async for event in self._prompted():
                yield event
            last = self._outcome()
        except ComplaintError as error:
            self._at_work = False
            last = _refused(error.error)
        except (OverError, ConnectionError):
            self._at_work = False
            exit_ = await self.running.end()
            otherwise = Failure.CUT_OFF if exit_.code == 0 else Failure.ERROR
            last = broke(exit_.stderr, code=exit_.code, otherwise=otherwise)
        finally:
            await self._cancelled()
        yield last

    async def _prompted(self) -> AsyncGenerator[AgentEvent]:
        able = {"fs": {"readTextFile": True, "writeTextFile": False}, "terminal": False}
        async for event in self._asked("initialize", {"protocolVersion": VERSION, "clientCapabilities": able}):
            yield event
        if self._answer.get("protocolVersion") != VERSION:
            raise ComplaintError(
                {"message": f"it speaks version {self._answer.get('protocolVersion')} of the protocol"}
            )
        about = table(self._answer.get("agentInfo"))
        version = f"{word(about.get('name'))} {word(about.get('version'))}".strip()
        method, more = self._opening(table(self._answer.get("agentCapabilities")))
        async for event in self._asked(method, {"cwd": str(self.guest.place.repo), "mcpServers": [], **more}):
            yield event
        self._session = self.question.resume or word(self._answer.get("sessionId"))
        model = word(table(self._answer.get("models")).get("currentModelId"))
        yield Began(session=self._session, model=model, version=version)
        self._reading.begin()
        self._at_work = True
        prompt = [{"type": "text", "text": with_schema(self.question)}]
        async for event in self._asked("session/prompt", {"sessionId": self._session, "prompt": prompt}):
            yield event
        self._at_work = False
        for event in (*self._reading.rest(), *self._reading.spent(self._answer)):
            yield event

    def _opening(self, able: dict[str, Any]) -> tuple[str, dict[str, str]]:
        """How a session is opened: anew, or an earlier one in the way that the program can."""
        if not self.question.resume:
            return "session/new", {}
        earlier = {"sessionId": self.question.resume}
        if isinstance(table(able.get("sessionCapabilities")).get("resume"), dict):
            return "session/resume", earlier
        if able.get("loadSession") is True:
            return "session/load", earlier
        raise ComplaintError({"code": _WRONG, "message": "it cannot go on with an earlier conversation"})

    async def _asked(self, method: str, params: dict[str, Any]) -> AsyncGenerator[AgentEvent]:
        """Ask, and tell what happens until the answer is there; raises ComplaintError, OverError."""
        self._number += 1
        await self._send({"id": self._number, "method": method, "params": params})
        while True:
            raw = await anext(self._lines, None)
            if raw is None:
                raise OverError
            message = parsed(raw)
            if message is not None and "method" not in message and message.get("id") == self._number:
                if "error" in message:
                    raise ComplaintError(table(message["error"]))
                self._answer = table(message.get("result"))
                return
            for event in await self._told(message, raw):
                yield event

    async def _told(self, message: dict[str, Any] | None, raw: bytes) -> Iterable[AgentEvent]:
        """A notification, or something that the program asks of us, which gets its answer."""
        if message is None or "method" not in message:
            return unrecognised(raw, "text" if message is None else "answer")
        method, params = word(message["method"]), table(message.get("params"))
        if "id" not in message:
            return self._reading.update(params, raw) if method == "session/update" else unrecognised(raw, method)
        match method:
            case "session/request_permission":
                outcome, events = self._permission(params)
                await self._send({"id": message["id"], "result": {"outcome": outcome}})
                return events
            case "fs/read_text_file":
                return await self._read(message["id"], params)
            case other:
                error = {"code": _NO_METHOD, "message": f"there is no {other} here"}
                await self._send({"id": message["id"], "error": error})
                return (Denied(tool=other or "unnamed", reason="not offered"),)

    def _permission(self, params: dict[str, Any]) -> tuple[dict[str, str], Iterable[AgentEvent]]:
        """Reading is allowed; everything else only where the operating system keeps it in."""
        asked = table(params.get("toolCall"))
        kind, events = self._reading.named(asked)
        allowed = self.question.tools and (kind in _READ_LIKE or self.guest.place.contained)
        wanted = ("allow_once", "allow_always") if allowed else ("reject_once", "reject_always")
        options = {word(one.get("kind")): word(one.get("optionId")) for one in rows(params.get("options"))}
        chosen = next((options[one] for one in wanted if one in options), None)
        outcome = {"outcome": "cancelled"} if chosen is None else {"outcome": "selected", "optionId": chosen}
        if allowed and chosen is not None:
            return outcome, events
        reason = word(asked.get("title")) or "not allowed"
        return outcome, (*events, Denied(tool=kind, reason=reason[:300]))

    async def _read(self, id_: object, params: dict[str, Any]) -> Iterable[AgentEvent]:
        first, limit = count(params.get("line")) or 1, count(params.get("limit"))
        result = await text_of(self.guest, word(params.get("path")), first, limit)
        if self.question.tools and not result.failed:
            await self._send({"id": id_, "result": {"content": result.text}})
            return ()
        reason = result.text if self.question.tools else "no files are to be read"
        await self._send({"id": id_, "error": {"code": _WRONG, "message": reason}})
        return (Denied(tool="read", reason=reason[:300]),)

    def _outcome(self) -> Answered | Broke:
        """What came of the turn, by the reason that the program gives for its end."""
        text = self._reading.last.text.strip()
        match word(self._answer.get("stopReason")):
            case "end_turn":
                data = json_in(text) if self.question.schema else ""
                return (
                    Answered(text=text, data=data)
                    if text
                    else Broke(failure=Failure.EMPTY, message="it answered nothing")
                )
            case "refusal":
                return Broke(failure=Failure.REFUSED, message=text.split("\n", 1)[0][:300] or "the model declined")
            case "max_tokens":
                return Broke(failure=Failure.CUT_OFF, message="the answer was cut at a limit of tokens")
            case "max_turn_requests":
                return Broke(failure=Failure.LIMIT, message="it asked its model as often as it may")
            case other:
                return Broke(failure=Failure.ERROR, message=f"it ended for another reason: {other or 'none was given'}")

    async def _send(self, message: dict[str, Any]) -> None:
        line = json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False, separators=(",", ":"))
        await self.running.send(line.encode() + b"\n")

    async def _cancelled(self) -> None:
        """Tell a program that is left at work to stop, and give it a moment to leave its model; then it is ended."""
        if not self._at_work:
            return
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_GOODBYE):
                await self._send({"method": "session/cancel", "params": {"sessionId": self._session}})
                async for raw in self.running.lines():  # the first listener ended with what was left
                    if table(parsed(raw)).get("id") == self._number:
                        return


def _refused(error: dict[str, Any]) -> Broke:
    """What an error of the protocol means."""
    code, data = error.get("code"), error.get("data")
    details = data if isinstance(data, str) else word(table(data).get("details")) or json.dumps(data or "")
    message = word(error.get("message")) or "it gave no reason"
    if code == _SIGN_IN:
        return Broke(failure=Failure.AUTH, message=message.split("\n", 1)[0][:300])
    return broke(f"{message}: {details}" if data else message)
