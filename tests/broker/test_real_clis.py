"""The real command lines, through the broker: they hold a placeholder, and learn when the budget is spent."""

import asyncio
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from tests.agents.conftest import program_of
from tests.agents.record import repository
from tests.broker.conftest import KEY, Open, brokered, credential

from deepreview.agents.base import Wire
from deepreview.broker.base import Budgets
from deepreview.model.budget import Budget, Price
from deepreview.process import Ended, run
from deepreview.testing.model_server import ANSWER, ModelServer
from deepreview.testing.real_clis import KEY as DUMMY
from deepreview.testing.real_clis import PATH, REAL, Place

pytestmark = pytest.mark.agents

WIRES = {"claude": Wire.ANTHROPIC, "codex": Wire.RESPONSES, "gemini": Wire.GEMINI}
CLIS = pytest.mark.parametrize("name", [name for name in REAL if name in WIRES])
ONE = Price(model="any", input=1.0, output=10.0)
PRICES = tuple(replace(ONE, model=model) for model in ("claude-sonnet-4-5", "fake-model", "gemini-2.5-pro"))


async def review(at: Open, name: str, url: str, folder: Path) -> tuple[Ended, str]:
    """One review by that command line through the broker, and the placeholder that it had."""
    key = at.broker.admit(name, [credential(WIRES[name], url)])
    node = Path(shutil.which("node") or "/usr/bin/node").parent
    place = Place(repository=repository(folder / "repo"), folder=folder / "run", path=f"{node}:{PATH}")
    started = REAL[name](program_of(name), f"http://127.0.0.1:{at.broker.port}", place, None)
    env = {variable: key if value == DUMMY else value for variable, value in started.env.items()}
    return await asyncio.wait_for(run(started.argv, env=env, cwd=started.cwd), 90), key


@CLIS
def test_a_review_needs_no_key_and_is_metered(short: Path, tmp_path: Path, name: str) -> None:
    async def live() -> None:
        async with ModelServer() as server, brokered(short, prices=PRICES) as at:
            ended, key = await review(at, name, server.url("tools"), tmp_path)
            assert ended.code == 0, ended.stderr.decode()
            assert ANSWER.split("`")[0].encode() in ended.stdout
            assert KEY.encode() not in ended.stdout + ended.stderr
            asked = [seen for seen in server.recording.requests if seen.asked]
            assert len(asked) == 3
            assert all(KEY in str(seen.headers) and key not in str(seen.headers) for seen in asked)
            usage = at.broker.usage(name)
            assert (usage.requests, usage.input, usage.cached, usage.output) == (3, 2400, 600, 150)
            assert usage.usd == pytest.approx((2400 + 600 + 1500) / 1e6)
            assert all(re.search("taken out", denial.reason) for denial in at.denials)

    asyncio.run(live())


@CLIS
def test_when_the_budget_is_spent_it_gives_up_after_one_more_request(short: Path, tmp_path: Path, name: str) -> None:
    async def live() -> None:
        budgets = Budgets(run=Budget(tokens=1000))
        async with ModelServer() as server, brokered(short, prices=PRICES, budgets=budgets) as at:
            ended, _ = await review(at, name, server.url("tools"), tmp_path)
            assert ended.code != 0
            assert b"deepreview budget: 1000 tokens of this run are spent (1050 tokens)" in ended.stdout + ended.stderr
            assert at.broker.usage().requests == 1
            assert sum("deepreview budget" in denial.reason for denial in at.denials) == 1

    asyncio.run(live())
