import asyncio
from pathlib import Path

import pytest
from tests.broker.test_till import now

from deepreview.agents.base import Wire
from deepreview.broker.account import Books
from deepreview.broker.asking import Asking
from deepreview.broker.base import NOTHING, Budgets, Credential, Denial, Form, Metered, Sent
from deepreview.broker.ledger import Ledger
from deepreview.broker.prices import Prices
from deepreview.broker.till import SpentError, Till
from deepreview.errors import MachineError
from deepreview.model.budget import Budget, Price

ASKING = Asking(model="m", streams=False, most_input=90, likely_input=9, most_output=10, body=b"", removed=())
CREDENTIAL = Credential(wire=Wire.CHAT, base_url="http://127.0.0.1:1/v1", form=Form.BEARER, key="test-key")


def test_a_request_that_cannot_be_put_on_record_takes_nothing_from_any_budget(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, now)
    budgets = Budgets(run=Budget(tokens=150), month=Budget(tokens=150))
    till = Till(budgets, ledger, patience=0.1)
    told: list[Sent | Metered | Denial] = []
    full = True

    def observe(one: Sent | Metered | Denial) -> None:
        if full:
            raise MachineError("the disk is full", hint="make room")
        told.append(one)

    async def asked() -> None:
        nonlocal full
        books = Books(Prices([Price(model="m", input=1.0, output=1.0)]), till, observe)
        for _ in range(3):
            with pytest.raises(MachineError):
                await books.open("ada", CREDENTIAL, ASKING)
        assert till.spent() == NOTHING
        full = False
        await books.open("ada", CREDENTIAL, ASKING)
        with pytest.raises(SpentError):
            await books.open("ada", CREDENTIAL, ASKING)

    asyncio.run(asked())
    assert [type(one) for one in told] == [Sent]
