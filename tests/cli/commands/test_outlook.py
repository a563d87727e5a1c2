"""What is said before agents are asked, and of agents that could be."""

import pytest

from deepreview.testing.shell import Shell


@pytest.fixture
def equipped(shell: Shell) -> Shell:
    """A user with something called `claude` on the path, and a key."""
    folder = shell.home / "bin"
    folder.mkdir()
    program = folder / "claude"
    program.write_text("#!/bin/sh\necho not to be started >&2; exit 1\n")
    program.chmod(0o755)
    shell.env |= {"PATH": f"{folder}:/usr/bin:/bin", "ANTHROPIC_API_KEY": "sk-ant-nothing-0123456789"}
    return shell


def test_a_dry_run_says_who_is_asked_and_what_it_may_cost_and_asks_nobody(equipped: Shell) -> None:
    equipped.env["DEEPREVIEW_BUDGET_MONTH"] = "50usd"
    done = equipped(
        "review", "--dry-run", "--with", "names,claude:claude-opus-4-5", "--reserve", "codex", "--lead", "claude"
    )
    told = dict(line.split(": ", 1) for line in done.stdout.decode().splitlines() if ": " in line)
    assert done.code == 0, done.stderr.decode()
    assert told["reviewers"] == "names, steering, claude-opus-4-5"
    assert told["reserve"] == "codex"
    assert told["lead"] == "claude"
    least, most = told["claude-opus-4-5 (claude:claude-opus-4-5)"].split(";")[0].split(", ")[1].split(" to ")
    assert 0 < float(least.removeprefix("$")) < float(most.removeprefix("$")) < 50
    assert "the price of the default of codex is not known" in told["codex (codex)"]
    assert "codex cannot run: codex is not installed; npm install -g @openai/codex\n" in done.stdout.decode()
    assert told["codex cannot run"] == "there is no key for codex; set OPENAI_API_KEY"
    assert "estimated for 5 to 40 findings, asked once or twice" in told["lead (claude)"]
    assert told["cannot run here"] == "codex"
    assert "50usd per month" in told["budget"]
    assert done.stdout.decode().endswith("Nobody was asked.\n")
    assert equipped.rounds == []


def test_a_dry_run_ends_like_the_round_where_nobody_can_run(equipped: Shell) -> None:
    alone = equipped("review", "--dry-run", "--with", "codex,gemini", "--lead", "codex")
    assert alone.code == equipped("review", "-q", "--with", "codex,gemini").code == 3
    lines = alone.stdout.decode().splitlines()
    assert "cannot run here: codex, gemini" in lines
    assert "lead cannot run: codex is not installed; npm install -g @openai/codex" in lines
    assert lines[-2:] == ["no reviewer can run here: the review would end without a verdict", "Nobody was asked."]
    assert equipped("review", "--dry-run", "--with", "codex,names").code == 0
    assert equipped("review", "--dry-run", "--with", "codex", "--reserve", "claude").code == 0


def test_a_lead_alone_is_estimated_too(equipped: Shell) -> None:
    done = equipped("review", "--dry-run", "--with", "names", "--lead", "claude:claude-opus-4-5")
    line = next(line for line in done.stdout.decode().splitlines() if line.startswith("lead (claude:"))
    least, most = line.split(";")[0].split(", $")[1].split(" to $")
    assert 0 < float(least) < float(most) < 2


def test_passes_cost_more(equipped: Shell) -> None:
    def most(*more: str) -> float:
        done = equipped("review", "--dry-run", "--with", "claude:claude-opus-4-5", *more)
        line = next(line for line in done.stdout.decode().splitlines() if line.startswith("claude-opus-4-5 ("))
        return float(line.split("$")[2].split(";")[0])

    assert most("--passes", "3") == pytest.approx(3 * most(), abs=0.05)


def test_agents_that_are_ready_are_named_and_not_asked(equipped: Shell) -> None:
    done = equipped("review", "--with", "names")
    assert "Ready here: claude. `--with claude` asks them, too" in done.stderr.decode()
    assert "not to be started" not in done.stderr.decode()
    assert "Ready here" not in equipped("review", "--with", "names", "-q").stderr.decode()


def test_nothing_is_said_where_no_agent_is_ready(shell: Shell) -> None:
    assert "Ready here" not in shell("review", "--with", "names").stderr.decode()


def test_doctor_says_what_each_agent_lacks(equipped: Shell) -> None:
    sign_in = equipped.home / ".codex" / "auth.json"
    sign_in.parent.mkdir()
    sign_in.write_text("{}")
    told = equipped("doctor").stdout.decode().splitlines()
    claude, codex = (next(line for line in told if f" {name} " in line) for name in ("claude", "codex"))
    assert claude.startswith("ok")
    assert "ready; `deepreview review --with claude` asks it" in claude
    assert codex.startswith("missing")
    assert "codex is not installed" in codex
    assert 'set OPENAI_API_KEY, or use its own sign-in: subscriptions = ["codex"]' in codex
    assert any("isolation" in line for line in told)


def test_a_subscription_that_is_not_signed_in_is_told_before_anything_is_kept(equipped: Shell) -> None:
    code, line = equipped.complains("review", "--with", "claude", DEEPREVIEW_SUBSCRIPTIONS="claude")
    assert code == 2
    assert "subscriptions: claude is not signed in" in line
    code, line = equipped.complains("review", "--with", "claude", DEEPREVIEW_SUBSCRIPTIONS="cloud")
    assert "no agent is called 'cloud' (did you mean claude?)" in line
    assert equipped.rounds == []
