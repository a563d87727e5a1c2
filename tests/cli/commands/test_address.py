"""`deepreview address` as a user has it: a real process on a terminal, keys, commits, and what is on record."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from tests.cli.on_terminal import INTERRUPT, OnTerminal

from deepreview.testing.shell import Shell

CODE = 'def warm():\n    limit = 3\n    title = "\x1b]0;owned\x07\x1b[2Jboiler\u202e"\n    return limit\n'
REVIEW = """\
# Review

| | |
|---|---|
| **Verdict** | **Merge with fixes** |

## Important Issues

I1. **The limit of `warm` is one too low** — `gauge.py:2` (important, regression)

```python
    limit = 3
```

The third attempt is never made, since `limit` is compared before it is counted.

Fix: raise it.

```diff patch
--- a/gauge.py
+++ b/gauge.py
@@ -1,4 +1,4 @@
 def warm():
-    limit = 3
+    limit = 4
     title = "\x1b]0;owned\x07\x1b[2Jboiler\u202e"
     return limit
```

I2. **The title of `warm` is never shown** — `gauge.py:3` (important, regression)

```python
    title = "\x1b]0;owned\x07\x1b[2Jboiler\u202e"
```

`title` is set and nothing reads it.

Fix: remove it.

## Testing Assessment

1. **Required: call `warm` with a limit.** No test would notice.
"""


@pytest.fixture
def reviewed(shell: Shell) -> Shell:
    """A round with two important findings, of which one has a patch, and a suggestion."""
    shell.box.commit("warm up", {"gauge.py": CODE})
    shell.box.git("config", "user.name", "Robin")
    shell.box.git("config", "user.email", "robin@example.org")
    review = shell.home / "claude.md"
    review.write_text(REVIEW)
    done = shell("review", "-q", "--with", "names", "--replay", str(review))
    assert done.code == 1, done.stderr.decode()
    return shell


def record(shell: Shell) -> list[tuple[str, str, str]]:
    """State, text and speaker of all that was said, in order."""
    path = shell.rounds[0].parent / "resolutions.jsonl"
    said = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return [(one["state"], one["reason"] or one["link"] or one["commit"], one["by"]) for one in said]


def test_all_rows_are_walked_and_a_patch_lands_in_a_commit_of_its_own(reviewed: Shell) -> None:
    box = reviewed.box
    before = box.head()
    box.write("notes.md", "Not mine to commit.\n")

    async def walk() -> str:
        async with OnTerminal(reviewed, "address") as terminal:
            shown = await terminal.until("I1: [f]ixed")
            assert "The limit of `warm` is one too low" in shown
            assert "limit = 3" in shown
            assert "+    limit = 4" in shown
            terminal.type("p")
            await terminal.until("Apply the patch to your work tree?")
            terminal.type("y")
            await terminal.until("Commit it, alone?")
            terminal.type("y")
            await terminal.until("I1 fixed.")
            await terminal.until("I2: [f]ixed")
            terminal.type("l")
            await terminal.until("Where is it followed up?")
            terminal.type("https://example.org/7")
            await terminal.until("I2 deferred.")
            await terminal.until("S1: [f]ixed")
            terminal.type("d")
            await terminal.until("Why not?")
            terminal.type("history")
            assert "Required: call `warm` with a limit." in await terminal.until("TG1: [f]ixed")
            terminal.type("d")
            await terminal.until("Why not?")
            terminal.type("needs a boiler")
            assert await terminal.end() == 0
            return terminal.screen

    async def once() -> str:
        async with OnTerminal(reviewed, "address") as terminal:
            assert await terminal.end() == 0
            return terminal.screen

    screen = asyncio.run(walk())
    assert "S1 declined." in screen
    assert box.git("log", "--format=%s", f"{before}..") == "The limit of `warm` is one too low"
    assert box.git("show", "--format=", "--name-only") == "gauge.py"
    assert "limit = 4" in (box.path / "gauge.py").read_text()
    assert box.git("status", "--porcelain") == " M notes.md"
    assert record(reviewed) == [
        ("fixed", box.head(), "Robin"),
        ("deferred", "https://example.org/7", "Robin"),
        ("declined", "history", "Robin"),
        ("declined", "needs a boiler", "Robin"),
    ]
    assert "waits for an answer" in asyncio.run(once())
    box.git("checkout", "-q", "notes.md")
    assert reviewed("review", "-q", "--with", "names").code == 0
    told = json.loads((reviewed.rounds[-1] / "report.json").read_text())["previous"]
    assert [(row["name"], row["now"]) for row in told] == [
        ("R1-I1", "fixed"),
        ("R1-I2", "deferred"),
        ("R1-S1", "declined"),
    ]


def test_ctrl_c_leaves_what_was_decided_on_record_and_escape_sequences_are_shown_harmlessly(reviewed: Shell) -> None:
    before = reviewed.box.head()

    async def walk() -> tuple[int, str]:
        async with OnTerminal(reviewed, "address", columns=40) as terminal:
            await terminal.until("I1: [f]ixed")
            terminal.type("d")
            await terminal.until("Why not?")
            terminal.type("rarely matters")
            await terminal.until("I2: [f]ixed")
            terminal.type(INTERRUPT)
            return await terminal.end(), terminal.screen

    code, screen = asyncio.run(walk())
    assert code == 130
    assert "Traceback" not in screen
    assert record(reviewed) == [("declined", "rarely matters", "Robin")]
    assert (reviewed.box.head(), reviewed.box.git("status", "--porcelain")) == (before, "")
    assert r"\x1b]0;owned\x07\x1b[2Jboiler\u202e" in screen
    assert not re.search(r"\x1b\]|\x1b\[2J|\x07|\u202e", screen)


def test_the_same_commit_again_is_asked_about(shell: Shell, gate: Path) -> None:
    args = ("--with", "names,static", "--config", str(gate.parent / "slow.toml"), "--timeout", "2")
    assert shell("review", "-q", *args).code == 1
    gate.unlink()

    async def review(answer: str) -> int:
        async with OnTerminal(shell, "review", *args) as one:
            told = await one.until("Review it again, only those that failed, or stop?")
            assert "Round 1 reviewed just this commit, with the same reviewers" in told
            assert "Failed then: static." in told
            one.type(answer)
            return await one.end()

    assert [asyncio.run(review(answer)) for answer in ("stop", INTERRUPT)] == [130, 130]
    assert len(shell.rounds) == 1
    assert asyncio.run(review("failed")) == 1
    runs = json.loads((shell.rounds[1] / "report.json").read_text())["runs"]
    assert [(run["reviewer"], run["result"]) for run in runs] == [("names", "completed"), ("static", "completed")]
