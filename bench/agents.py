"""What agents cost beside their own time: `python bench/agents.py [--json] [--megabytes N]`; 1 when a bar is missed.

- Twelve seats whose model takes ten seconds, in one round of the whole product: how much longer that takes than the
  slowest of them. Needs the command line of Codex (`tests/agents/install_clis.sh codex`).
- One agent that never stops talking, through a guest's place, the reading, the journal and the transcript: processor
  time of this process for each event, and how much its memory grows.
"""

import argparse
import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from deepreview import wire
from deepreview.agents.base import Door, Guest, Question, Spec, Wire
from deepreview.agents.catalog import agent_of
from deepreview.archive.journal import Journal
from deepreview.engine.session import Limits, Sessions
from deepreview.guests.guest import Gate
from deepreview.guests.isolation import best
from deepreview.model.agent import Usage
from deepreview.model.round import Skipped
from deepreview.process import run_now
from deepreview.reviewers.agent.transcript import Transcript
from deepreview.testing.guests import ENVIRON, Lodging, open_gate
from deepreview.testing.model_server import ModelServer, Turn, serving
from deepreview.testing.real_clis import KEY, find
from deepreview.testing.reviewed import Reviewed
from deepreview.testing.sandbox import Sandbox

SEATS, DELAY, PIECE = 12, 10.0, 1000
REVIEW = (
    "# Review\n\n## Important Issues\n\nI1. **It is `2` now** — `a.py:1` (important, regression)\n\n```python\n2\n```\n"
)


@dataclass(frozen=True)
class Row:
    what: str
    value: float
    unit: str
    bar: float

    @property
    def held(self) -> bool:
        return self.value <= self.bar


def side_by_side(codex: Path) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="dr-") as folder, serving(ModelServer()) as server:
        server.add("slow", Turn(text=REVIEW, delay=DELAY))
        box = Sandbox(Path(folder, "repo"))
        box.commit("base", {"a.py": "1\n"})
        box.git("checkout", "-q", "-b", "topic")
        box.commit("change", {"a.py": "2\n"})
        home = Path(folder, "home")
        home.mkdir()
        env = {"PATH": f"{codex.parent}:/usr/local/bin:/usr/bin:/bin", "HOME": str(home), "OPENAI_API_KEY": KEY}
        env["OPENAI_BASE_URL"] = server.url("slow") + "/v1"
        seats = ",".join(f"codex:m{number}" for number in range(SEATS))
        argv = [sys.executable, "-m", "deepreview", "review", "-q", "--timeout", "30s", "--with", seats]
        done = run_now(argv, env=env, cwd=box.path)
        (file,) = home.rglob("report.json")
        report = wire.load_report(file.read_bytes(), file.name)
        took = [run.seconds for run in report.runs if not isinstance(run, Skipped)]
        most = server.recording.most_in_flight
    assert len(took) == most == SEATS, (len(took), most, done.stderr.decode())
    return [
        Row(f"{SEATS} seats of {DELAY:.0f} s, beyond the slowest of them", done.seconds - max(took), "s", 2),
        Row("the same without the start and the end of the process", report.clock.seconds - max(took), "s", 2),
        Row("the slowest of them, beyond its model's time", max(took) - DELAY, "s", 15),
    ]


class Inn:
    """A host whose only guest's place is open already."""

    def __init__(self, room: Guest) -> None:
        self.room = room

    @asynccontextmanager
    async def receive(self, *_: object) -> Any:  # noqa: ANN401 - an iterator of one guest
        yield self.room

    def exhausted(self, *_: object) -> str:
        return ""

    def spent(self, *_: object) -> Usage:
        return Usage()

    def denied(self, *_: object) -> tuple[()]:
        return ()

    def clean(self, text: str) -> str:
        return text


def _chatterbox(folder: Path, events: int) -> Mapping[str, str]:
    """A program that is called as Gemini CLI is, and prints as it does."""
    said = {"type": "message", "role": "assistant", "delta": True, "content": "word " * (PIECE // 5 - 1) + "line\n"}
    ends = ({"type": "init", "session_id": "s", "model": "m"}, {"type": "result", "status": "success", "stats": {}})
    first, last = (json.dumps(end) for end in ends)
    program = folder / "gemini"
    program.write_text(f"#!/bin/sh\necho '{first}'\nyes '{json.dumps(said)}' | head -n {events}\necho '{last}'\n")
    program.chmod(0o755)
    return {**ENVIRON, "PATH": f"{folder}:{ENVIRON['PATH']}"}


@asynccontextmanager
async def _gate(path: Path) -> AsyncIterator[Gate]:
    async with open_gate(path) as gate:
        yield replace(gate, doors={Wire.GEMINI: Door(url="http://127.0.0.1:1", key="placeholder")})


async def stream(megabytes: int) -> list[Row]:
    events = megabytes * 1_000_000 // PIECE
    with tempfile.TemporaryDirectory(prefix="dr-") as folder:
        repo = Reviewed.at(Path(folder) / "r")
        repo.box.commit("base", {"a.py": "1\n"})
        repo.box.git("checkout", "-q", "-b", "topic")
        repo.box.commit("change", {"a.py": "2\n"})
        (programs := Path(folder) / "bin").mkdir()
        lodging = Lodging(repo=repo, isolation=best(ENVIRON), environ=_chatterbox(programs, events), gate=_gate)
        async with lodging.open() as room:
            journal = Journal(path=Path(folder) / "a.events.jsonl")
            limits = Limits(deadline=time.monotonic() + 3600, silence=60)
            inn: Any = Inn(room)
            talks = Sessions(reviewer="a", host=inn, journal=journal, limits=limits, emit=lambda _: None)
            turn, seen = Transcript(), 0
            used, memory = time.process_time(), _peak()
            async with talks, aclosing(talks.ask(agent_of(Spec(agent="gemini")), Question(prompt="x"), 1)) as told:
                async for event in told:
                    turn.take(event)
                    seen += 1
            used, memory = time.process_time() - used, _peak() - memory
            kept = journal.path.stat().st_size / 1e6
            assert turn.end, "it came to no end"
    return [
        Row(f"{seen:,} events of {PIECE:,} characters, processor time of each", 1000 * used / seen, "ms", 0.2),
        Row(f"memory while {kept:.0f} of {megabytes} MB came, more at the peak", memory, "MB", 40),
    ]


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--megabytes", type=int, default=100)
    chosen = parser.parse_args(arguments)
    rows = asyncio.run(stream(chosen.megabytes))
    codex = find("codex", os.environ)  # noqa: TID251 - only to find the program
    if codex:
        rows += side_by_side(codex)
    if chosen.json:
        print(json.dumps([asdict(row) | {"held": row.held} for row in rows], indent=2))
    else:
        print("| | ours | bar |\n| --- | --- | --- |")
        for row in rows:
            missed = "" if row.held else ", **missed**"
            print(f"| {row.what} | {row.value:.3g} {row.unit} | ≤ {row.bar:g} {row.unit}{missed} |")
    return 0 if all(row.held for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
