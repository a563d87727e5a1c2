"""A round that is killed at any moment leaves nothing running, loses nothing, and goes on without paying twice."""

import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping

import pytest
from tests.product.conftest import CLIS, LOOK, Product, counts, mending, reviews
from tests.product.test_matrix import adds_up

from deepreview.archive.journal import EVENTS_SUFFIX, read_line
from deepreview.model.agent import ToolCall
from deepreview.model.round import Completed
from deepreview.testing.model_server import Asked, Turn

pytestmark = pytest.mark.agents

QUICK = "codex:fake-quick"
PARTY = ",".join((QUICK, *(f"{cli}:fake-slow" for cli in CLIS)))
SEATS = tuple(f"{cli}-fake-slow" for cli in CLIS)
DEPTHS: Mapping[str, int] = {"tools": 1, "answer": len(LOOK), "repair": len(LOOK) + 1}
"""At which turn of the conversation a scenario holds still."""


class Held:
    """Reviews and mends; until it is let go, everybody but the quick one stays in the turn of that depth."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.holds = True

    def __call__(self, asked: Asked) -> Turn:
        if asked.model == "fake-quick":
            return reviews(asked)
        said = mending(asked)
        if self.holds and asked.turn == self.depth:
            pace = 4.0 if said.text else 0.0  # the answer begins and does not end
            return Turn(text=said.text, calls=said.calls, delay=0 if pace else 60, pace=pace, piece=200)
        return said


def _until(holds: Callable[[], bool], what: str, seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, what
        time.sleep(0.05)


def _calls(product: Product, reviewer: str) -> list[ToolCall]:
    path = product.rounds[-1].path / f"{reviewer}{EVENTS_SUFFIX}"
    lines = map(read_line, path.read_bytes().splitlines() if path.exists() else ())
    return [line.event for line in lines if line and isinstance(line.event, ToolCall)]


def _asked_by_model(product: Product, scenario: str) -> Counter[str]:
    return Counter(f"{seen.asked.wire.value} {seen.asked.model}" for seen in product.asked(scenario) if seen.asked)


@pytest.mark.parametrize(
    ("moment", "how"),
    [
        ("start", signal.SIGKILL),
        ("start", signal.SIGTERM),
        ("tools", signal.SIGKILL),
        ("tools", signal.SIGTERM),
        ("answer", signal.SIGKILL),
        ("answer", signal.SIGINT),
        ("repair", signal.SIGKILL),
        ("repair", signal.SIGTERM),
    ],
)
def test_killed_and_taken_up_again(product: Product, moment: str, how: signal.Signals) -> None:
    depth = DEPTHS.get(moment, 0)
    script = Held(depth)
    scenario = f"held-{moment}-{how.name}"
    product.server.add_script(scenario, script)
    process = product.start(scenario, "review", "--timeout", "5m", "--with", PARTY)

    def reached() -> bool:
        if moment == "start":
            return bool(product.rounds) and (product.rounds[-1].path / "plan.json").exists()
        there = {seen.asked.wire for seen in product.asked(scenario) if seen.asked and seen.asked.turn == depth}
        return len(there) == len(CLIS) and (product.rounds[-1].path / "codex-fake-quick.run.json").exists()

    try:
        _until(reached, "they never came so far")
        time.sleep(0.0 if moment == "start" else 0.5)
    finally:
        process.send_signal(how)
    _, stderr = process.communicate(timeout=20)
    assert process.returncode == (-9 if how is signal.SIGKILL else 130), stderr.decode()
    assert b"Traceback" not in stderr, stderr.decode()
    _until(lambda: not product.left_behind(), f"still there: {product.left_behind()}", seconds=10)

    for name in SEATS:  # all that the model was told of by then is on record
        told = [seen.asked for seen in product.asked(scenario) if seen.asked and seen.asked.wire.value in _wire(name)]
        most = max((len(set(asked.results)) for asked in told if asked.model == "fake-slow"), default=0)
        assert len(_calls(product, name)) >= most, name
    before = _asked_by_model(product, scenario)
    watched = product(scenario, "watch", "--once")
    assert watched.code == 0, watched.stderr.decode()
    assert moment == "start" or all(name in watched.stdout.decode() for name in SEATS)
    if how is not signal.SIGKILL:
        assert b"deepreview resume" in stderr

    script.holds = False
    done = product(scenario, "resume", "-q")
    assert done.code == 1, done.stderr.decode()
    (round_,) = product.rounds
    report = round_.report
    assert counts(report) == (4, 0, 0), report.runs
    after = _asked_by_model(product, scenario)
    quick = next((name for name in after if name.endswith("fake-quick")), "")
    if moment != "start":
        assert after[quick] == before[quick] == len(LOOK) + 1  # a finished reviewer asks nothing again
    fresh = {name: after[name] - before[name] for name in after if name != quick}
    # An answered turn is not asked again: what is left is mended in a new conversation, the old one is gone.
    assert set(fresh.values()) == {len(LOOK) + 1 if moment == "repair" else len(LOOK) + 2}, fresh
    for name in SEATS:
        assert [event.kind for event in round_.events(name)].count("answered") == 2, name
        run = next(run for run in report.runs if run.reviewer == name)
        assert isinstance(run, Completed), run
        assert run.reading.read == ("gauge.py",)
        assert not any("receipt" in gap.lower() or "coverage" in gap.lower() for gap in run.reading.gaps), run.reading
    if how is signal.SIGKILL and moment == "start":
        adds_up(round_, report)


def _wire(reviewer: str) -> str:
    return {"claude": "anthropic-messages", "codex": "openai-responses", "gemini": "gemini"}[reviewer.partition("-")[0]]
