"""ccxt signs for Bitget UTA, and the simulator takes it for Bitget."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import ccxt
import pytest

CATEGORIES = ("SPOT", "MARGIN", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES")


def test_the_countdown_is_armed_and_fires(simulator: Any, ccxt_bitget: Callable[..., Any]) -> None:
    bitget = ccxt_bitget()
    answer = bitget.privateUtaPostV3TradeCountdownCancelAll({"countdown": "5"})
    assert answer["data"] == "success"
    assert simulator.timer("bitget-uta", "bitget")["armed"]
    give_up = time.monotonic() + 15
    while simulator.open("bitget-uta"):
        assert time.monotonic() < give_up, "the timer never fired"
        time.sleep(0.05)
    assert simulator.timer("bitget-uta", "bitget")["fired"]


def test_a_countdown_as_a_number_is_refused(
    simulator: Any, ccxt_bitget: Callable[..., Any]
) -> None:
    with pytest.raises(ccxt.ExchangeError, match="400172"):
        ccxt_bitget().privateUtaPostV3TradeCountdownCancelAll({"countdown": 10})
    assert not simulator.timer("bitget-uta", "bitget")["armed"]


def test_orders_are_read_and_cancelled_by_category(
    simulator: Any, ccxt_bitget: Callable[..., Any]
) -> None:
    bitget = ccxt_bitget()
    for category in CATEGORIES:
        rows = bitget.privateUtaGetV3TradeUnfilledOrders({"category": category})["data"]["list"]
        assert len(rows) == simulator.open("bitget-uta", category) > 0
        bitget.privateUtaPostV3TradeCancelSymbolOrder({"category": category})
        assert simulator.open("bitget-uta", category) == 0
    assert bitget.privateUtaGetV3TradeUnfilledOrders()["data"]["list"] is None


def test_strategy_orders_are_read_and_cancelled(
    simulator: Any, ccxt_bitget: Callable[..., Any]
) -> None:
    bitget = ccxt_bitget()
    scope = {"category": "USDT-FUTURES"}
    rows = bitget.privateUtaGetV3TradeUnfilledStrategyOrders(scope)["data"]
    for row in rows:
        bitget.privateUtaPostV3TradeCancelStrategyOrder({"orderId": row["orderId"]})
    assert len(rows) == 6
    assert simulator.open("bitget-uta", "strategy") == 0


def test_one_order_and_a_batch(simulator: Any, ccxt_bitget: Callable[..., Any]) -> None:
    bitget = ccxt_bitget()
    rows = bitget.privateUtaGetV3TradeUnfilledOrders({"category": "SPOT"})["data"]["list"]
    bitget.privateUtaPostV3TradeCancelOrder({"orderId": rows[0]["orderId"]})
    entries = [
        {"orderId": row["orderId"], "category": "spot", "symbol": row["symbol"]} for row in rows[1:]
    ]
    bitget.privateUtaPostV3TradeCancelBatch(entries)
    assert simulator.open("bitget-uta", "SPOT") == 0


def test_the_clock_and_the_probe(ccxt_bitget: Callable[..., Any]) -> None:
    bitget = ccxt_bitget()
    assert abs(bitget.fetch_time() - bitget.milliseconds()) < 5_000
    assert bitget.privateUtaGetV3AccountInfo()["data"]["permType"] == "read-and-write"


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        ("privateUtaPostV3TradeCountdownCancelAll", {"countdown": "5"}),
        ("privateUtaPostV3TradeCancelSymbolOrder", {"category": "SPOT"}),
        ("privateUtaGetV3TradeUnfilledOrders", {}),
    ],
)
def test_a_wrong_secret_is_refused(
    simulator: Any, ccxt_bitget: Callable[..., Any], call: str, argument: dict[str, str]
) -> None:
    with pytest.raises(ccxt.AuthenticationError, match="40009"):
        getattr(ccxt_bitget(secret="wrong"), call)(argument)
    assert simulator.open("bitget-uta") == 40
    assert not simulator.timer("bitget-uta", "bitget")["armed"]
