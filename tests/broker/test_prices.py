import pytest
from tests.broker.conftest import PRICE, credential

from deepreview.agents.base import Wire
from deepreview.broker.base import Credential, Form
from deepreview.broker.credentials import credentials
from deepreview.broker.prices import Prices, Tokens
from deepreview.model.budget import Price

VENDORS = {
    one.wire: one for one in credentials({"ANTHROPIC_API_KEY": "k", "OPENAI_API_KEY": "k", "GEMINI_API_KEY": "k"})
}
MODELS = {
    Wire.ANTHROPIC: "claude-sonnet-4-5",
    Wire.RESPONSES: "gpt-5",
    Wire.CHAT: "gpt-5",
    Wire.GEMINI: "gemini-2.5-pro",
}


@pytest.mark.parametrize("wire", list(Wire), ids=lambda wire: wire.value)
def test_list_prices_of_the_vendors(wire: Wire) -> None:
    prices, model = Prices(), MODELS[wire]
    plain = prices.usd(VENDORS[wire], model, Tokens(input=1000, output=100))
    cached = prices.usd(VENDORS[wire], model, Tokens(cached=1000, output=100))
    assert plain
    assert cached
    assert 0 < cached < plain < 0.1
    most = prices.most(VENDORS[wire], model, 1000, 100)
    assert most
    assert most >= plain
    listed = prices.listed(VENDORS[wire], model)
    assert listed
    assert listed.output > listed.input > (listed.cached or 0) > 0


def test_what_is_kept_for_an_hour_costs_more() -> None:
    prices, vendor = Prices(), VENDORS[Wire.ANTHROPIC]
    costs = [
        prices.usd(vendor, "claude-sonnet-4-5", tokens)
        for tokens in (Tokens(input=1000), Tokens(written=1000), Tokens(written=1000, written_long=1000))
    ]
    assert costs == sorted(costs)  # type: ignore[type-var]  # the test fails where one is None
    assert len(set(costs)) == 3
    assert prices.most(vendor, "claude-sonnet-4-5", 1000, 0) == costs[-1]


def test_a_model_without_a_price_has_none() -> None:
    prices = Prices()
    assert prices.usd(VENDORS[Wire.CHAT], "fake-model", Tokens(input=1)) is None
    assert prices.most(VENDORS[Wire.CHAT], "fake-model", 1, 1) is None
    assert prices.listed(VENDORS[Wire.CHAT], "fake-model") is None
    assert prices.usd(credential(Wire.CHAT, "http://127.0.0.1:1"), "gpt-5", Tokens(input=1)) is None


def test_a_known_address_tells_whose_prices_hold() -> None:
    one = Credential(wire=Wire.CHAT, base_url="https://api.deepseek.com/v1", form=Form.BEARER, key="k")
    assert Prices().usd(one, "deepseek-chat", Tokens(input=1000))


def test_configured_prices_come_first() -> None:
    prices = Prices([PRICE, Price(model="gpt-5", input=1, output=2)])
    tokens = Tokens(input=10, cached=20, written=30, written_long=30, output=40)
    assert prices.usd(VENDORS[Wire.CHAT], "fake-model", tokens) == pytest.approx((10 + 2 + 60 + 400) / 1e6)
    assert prices.usd(VENDORS[Wire.CHAT], "gpt-5", tokens) == pytest.approx((60 + 80) / 1e6)
    assert prices.most(VENDORS[Wire.CHAT], "fake-model", 100, 10) == pytest.approx((200 + 100) / 1e6)
