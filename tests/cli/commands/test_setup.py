import json
import tomllib
from pathlib import Path

from deepreview.config.load import File, load
from deepreview.testing.shell import Shell


def test_the_settings_are_printed_as_toml_that_means_the_same(shell: Shell, gate: Path) -> None:
    (gate.parent / "slow.toml").write_text('base = "a\\"b\\\\c\\nd"\ncommands = { "odd name" = ["x", "y z"] }\n')
    done = shell("config", "--config", str(gate.parent / "slow.toml"), DEEPREVIEW_TIMEOUT="7", cwd=shell.home)
    assert done.code == 0
    values = tomllib.loads(done.stdout.decode())
    settings = load({}, {}, File(name="again", values=values)).settings
    assert (settings.timeout, settings.base) == (7, 'a"b\\c\nd')
    assert [(command.name, command.argv) for command in settings.commands] == [("odd name", ("x", "y z"))]
    lines = done.stdout.decode().splitlines()
    assert "timeout = 7  # DEEPREVIEW_TIMEOUT" in lines
    assert "disable = []  # default" in lines


def test_settings_about_money_are_printed_so_too(shell: Shell, gate: Path) -> None:
    file = gate.parent / "dear.toml"
    file.write_text(
        'budget = "2.50, 400k tokens"\n'
        'endpoints = { local = { url = "http://127.0.0.1:1/v1" } }\n'
        "prices = { m = { input = 0.5, output = 2, cached = 0 } }\n"
    )
    done = shell("config", "--config", str(file), cwd=shell.home)
    again = load({}, {}, File(name="again", values=tomllib.loads(done.stdout.decode()))).settings
    once = load({}, {}, File(name="once", values=tomllib.loads(file.read_text()))).settings
    assert (again.budget, again.endpoints, again.prices) == (once.budget, once.endpoints, once.prices)
    assert 'budget = "2.5usd, 400000 tokens"  # ' in done.stdout.decode()


def test_doctor_says_who_can_review(shell: Shell) -> None:
    done = shell("doctor", "--json")
    assert done.code == 0
    states = {check["what"]: check["state"] for check in json.loads(done.stdout)["checks"]}
    assert (states["git"], states["names"], states["repository"]) == ("ok", "ok", "ok")
    assert shell("doctor", cwd=shell.home).code == 0
    assert shell("doctor", PATH=str(shell.home)).code == 2
