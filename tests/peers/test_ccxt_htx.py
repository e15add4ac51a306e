"""ccxt signs for HTX, host and port included, and the simulator takes it for HTX.

ccxt 4.5.90 lists the V5 calls by name. The legacy calls left its list, so they go through its
generic `request`, with the same signing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ccxt
import pytest

FAMILY = "linear-swap-api/v3/swap_unified_account_type"


def legacy(htx: Any, call: str, **body: object) -> Any:
    return htx.request(f"linear-swap-api/v1/{call}", ["contract", "private"], "POST", body)


def family(htx: Any) -> Any:
    return htx.request(FAMILY, ["contract", "private"], "GET", {})["data"]["account_type"]


def all_open(htx: Any, call: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    page = 1
    while True:
        data = legacy(htx, call, page_index=page, page_size=50)["data"]
        rows += data["orders"]
        if page >= int(data["total_page"]):
            return rows
        page += 1


@pytest.mark.parametrize(
    ("kind", "read", "cancel"),
    [
        ("isolated", "swap_openorders", "swap_cancelall"),
        ("cross", "swap_cross_openorders", "swap_cross_cancelall"),
    ],
)
def test_a_legacy_margin_mode_is_read_and_emptied(
    simulator: Any, ccxt_htx: Callable[..., Any], kind: str, read: str, cancel: str
) -> None:
    simulator.orders("htx-legacy", kind, 40)
    htx = ccxt_htx("htx-legacy")
    rows = all_open(htx, read)
    assert len(rows) == 60
    for contract in sorted({row["contract_code"] for row in rows}):
        assert legacy(htx, cancel, contract_code=contract)["status"] == "ok"
    assert simulator.open("htx-legacy", kind) == 0
    assert simulator.open("htx-legacy") == 20


def test_nothing_to_cancel(ccxt_htx: Callable[..., Any]) -> None:
    htx = ccxt_htx("htx-legacy")
    legacy(htx, "swap_cancelall", contract_code="BTC-USDT")
    with pytest.raises(ccxt.InvalidOrder, match="1051"):
        legacy(htx, "swap_cancelall", contract_code="BTC-USDT")


def test_the_family_is_told(ccxt_htx: Callable[..., Any]) -> None:
    assert family(ccxt_htx("htx-legacy")) == 1
    assert family(ccxt_htx("htx-unified")) == 2


def test_unified_orders_are_read_and_cancelled(
    simulator: Any, ccxt_htx: Callable[..., Any]
) -> None:
    htx = ccxt_htx("htx-unified")
    rows = htx.contractPrivateGetV5TradeOrderOpens({"limit": 100})["data"]
    assert len(rows) == 40
    inside = [row["order_id"] for row in rows if row["contract_code"] == "BTC-USDT"]
    scope = {"contract_code": "BTC-USDT"}
    htx.contractPrivatePostV5TradeCancelOrder(scope | {"order_id": inside[0]})
    htx.contractPrivatePostV5TradeCancelBatchOrders(scope | {"order_id": inside[1:3]})
    assert simulator.open("htx-unified") == 37
    assert len(htx.contractPrivatePostV5TradeCancelAllOrders()["data"]) == 37
    assert simulator.open("htx-unified") == 0


def test_the_v5_timer_is_armed(simulator: Any, ccxt_htx: Callable[..., Any]) -> None:
    htx = ccxt_htx("htx-unified")
    htx.contractPrivatePostV5TradeCancelAfter({"on_off": "1", "time_out": "60000"})
    assert simulator.timer("htx-unified", "htx")["armed"]


@pytest.mark.parametrize(
    "call", ["swap_openorders", "swap_cancelall", "swap_cross_openorders", "swap_cross_cancelall"]
)
def test_a_wrong_secret_is_refused_legacy(
    simulator: Any, ccxt_htx: Callable[..., Any], call: str
) -> None:
    with pytest.raises(ccxt.AuthenticationError, match="403"):
        legacy(ccxt_htx("htx-legacy", secret="wrong"), call, contract_code="BTC-USDT")
    assert simulator.open("htx-legacy") == 40


@pytest.mark.parametrize(
    "call",
    [
        family,
        lambda htx: htx.contractPrivateGetV5TradeOrderOpens({"limit": 100}),
        lambda htx: htx.contractPrivatePostV5TradeCancelAllOrders(),
    ],
    ids=["family", "opens", "cancel_all_orders"],
)
def test_a_wrong_secret_is_refused_unified(
    simulator: Any, ccxt_htx: Callable[..., Any], call: Callable[..., Any]
) -> None:
    with pytest.raises(ccxt.AuthenticationError, match="403"):
        call(ccxt_htx("htx-unified", secret="wrong"))
    assert simulator.open("htx-unified") == 40
