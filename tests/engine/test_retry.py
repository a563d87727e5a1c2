import pytest

from deepreview.engine.retry import LEAST, POLICY, next_wait
from deepreview.model.agent import Failure


def waits(failure: Failure, asked: float = 0.0, left: float = 10_000.0) -> list[float]:
    found: list[float] = []
    while (wait := next_wait(failure, len(found) + 1, asked, left)) is not None:
        found.append(wait)
    return found


def test_every_failure_has_its_rule() -> None:
    assert set(POLICY) == set(Failure)


def test_waits_double_and_end() -> None:
    assert waits(Failure.RATE_LIMIT) == [20, 40, 80]
    assert waits(Failure.EMPTY) == [0]


@pytest.mark.parametrize("failure", [Failure.AUTH, Failure.QUOTA, Failure.BUDGET, Failure.TIMEOUT])
def test_what_asking_again_does_not_mend_is_not_tried_again(failure: Failure) -> None:
    assert waits(failure) == []


def test_a_service_that_asks_for_a_longer_wait_gets_it() -> None:
    assert waits(Failure.RATE_LIMIT, asked=50.0) == [50, 50, 80]


def test_no_try_is_begun_that_could_not_end() -> None:
    assert waits(Failure.RATE_LIMIT, left=20 + LEAST) == [20]
    assert waits(Failure.RATE_LIMIT, left=19 + LEAST) == []
    assert waits(Failure.SERVER, asked=3_600.0, left=600.0) == []
