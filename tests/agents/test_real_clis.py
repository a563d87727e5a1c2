"""The real command lines do with the model server what they are known to do, and print what was recorded of them."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.agents.conftest import Running
from tests.agents.record import STREAMS

from deepreview.process import run_now
from deepreview.testing.model_server import ANSWER, CANARY
from deepreview.testing.model_server.script import Wire
from deepreview.testing.real_clis import KEY, PATH, REAL, UNLESS_TOLD

pytestmark = pytest.mark.agents
CLIS = pytest.mark.parametrize("name", UNLESS_TOLD)
ALL = pytest.mark.parametrize("name", list(REAL))

THREE_TURNS = {
    "claude": {"input_tokens": 2400, "cache_read_input_tokens": 600, "output_tokens": 150},
    "codex": {
        "input_tokens": 3000,
        "cached_input_tokens": 600,
        "output_tokens": 150,
        "reasoning_output_tokens": 30,
    },
    "gemini": {"input_tokens": 3000, "cached": 600, "output_tokens": 120, "total_tokens": 3150},
}
"""Three turns of 1,000 tokens in, 200 of them cached, 50 out, 10 of them thought; each tool leaves out others."""
_TRACE = re.compile(r"/root|(?<!/run)/(home|tmp|var)|record-")

SPEAKS = {
    "claude": (Wire.MESSAGES, "/v1/messages", "x-api-key", KEY),
    "codex": (Wire.RESPONSES, "/v1/responses", "authorization", f"Bearer {KEY}"),
    "qwen": (Wire.CHAT, "/v1/chat/completions", "authorization", f"Bearer {KEY}"),
    "opencode": (Wire.CHAT, "/v1/chat/completions", "authorization", f"Bearer {KEY}"),
    "gemini": (Wire.GEMINI, "/v1beta/models/gemini-2.5-pro:streamGenerateContent", "x-goog-api-key", KEY),
}


def kinds(events: Iterable[Mapping[str, Any]]) -> Counter[tuple[str, str]]:
    """How often each kind of event came; the order of parallel tools is not always the same."""
    return Counter((event["type"], event.get("subtype") or event.get("item", {}).get("type", "")) for event in events)


def figures(last: Mapping[str, Any]) -> Mapping[str, int]:
    """The tokens that the last event reports, as far as they are named below."""
    reported = last.get("usage") or last["stats"]
    return {name: reported[name] for figures in THREE_TURNS.values() for name in figures if name in reported}


def recorded(name: str, scenario: str) -> list[dict[str, Any]]:
    text = (STREAMS / name / f"{scenario}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@ALL
def test_it_asks_the_model_once_and_says_the_answer(run: Running, name: str) -> None:
    done = run(name, "ok")
    assert done.ended.code == 0, done.ended.stderr.decode()
    (seen,) = [one for one in done.seen if one.asked and one.asked.tools]  # opencode asks for a title, too
    assert seen.asked
    wire, path, header, key = SPEAKS[name]
    assert (seen.asked.wire, seen.path, seen.headers[header]) == (wire, path, key)
    assert seen.asked.stream
    assert "Review" in seen.asked.prompt
    assert json.dumps(ANSWER)[1:-1] in done.ended.stdout.decode()
    assert kinds(done.events()) == kinds(recorded(name, "ok"))


@CLIS
def test_it_runs_the_tools_and_tells_the_model_what_they_said(run: Running, name: str) -> None:
    done = run(name, "tools")
    assert done.ended.code == 0, done.ended.stderr.decode()
    assert len(done.seen) == 3
    last = done.seen[-1].asked
    assert last
    told = "\n".join(result.text for result in last.results)
    assert "Keeps the house warm." in told  # the file
    assert "Say what it does" in told  # git log
    assert "(Sam " in told  # git blame
    assert figures(done.events()[-1]) == THREE_TURNS[name]
    assert kinds(done.events()) == kinds(recorded(name, "tools"))


@CLIS
def test_it_is_not_let_to_write(run: Running, name: str) -> None:
    done = run(name, "write")
    assert done.ended.code == 0, done.ended.stderr.decode()
    assert len(done.seen) == 2
    assert not list(done.place.repository.glob(CANARY))
    assert not list(done.place.folder.rglob(CANARY))


@ALL
def test_every_recorded_stream_is_json_lines_without_traces_of_the_machine(name: str) -> None:
    runs = json.loads((STREAMS / name / "runs.json").read_text(encoding="utf-8"))
    assert set(runs) == {file.stem for file in (STREAMS / name).glob("*.jsonl")}
    for file in (STREAMS / name).iterdir():
        text = file.read_text(encoding="utf-8")
        assert not _TRACE.search(text), file
    assert all(recorded(name, scenario) for scenario in runs)


def test_the_install_script_names_what_it_does_not_know(tmp_path: Path) -> None:
    script = Path(__file__).parent / "install_clis.sh"
    argv = ["bash", str(script), "--into", str(tmp_path), "nosuch"]
    ended = run_now(argv, env={"PATH": PATH, "HOME": str(tmp_path)}, cwd=tmp_path)
    assert (ended.code, ended.stderr) == (2, b"no such command line: nosuch\n")
