"""Says beforehand what a review may use: always a range, and always with what it rests on."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from deepreview.broker.prices import at
from deepreview.model.agent import Usage
from deepreview.model.budget import Price

_LETTERS = 4
"""Characters in a token, of prose and of code."""
_STANDING = 15_000
"""Tokens of an agent's own instructions and tools, with each request."""
_ENOUGH = 3
"""Earlier reviews that tell more than a general guess."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How a review may go."""

    turns: int
    """Requests."""
    read: int
    """Tokens of code read between two requests."""
    written: int
    """Tokens the model writes in one request, thinking included."""


_SHORT = _Way(turns=4, read=500, written=300)
_LONG = _Way(turns=25, read=3_000, written=1_500)


_FEW, _MANY = 5, 40
"""Findings that a lead is shown."""
_FINDING = 700
"""Tokens of one of them, with its code and all that is known of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a reviewer is given."""

    model: str
    prompt: int
    """Characters of its prompt."""
    diff: int
    """Characters of the diff, which it reads apart from the prompt."""

    @property
    def tokens(self) -> int:
        """Of both, with what an agent always sends."""
        return _STANDING + (self.prompt + self.diff) // _LETTERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An earlier review."""

    work: Work
    usage: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A guess, to be shown as one."""

    tokens: tuple[int, int]
    """The least and the most, sent and received, those from caches included."""
    usd: tuple[float, float] | None
    """None where no price is known."""
    basis: str
    """A phrase that says what it rests on."""


def estimate(work: Work, price: Price | None, past: Iterable[Past] = ()) -> Estimate:
    """What one review may use: as three or more earlier ones by this model did, else as agents commonly work."""
    known = [one for one in past if one.work.model == work.model and one.usage.sent]
    if len(known) >= _ENOUGH:
        usages = [_scaled(one.usage, work.tokens / one.work.tokens) for one in known]
        basis = f"estimated from {len(known)} earlier reviews by {work.model}, scaled by size"
    else:
        usages = [_going(work, way) for way in (_SHORT, _LONG)]
        basis = f"estimated from the size of the change, for {_SHORT.turns} to {_LONG.turns} requests"
    tokens = sorted(usage.sent + usage.output for usage in usages)
    costs = sorted(at(price, usage) for usage in usages) if price else []
    return Estimate(
        tokens=(tokens[0], tokens[-1]),
        usd=(costs[0], costs[-1]) if costs else None,
        basis=basis if price else f"{basis}; the price of {work.model} is not known",
    )


def estimate_lead(work: Work, price: Price | None) -> Estimate:
    """What a lead may use: it is asked once about all findings, and once more where its answer does not fit."""
    ways = ((_FEW, _Way(turns=1, read=0, written=600)), (_MANY, _Way(turns=2, read=100, written=5_000)))
    usages = [_going(replace(work, prompt=work.prompt + n * _FINDING * _LETTERS), way) for n, way in ways]
    tokens = tuple(usage.sent + usage.output for usage in usages)
    basis = f"estimated for {_FEW} to {_MANY} findings, asked once or twice"
    return Estimate(
        tokens=(tokens[0], tokens[1]),
        usd=(at(price, usages[0]), at(price, usages[1])) if price else None,
        basis=basis if price else f"{basis}; the price of {work.model} is not known",
    )


def _going(work: Work, way: _Way) -> Usage:
    """Each request sends all that was said before, from the cache but for what is new."""
    new = way.read + way.written
    written = work.tokens + new * (way.turns - 1)
    sent = sum(work.tokens + new * turn for turn in range(way.turns))
    return Usage(written=written, cached=sent - written, output=way.written * way.turns, requests=way.turns)


def _scaled(usage: Usage, ratio: float) -> Usage:
    """A larger change costs more to send; what is written about it is taken to stay as it was."""
    return Usage(
        input=round(usage.input * ratio),
        cached=round(usage.cached * ratio),
        written=round(usage.written * ratio),
        output=usage.output,
        requests=usage.requests,
    )
