import json
import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import PIPE, Popen  # noqa: TID251 - a process that is killed in the middle

import pytest

from deepreview.broker.base import NOTHING, Cost
from deepreview.broker.ledger import Ledger, Standing

NOON = datetime(2026, 5, 31, 12, tzinfo=UTC)
ONE = Cost(usd=1.0, tokens=100)
LIKELY = Cost(usd=0.25, tokens=25)


def always(_standing: Standing) -> bool:
    return True


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def test_what_is_begun_is_reserved_and_what_is_settled_is_spent(tmp_path: Path) -> None:
    ledger, other = Ledger(tmp_path, Clock()), Ledger(tmp_path, Clock())
    held = ledger.begin(ONE, LIKELY, always)
    assert held
    assert other.standing() == Standing(spent=NOTHING, reserved=ONE, flying=1)
    ledger.settle(held, Cost(usd=0.5, tokens=40), {"reviewer": "claude"})
    assert other.standing() == ledger.standing() == Standing(spent=Cost(usd=0.5, tokens=40))
    assert other.begin(ONE, LIKELY, lambda standing: standing.spent.usd < 0.5) is None
    assert other.standing().flying == 0


def test_each_month_begins_anew_and_a_request_counts_in_the_month_it_began(tmp_path: Path) -> None:
    clock = Clock()
    ledger = Ledger(tmp_path, clock)
    held = ledger.begin(ONE, LIKELY, always)
    assert held
    clock.now = datetime(2026, 5, 31, 20, 30, tzinfo=UTC).astimezone() + timedelta(hours=4)
    assert ledger.standing() == Standing()
    ledger.settle(held, ONE, {})
    assert ledger.standing() == Standing()
    clock.now = NOON
    assert ledger.standing() == Standing(spent=ONE)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["2026-05.jsonl", "2026-06.jsonl"]


def test_a_request_whose_end_is_unknown_counts_less_after_an_hour(tmp_path: Path) -> None:
    clock = Clock()
    ledger = Ledger(tmp_path, clock)
    ledger.begin(ONE, LIKELY, always)
    clock.now += timedelta(minutes=59)
    assert ledger.standing() == Standing(reserved=ONE, flying=1)
    clock.now += timedelta(minutes=2)
    assert ledger.standing() == Standing(spent=LIKELY)


def test_half_a_line_counts_for_nothing_and_the_next_begins_afresh(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, Clock())
    held = ledger.begin(ONE, LIKELY, always)
    assert held
    ledger.settle(held, ONE, {})
    file = tmp_path / "2026-05.jsonl"
    text = file.read_bytes()
    for end in range(1, len(text) - len(text.splitlines(keepends=True)[0])):
        file.write_bytes(text + text[:end].rstrip(b"\n"))
        again = Ledger(tmp_path, Clock())
        assert again.standing() == Standing(spent=ONE)
        later = again.begin(ONE, LIKELY, always)
        assert later
        again.settle(later, ONE, {})
        assert Ledger(tmp_path, Clock()).standing().spent == Cost(usd=2.0, tokens=200)


@pytest.mark.parametrize("line", [b"null", b"{}", b"\xff", b"[" * 9999, b'{"kind": "begun", "usd": "x", "tokens": 1}'])
def test_a_line_without_meaning_is_passed_over(tmp_path: Path, line: bytes) -> None:
    ledger = Ledger(tmp_path, Clock())
    ledger.begin(ONE, LIKELY, always)
    with (tmp_path / "2026-05.jsonl").open("ab") as file:
        file.write(line + b"\n")
    assert ledger.standing().flying == Ledger(tmp_path, Clock()).standing().flying == 1


WORK = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from deepreview.broker.base import Cost
from deepreview.broker.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]), lambda: datetime(2026, 5, 31, 12, tzinfo=UTC))
limit, rounds = float(sys.argv[2]), int(sys.argv[3])
one = Cost(usd=1.0, tokens=100)
done = 0
print("ready", flush=True)
for _ in range(rounds):
    admits = lambda standing: standing.spent.usd + standing.reserved.usd + 1 <= limit
    held = ledger.begin(one, Cost(), admits)
    if held:
        ledger.settle(held, one, {"reviewer": "x"})
        done += 1
print(done, flush=True)
"""


def start(folder: Path, limit: float, rounds: int) -> "Popen[bytes]":
    argv = [sys.executable, "-c", WORK, str(folder), str(limit), str(rounds)]
    return Popen(argv, stdout=PIPE, env={"PATH": os.defpath})


def test_runs_at_the_same_time_share_one_budget(tmp_path: Path) -> None:
    """A hundred dollars, four processes that each try to spend sixty: a hundred are spent, not one more."""
    running = [start(tmp_path, 100, 60) for _ in range(4)]
    done = [int(one.communicate(timeout=60)[0].split()[-1]) for one in running]
    assert sum(done) == 100
    assert Ledger(tmp_path, Clock()).standing() == Standing(spent=Cost(usd=100.0, tokens=10_000))


def test_a_killed_run_loses_nothing_that_was_settled(tmp_path: Path) -> None:
    for _ in range(5):
        one = start(tmp_path, 1e9, 10**6)
        assert one.stdout
        one.stdout.readline()
        time.sleep(0.1)
        one.send_signal(signal.SIGKILL)
        one.communicate()
    lines = (tmp_path / "2026-05.jsonl").read_bytes().split(b"\n")
    settled = sum(b'"settled"' in line for line in lines if line.endswith(b"}"))
    standing = Ledger(tmp_path, Clock()).standing()
    assert standing.spent == Cost(usd=float(settled), tokens=100 * settled)
    assert settled > 20
    assert standing.flying <= 5
    for line in lines[:-1]:
        assert line == b"" or json.loads(line)["usd"] == 1.0
