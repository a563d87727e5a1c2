import asyncio
import random
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.broker.conftest import brokered, until

from deepreview.agents.base import Wire
from deepreview.broker.base import NOTHING, Budgets, Cost, Denial, Metered
from deepreview.broker.ledger import Ledger
from deepreview.broker.till import SpentError, Till
from deepreview.model.budget import Budget
from deepreview.testing.model_server import ModelServer, Turn
from deepreview.testing.model_server import Usage as Told

COSTS = st.tuples(
    st.integers(min_value=0, max_value=11),  # reviewer
    st.integers(min_value=1, max_value=400),  # the most that it may cost
    st.floats(min_value=0, max_value=1),  # the part of it that it does cost
    st.integers(min_value=0, max_value=3),  # how long it takes
)


def now() -> datetime:
    return datetime(2026, 5, 6, 7, tzinfo=UTC)


def budget(limit: int | None, tokens: bool) -> Budget:
    return Budget(tokens=limit) if tokens else Budget(usd=limit)


def both(amount: int) -> Cost:
    return Cost(usd=float(amount), tokens=amount)


@given(
    requests=st.lists(COSTS, min_size=1, max_size=60),
    run=st.none() | st.integers(min_value=1, max_value=2000),
    reviewer=st.none() | st.integers(min_value=1, max_value=800),
    month=st.none() | st.integers(min_value=1, max_value=2000),
    tokens=st.booleans(),
)
@settings(deadline=None, max_examples=60)
def test_no_budget_is_exceeded_by_more_than_one_request(
    tmp_path_factory: pytest.TempPathFactory,
    requests: list[tuple[int, int, float, int]],
    run: int | None,
    reviewer: int | None,
    month: int | None,
    tokens: bool,
) -> None:
    ledger = Ledger(tmp_path_factory.mktemp("ledger"), now)
    budgets = Budgets(run=budget(run, tokens), reviewer=budget(reviewer, tokens), month=budget(month, tokens))
    till = Till(budgets, ledger, patience=5)
    refused = 0
    flying: dict[int, int] = {}

    async def one(who: int, most: int, part: float, steps: int) -> None:
        nonlocal refused
        try:
            reservation = await till.reserve(str(who), both(most), NOTHING)
        except SpentError:
            refused += 1
            return
        flying[who] = flying.get(who, 0) + most
        for limit, spent in ((run, till.spent()), (month, till.spent()), (reviewer, till.spent(str(who)))):
            if limit is not None:
                assert spent.tokens < limit  # nothing is admitted to a budget that is spent
        for _ in range(steps):
            await asyncio.sleep(0)
        flying[who] -= most
        till.settle(reservation, both(int(most * part)), {})

    async def all_of_them() -> None:
        await asyncio.gather(*(one(*request) for request in requests))

    asyncio.run(all_of_them())
    largest = max(most for _, most, _, _ in requests)
    for limit in (run, month):
        assert limit is None or till.spent().tokens <= limit + largest
    for who in {str(who) for who, *_ in requests}:
        assert reviewer is None or till.spent(who).tokens <= reviewer + largest
    standing = ledger.standing()
    assert (standing.spent.tokens, standing.reserved, standing.flying) == (till.spent().tokens, NOTHING, 0)
    if run is None and reviewer is None and month is None:
        assert refused == 0


def test_what_fits_goes_at_once_and_what_does_not_waits_in_order() -> None:
    async def live() -> None:
        till = Till(Budgets(run=Budget(tokens=100)), None, patience=5)
        first = await till.reserve("a", both(60), NOTHING)
        second = await till.reserve("b", both(40), NOTHING)
        order: list[str] = []

        async def wait(name: str, most: int) -> None:
            reservation = await till.reserve(name, both(most), NOTHING)
            order.append(name)
            till.settle(reservation, both(1), {})

        large = asyncio.create_task(wait("large", 90))
        await asyncio.sleep(0)
        small = asyncio.create_task(wait("small", 10))
        await asyncio.sleep(0.01)
        assert not order  # the small one would fit once the first is over, and does not overtake
        till.settle(first, both(1), {})
        await asyncio.sleep(0.01)
        assert not order
        till.settle(second, both(1), {})
        await asyncio.gather(large, small)
        assert order == ["large", "small"]

    asyncio.run(live())


def test_one_reviewers_own_budget_holds_up_nobody_else() -> None:
    async def live() -> None:
        till = Till(Budgets(reviewer=Budget(tokens=100)), None, patience=0.05)
        await till.reserve("a", both(90), NOTHING)
        with pytest.raises(SpentError, match="reserved by requests under way; waited 0 s"):
            await till.reserve("a", both(20), NOTHING)
        await till.reserve("b", both(20), NOTHING)

    asyncio.run(live())


def test_a_budget_that_is_spent_refuses_those_who_wait_too() -> None:
    async def live() -> None:
        till = Till(Budgets(run=Budget(usd=1)), None, patience=5)
        first = await till.reserve("a", Cost(usd=5), NOTHING)
        waiting = asyncio.create_task(till.reserve("b", Cost(usd=5), NOTHING))
        await asyncio.sleep(0.01)
        till.settle(first, Cost(usd=1.5), {})
        with pytest.raises(SpentError, match=r"1 USD of this run are spent \(1.5000 USD\)"):
            await waiting

    asyncio.run(live())


def test_what_a_run_spent_before_it_was_taken_up_again_counts() -> None:
    async def live() -> None:
        budgets = Budgets(run=Budget(tokens=100), reviewer=Budget(tokens=60))
        till = Till(budgets, None, patience=5, spent={"a": both(60), "b": both(10)})
        with pytest.raises(SpentError, match="60 tokens of a are spent"):
            await till.reserve("a", both(1), NOTHING)
        till.settle(await till.reserve("b", both(30), NOTHING), both(30), {})
        with pytest.raises(SpentError, match="100 tokens of this run are spent"):
            await till.reserve("c", both(1), NOTHING)

    asyncio.run(live())


def test_who_leaves_while_waiting_leaves_nothing_reserved() -> None:
    async def live() -> None:
        till = Till(Budgets(run=Budget(tokens=100)), None, patience=5)
        first = await till.reserve("a", both(100), NOTHING)
        waiting = [asyncio.create_task(till.reserve("b", both(100), NOTHING)) for _ in range(3)]
        await asyncio.sleep(0.01)
        waiting[1].cancel()
        till.settle(first, both(1), {})
        waiting[0].cancel()  # just admitted
        till.settle(await waiting[2], both(1), {})
        assert till.spent().tokens == 2
        last = await asyncio.wait_for(till.reserve("c", both(98), NOTHING), 1)
        assert last.most == both(98)

    asyncio.run(live())


def test_another_runs_spending_counts_and_is_waited_for(tmp_path: Path) -> None:
    async def live() -> None:
        month = Budgets(month=Budget(tokens=100))
        here, there = (Till(month, Ledger(tmp_path, now), patience=5) for _ in range(2))
        first = await there.reserve("x", both(80), NOTHING)
        waiting = asyncio.create_task(here.reserve("a", both(30), NOTHING))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        there.settle(first, both(60), {})
        here.settle(await waiting, both(30), {})
        second = await there.reserve("x", both(50), NOTHING)  # alone, and the budget is not yet spent
        there.settle(second, both(50), {})
        for till in (here, there):
            with pytest.raises(SpentError, match=r"100 tokens of this month are spent \(140 tokens\)"):
                await till.reserve("a", both(1), NOTHING)

    asyncio.run(live())


def test_a_ledger_that_cannot_be_written_stops_only_what_hangs_on_it(tmp_path: Path) -> None:
    async def live() -> None:
        (tmp_path / "file").touch()
        broken = Ledger(tmp_path / "file" / "ledger", now)
        with pytest.raises(SpentError, match="what was spent this month cannot be kept: Not a directory"):
            await Till(Budgets(month=Budget(usd=1)), broken, patience=5).reserve("a", both(1), NOTHING)
        till = Till(Budgets(run=Budget(usd=10)), broken, patience=5)
        till.settle(await till.reserve("a", both(1), NOTHING), both(1), {})
        assert till.spent() == both(1)

    asyncio.run(live())


@pytest.mark.parametrize("wire", list(Wire), ids=lambda wire: wire.value)
def test_twelve_reviewers_who_try_again_and_again_stay_within_the_budget(short: Path, wire: Wire) -> None:
    """Each asks until it is refused; services fail now and then, cut, and answer with all that was allowed."""

    async def live() -> None:
        chance = random.Random(7)
        async with ModelServer() as server, brokered(short, budgets=Budgets(run=Budget(usd=0.1))) as at:
            server.add("dear", Turn(text="x", usage=Told(input=30, cached=0, output=1000, reasoning=0), delay=0.002))
            server.add("cheap", Turn(text="x", usage=Told(input=30, cached=0, output=10, reasoning=0)))
            scenarios = ("dear", "cheap", "500", "cut")

            async def reviewer(number: int) -> None:
                while True:
                    key = at.admit(server.url(chance.choice(scenarios)), reviewer=f"r{number}")
                    try:
                        status, answer = await at.ask(wire, key)
                    except aiohttp.ClientError:  # the scenario that is cut
                        continue
                    if status in {400, 402}:
                        assert b"deepreview budget: 0.1 USD of this run are spent" in answer
                        return

            async with asyncio.timeout(60):
                await asyncio.gather(*(reviewer(number) for number in range(12)))
            await until(lambda: server.recording.in_flight == 0)
            most = (1000 * 10 + 200 * 2) / 1e6  # output allowed, and the whole request written to a cache
            assert 0.1 <= at.broker.usage().usd <= 0.1 + most
            metered = [one for one in at.told if isinstance(one, Metered)]
            assert sum(one.usage.usd for one in metered) == pytest.approx(at.broker.usage().usd)
            assert len(metered) == len(server.recording.requests)
            assert {one.reviewer for one in metered} == {f"r{number}" for number in range(12)}
            assert sum(isinstance(one, Denial) for one in at.told) == 12

    asyncio.run(live())
