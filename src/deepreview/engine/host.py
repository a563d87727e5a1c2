"""Takes agents in: one broker for a round, a checkout for its guests, and a place for each talk."""

import asyncio
import re
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from deepreview.agents.base import Agent, Door, Guest
from deepreview.agents.troubles import OUR_BUDGET
from deepreview.broker.base import Budgets, Credential, Denial, Told
from deepreview.broker.broker import Broker, Terms, opened
from deepreview.context.steering import unwanted
from deepreview.engine.desk import Repository
from deepreview.engine.session import Stay
from deepreview.errors import MachineError
from deepreview.git.checkout import Checkout, Ends, write_checkout
from deepreview.guests import folders
from deepreview.guests.appetite import Allowance
from deepreview.guests.guest import Account, Gate, Room, Setup, open_guest
from deepreview.guests.isolation import Isolation
from deepreview.guests.redact import Redaction, redaction
from deepreview.model.agent import Denied, Usage
from deepreview.model.budget import Price
from deepreview.model.change import Side
from deepreview.outward import Outward

_LEAST_FREE = 200_000_000
"""Bytes that must be free beside a checkout."""
_TOKEN = re.compile(r"[\w.+/=~:-]{20,}", re.ASCII)
_MOST_DENIALS = 200
"""Of one reviewer that are put on record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hospitality:
    """On what terms agents are taken in; all of it is the user's to choose, none of it the change's."""

    isolation: Isolation
    credentials: tuple[Credential, ...] = ()
    accounts: Mapping[str, Account] = field(default_factory=dict)
    """By agent: its own sign-in, used in the place of a key."""
    budgets: Budgets = field(default_factory=Budgets)
    prices: tuple[Price, ...] = ()
    ledger: Path | None = None
    """The folder of what was spent by month."""
    outward: Outward = field(default_factory=Outward)
    """How the services of models are reached."""
    allowance: Allowance = field(default_factory=Allowance)
    """What each guest may use of this machine."""


@dataclass(eq=False, kw_only=True)
class GuestHouse:
    """See `deepreview.engine.session.Host`."""

    repository: Repository
    hospitality: Hospitality
    papers: Mapping[str, str]
    folder: Path
    environ: Mapping[str, str]
    record: Callable[[Told], None]
    """Told of each request to a model, and of each that was not let through."""
    before: Mapping[str, Usage] = field(default_factory=dict)
    """What each reviewer has used in earlier processes of this round."""
    _broker: Broker | None = None
    _shared: asyncio.Task[Checkout] | None = None
    _refusals: dict[str, str] = field(default_factory=dict)
    _denials: dict[str, list[Denied]] = field(default_factory=dict)
    _ended: dict[str, str] = field(default_factory=dict)
    _refused: Counter[str] = field(default_factory=Counter)
    _stays: dict[str, Stay] = field(default_factory=dict)
    _checkouts: int = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator["GuestHouse"]:
        """Open the broker for as long as this is entered; raises MachineError."""
        terms = self.hospitality
        asked = Terms(
            budgets=terms.budgets,
            prices=terms.prices,
            ledger=terms.ledger,
            outward=terms.outward,
            observe=self._observe,
            spent=self.before,
        )
        async with opened(self.folder, asked) as self._broker:
            yield self

    @asynccontextmanager
    async def receive(self, reviewer: str, agent: Agent, number: int) -> AsyncIterator[Guest]:
        """A place for an agent; what it changed there is on record when it is gone."""
        del number  # each call is a place of its own
        assert self._broker is not None, "the house is not open"
        checkout = await self._checkout()
        account = self.hospitality.accounts.get(agent.spec.agent)
        reached = () if account else self._credentials(agent)
        placeholder = self._broker.admit(reviewer, reached)
        setup = Setup(
            repo=checkout.path,
            objects=checkout.objects,
            folder=self.folder,
            gate=self._gate(agent, placeholder, account=account is not None),
            environ=self.environ,
            isolation=self.hospitality.isolation,
            papers=self.papers,
            account=account,
            allowance=self.hospitality.allowance,
            ended=partial(self._ended.__setitem__, reviewer),
        )
        try:
            async with open_guest(setup) as room:
                yield room
                await self._note(reviewer, room)
        finally:
            self._broker.dismiss(placeholder)
            if checkout is not (self._shared.result() if self._shared else None):
                await asyncio.to_thread(folders.remove, checkout.path)

    def _credentials(self, agent: Agent) -> tuple[Credential, ...]:
        """The user's keys that this agent may use; raises MachineError where there is none."""
        spec = agent.spec
        own = [one for one in self.hospitality.credentials if one.name == spec.endpoint and one.wire in agent.wires]
        if own:
            return tuple(own)
        wires = " or ".join(wire.value for wire in agent.wires)
        what = f"no endpoint {spec.endpoint!r} that speaks {wires}" if spec.endpoint else f"no key for {wires}"
        raise MachineError(f"{spec} has {what}", hint="`deepreview doctor` says how to add one")

    def _gate(self, agent: Agent, placeholder: str, *, account: bool) -> Gate:
        assert self._broker is not None
        direct = dict.fromkeys(agent.wires, Door(url="", key=""))
        doors = direct if account else self._broker.doors(placeholder)
        return Gate(socket=self._broker.socket, port=self._broker.port, doors=doors)

    async def _checkout(self) -> Checkout:
        """One for all where nobody can write to it, else one for each."""
        if self.hospitality.isolation is not Isolation.BUBBLEWRAP:
            return await asyncio.to_thread(self._write, self._next_folder())
        if self._shared is None:
            self._shared = asyncio.create_task(asyncio.to_thread(self._write, self._next_folder()))
        return await asyncio.shield(self._shared)

    def _next_folder(self) -> Path:
        self._checkouts += 1
        return self.folder / f"checkout-{self._checkouts}"

    def _write(self, folder: Path) -> Checkout:
        change, tree = self.repository.change, self.repository.tree(Side.HEAD)
        size = sum(entry.size for entry in tree.entries().values())
        if shutil.disk_usage(self.folder).free < size + _LEAST_FREE:
            raise MachineError(f"a checkout of {size // 1_000_000} MB has no room in {self.folder}", hint="set TMPDIR")
        ends = Ends(base=change.base, head=change.head, tree=tree)
        return write_checkout(self.repository.mirror, ends, folder, unwanted(tree.entries()))

    async def _note(self, reviewer: str, room: Room) -> None:
        known = self._stays.get(reviewer, Stay())
        violations = (*known.violations, *await room.violations())
        self._stays[reviewer] = Stay(isolation=room.isolation, violations=tuple(dict.fromkeys(violations)))

    def stay(self, reviewer: str) -> Stay:
        """How it was kept; known when all its guests are gone."""
        return self._stays.get(reviewer, Stay())

    def _observe(self, told: Told) -> None:
        if isinstance(told, Denial):
            if told.reason.startswith(OUR_BUDGET):
                self._refusals[told.reviewer] = told.reason.removeprefix(f"{OUR_BUDGET}: ")
            self._refused[told.reviewer] += 1
            if self._refused[told.reviewer] > _MOST_DENIALS:
                return  # anybody on this machine can knock, and a guest can a million times
            if not told.reason.startswith(OUR_BUDGET):
                denied = Denied(tool="network", reason=f"{told.asked}: {told.reason}"[:300])
                self._denials.setdefault(told.reviewer, []).append(denied)
        self.record(told)

    def clean(self, text: str) -> str:
        """The text with a checkout's paths as the repository's, and without secrets and private paths."""
        return self._redaction.text(self._inside.sub("", text))

    @cached_property
    def _redaction(self) -> Redaction:
        home = self.environ.get("HOME", "")
        paths = {"<tmp>": self.folder} | ({"~": Path(home)} if home else {})
        keys = [one.key for one in self.hospitality.credentials]
        return redaction(self.environ, paths, (*keys, *_tokens(self.hospitality.accounts.values())))

    @cached_property
    def _inside(self) -> re.Pattern[str]:
        """The beginning of a path in a checkout, as seen from inside."""
        folder = re.escape(str(self.folder))
        return re.compile(rf"(?<![\w.~/-])(?:{folder}/checkout-\d+|/repo)/(?=\S)")

    def exhausted(self, reviewer: str) -> str:
        """Why the budget lets it ask nothing more."""
        return self._refusals.get(reviewer, "")

    def ended(self, reviewer: str) -> str:
        """Why what its agent had started was ended since the last call."""
        return self._ended.pop(reviewer, "")

    def spent(self, reviewer: str) -> Usage:
        """What it used so far."""
        return self._broker.usage(reviewer) if self._broker else Usage()

    def denied(self, reviewer: str) -> tuple[Denied, ...]:
        """What was not let through since the last call."""
        return tuple(self._denials.pop(reviewer, ()))


def _tokens(accounts: Iterable[Account]) -> Iterator[str]:
    """The secrets of sign-ins: what their files hold that is too long to be a word."""
    for account in accounts:
        with suppress(OSError):
            found = _TOKEN.findall(account.file.read_text(encoding="utf-8", errors="replace"))
            yield from (token for token in found if any(letter.isdigit() for letter in token))
