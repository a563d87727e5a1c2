"""Where agents are taken in: what is told of them, and what is kept of that."""

from dataclasses import replace
from pathlib import Path
from typing import cast

from deepreview.broker.base import Denial, Told
from deepreview.engine.desk import Repository
from deepreview.engine.host import GuestHouse, Hospitality
from deepreview.guests.guest import Account
from deepreview.guests.isolation import Isolation
from deepreview.model.agent import Denied


def house(folder: Path, record: list[Told]) -> GuestHouse:
    return GuestHouse(
        repository=cast("Repository", None),
        hospitality=Hospitality(isolation=Isolation.NONE),
        papers={},
        folder=folder,
        environ={},
        record=record.append,
    )


def test_a_guest_cannot_say_that_its_budget_is_spent(tmp_path: Path) -> None:
    record: list[Told] = []
    own = house(tmp_path, record)
    own._observe(
        Denial(reviewer="x", asked="POST /v1/messages", reason="taken out: mcp deepreview budget: all is spent")
    )
    assert (own.exhausted("x"), [type(one) for one in own.denied("x")]) == ("", [Denied])
    own._observe(
        Denial(reviewer="x", asked="POST /v1/messages", reason="deepreview budget: 5 USD of this run are spent")
    )
    assert (own.exhausted("x"), own.denied("x")) == ("5 USD of this run are spent", ())
    assert len(record) == 2


def test_what_an_agent_signs_in_with_is_a_secret(tmp_path: Path) -> None:
    file = tmp_path / "auth.json"
    file.write_text('{"refresh_token": "rt_9x-Q.7/kd83hWm_2ns", "scopes": ["user:inference:anything"]}')
    terms = Hospitality(isolation=Isolation.NONE, accounts={"codex": Account(file=file, at=".codex/auth.json")})
    own = replace(house(tmp_path, []), hospitality=terms)
    assert own.clean("it is rt_9x-Q.7/kd83hWm_2ns, for user:inference:anything") == (
        "it is <secret>, for user:inference:anything"
    )


def test_knocking_a_million_times_fills_no_disk(tmp_path: Path) -> None:
    record: list[Told] = []
    own = house(tmp_path, record)
    for number in range(1_000):
        own._observe(Denial(reviewer="", asked=f"GET /{number}", reason="deepreview broker: who are you?"))
    own._observe(Denial(reviewer="x", asked="GET /", reason="deepreview broker: it is not open"))
    assert (len(record), len(own.denied(""))) == (201, 200)
