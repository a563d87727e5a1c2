"""What the settings say of agents reaches them."""

import pytest

from deepreview.agents.base import Wire
from deepreview.broker.broker import require_modules
from deepreview.config.load import load, parse_file
from deepreview.config.schema import Settings
from deepreview.errors import MachineError, how_to_add
from deepreview.seating import agents, lacks

SETTINGS = b"""
reviewers = ["acp:pro", "api/local:qwen3-coder"]
[agents]
pro = ["gemini", "--acp", "-m", "gemini-2.5-pro"]
[endpoints]
local = { url = "http://127.0.0.1:11434/v1" }
"""


def test_agents_are_made_with_the_users_command_lines_and_endpoints() -> None:
    settings = load({}, {}, parse_file(SETTINGS, "deepreview.toml", "deepreview.toml")).settings
    pro, local = (seat.agent for seat in agents(settings, {}).seats.values())
    assert (pro.program, pro.family) == ("gemini", "gemini")
    assert (local.program, local.wires, local.family) == ("", (Wire.CHAT,), "qwen")


def test_what_is_missing_is_told_with_the_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load({}, {}, parse_file(SETTINGS, "deepreview.toml", "deepreview.toml")).settings
    pro, local = (seat.agent for seat in agents(settings, {}).seats.values())
    assert lacks(pro, settings, {}) == (
        "gemini is not installed; put its program on your path",
        "there is no key for acp:pro; set ANTHROPIC_API_KEY or OPENAI_API_KEY or GEMINI_API_KEY",
    )
    assert lacks(local, settings, {}) == ()
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert lacks(local, settings, {}) == (
        f"aiohttp is missing; {how_to_add('agents')}",
        f"pydantic_ai is missing; {how_to_add('api')}",
    )
    assert lacks(pro, settings, {})[1] == f"aiohttp is missing; {how_to_add('agents')}"
    with pytest.raises(MachineError, match="models cannot be reached, aiohttp is missing"):
        require_modules()


def test_every_seat_has_a_name_of_its_own() -> None:
    """Also where one seat is called what another one's name would become."""
    party = agents(Settings(reviewers=("claude:a/b", "claude:a-b-3", "claude:a-b", "claude:a-b-2")), {})
    assert [one.name for one in party.all] == ["claude-a-b", "claude-a-b-3", "claude-a-b-2", "claude-a-b-2-2"]
