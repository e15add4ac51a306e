"""OKX's own SDK against the simulator; it shows the reply whatever its HTTP status."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from okx.BlockTrading import BlockTradingAPI
from okx.SpreadTrading import SpreadTradingAPI

SPREAD = "BTC-USDT_BTC-USDT-SWAP"
Make = Callable[..., Any]

# The SDK's own way of handing a body to httpx.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@pytest.fixture(params=["0", "1"], ids=["live", "demo"])
def api(request: pytest.FixtureRequest, simulator: Any) -> Make:
    """`api(BlockTradingAPI)`: that class, signed in; `secret` replaces the right one."""

    simulator.paper("okx-desk", request.param == "1")

    def make(kind: Make, secret: str = "") -> Any:
        account = simulator.accounts["okx-desk"]
        return kind(
            account["api_key"],
            secret or account["secret_key"],
            account["passphrase"],
            flag=request.param,
            domain=simulator.url,
        )

    return make


def test_quotes_are_read_and_cancelled(simulator: Any, api: Make) -> None:
    with api(BlockTradingAPI) as block:
        assert len(block.get_quotes(state="active")["data"]) == 20
        assert block.cancel_all_quotes()["code"] == "0"
        assert simulator.open("okx-desk", "spread") == 20
        assert simulator.open("okx-desk", "quote") == 0
        assert block.cancel_all_quotes()["code"] == "70409"


def test_chosen_quotes(simulator: Any, api: Make) -> None:
    with api(BlockTradingAPI) as block:
        ids = [row["quoteId"] for row in block.get_quotes(state="active")["data"]]
        assert block.cancel_quote(quoteId=ids[0])["data"][0]["sCode"] == "0"
        assert block.cancel_batch_quotes(quoteIds=ids[1:], clQuoteIds=[])["code"] == "0"
    assert simulator.open("okx-desk", "quote") == 0


def test_spreads_are_read_and_cancelled(simulator: Any, api: Make) -> None:
    with api(SpreadTradingAPI) as spread:
        rows = spread.get_active_orders()["data"]
        assert len(rows) == 20
        assert spread.cancel_order(ordId=rows[0]["ordId"])["data"][0]["sCode"] == "0"
        assert spread.cancel_all_orders(SPREAD)["data"] == [{"result": True}]
        assert 0 < simulator.open("okx-desk", "spread") < 19
        assert spread.cancel_all_orders()["code"] == "0"
        assert simulator.open("okx-desk", "spread") == 0
        assert simulator.open("okx-desk", "quote") == 20


def test_a_wrong_secret_is_refused(simulator: Any, api: Make) -> None:
    with api(BlockTradingAPI, "wrong") as block, api(SpreadTradingAPI, "wrong") as spread:
        answers = [
            block.cancel_all_quotes(),
            block.get_quotes(),
            spread.cancel_all_orders(),
            spread.get_active_orders(),
        ]
    assert {answer["code"] for answer in answers} == {"50113"}
    assert simulator.open("okx-desk") == 40
