"""Opens the broker for a run, and gives reviewers their placeholders."""

import importlib.util
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from deepreview.agents.base import Door, Wire
from deepreview.broker.account import Books, cost_of
from deepreview.broker.base import UNLIMITED, Budgets, Credential, Observer, Pass, nobody
from deepreview.broker.ledger import Ledger
from deepreview.broker.prices import Prices
from deepreview.broker.till import Till
from deepreview.errors import MachineError, how_to_add
from deepreview.model.agent import Usage
from deepreview.model.budget import Price
from deepreview.outward import Outward

FREE = Budgets()
"""No budget at all."""
EXTRA = how_to_add("agents")
_LONGEST_SOCKET = 100
"""Bytes of a socket's path that every system takes."""


def missing_modules() -> tuple[str, ...]:
    """What of the extra `agents` is not installed."""
    return tuple(name for name in ("aiohttp", "genai_prices") if importlib.util.find_spec(name) is None)


def require_modules() -> None:
    """Raise MachineError where the extra `agents` is not installed."""
    if absent := missing_modules():
        raise MachineError(f"models cannot be reached, {absent[0]} is missing", hint=EXTRA)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On what terms a run reaches models."""

    budgets: Budgets = FREE
    prices: tuple[Price, ...] = ()
    """Before list prices."""
    ledger: Path | None = None
    """The folder of the user's spending by month; without it there can be no budget of the month."""
    spent: Mapping[str, Usage] = field(default_factory=dict)
    """What reviewers used before, in a run that is taken up again: it counts against the budgets of the run."""
    observe: Observer = nobody
    """Told of each request before it is sent and when it is over, and of what was not forwarded. Must not raise."""
    outward: Outward = field(default_factory=Outward)
    """How services are reached."""
    patience: float = 300
    """Seconds that a request may wait for others whose reservations leave no room for it."""
    now: Callable[[], datetime] = _now


class Broker:
    """The open broker."""

    def __init__(self, socket: Path, books: Books, passes: dict[str, Pass]) -> None:
        self.socket = socket
        """A Unix socket in a folder that only this user can enter."""
        self.port = 0
        """A port of the loopback address, for guests that have no sandbox."""
        self._books = books
        self._passes = passes

    def admit(self, reviewer: str, credentials: Iterable[Credential]) -> str:
        """A placeholder that is worth these credentials here and nothing elsewhere; the last of a protocol counts."""
        placeholder = f"deepreview-{secrets.token_hex(16)}"
        reached = {credential.wire: credential for credential in credentials}
        self._passes[placeholder] = Pass(reviewer=reviewer, reached=reached)
        return placeholder

    def dismiss(self, placeholder: str) -> None:
        """It is worth nothing any more; requests under way go on."""
        self._passes.pop(placeholder, None)

    def doors(self, placeholder: str) -> Mapping[Wire, Door]:
        """What a placeholder opens, by the loopback port; a sandbox shows the socket at a port of the same number."""
        found = self._passes.get(placeholder)
        door = Door(url=f"http://127.0.0.1:{self.port}", key=placeholder)
        return dict.fromkeys(found.reached if found else (), door)

    def usage(self, reviewer: str | None = None) -> Usage:
        """What one reviewer used so far, or all of them; requests under way are not in it."""
        return self._books.usage(reviewer)


@asynccontextmanager
async def opened(folder: Path, terms: Terms) -> AsyncIterator[Broker]:
    """The broker, with its socket in a new folder of its own in `folder`, for as long as this is entered.

    Raises MachineError where the extra `agents` is missing or the socket cannot be made. Requests that are under way
    at the end are ended and metered.
    """
    require_modules()
    from deepreview.broker import serving  # noqa: PLC0415 - needs the extra, and takes 0.2 s

    assert terms.ledger or terms.budgets.month == UNLIMITED, "a budget of the month needs a ledger"
    ledger = Ledger(terms.ledger, terms.now) if terms.ledger else None
    passes: dict[str, Pass] = {}
    spent = {reviewer: cost_of(usage) for reviewer, usage in terms.spent.items()}
    till = Till(terms.budgets, ledger, terms.patience, spent)
    books = Books(Prices(terms.prices), till, terms.observe)
    async with AsyncExitStack() as stack:
        try:
            private = stack.enter_context(TemporaryDirectory(prefix="broker-", dir=folder))
            broker = Broker(Path(private, "model.sock"), books, passes)
            if len(bytes(broker.socket)) > _LONGEST_SOCKET:
                hint = "set TMPDIR to a folder with a short path"
                raise MachineError(f"{broker.socket} is too long for a socket", hint=hint)
            broker.port = await stack.enter_async_context(serving.served(broker.socket, passes, books, terms.outward))
        except OSError as error:
            hint = "set TMPDIR to a folder that can be written"
            why = error.strerror or str(error)
            raise MachineError(f"the broker cannot be opened in {folder}: {why}", hint=hint) from error
        yield broker
