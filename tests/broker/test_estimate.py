from dataclasses import replace

import pytest
from tests.broker.conftest import PRICE

from deepreview.broker.estimate import Past, Work, estimate
from deepreview.model.agent import Usage

WORK = Work(model="fake-model", prompt=40_000, diff=80_000)


def test_without_a_past_it_is_a_wide_range_by_size() -> None:
    guess = estimate(WORK, PRICE)
    least, most = guess.tokens
    assert WORK.tokens == 45_000
    assert 4 * 45_000 < least < most
    assert guess.usd
    assert 0 < guess.usd[0] < guess.usd[1]
    assert guess.basis == "estimated from the size of the change, for 4 to 25 requests"
    larger = estimate(replace(WORK, diff=800_000), PRICE)
    assert larger.tokens > guess.tokens
    assert larger.usd
    assert larger.usd > guess.usd


def test_without_a_price_there_is_no_money() -> None:
    guess = estimate(WORK, None)
    assert guess.usd is None
    assert guess.basis.endswith("; the price of fake-model is not known")


def test_three_earlier_reviews_by_the_model_tell_more() -> None:
    usages = [Usage(input=1000 * i, cached=10_000 * i, output=500 * i, requests=i) for i in (3, 1, 2)]
    past = [Past(work=WORK, usage=usage) for usage in usages]
    others = [Past(work=replace(WORK, model="other"), usage=Usage(input=10**9)), Past(work=WORK, usage=Usage())]
    assert estimate(WORK, PRICE, [*past[:2], *others]) == estimate(WORK, PRICE)
    guess = estimate(WORK, PRICE, [*past, *others])
    assert guess.tokens == (11_500, 34_500)
    assert guess.usd == pytest.approx(((1000 + 1000 + 5000) / 1e6, (3000 + 3000 + 15_000) / 1e6))
    assert guess.basis == "estimated from 3 earlier reviews by fake-model, scaled by size"
    twice = replace(WORK, diff=80_000 + 45_000 * 4)
    assert estimate(twice, PRICE, past).tokens == (22_500, 67_500)
