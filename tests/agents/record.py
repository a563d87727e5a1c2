"""Records what the real command lines print: `python tests/agents/record.py [CLI...] [SCENARIO...]` writes `streams/`.

Run it anew after raising a version in `install_clis.sh`, and read the difference: it is what decoders must stand.
"""

import os
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from deepreview.process import run_now
from deepreview.testing.model_server import ModelServer, serving
from deepreview.testing.real_clis import REAL, Place, installed

STREAMS = Path(__file__).parent / "streams"
SCENARIOS = (
    "ok", "tools", "write", "schema", "bad-schema", "never-schema", "empty", "short", "echo-quota", "refusal", "length",
    "400", "401", "403", "429", "quota", "usage-limit", "500", "500-twice", "529", "cut", "malformed", "html", "failed",
)  # fmt: skip
SCHEMA: Mapping[str, object] = {
    "type": "object",
    "properties": {"verdict": {"type": "string"}, "claims": {"type": "array", "items": {"type": "string"}}},
    "required": ["verdict", "claims"],
    "additionalProperties": False,
}
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_TIME = re.compile(r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?")
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


def scrubbed(text: str, place: Place, port: int) -> str:
    """The text without what differs from run to run: paths, ids, times, the port."""
    for path, name in ((place.repository, "/repo"), (place.folder, "/run")):
        text = text.replace(str(path), name).replace(str(path).replace("/", "-"), name.replace("/", "-"))
    text = text.replace(f"127.0.0.1:{port}", "127.0.0.1:8399")
    seen: dict[str, str] = {}
    text = _UUID.sub(lambda found: seen.setdefault(found[0], f"00000000-0000-4000-8000-{len(seen):012d}"), text)
    return _DURATION.sub(r"\g<1>1", _TIME.sub("2026-01-02T03:04:05", text))


def record(server: ModelServer, name: str, scenario: str) -> str:
    """Record one run; what came of it, in a line."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="record-") as made:
        place = Place(repository=repository(Path(made, "repo")), folder=Path(made, "run"))
        schema = SCHEMA if "schema" in scenario else None
        url = server.url(scenario, name)
        started = REAL[name](installed(name, os.environ), url, place, schema)  # noqa: TID251 - only finds the program
        ended = run_now(started.argv, env=started.env, cwd=started.cwd, timeout=120)
        for ending, text in (("jsonl", ended.stdout), ("stderr", ended.stderr)):
            file = STREAMS / name / f"{scenario}.{ending}"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(scrubbed(text.decode(), place, server.port), encoding="utf-8")
        (STREAMS / name / f"{scenario}.code").write_text(f"{ended.code}\n", encoding="utf-8")
        asked = len(server.recording.of(scenario, name))
        damage = sorted(path.name for path in place.repository.iterdir() if path.name not in {".git", "README.md"})
        return f"{name} {scenario}: exit {ended.code}, {ended.seconds:.1f} s, {asked} requests, left {damage}"


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
