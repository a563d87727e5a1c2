"""What models cost: what the user configured, then the list prices that `genai-prices` brings along."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from deepreview.broker.base import Credential
from deepreview.model.agent import Usage
from deepreview.model.budget import Price

_MILLION = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """Tokens by what they cost."""

    input: int = 0
    cached: int = 0
    written: int = 0
    written_long: int = 0
    """Of the written ones, those kept for an hour."""
    output: int = 0


class Prices:
    """Knows what tokens of a model cost, or knows that it does not."""

    def __init__(self, configured: Iterable[Price] = ()) -> None:
        self._configured = {price.model: price for price in configured}

    def usd(self, credential: Credential, model: str, tokens: Tokens) -> float | None:
        """What these tokens cost; None where no price is known."""
        own = self._configured.get(model)
        return at(own, tokens) if own else self._listed(credential, model, tokens)

    def listed(self, credential: Credential, model: str) -> Price | None:
        """The price of a million tokens, of short requests where long ones cost more; None where none is known."""
        kinds = (Tokens(input=1000), Tokens(output=1000), Tokens(cached=1000), Tokens(written=1000))
        rates = [self.usd(credential, model, tokens) for tokens in kinds]
        if None in rates:
            return None
        sent, received, cached, written = (round(rate * 1000, 6) for rate in rates if rate is not None)
        return Price(model=model, input=sent, output=received, cached=cached, written=written)

    def most(self, credential: Credential, model: str, sent: int, received: int) -> float | None:
        """What so many tokens cost at most, however the service counts those that are sent."""
        ways = (Tokens(input=sent, output=received), Tokens(written=sent, written_long=sent, output=received))
        costs = [self.usd(credential, model, tokens) for tokens in ways]
        return max((cost for cost in costs if cost is not None), default=None)

    def _listed(self, credential: Credential, model: str, tokens: Tokens) -> float | None:
        from genai_prices import Usage as Counted  # noqa: PLC0415 - of the extra `agents`
        from genai_prices import calc_price  # noqa: PLC0415 - of the extra `agents`

        usage = Counted(
            input_tokens=tokens.input + tokens.cached + tokens.written,
            cache_read_tokens=tokens.cached,
            cache_write_tokens=tokens.written,
            cache_write_1h_tokens=tokens.written_long,
            output_tokens=tokens.output,
        )
        where: dict[str, Any] = (
            {"provider_id": credential.provider} if credential.provider else {"provider_api_url": credential.base_url}
        )
        try:
            return float(calc_price(usage, model, **where).total_price)
        except LookupError:
            return None


def at(price: Price, tokens: Tokens | Usage) -> float:
    """What these tokens cost at a configured price."""
    cached = price.input if price.cached is None else price.cached
    written = price.input if price.written is None else price.written
    sums = tokens.input * price.input + tokens.cached * cached + tokens.written * written
    return (sums + tokens.output * price.output) / _MILLION
