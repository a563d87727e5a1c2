"""One request's money: what is set aside for it, what it used, and what is told about it."""

import secrets
import time
from dataclasses import dataclass, field
from typing import Literal

from deepreview.broker.asking import Asking
from deepreview.broker.base import NOTHING, Cost, Credential, Denial, Metered, Observer, Sent
from deepreview.broker.meter import LETTERS
from deepreview.broker.prices import Prices, Tokens
from deepreview.broker.readings import Reading
from deepreview.broker.till import Reservation, SpentError, Till
from deepreview.model.agent import Usage, total

REDIRECT = 300
"""The first status that is no success."""
Ending = Literal["complete", "cut", "left", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Opened before a request is sent, closed once when it is over."""

    reviewer: str
    credential: Credential
    asking: Asking
    reservation: Reservation
    began: float = field(default_factory=time.monotonic)
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    def metered(self, reading: Reading, status: int, ending: Ending, prices: Prices) -> Metered:
        """What it used and cost. `reading` says what the service told; the rest is estimated where it was billed."""
        estimated = _estimated(reading, status, ending)
        sent = self.asking.likely_input if "input" in estimated else reading.sent
        output = max(reading.output, reading.letters // LETTERS) if "output" in estimated else reading.output
        plain = max(0, sent - reading.cached - reading.written)
        tokens = Tokens(
            input=plain,
            cached=reading.cached,
            written=reading.written,
            written_long=reading.written_long,
            output=output,
        )
        usd = self._usd(tokens, reading.model, prices)
        usage = Usage(
            input=plain,
            cached=reading.cached,
            written=reading.written,
            output=output,
            reasoning=min(reading.reasoning, output),
            requests=1,
            usd=usd or 0.0,
            priced="none" if usd is None else "list",
        )
        return Metered(
            reviewer=self.reviewer,
            wire=self.credential.wire,
            model=self.asking.model,
            usage=usage,
            estimated=estimated,
            status=status,
            ending=ending,
            seconds=time.monotonic() - self.began,
            id=self.id,
        )

    def _usd(self, tokens: Tokens, answered: str, prices: Prices) -> float | None:
        """By the name that was asked for; where that has no price, by the name that answered."""
        if tokens == Tokens():
            return 0.0
        usd = prices.usd(self.credential, self.asking.model, tokens)
        return prices.usd(self.credential, answered, tokens) if usd is None and answered else usd


def _estimated(reading: Reading, status: int, ending: Ending) -> tuple[str, ...]:
    """What has to be estimated: nothing of an answer that failed before it began, since services do not bill these."""
    if status >= REDIRECT or (status == 0 and ending == "failed"):
        return ()
    unknown = (("input", not reading.told), ("output", not reading.final))
    return tuple(name for name, missing in unknown if missing)


def cost_of(usage: Usage) -> Cost:
    """What counts of it against a budget."""
    return Cost(usd=usage.usd, tokens=usage.sent + usage.output)


class Books:
    """All accounts of a run."""

    def __init__(self, prices: Prices, till: Till, observe: Observer) -> None:
        self._prices = prices
        self._till = till
        self._usages: dict[str, list[Usage]] = {}
        self._taken_out = set[Denial]()
        self.observe = observe

    def usage(self, reviewer: str | None = None) -> Usage:
        """What one reviewer used so far, or all of them."""
        chosen = self._usages.values() if reviewer is None else [self._usages.get(reviewer, [])]
        return total(usage for usages in chosen for usage in usages)

    def take_out(self, denial: Denial) -> None:
        """Tell once of what each request of an agent has to be freed of."""
        if denial not in self._taken_out:
            self._taken_out.add(denial)
            self.observe(denial)

    async def open(self, reviewer: str, credential: Credential, asking: Asking) -> Account:
        """An account with its reservation; raises SpentError, also where a USD budget meets a model without a price."""
        most = self._prices.most(credential, asking.model, asking.most_input, asking.most_output)
        if most is None and self._till.counts_usd:
            raise SpentError(f"the price of {asking.model} is not known; set `prices`, or a budget in tokens")
        likely = self._prices.usd(credential, asking.model, Tokens(input=asking.likely_input))
        reservation = await self._till.reserve(
            reviewer,
            Cost(usd=most or 0.0, tokens=asking.most_input + asking.most_output),
            Cost(usd=likely or 0.0, tokens=asking.likely_input),
        )
        account = Account(reviewer=reviewer, credential=credential, asking=asking, reservation=reservation)
        used = Usage(
            input=asking.most_input,
            output=asking.most_output,
            requests=1,
            usd=most or 0.0,
            priced="none" if most is None else "list",
        )
        try:
            self.observe(Sent(reviewer=reviewer, id=account.id, most=used))
        except BaseException:  # what cannot be put on record is not sent, and takes nothing from the budget
            about = {"reviewer": reviewer, "model": asking.model, "priced": used.priced}
            self._till.settle(reservation, NOTHING, about)
            raise
        return account

    def close(self, account: Account, reading: Reading, status: int, ending: Ending) -> None:
        """The request is over: replace its reservation by its cost, and tell the observer."""
        metered = account.metered(reading, status, ending, self._prices)
        usage = metered.usage
        about = {"reviewer": account.reviewer, "model": metered.model, "priced": usage.priced}
        self._till.settle(account.reservation, cost_of(usage), about)
        self._usages.setdefault(account.reviewer, []).append(usage)
        self.observe(metered)
