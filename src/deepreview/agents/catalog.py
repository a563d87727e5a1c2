"""Which agents there are, and how `--with` names them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from deepreview.agents.acp import agent as acp
from deepreview.agents.api import agent as api
from deepreview.agents.base import Agent, Spec, Wire
from deepreview.agents.claude import ClaudeDialect
from deepreview.agents.cli import CliAgent, Dialect
from deepreview.agents.codex import CodexDialect
from deepreview.agents.gemini import GeminiDialect
from deepreview.agents.opencode import OpencodeDialect
from deepreview.agents.qwen import QwenDialect
from deepreview.catalog import nearest
from deepreview.errors import UsageError
from deepreview.model.family import family_of

_SPEC = re.compile(
    r"(?P<agent>[a-z][a-z0-9-]*)(?:/(?P<endpoint>[\w.-]+))?(?::(?P<model>[^@\s,]+))?(?:@(?P<effort>[a-z]+))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A command line that can be an agent."""

    family: str
    """Of its maker's models; a named model of another maker has that one's."""
    wires: tuple[Wire, ...]
    dialect: Dialect
    install: str
    """How to install it, as a command."""
    sign_in: str
    """The file that holds its own sign-in, relative to the user's home."""
    efforts: bool = False
    """Whether it can be told how hard to think."""


COMMAND_LINES: Mapping[str, Known] = {
    "claude": Known(
        family="claude",
        wires=(Wire.ANTHROPIC,),
        dialect=ClaudeDialect(),
        install="npm install -g @anthropic-ai/claude-code",
        sign_in=".claude/.credentials.json",
        efforts=True,
    ),
    "codex": Known(
        family="gpt",
        wires=(Wire.RESPONSES,),
        dialect=CodexDialect(),
        install="npm install -g @openai/codex",
        sign_in=".codex/auth.json",
        efforts=True,
    ),
    "gemini": Known(
        family="gemini",
        wires=(Wire.GEMINI,),
        dialect=GeminiDialect(),
        install="npm install -g @google/gemini-cli",
        sign_in=".gemini/oauth_creds.json",
    ),
    "qwen": Known(
        family="qwen",
        wires=(Wire.CHAT,),
        dialect=QwenDialect(),
        install="npm install -g @qwen-code/qwen-code",
        sign_in=".qwen/oauth_creds.json",
    ),
    "opencode": Known(
        family="opencode",
        wires=(Wire.CHAT,),
        dialect=OpencodeDialect(),
        install="npm install -g opencode-ai",
        sign_in=".local/share/opencode/auth.json",
        efforts=True,
    ),
}
_NOWHERE: Mapping[str, Wire] = MappingProxyType({})
_NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})


def named(text: str) -> Spec | None:
    """What `--with` names, where it is an agent: `claude`, `claude:opus`, `api:gpt-5@high`; None for anything else.

    Raises UsageError for a known agent that is named in a way that it cannot be called.
    """
    found = _SPEC.fullmatch(text)
    if not found:
        return None
    spec = Spec(**{name: value or "" for name, value in found.groupdict().items()})
    if spec.agent == "api":
        return api.checked(spec)
    if spec.agent == "acp":
        return acp.checked(spec)
    if spec.agent not in COMMAND_LINES:
        return None
    if spec.effort and not COMMAND_LINES[spec.agent].efforts:
        raise UsageError(f"{spec.agent} cannot be told how hard to think", hint=f"leave out @{spec.effort}")
    return spec


def agent_of(
    spec: Spec, endpoints: Mapping[str, Wire] = _NOWHERE, commands: Mapping[str, tuple[str, ...]] = _NOTHING
) -> Agent:
    """The agent of a name that `named` has read; raises UsageError for an endpoint that is not set.

    `endpoints` are the user's servers and what they speak; `commands` what the user calls `acp:NAME`.
    """
    if spec.endpoint and spec.endpoint not in endpoints:
        otherwise = f"set endpoints = {{ {spec.endpoint} = {{ url = … }} }}"
        raise UsageError(f"no endpoint is called {spec.endpoint!r}", hint=nearest(spec.endpoint, endpoints, otherwise))
    if spec.agent == "api":
        return api.api_agent(spec, endpoints.get(spec.endpoint))
    if spec.agent == "acp":
        return acp.acp_agent(spec, commands.get(spec.model, ()))
    known = COMMAND_LINES[spec.agent]
    return CliAgent(
        spec=spec,
        family=family_of(spec.model, otherwise=spec.model if spec.endpoint else known.family)
        if spec.model
        else known.family,
        program=spec.agent,
        wires=known.wires,
        dialect=known.dialect,
    )
