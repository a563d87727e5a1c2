"""What is worth another try, how often, and after which wait."""

from collections.abc import Mapping
from dataclasses import dataclass

from deepreview.model.agent import Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """How to go on after one kind of failure."""

    more: int
    """Tries beside the first."""
    wait: float = 0.0
    """Seconds before the second try, doubled before each further one; a wait that the service asks for goes before."""


_NEVER = Tries(more=0)
POLICY: Mapping[Failure, Tries] = {
    Failure.RATE_LIMIT: Tries(more=3, wait=20.0),
    Failure.SERVER: Tries(more=3, wait=10.0),
    Failure.CUT_OFF: Tries(more=2, wait=5.0),
    Failure.MALFORMED: Tries(more=1, wait=2.0),
    Failure.SILENT: Tries(more=1),
    Failure.KILLED: Tries(more=1),
    Failure.ERROR: Tries(more=1, wait=2.0),
    Failure.NOTICE: Tries(more=1, wait=30.0),
    Failure.REFUSED: Tries(more=1),
    Failure.EMPTY: Tries(more=1),
    Failure.SHORT: Tries(more=1),
    Failure.ELSEWHERE: Tries(more=1),
    Failure.UNREAD: Tries(more=1),
    Failure.TIMEOUT: _NEVER,
    Failure.MISSING: _NEVER,
    Failure.AUTH: _NEVER,
    Failure.QUOTA: _NEVER,
    Failure.REQUEST: _NEVER,
    Failure.LIMIT: _NEVER,
    Failure.BUDGET: _NEVER,
    Failure.RESOURCES: _NEVER,
}
"""Every failure: a bad key, an empty account or a spent budget is not mended by asking again."""

LEAST = 30.0
"""Seconds that must be left after the wait: less is not enough for a review."""


def next_wait(failure: Failure, tries: int, asked: float, left: float) -> float | None:
    """Seconds to wait before another try, after `tries` that failed; None where there is to be none.

    A service that asks for a longer wait gets it, unless too little of the time that is `left` would remain.
    """
    rule = POLICY[failure]
    if tries > rule.more:
        return None
    wait = max(asked, rule.wait * 2 ** (tries - 1))
    return wait if wait + LEAST <= left else None
