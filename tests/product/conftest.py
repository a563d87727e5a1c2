"""The whole product as a user starts it: a process, real agent command lines as guests, a model server of ours."""

import os
import re
import shutil
import subprocess  # noqa: TID251 - a process that is to be killed while it works
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from tests.agents.conftest import program_of

from deepreview import wire
from deepreview.archive.journal import EVENTS_SUFFIX, turns
from deepreview.broker.base import Metered, Told
from deepreview.model.agent import AgentEvent
from deepreview.model.report import Report
from deepreview.model.round import Completed, Failed, Run, Skipped
from deepreview.process import Ended, run_now
from deepreview.testing.model_server import SCENARIOS, Asked, ModelServer, Recorded, Script, Turn, read, serving, shell
from deepreview.testing.sandbox import Sandbox

CLIS = ("claude", "codex", "gemini")
KEY = "sk-0only0outside0the0sandbox"
"""The only real key; guests never see it."""
PARTS = (".deepreview/brief.md", ".deepreview/diff/001.patch")
_REQUEST: TypeAdapter[Told] = TypeAdapter(Told)
_RECEIPT = re.compile(r"\b\d{3}[ab]-[0-9a-f]{6}\b")

REVIEW = """\
# Review

| | |
|---|---|
| **Verdict** | **Merge with fixes** — the loop does not end (I1) |

## Executive Summary

The change retries in `warm`, and the loop never ends.

## Critical Issues

None.

## Important Issues

I1. **The loop in `warm` never ends** — `gauge.py:8` (important, regression)

```python
        attempts = 0
```

`attempts` is set to zero in each turn of the loop in `gauge.py:7`, so it never reaches `limit`. {more}

Fix: set it once.

## Suggestions

None.

## Design Observations

None.

## Testing Assessment

1. **Required: call `warm` with a limit** (I1). No test would notice.

## Documentation Assessment

None.

## Commit Structure

One concept.

## Acknowledged Limitations

None.

## Unresolved Feedback

None.

## Coverage Summary

| File | Result | Read |
|---|---|---|
| `gauge.py` | I1 | whole |
{receipts}
## Verification Log

- **Reasoned:** the loop, by reading it.
"""


def review_text(asked: Asked, more: str = "") -> str:
    """A whole review with the receipts that the agent has seen."""
    found = dict.fromkeys(_RECEIPT.findall("\n".join(result.text for result in asked.results)))
    receipts = f"\nReceipts: {', '.join(found)}\n\n" if found else "\n"
    return REVIEW.format(more=more, receipts=receipts)


LOOK = (
    Turn(text="I read the brief and the change.\n", calls=(read(PARTS[0]), read(PARTS[1]))),
    Turn(calls=(shell("git log --oneline -n 2 -- gauge.py"), read("gauge.py"))),
)


def reviews(asked: Asked) -> Turn:
    """Looks at the change in two turns, then says what is wrong with it; a lead gets what its schema wants."""
    if asked.schema or asked.schema_tool or not asked.tools:
        return SCENARIOS["schema"](asked)
    if asked.turn < len(LOOK):
        return LOOK[asked.turn]
    return Turn(text=review_text(asked))


def by_model(asked: Asked) -> Turn:
    """What the model is called says what it does; the name ends in the scenario: `fake-401`."""
    return SCENARIOS.get(asked.model.removeprefix("fake-"), reviews)(asked)


def whole() -> Script:
    """By the model's name, as `by_model`; `fake-once` is refused once, however many others ask."""
    refused: list[Asked] = []

    def answers(asked: Asked) -> Turn:
        if asked.model == "fake-once" and not refused:
            refused.append(asked)
            return SCENARIOS["500"](asked)
        return by_model(asked)

    return answers


def mending(asked: Asked) -> Turn:
    """Half of a review, and all of it when asked once more, in the same conversation or in a new one."""
    said = reviews(asked)
    cut = asked.turn == len(LOOK) and "answer that was given before" not in asked.prompt
    return Turn(text=review_text(asked).partition("## Coverage")[0]) if cut else said


@dataclass(frozen=True, kw_only=True)
class Round:
    """A round's folder, as it is after a process."""

    path: Path

    @property
    def report(self) -> Report:
        return wire.load_report((self.path / "report.json").read_bytes(), "report.json")

    @property
    def runs(self) -> Mapping[str, Run]:
        return {run.reviewer: run for run in self.report.runs}

    def requests(self) -> Sequence[Metered]:
        """Each request that the broker let through."""
        lines = (self.path / "requests.jsonl").read_text().splitlines()
        told = [wire.from_json(_REQUEST, line) for line in lines]
        return [one for one in told if isinstance(one, Metered)]

    def events(self, reviewer: str) -> Sequence[AgentEvent]:
        """All events of turns that came to an end."""
        return [event for _, events in turns(self.path / f"{reviewer}{EVENTS_SUFFIX}") for event in events]


@dataclass(kw_only=True)
class Product:
    """A user with a repository, a home, three keys and nothing else."""

    root: Path
    box: Sandbox
    server: ModelServer
    label: str
    key: str = KEY
    env: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def temporary(self) -> Path:
        return self.root / "t"

    def environ(self, scenario: str, **more: str) -> dict[str, str]:
        """All that the process is given."""
        node = Path(shutil.which("node") or "/usr/bin/node").parent
        clis = program_of("claude").parent
        keys = dict.fromkeys(("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "GEMINI_API_KEY"), self.key)
        urls = {
            "ANTHROPIC_BASE_URL": self.server.url(scenario, self.label),
            "OPENAI_BASE_URL": self.server.url(scenario, self.label) + "/v1",
            "GOOGLE_GEMINI_BASE_URL": self.server.url(scenario, self.label),
        }
        path = f"{Path(sys.executable).parent}:{clis}:{node}:/usr/local/bin:/usr/bin:/bin"
        plain = {"PATH": path, "HOME": str(self.home), "TMPDIR": str(self.temporary)}
        return plain | keys | urls | self.env | more

    def __call__(self, scenario: str, *args: str, **env: str) -> Ended:
        """Run it to its end."""
        argv = [sys.executable, "-m", "deepreview", *args]
        return run_now(argv, env=self.environ(scenario, **env), cwd=self.box.path, timeout=150)

    def start(self, scenario: str, *args: str) -> "subprocess.Popen[bytes]":
        """Start it, in a group of its own."""
        argv = [sys.executable, "-m", "deepreview", *args]
        return subprocess.Popen(
            argv, env=self.environ(scenario), cwd=self.box.path, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    @property
    def rounds(self) -> Sequence[Round]:
        """All rounds, oldest first."""
        return [Round(path=path) for path in sorted((self.home / ".local/share/deepreview/reviews").glob("*/*"))]

    def asked(self, scenario: str) -> Sequence[Recorded]:
        """What reached the model."""
        return self.server.recording.of(scenario, self.label)

    def left_behind(self) -> Mapping[int, str]:
        """Processes that have anything to do with this user's folders: by arguments, variables, mounts, or place."""
        mark = os.fsencode(self.root)
        found = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and int(folder.name) != os.getpid():
                seen = b"\0".join(_contents(folder / name) for name in ("cmdline", "environ", "mountinfo"))
                if mark in seen and b"Z" not in _contents(folder / "stat").rpartition(b")")[2].split()[:1]:
                    found[int(folder.name)] = _contents(folder / "cmdline").replace(b"\0", b" ").decode()[:200]
        return found


def _contents(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with serving(ModelServer()) as running:
        running.add_script("reviews", reviews)
        running.add_script("by-model", by_model)
        running.add_script("whole", whole())
        running.add_script("mending", mending)
        yield running


def boiler(path: Path) -> Sandbox:
    """A change whose loop never ends."""
    box = Sandbox(path)
    code = "def read_gauge():\n    return 1\n\n\ndef warm(limit):\n{}    return limit\n"
    box.commit("start", {"gauge.py": code.format(""), "README.md": "# Boiler\n\nKeeps the house warm.\n"})
    box.git("checkout", "-q", "-b", "topic")
    loop = "    attempts = 0\n    while attempts < limit:\n        attempts = 0\n"
    box.commit("Retry", {"gauge.py": code.format(loop)})
    return box


@pytest.fixture
def product(server: ModelServer) -> Iterator[Product]:
    """In a folder with a short path: a socket's path may hold 100 bytes."""
    with tempfile.TemporaryDirectory(prefix="dr-") as made:
        root = Path(made)
        for name in ("home", "t"):
            (root / name).mkdir()
        yield Product(root=root, box=boiler(root / "boiler"), server=server, label=root.name)


def counts(report: Report) -> tuple[int, int, int]:
    """Completed, failed, skipped."""
    kinds = (Completed, Failed, Skipped)
    return tuple(sum(isinstance(run, kind) for run in report.runs) for kind in kinds)  # type: ignore[return-value]
