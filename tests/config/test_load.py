from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepreview.agents.base import Wire
from deepreview.agents.endpoint import Endpoint
from deepreview.config.load import File, load, parse_file
from deepreview.config.schema import NAMES, TABLES, Command, Settings, key_of
from deepreview.errors import ConfigError
from deepreview.model.budget import Budget, Price

BUDGETS = ("budget", "budget_reviewer", "budget_month")


def toml(text: str, path: str = "deepreview.toml") -> File:
    return parse_file(text.encode(), path, f"{path} of 1a2b3c4d5 (base)")


def test_flags_win_over_environment_over_file_over_defaults() -> None:
    file = toml('timeout = 1\nbase = "one"\nfail-on = "important"\n')
    loaded = load({"timeout": 3, "base": None}, {"DEEPREVIEW_TIMEOUT": "2", "DEEPREVIEW_BASE": "two", "PATH": ""}, file)
    found = {valued.name: (valued.value, valued.origin) for valued in loaded.valued}
    assert found["timeout"] == (3, "--timeout")
    assert found["base"] == ("two", "DEEPREVIEW_BASE")
    assert found["fail_on"] == ("important", "deepreview.toml of 1a2b3c4d5 (base)")
    assert found["disable"] == ((), "default")
    assert tuple(found) == NAMES
    assert (loaded.settings.timeout, loaded.settings.base) == (3, "two")


def test_without_anything_the_defaults_hold() -> None:
    assert load({}, {}, None).settings == Settings()


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("timout = 1", "deepreview.toml of 1a2b3c4d5 (base): no setting is called 'timout'", "did you mean timeout?"),
        ("fail_on = 'never'", "no setting is called 'fail_on'", "did you mean fail-on?"),
        ("timeout = 'soon'", "timeout: a time such as 90s, 30m or 1h is wanted, not 'soon'", "`deepreview config`"),
        ("timeout = true", "a time such as 90s, 30m or 1h is wanted, not True", ""),
        ("timeout = 1.5", "a time such as 90s, 30m or 1h is wanted, not 1.5", ""),
        ("timeout = -1", "a time such as 90s, 30m or 1h is wanted, not -1", ""),
        ("silence = 0", "silence: a time above 0 is wanted, not 0", ""),
        ("passes = 0", "passes: a number from 1 to 9 is wanted, not 0", ""),
        ("passes = 10", "a number from 1 to 9 is wanted, not 10", ""),
        ("reserve = 'gemini'", "reserve: a list of names is wanted", ""),
        ("isolation = 'docker'", "isolation: one of auto, bubblewrap, landlock, none is wanted, not 'docker'", ""),
        ("reviewers = 'static'", "a list of names is wanted, not 'static'", ""),
        ("reviewers = ['static', 1]", "a list of names is wanted", ""),
        ("reviewers = ['']", "a list of names is wanted", ""),
        ("base = 1", "a text is wanted, not 1", ""),
        ("fail-on = 'always'", "one of suggestion, important, critical, never is wanted, not 'always'", ""),
        ("fail-on = ['never']", "one of suggestion, important, critical, never is wanted", ""),
        ("commands = ['x']", "a table of name = [program, argument, …] is wanted", ""),
        ("commands = { x = 'y' }", "a list of names is wanted, not 'y'", ""),
        ("sarif = [1]", "a list of names is wanted, not [1]", ""),
        ("archive = 1", "a text is wanted, not 1", ""),
        ("budget = 'much'", "budget: an amount such as 5usd, 2.50 or 400k tokens is wanted, not 'much'", ""),
        ("budget = true", "an amount such as 5usd, 2.50 or 400k tokens is wanted, not True", ""),
        ("budget = '5k usd'", "an amount such as 5usd, 2.50 or 400k tokens is wanted, not '5k usd'", ""),
        ("budget = '5k'", "an amount such as 5usd, 2.50 or 400k tokens is wanted, not '5k'", ""),
        ("budget = 0", "an amount above 0 is wanted, not '0.000000'", ""),
        ("budget = -1", "an amount such as", ""),
        ("budget = inf", "an amount such as", ""),
        ("budget-month = '0 tokens'", "budget-month: an amount above 0 is wanted, not '0 tokens'", ""),
        ("budget = '1usd, 2usd'", "one amount of usd is wanted, not two", ""),
        ("endpoints = []", "a table of name = { url = … } is wanted", ""),
        ("endpoints = { x = 1 }", "a table of name = { url = … } is wanted", ""),
        ("endpoints = { x = { url = 'ftp://x' } }", "x: a url such as http://127.0.0.1:11434/v1 is wanted", ""),
        ("endpoints = { x = { url = 'http://h:port' } }", "x: a url such as", ""),
        ("endpoints = { x = { url = 'http://u:p@h' } }", "x: a url such as", ""),
        ("endpoints = { x = { url = 'http://h', wire = 'smtp' } }", "x: a wire is one of anthropic, ", ""),
        ("endpoints = { x = { url = 'http://h', key = 'sk-1' } }", "x: key is the name of the variable", ""),
        ("endpoints = { x = { uri = 'http://h' } }", "x: there is no 'uri', only url, wire, key", ""),
        ("prices = { x = { input = 1 } }", "x: output is wanted in USD per million tokens, not None", ""),
        ("prices = { x = { input = 1, output = -1 } }", "x: output is wanted in USD per million tokens, not -1", ""),
        ("prices = { x = { input = true, output = 1 } }", "x: input is wanted in USD per million tokens", ""),
        ("prices = { x = { input = 1, output = 1, in = 2 } }", "x: there is no 'in', only input, output", ""),
    ],
)
def test_what_has_no_meaning_is_an_error_with_a_next_step(text: str, message: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load({}, {}, toml(text))
    assert message in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize("variable", ["DEEPREVIEW_TIMOUT", "DEEPREVIEW_COMMANDS", "DEEPREVIEW_PRICES", "DEEPREVIEW_"])
def test_a_variable_of_ours_that_is_not_known_is_an_error(variable: str) -> None:
    with pytest.raises(ConfigError, match=f"no setting is called {variable}"):
        load({}, {variable: "1"}, None)


@pytest.mark.parametrize(
    ("variable", "value", "name", "meaning"),
    [
        ("DEEPREVIEW_REVIEWERS", "names, paths,", "reviewers", ("names", "paths")),
        ("DEEPREVIEW_TIMEOUT", "7", "timeout", 7),
        ("DEEPREVIEW_TIMEOUT", "30m", "timeout", 1800),
        ("DEEPREVIEW_TIMEOUT", "0", "timeout", 0),
        ("DEEPREVIEW_SILENCE", "90 s", "silence", 90),
        ("DEEPREVIEW_PASSES", "2", "passes", 2),
        ("DEEPREVIEW_GUEST_MEMORY", "1.5gb", "guest_memory", 1_500_000_000),
        ("DEEPREVIEW_GUEST_DISK", "500 MB", "guest_disk", 500_000_000),
        ("DEEPREVIEW_GUEST_PROCESSES", "0", "guest_processes", 0),
        ("DEEPREVIEW_RESERVE", "codex,gemini", "reserve", ("codex", "gemini")),
        ("DEEPREVIEW_LEAD", "claude:opus", "lead", "claude:opus"),
        ("DEEPREVIEW_SARIF", "/a,/b", "sarif", (Path("/a"), Path("/b"))),
        ("DEEPREVIEW_ARCHIVE", "/a", "archive", Path("/a")),
        ("DEEPREVIEW_ARCHIVE", "", "archive", Path()),
        ("DEEPREVIEW_DISABLE", "typos", "disable", ("typos",)),
        ("DEEPREVIEW_BUDGET", "5usd", "budget", Budget(usd=5)),
        ("DEEPREVIEW_BUDGET", "$0.5", "budget", Budget(usd=0.5)),
        ("DEEPREVIEW_BUDGET", "2.50, 1.5M tokens", "budget", Budget(usd=2.5, tokens=1_500_000)),
        ("DEEPREVIEW_BUDGET_REVIEWER", "400k tokens", "budget_reviewer", Budget(tokens=400_000)),
        ("DEEPREVIEW_BUDGET_MONTH", "", "budget_month", Budget()),
    ],
)
def test_variables(variable: str, value: str, name: str, meaning: object) -> None:
    assert getattr(load({}, {variable: value}, None).settings, name) == meaning


@pytest.mark.parametrize(
    ("flags", "name", "meaning"),
    [
        ({"reviewers": ()}, "reviewers", ()),
        ({"reviewers": None}, "reviewers", Settings().reviewers),
        ({"disable": ()}, "disable", ()),
        ({"archive": Path()}, "archive", Path.cwd()),
        ({"archive": Path("here")}, "archive", Path.cwd() / "here"),
        ({"sarif": (Path("x.sarif"),)}, "sarif", (Path.cwd() / "x.sarif",)),
    ],
)
def test_flags(flags: dict[str, Any], name: str, meaning: object) -> None:
    assert getattr(load(flags, {}, None).settings, name) == meaning


def test_a_table_of_commands() -> None:
    loaded = load({}, {}, toml('[commands]\nsemgrep = ["semgrep", "scan"]\n'))
    assert loaded.settings.commands == (Command(name="semgrep", argv=("semgrep", "scan")),)


def test_a_table_of_agents() -> None:
    loaded = load({}, {}, toml('[agents]\nfast = ["gemini", "--acp"]\n'))
    assert loaded.settings.agents == (Command(name="fast", argv=("gemini", "--acp")),)


def test_tables_of_endpoints_and_prices() -> None:
    text = """
budget = 5
[endpoints]
local = { url = "http://127.0.0.1:11434/v1/" }
gate = { url = "https://gate.example/anthropic", wire = "anthropic", key = "GATE_KEY" }
[prices]
"my-model" = { input = 0.5, output = 2, cached = 0 }
"""
    settings = load({}, {}, toml(text)).settings
    assert settings.budget == Budget(usd=5)
    assert settings.endpoints == (
        Endpoint(name="local", url="http://127.0.0.1:11434/v1", wire=Wire.CHAT, variable=""),
        Endpoint(name="gate", url="https://gate.example/anthropic", wire=Wire.ANTHROPIC, variable="GATE_KEY"),
    )
    assert settings.prices == (Price(model="my-model", input=0.5, output=2, cached=0),)


@given(
    usd=st.none() | st.floats(min_value=1e-6, max_value=1e6).map(lambda usd: round(usd, 6)),
    tokens=st.none() | st.integers(min_value=1, max_value=10**12),
)
def test_budgets_are_read_as_they_are_written(usd: float | None, tokens: int | None) -> None:
    budget = Budget(usd=usd, tokens=tokens)
    assert Budget.read(str(budget)) == budget


def test_only_our_table_of_a_pyproject_counts() -> None:
    assert toml("[tool.ruff]\nline-length = 1\n", "pyproject.toml").values == {}
    assert toml("tool = 1\n", "pyproject.toml").values == {}
    assert toml("[tool.deepreview]\ntimeout = 5\n", "pyproject.toml").values == {"timeout": 5}
    with pytest.raises(ConfigError, match=r"tool\.deepreview is not a table"):
        toml("tool = { deepreview = 1 }\n", "pyproject.toml")


@pytest.mark.parametrize("content", [b"timeout = ", b"\xff", b"[a]\n[a]\n"])
def test_what_is_not_toml_is_told_with_its_name(content: bytes) -> None:
    with pytest.raises(ConfigError, match=r"my\.toml is not valid TOML"):
        parse_file(content, "my.toml", "my.toml")


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_can_be_read_from_a_file_by_its_key(name: str) -> None:
    default = getattr(Settings(), name)
    empty: dict[str, Any] = {**{table: {} for table in TABLES}, "archive": "", **dict.fromkeys(BUDGETS, "")}
    plain = empty.get(name, list(default) if isinstance(default, tuple) else default)
    assert getattr(load({}, {}, File(name="f", values={key_of(name): plain})).settings, name) == default
