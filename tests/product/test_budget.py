"""Budgets through the whole product: three command lines at once and never more than one request too much."""

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.product.conftest import CLIS, Product, Round, counts, reviews
from tests.product.test_matrix import adds_up, named, review, seats

from deepreview.archive.folder import RoundFolder
from deepreview.broker.ledger import Ledger
from deepreview.model.agent import Failure
from deepreview.model.round import Completed, Failed
from deepreview.testing.model_server import Asked, Turn, Usage

pytestmark = pytest.mark.agents

BUDGET, EACH = 0.01, 0.003
USED = Usage(input=2000, cached=0, output=100, reasoning=0)
SETTINGS = 'prices = {{ "fake-m" = {{ input = 1.0, output = 10.0 }} }}\n{}\n'


def dear(asked: Asked) -> Turn:
    """A review in three requests, each of which costs 0.003 USD."""
    said = reviews(asked)
    return Turn(text=said.text, calls=said.calls, usage=USED)


def _config(product: Product, more: str = "") -> str:
    file = product.root / "settings.toml"
    file.write_text(SETTINGS.format(more))
    return str(file)


def _ledger(product: Product) -> Sequence[dict[str, Any]]:
    (file,) = (product.home / ".local/share/deepreview/spending").glob("*.jsonl")
    return [json.loads(line) for line in file.read_text().splitlines()]


def _spent(round_: Round) -> float:
    return sum(one.usage.usd for one in round_.requests())


def _refused(round_: Round, whose: str) -> Sequence[str]:
    lost = [run for run in round_.report.runs if isinstance(run, Failed)]
    assert all(run.failure is Failure.BUDGET for run in lost), lost
    assert all(f"0.01 USD of this {whose} are spent" in run.error for run in lost), lost
    return [run.reviewer for run in lost]


def test_a_budget_of_a_run_and_of_the_month(product: Product) -> None:
    product.server.add_script("dear", dear)
    config = _config(product)
    done, round_ = review(product, "dear", "-q", "--config", config, "--budget", "0.01usd", "--with", seats(["m"]))
    asked = len(product.asked("dear"))
    assert EACH * asked == pytest.approx(_spent(round_))
    assert BUDGET <= _spent(round_) < BUDGET + EACH
    lost = _refused(round_, "run")
    completed, failed, _ = counts(round_.report)
    assert (completed + failed, failed) == (3, len(lost))
    assert failed >= 2  # nine requests were wanted, four could be paid
    assert done.code == (1 if completed else 3)
    adds_up(round_, round_.report)
    for run in round_.report.runs:
        if isinstance(run, Failed):
            named(run, done, round_)
    settled = [line for line in _ledger(product) if line["kind"] == "settled"]
    assert sum(line["usd"] for line in settled) == pytest.approx(_spent(round_))
    assert {line["reviewer"].partition("-")[0] for line in settled} <= set(CLIS)

    config = _config(product, 'budget-month = "0.01usd"')
    done, round_ = review(product, "dear", "-q", "--again", "--config", config, "--with", seats(["m"]))
    assert done.code == 3
    assert len(_refused(round_, "month")) == 3
    assert len(product.asked("dear")) == asked  # not one more
    assert not round_.requests()


def test_a_budget_of_each_reviewer_lets_all_begin(product: Product) -> None:
    product.server.add_script("dear", dear)
    config = _config(product, 'budget-reviewer = "5k tokens"')
    done, round_ = review(product, "dear", "-q", "--config", config, "--with", seats(["m"]))
    assert done.code == 1, done.stderr.decode()
    for run in round_.report.runs:
        assert isinstance(run, Completed), run  # its third request began before 5,000 tokens were spent
        own = [one for one in round_.requests() if one.reviewer == run.reviewer]
        assert sum(one.usage.sent + one.usage.output for one in own) == 6300


def test_a_request_that_was_under_way_when_all_was_killed_counts_with_its_maximum(product: Product) -> None:
    product.server.add_script("held", lambda asked: Turn(text=reviews(asked).text, delay=60))
    process = product.start("held", "review", "-q", "--budget", "100k tokens", "--with", "codex:fake-m")
    ends = time.monotonic() + 60
    while not product.asked("held"):
        assert time.monotonic() < ends
        time.sleep(0.05)
    process.kill()
    process.communicate(timeout=20)
    (round_,) = product.rounds
    counted = RoundFolder(path=round_.path).spent()["codex-fake-m"]
    assert counted.sent + counted.output > 128_000  # Codex sets no limit to its answer
    ledger = Ledger(product.home / ".local/share/deepreview/spending", lambda: datetime.now(UTC))
    assert ledger.standing().reserved.tokens == counted.sent + counted.output

    done = product("held", "resume", "-q")
    assert done.code == 3, done.stderr.decode()
    (run,) = round_.report.runs
    assert isinstance(run, Failed)
    assert run.failure is Failure.BUDGET
    assert "tokens of this run are spent" in run.error
    assert len(product.asked("held")) == 1
    assert ledger.standing().reserved.tokens == counted.sent + counted.output
