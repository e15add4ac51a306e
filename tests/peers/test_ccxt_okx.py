"""ccxt signs for OKX, and the simulator takes it for OKX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ccxt
import pytest

SPREAD = "BTC-USDT_BTC-USDT-SWAP"


def test_quotes_are_read_and_cancelled(simulator: Any, ccxt_okx: Callable[..., Any]) -> None:
    okx = ccxt_okx()
    assert len(okx.private_get_rfq_quotes({"state": "active"})["data"]) == 20
    answer = okx.privatePostRfqCancelAllQuotes()
    assert answer["code"] == "0"
    assert simulator.open("okx-desk", "spread") == 20
    assert simulator.open("okx-desk", "quote") == 0
    assert okx.privateGetRfqQuotes({"state": "active"})["data"] == []


def test_cancelling_no_quotes_is_an_error_of_its_own(ccxt_okx: Callable[..., Any]) -> None:
    okx = ccxt_okx()
    okx.privatePostRfqCancelAllQuotes()
    with pytest.raises(ccxt.ExchangeError, match="70409"):
        okx.privatePostRfqCancelAllQuotes()


def test_spreads_are_read_and_cancelled(simulator: Any, ccxt_okx: Callable[..., Any]) -> None:
    okx = ccxt_okx()
    assert len(okx.privateGetSprdOrdersPending()["data"]) == 20
    inside = len(okx.privateGetSprdOrdersPending({"sprdId": SPREAD})["data"])
    assert okx.privatePostSprdMassCancel({"sprdId": SPREAD})["data"] == [{"result": True}]
    assert simulator.open("okx-desk", "spread") == 20 - inside
    assert okx.privatePostSprdMassCancel()["code"] == "0"
    assert simulator.open("okx-desk", "spread") == 0
    assert simulator.open("okx-desk", "quote") == 20


def test_open_orders_of_the_order_book_are_fetched(
    simulator: Any, ccxt_okx: Callable[..., Any]
) -> None:
    okx = ccxt_okx()
    simulator.orders("okx-desk", "order", 3)
    simulator.orders("okx-desk", "algo", 9)
    okx.set_markets([{"id": "BTC-USDT", "symbol": "BTC/USDT", "base": "BTC", "quote": "USDT",
                      "type": "spot", "spot": True, "precision": {}, "limits": {}}])  # fmt: skip
    orders = okx.fetch_open_orders()
    assert {order["status"] for order in orders} == {"open"}
    assert len({order["id"] for order in orders}) == len(orders) == 3
    waiting = okx.fetch_open_orders(params={"ordType": "trigger", "trigger": True})
    assert [order["type"] for order in waiting] == ["trigger"]
    both = okx.private_get_trade_orders_algo_pending({"ordType": "conditional,oco"})
    assert len(both["data"]) == 3


def test_the_timers_are_armed(simulator: Any, ccxt_okx: Callable[..., Any]) -> None:
    okx = ccxt_okx()
    okx.privatePostSprdCancelAllAfter({"timeOut": "60"})
    okx.privatePostRfqCancelAllAfter({"timeOut": "60"})
    okx.privatePostTradeCancelAllAfter({"timeOut": "60"})
    timers = simulator.account("okx-desk")["timers"]
    assert all(timer["armed"] for timer in timers.values())


def test_the_clock(ccxt_okx: Callable[..., Any]) -> None:
    okx = ccxt_okx()
    assert abs(okx.fetch_time() - okx.milliseconds()) < 5_000


@pytest.mark.parametrize(
    "call",
    [
        "privatePostRfqCancelAllQuotes",
        "privatePostSprdMassCancel",
        "privateGetSprdOrdersPending",
        "privateGetRfqQuotes",
    ],
)
def test_a_wrong_secret_is_refused(simulator: Any, ccxt_okx: Callable[..., Any], call: str) -> None:
    with pytest.raises(ccxt.AuthenticationError, match="50113"):
        getattr(ccxt_okx(secret="wrong"), call)()
    assert simulator.open("okx-desk") == 40
