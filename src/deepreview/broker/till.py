"""Admits requests so that budgets hold: each is reserved with the most that it may cost, before it is sent.

A request is admitted when what is spent, what is reserved and itself fit into every budget, or when nothing else is
under way and the budget is not yet spent. So a budget of X is never exceeded by more than one request's maximum. What
does not fit only because of what is under way waits for that, in the order of arrival; what finds its budget spent is
refused.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from deepreview.broker.base import NOTHING, UNLIMITED, Budgets, Cost
from deepreview.broker.ledger import Held, Ledger, Standing
from deepreview.model.budget import Budget

_LOOK = 1.0
"""Seconds between two looks at what other runs have spent meanwhile."""


_NOT_YET: Mapping[str, Cost] = {}


class SpentError(Exception):
    """A budget is spent; says which."""


@dataclass(slots=True, kw_only=True)
class _Scope:
    """What one budget is about."""

    name: str
    budget: Budget
    spent: Cost = NOTHING
    reserved: Cost = NOTHING
    flying: int = 0

    def standing(self) -> Standing:
        return Standing(spent=self.spent, reserved=self.reserved, flying=self.flying)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reservation:
    """What is set aside for one request until it is over."""

    reviewer: str
    most: Cost
    held: Held | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Waiting:
    reviewer: str
    most: Cost
    likely: Cost
    answer: asyncio.Future[Reservation] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Till:
    """Keeps the budgets of one run, and of the month where there is a ledger."""

    def __init__(
        self, budgets: Budgets, ledger: Ledger | None, patience: float, spent: Mapping[str, Cost] = _NOT_YET
    ) -> None:
        self._budgets = budgets
        self._ledger = ledger
        self._patience = patience
        self._run = _Scope(name="of this run", budget=budgets.run)
        self._reviewers: dict[str, _Scope] = {}
        self._queue: list[_Waiting] = []
        for reviewer, cost in spent.items():
            for scope in self._scopes(reviewer):
                scope.spent += cost

    @property
    def counts_usd(self) -> bool:
        """Whether one of the budgets is in USD, so that prices must be known."""
        return any(one.usd is not None for one in (self._budgets.run, self._budgets.reviewer, self._budgets.month))

    async def reserve(self, reviewer: str, most: Cost, likely: Cost) -> Reservation:
        """Set aside the most that a request may cost; raises SpentError, at the latest when patience ends."""
        waiting = _Waiting(reviewer=reviewer, most=most, likely=likely)
        self._queue.append(waiting)
        ends = time.monotonic() + self._patience
        try:
            while True:
                self._pump()
                await asyncio.wait({waiting.answer}, timeout=min(_LOOK, max(0.0, ends - time.monotonic())))
                if waiting.answer.done():
                    return waiting.answer.result()
                if time.monotonic() >= ends:
                    raise SpentError(f"what is left is reserved by requests under way; waited {self._patience:.0f} s")
        except asyncio.CancelledError:
            if waiting.answer.done() and not waiting.answer.exception():
                self.settle(waiting.answer.result(), NOTHING, {})
            raise
        finally:
            if waiting in self._queue:
                self._queue.remove(waiting)

    def settle(self, reservation: Reservation, cost: Cost, about: dict[str, str]) -> None:
        """Replace what was set aside by what it did cost. A ledger that cannot be written keeps the reservation."""
        for scope in self._scopes(reservation.reviewer):
            scope.reserved += Cost(usd=-reservation.most.usd, tokens=-reservation.most.tokens)
            scope.spent += cost
            scope.flying -= 1
            if not scope.flying:
                scope.reserved = NOTHING  # no rest of rounding
        try:
            if self._ledger is not None and reservation.held is not None:
                self._ledger.settle(reservation.held, cost, about)
        except OSError:
            pass
        self._pump()

    def spent(self, reviewer: str | None = None) -> Cost:
        """By one reviewer, or by all."""
        if reviewer is None:
            return self._run.spent
        return self._reviewers[reviewer].spent if reviewer in self._reviewers else NOTHING

    def _scopes(self, reviewer: str) -> tuple[_Scope, _Scope]:
        own = self._reviewers.get(reviewer)
        if own is None:
            own = self._reviewers[reviewer] = _Scope(name=f"of {reviewer}", budget=self._budgets.reviewer)
        return own, self._run

    def _pump(self) -> None:
        """Answer all that can be answered. Nobody overtakes an earlier one that waits for what all share."""
        blocked = False
        for waiting in tuple(self._queue):
            try:
                reservation, shared = self._judge(waiting, blocked=blocked)
            except SpentError as error:
                waiting.answer.set_exception(error)
            else:
                blocked = blocked or shared
                if reservation is None:
                    continue
                waiting.answer.set_result(reservation)
            self._queue.remove(waiting)

    def _judge(self, waiting: _Waiting, *, blocked: bool) -> tuple[Reservation | None, bool]:
        """Its reservation if it is admitted; else whether it waits for what all share. Raises SpentError."""
        own, run = self._scopes(waiting.reviewer)
        for scope in (own, run):
            _refuse_spent(scope.name, scope.budget, scope.spent)
        if blocked or not _fits(own.standing(), own.budget, waiting.most):
            return None, False
        if not _fits(run.standing(), run.budget, waiting.most):
            return None, True
        admitted, held = self._begin(waiting)
        if not admitted:
            return None, True
        for scope in (own, run):
            scope.reserved += waiting.most
            scope.flying += 1
        return Reservation(reviewer=waiting.reviewer, most=waiting.most, held=held), False

    def _begin(self, waiting: _Waiting) -> tuple[bool, Held | None]:
        month = self._budgets.month

        def admits(standing: Standing) -> bool:
            _refuse_spent("of this month", month, standing.spent)
            return _fits(standing, month, waiting.most)

        if self._ledger is None:
            return True, None
        try:
            held = self._ledger.begin(waiting.most, waiting.likely, admits)
        except OSError as error:
            if month == UNLIMITED:
                return True, None
            raise SpentError(f"what was spent this month cannot be kept: {error.strerror or error}") from error
        return held is not None, held


def _refuse_spent(name: str, budget: Budget, spent: Cost) -> None:
    if budget.usd is not None and spent.usd >= budget.usd:
        raise SpentError(f"{budget.usd:g} USD {name} are spent ({spent.usd:.4f} USD)")
    if budget.tokens is not None and spent.tokens >= budget.tokens:
        raise SpentError(f"{budget.tokens} tokens {name} are spent ({spent.tokens} tokens)")


def _fits(standing: Standing, budget: Budget, most: Cost) -> bool:
    """Whether it may go now; that the budget is not yet spent is known."""
    after = standing.spent + standing.reserved + most
    within = (budget.usd is None or after.usd <= budget.usd) and (
        budget.tokens is None or after.tokens <= budget.tokens
    )
    return within or not standing.flying
