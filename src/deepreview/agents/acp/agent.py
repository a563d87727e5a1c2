"""Agents that are started as an `acp:COMMAND`, once for each turn."""

import contextlib
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath

from deepreview.agents.acp.talk import Talk
from deepreview.agents.base import Guest, Invocation, Question, Spec, Wire
from deepreview.agents.gemini import GeminiDialect
from deepreview.agents.opencode import OpencodeDialect
from deepreview.errors import MachineError, UsageError
from deepreview.model.agent import AgentEvent, Broke, Failure
from deepreview.model.family import family_of

_REACHED: Mapping[Wire, tuple[str, str, str]] = {
    Wire.ANTHROPIC: ("ANTHROPIC_BASE_URL", "", "ANTHROPIC_API_KEY"),
    Wire.RESPONSES: ("OPENAI_BASE_URL", "/v1", "OPENAI_API_KEY"),
    Wire.CHAT: ("OPENAI_BASE_URL", "/v1", "OPENAI_API_KEY"),
    Wire.GEMINI: ("GOOGLE_GEMINI_BASE_URL", "", "GEMINI_API_KEY"),
}
"""The variables by which programs are commonly told where a model is."""


def checked(spec: Spec) -> Spec:
    """`acp:COMMAND`, if it can be asked; else raises UsageError."""
    if not spec.model:
        raise UsageError("acp names no program", hint="say which: acp:gemini, or acp:NAME of a setting `agents`")
    if spec.effort:
        raise UsageError("acp agents cannot be told how hard to think", hint=f"leave out @{spec.effort}")
    return spec


def acp_agent(spec: Spec, argv: tuple[str, ...]) -> "AcpAgent":
    """The agent of a name that was checked: the user's command line, a known one, or the program of that name."""
    argv = argv or _ARGV.get(spec.model, (spec.model,))
    program = PurePath(argv[0]).name
    family = family_of(PurePath(spec.model).name, otherwise=family_of(program))
    return AcpAgent(spec=spec, family=family, program=argv[0], start=_STARTS.get(program, _plain)(argv))


Start = Callable[[Question, Guest], Invocation]
"""How to start an agent for a question; raises MachineError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcpAgent:
    """A program that is talked to in the Agent Client Protocol."""

    spec: Spec
    family: str
    program: str
    start: Start
    wires: tuple[Wire, ...] = tuple(Wire)

    async def ask(self, question: Question, guest: Guest) -> AsyncGenerator[AgentEvent]:
        """Start it, and talk to it until it has answered."""
        try:
            async with (
                guest.start(self.start(question, guest)) as running,
                contextlib.aclosing(Talk(running=running, question=question, guest=guest).turn()) as events,
            ):
                async for event in events:
                    yield event
        except OSError as error:
            yield Broke(failure=Failure.MISSING, message=f"{self.program} cannot be started: {error.strerror or error}")


def _plain(argv: tuple[str, ...]) -> Start:
    """A program that we know nothing of: it is told of every model that there is a credential for."""

    def start(question: Question, guest: Guest) -> Invocation:
        del question
        env: dict[str, str] = {}
        for wire, (address, version, key) in _REACHED.items():
            with contextlib.suppress(MachineError):
                if (door := guest.door(wire)).url:
                    env |= {address: door.url + version, key: door.key}
        return Invocation(argv=argv, env=env)

    return start


def _gemini(argv: tuple[str, ...]) -> Start:
    """With the settings and the policy of its own dialect."""

    def start(question: Question, guest: Guest) -> Invocation:
        known = GeminiDialect().invocation(Spec(agent="gemini"), replace(question, resume=""), guest)
        kept_in = ("--skip-trust", "--policy", str(guest.place.home / "policy.toml"))
        return replace(known, argv=(*argv, *kept_in), stdin=b"")

    return start


def _opencode(argv: tuple[str, ...]) -> Start:
    """With the configuration of its own dialect."""

    def start(question: Question, guest: Guest) -> Invocation:
        known = OpencodeDialect().invocation(Spec(agent="opencode"), replace(question, resume=""), guest)
        chosen = known.argv[known.argv.index("-m") + 1]  # here no argument takes it
        files = {name: json.dumps({**json.loads(text), "model": chosen}) for name, text in known.files.items()}
        return replace(known, argv=(*argv, "--pure"), files=files, stdin=b"")

    return start


_ARGV: Mapping[str, tuple[str, ...]] = {"gemini": ("gemini", "--acp"), "opencode": ("opencode", "acp")}
_STARTS: Mapping[str, Callable[[tuple[str, ...]], Start]] = {"gemini": _gemini, "opencode": _opencode}
"""Programs that need more than an address and a key, by name."""
