"""A model by API as an agent; what it needs is imported when it is first asked, which takes seconds."""

import asyncio
import importlib.util
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

from deepreview.agents.base import Guest, Question, Spec, Wire
from deepreview.errors import DeepReviewError, UsageError, how_to_add
from deepreview.model.agent import AgentEvent, Answered, Began, Broke, Failure
from deepreview.model.family import family_of

NEEDED = how_to_add("api")
EFFORTS = ("minimal", "low", "medium", "high", "xhigh", "max")
_OPENAI = re.compile(r"o\d")
_MAKERS = {"claude": Wire.ANTHROPIC, "gpt": Wire.RESPONSES, "gemini": Wire.GEMINI}


def checked(spec: Spec) -> Spec:
    """`api:MODEL`, or `api/ENDPOINT:MODEL`, if it can be asked; else raises UsageError."""
    named = str(replace(spec, model="", effort=""))
    if not spec.model:
        raise UsageError(f"{named} names no model", hint=f"say which: {named}:MODEL")
    if not spec.endpoint and _family(spec.model) not in _MAKERS:
        known = ", ".join(_MAKERS)
        hint = f"models of {known} are known; for a server of your own say api/ENDPOINT:{spec.model}"
        raise UsageError(f"nobody knows whose model {spec.model} is", hint=hint)
    if spec.effort and spec.effort not in EFFORTS:
        raise UsageError(f"{named} has no effort {spec.effort}", hint=f"known: {', '.join(EFFORTS)}")
    return spec


def missing_libraries() -> str:
    """What must be installed before any model is asked; empty where everything is."""
    absent = [name for name in ("pydantic_ai", "jsonschema") if importlib.util.find_spec(name) is None]
    return f"{absent[0]} is missing; {NEEDED}" if absent else ""


def api_agent(spec: Spec, wire: Wire | None = None) -> "ApiAgent":
    """The agent of a name that was checked, by an endpoint's protocol or else by the maker's own."""
    family = _family(spec.model)
    return ApiAgent(spec=spec, family=family, wire=wire or _MAKERS[family])


def _family(model: str) -> str:
    return "gpt" if _OPENAI.match(model) else family_of(model)


@dataclass(eq=False, kw_only=True)
class ApiAgent:
    """A model that is asked by its maker's protocol, or by that of a server of the user's.

    It remembers its conversations for as long as it lives itself.
    """

    spec: Spec
    family: str
    wire: Wire
    program: str = ""
    _talks: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def wires(self) -> tuple[Wire, ...]:
        """The one that the model is reached by."""
        return (self.wire,)

    async def ask(self, question: Question, guest: Guest) -> AsyncGenerator[AgentEvent]:
        """Ask, in a task of its own: libraries that are left in the middle of a request must end where they began."""
        told = asyncio.Queue[AgentEvent]()
        work = asyncio.create_task(self._work(question, guest, told))
        try:
            while True:
                event = await told.get()
                yield event
                if isinstance(event, Answered | Broke):
                    return
        finally:
            work.cancel()
            await asyncio.wait([work])

    async def _work(self, question: Question, guest: Guest, told: asyncio.Queue[AgentEvent]) -> None:
        try:
            last = await self._turn(question, guest, told)
        except DeepReviewError as error:
            last = Broke(failure=Failure.MISSING, message=str(error))
        except ModuleNotFoundError as error:
            last = Broke(failure=Failure.MISSING, message=f"{error.name} is missing: {NEEDED}")
        except Exception as error:  # noqa: BLE001 - bulkhead: whoever waits at the other end must hear of the end
            last = Broke(failure=Failure.ERROR, message=f"{type(error).__name__}: {error}"[:300])
        told.put_nowait(last)

    async def _turn(self, question: Question, guest: Guest, told: asyncio.Queue[AgentEvent]) -> Answered | Broke:
        door = guest.door(self.wire)
        if not door.url:
            return Broke(failure=Failure.AUTH, message=f"{self.spec} needs a key: a tool's sign-in is no way to an API")
        if question.resume and question.resume not in self._talks:
            return Broke(failure=Failure.REQUEST, message="the conversation to go on with is no longer known")
        await asyncio.to_thread(_import)
        from deepreview.agents.api import models, turn  # noqa: PLC0415 - see _import

        session = question.resume or uuid4().hex
        history = self._talks.setdefault(session, [])
        told.put_nowait(Began(session=session, model=self.spec.model, version=turn.VERSION))
        async with models.opened(self.spec, self.wire, door) as line:
            asked = turn.Turn(line=line, question=question, guest=guest, history=history, tell=told.put_nowait)
            return await asked.answer()


def _import() -> None:
    """Takes seconds, and needs the extra `api`: so only when a model is asked, and beside everything else."""
    from deepreview.agents.api import models, turn  # noqa: F401, PLC0415
