"""Records what the real command lines print: `python tests/agents/record.py [CLI...] [SCENARIO...]` writes `streams/`.

Run it anew after raising a version in `install_clis.sh`, and read the difference: it is what decoders must stand.
"""

import asyncio
import json
import os
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from deepreview.process import Ended, run, run_now
from deepreview.testing.model_server import ModelServer, serving
from deepreview.testing.real_clis import REAL, Place, Started, installed

STREAMS = Path(__file__).parent / "streams"
SCENARIOS = (
    "ok", "thinking", "tools", "write", "schema", "bad-schema", "never-schema", "empty", "short", "echo-quota",
    "refusal", "length", "400", "401", "403", "429", "quota", "usage-limit", "500", "500-once", "529", "cut",
    "malformed", "html", "failed",
)  # fmt: skip
SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {"verdict": {"type": "string"}, "claims": {"type": "array", "items": {"type": "string"}}},
    "required": ["verdict", "claims"],
    "additionalProperties": False,
}
PATIENCE = 75
"""Seconds; some retry for ever."""
_ID = re.compile(r"\b(ses|msg|prt|call)_(?=\w*[A-Za-z]\w*[A-Z])\w{20,}")
_EPOCH = re.compile(r"\b1[78]\d{11}\b")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_WORDS = re.compile(r"[^A-Za-z0-9]")
_MILLISECONDS = re.compile(r"\b\d+ ms\b")
_SOCKET = re.compile(r"/\d+\.sock")
_TIME = re.compile(r"20\d\d-\d\d-\d\d[T ]\d\d([:-])\d\d\1\d\d([.-]\d+)?")
_DURATION = re.compile(r'("(?:\w*_ms|\w*Ms|retry_delay_ms)":)[0-9.]+')


def repository(folder: Path) -> Path:
    """A repository of one commit, the same every time."""
    folder.mkdir(parents=True)
    (folder / "README.md").write_text("# Boiler\n\nKeeps the house warm.\n", encoding="utf-8")
    env = {"PATH": os.defpath, "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    env |= {f"GIT_{who}_{what}": said for who in ("AUTHOR", "COMMITTER") for what, said in _IDENTITY.items()}
    for step in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-qm", "Say what it does"]):
        assert run_now(["git", *step], env=env, cwd=folder).code == 0
    return folder


_IDENTITY = {"NAME": "Sam", "EMAIL": "sam@example.org", "DATE": "2026-01-02T03:04:05Z"}


def scrubbed(raw: bytes, names: Mapping[str, str]) -> str:
    """The text without what differs from run to run: paths and the port by these names, ids, times."""
    text = raw.decode()
    for found, name in names.items():
        text = text.replace(found, name)
    text = _SOCKET.sub("/1.sock", text)
    seen: dict[str, str] = {}
    text = _UUID.sub(lambda found: seen.setdefault(found[0], f"00000000-0000-4000-8000-{len(seen):012d}"), text)
    text = _ID.sub(lambda found: seen.setdefault(found[0], f"{found[1]}_{len(seen):012d}"), text)
    text = _EPOCH.sub("1767323045000", text)
    text = _MILLISECONDS.sub("1 ms", text)
    return _DURATION.sub(r"\g<1>1", _TIME.sub("2026-01-02T03:04:05", text))


def note(file: Path, scenario: str, ended: Ended, requests: int, names: Mapping[str, str]) -> None:
    """Keep the exit code, what was said beside the stream, and how often the model was asked."""
    runs = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    stderr = scrubbed(ended.stderr, names).splitlines()
    runs[scenario] = {"exit": ended.code, "requests": requests, "stderr": stderr}
    file.write_text(json.dumps(runs, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def run_through(started: Started, seconds: float) -> Ended:
    """Run it to its end; one that takes longer is killed with all that it started, and TimeoutError raised."""
    return asyncio.run(asyncio.wait_for(run(started.argv, env=started.env, cwd=started.cwd), seconds))


def record(server: ModelServer, name: str, scenario: str) -> str:
    """Record one run; what came of it, in a line."""
    with tempfile.TemporaryDirectory(prefix="record-") as made:
        place = Place(repository=repository(Path(made, "repo")), folder=Path(made, "run"))
        program = installed(name, os.environ)  # noqa: TID251 - only to find the program
        started = REAL[name](program, server.url(scenario, name), place, SCHEMA if "schema" in scenario else None)
        try:
            ended = run_through(started, PATIENCE)
        except TimeoutError:
            return f"{name} {scenario}: no end in {PATIENCE} s, nothing recorded"
        names = {made: "", _WORDS.sub("-", made): "", str(program.parent.parent.resolve()): "/clis"}
        names[f"127.0.0.1:{server.port}"] = "127.0.0.1:8399"
        stream = STREAMS / name / f"{scenario}.jsonl"
        stream.parent.mkdir(parents=True, exist_ok=True)
        stream.write_text(scrubbed(ended.stdout, names), encoding="utf-8")
        asked = len(server.recording.of(scenario, name))
        note(STREAMS / name / "runs.json", scenario, ended, asked, names)
        return f"{name} {scenario}: exit {ended.code}, {ended.seconds:.1f} s, {asked} requests"


def main(wanted: Sequence[str]) -> None:
    """Record all that is wanted."""
    names = [name for name in REAL if name in wanted] or list(REAL)
    scenarios = [scenario for scenario in SCENARIOS if scenario in wanted] or SCENARIOS
    with serving(ModelServer()) as server:
        for name in names:
            for scenario in scenarios:
                sys.stdout.write(f"{record(server, name, scenario)}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
