from pathlib import Path
from typing import Any

import pytest

from deepreview.config.load import File, load, parse_file
from deepreview.config.schema import NAMES, Command, Settings, key_of
from deepreview.errors import ConfigError


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
        ("timeout = 'soon'", "timeout: a number of seconds above 0 is wanted, not 'soon'", "`deepreview config`"),
        ("timeout = 0", "a number of seconds above 0 is wanted, not 0", ""),
        ("timeout = true", "a number of seconds above 0 is wanted, not True", ""),
        ("timeout = 1.5", "a number of seconds above 0 is wanted, not 1.5", ""),
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
    ],
)
def test_what_has_no_meaning_is_an_error_with_a_next_step(text: str, message: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load({}, {}, toml(text))
    assert message in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize("variable", ["DEEPREVIEW_TIMOUT", "DEEPREVIEW_COMMANDS", "DEEPREVIEW_"])
def test_a_variable_of_ours_that_is_not_known_is_an_error(variable: str) -> None:
    with pytest.raises(ConfigError, match=f"no setting is called {variable}"):
        load({}, {variable: "1"}, None)


@pytest.mark.parametrize(
    ("variable", "value", "name", "meaning"),
    [
        ("DEEPREVIEW_REVIEWERS", "names, paths,", "reviewers", ("names", "paths")),
        ("DEEPREVIEW_TIMEOUT", "7", "timeout", 7),
        ("DEEPREVIEW_SARIF", "/a,/b", "sarif", (Path("/a"), Path("/b"))),
        ("DEEPREVIEW_ARCHIVE", "/a", "archive", Path("/a")),
        ("DEEPREVIEW_ARCHIVE", "", "archive", Path()),
        ("DEEPREVIEW_DISABLE", "typos", "disable", ("typos",)),
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
    plain = {"commands": {}, "archive": ""}.get(name, list(default) if isinstance(default, tuple) else default)
    assert getattr(load({}, {}, File(name="f", values={key_of(name): plain})).settings, name) == default
