"""How `--with` names agents, and what each name stands for."""

import pytest

from deepreview.agents.base import Spec, Wire
from deepreview.agents.catalog import agent_of, named
from deepreview.errors import UsageError

LOCAL = {"local": Wire.CHAT, "proxy": Wire.ANTHROPIC}


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("claude", Spec(agent="claude")),
        ("codex:gpt-5@high", Spec(agent="codex", model="gpt-5", effort="high")),
        ("api:claude-opus-4-8@max", Spec(agent="api", model="claude-opus-4-8", effort="max")),
        ("api/local:qwen3-coder:30b", Spec(agent="api", endpoint="local", model="qwen3-coder:30b")),
        ("claude/gate:opus", Spec(agent="claude", endpoint="gate", model="opus")),
        ("api/my.server_2:org/model", Spec(agent="api", endpoint="my.server_2", model="org/model")),
    ],
)
def test_a_name_is_read_and_written_alike(text: str, spec: Spec) -> None:
    assert named(text) == spec
    assert str(spec) == text


@pytest.mark.parametrize("text", ["static", "nobody", "review.md", "claude=review.md", "API:gpt-5", "claude/:opus", ""])
def test_anything_else_is_no_agent(text: str) -> None:
    assert named(text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("gemini@high", "gemini cannot be told how hard to think (leave out @high)"),
        ("api", "api names no model (say which: api:MODEL)"),
        ("api/local", "api/local names no model (say which: api/local:MODEL)"),
        ("api:qwen3", ("nobody knows whose model qwen3 is (models of claude, gpt, gemini are known; "
         "for a server of your own say api/ENDPOINT:qwen3)")),
        ("acp", "acp names no program (say which: acp:gemini, or acp:NAME of a setting `agents`)"),
        ("acp:gemini@high", "acp agents cannot be told how hard to think (leave out @high)"),
        ("api:gpt-5@hard", "api has no effort hard (known: minimal, low, medium, high, xhigh, max)"),
    ],
)  # fmt: skip
def test_what_cannot_be_called_says_what_to_do(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        named(text)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("text", "family", "wire"),
    [
        ("claude:opus", "claude", Wire.ANTHROPIC),
        ("opencode:gpt-5", "gpt", Wire.CHAT),
        ("api:claude-opus-4-8", "claude", Wire.ANTHROPIC),
        ("api:gpt-5", "gpt", Wire.RESPONSES),
        ("api:o3-mini", "gpt", Wire.RESPONSES),
        ("api:gemini-2.5-pro", "gemini", Wire.GEMINI),
        ("api/local:qwen3-coder", "qwen", Wire.CHAT),
        ("api/local:claude-opus-4-8", "claude", Wire.CHAT),
        ("api/proxy:kimi-k3", "kimi-k3", Wire.ANTHROPIC),
    ],
)
def test_an_agent_has_its_makers_voice_and_protocol(text: str, family: str, wire: Wire) -> None:
    spec = named(text)
    assert spec is not None
    agent = agent_of(spec, LOCAL)
    assert (agent.spec, agent.family, agent.wires) == (spec, family, (wire,))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("api/locl:x", "no endpoint is called 'locl' (did you mean local?)"),
        ("api/z:x", "no endpoint is called 'z' (set endpoints = { z = { url = … } })"),
    ],
)
def test_an_endpoint_must_be_set(text: str, said: str) -> None:
    spec = named(text)
    assert spec is not None
    with pytest.raises(UsageError) as caught:
        agent_of(spec, LOCAL)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("text", "program", "family"),
    [
        ("acp:gemini", "gemini", "gemini"),
        ("acp:pro", "gemini", "gemini"),
        ("acp:codex-acp", "codex-acp", "gpt"),
        ("acp:/opt/tools/mine", "/opt/tools/mine", "mine"),
    ],
)
def test_a_program_that_speaks_the_protocol(text: str, program: str, family: str) -> None:
    spec = named(text)
    assert spec is not None
    agent = agent_of(spec, commands={"pro": ("gemini", "--acp", "-m", "gemini-2.5-pro")})
    assert (agent.program, agent.family, agent.wires) == (program, family, tuple(Wire))
