"""How far a figure would move on other pull requests."""

import random
from collections.abc import Sequence

from deepreview.benchmark.measures import Tally

_DRAWS = 1_000
_SEED = 20_260_313
_LOW, _HIGH = 0.025, 0.975


def interval(tallies: Sequence[Tally], figure: str) -> tuple[float, float]:
    """The bootstrap's 95 % interval of a figure over pull requests, each with all its rounds; the same every time."""
    draws = random.Random(_SEED)  # noqa: S311 - a sample, not a secret
    found = sorted(
        sum(draws.choices(tallies, k=len(tallies)), Tally()).figures()[figure] for _ in range(_DRAWS if tallies else 1)
    )
    return found[int(_LOW * len(found))], found[min(len(found) - 1, int(_HIGH * len(found)))]
