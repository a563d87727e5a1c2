"""Many reviewers at once: none waits for another. How much longer a round takes than its slowest: bench/agents.py."""

import time

import pytest
from tests.product.conftest import Product, counts, reviews
from tests.product.test_matrix import review

from deepreview.testing.model_server import Asked, Turn

pytestmark = pytest.mark.agents

SEATS, DELAY = 12, 4.0


def slow(asked: Asked) -> Turn:
    said = reviews(asked)
    return Turn(text=said.text, calls=said.calls, delay=0 if said.calls else DELAY)


def test_twelve_slow_ones_wait_together(product: Product) -> None:
    product.server.add_script("slow", slow)
    began = time.monotonic()
    seats = ",".join(f"codex:m{number}" for number in range(SEATS))
    done, round_ = review(product, "slow", "-q", "--timeout", "2m", "--with", seats)
    assert done.code == 1, done.stderr.decode()
    assert counts(round_.report) == (SEATS, 0, 0)
    assert product.server.recording.most_in_flight > SEATS / 2  # a busy machine starts them one by one
    assert time.monotonic() - began < SEATS * DELAY / 2
