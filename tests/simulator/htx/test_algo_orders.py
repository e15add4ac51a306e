"""HTX V5 conditional orders: one list of five types, which is paged like the open orders."""

from __future__ import annotations

from typing import Any

import pytest

PATH = "/v5/algo/order/opens"
TYPES = ("trigger", "tpsl", "tp", "sl", "trailing_stop")


def listed(client: Any, kind: str, **query: str) -> list[dict[str, Any]]:
    answer = client.get(PATH, type=kind, **query)
    assert answer["code"] == 200, answer
    rows: list[dict[str, Any]] = answer["data"]
    return rows


def test_orders_are_of_every_type_and_listed_by_type_alone(simulator: Any, unified: Any) -> None:
    simulator.orders("htx-unified", "v5-algo", 10)
    found = {kind: listed(unified, kind) for kind in TYPES}
    assert {kind: len(rows) for kind, rows in found.items()} == dict.fromkeys(TYPES, 2)
    assert {row["type"] for rows in found.values() for row in rows} == set(TYPES)
    assert len({row["algo_id"] for rows in found.values() for row in rows}) == 10
    prices = {
        kind: {name for name in rows[0] if name.endswith("trigger_price") or name == "active_price"}
        for kind, rows in found.items()
    }
    assert prices == {
        "trigger": {"trigger_price"},
        "tpsl": {"tp_trigger_price", "sl_trigger_price"},
        "tp": {"tp_trigger_price"},
        "sl": {"sl_trigger_price"},
        "trailing_stop": {"active_price"},
    }
    (row, *_) = found["tp"]
    assert listed(unified, "tp", algo_id=row["algo_id"]) == [row]
    mine = listed(unified, "tp", contract_code=row["contract_code"])
    assert {one["contract_code"] for one in mine} == {row["contract_code"]}


def test_pages_go_on_from_an_id(simulator: Any, unified: Any) -> None:
    simulator.orders("htx-unified", "v5-algo", 60)
    assert len(listed(unified, "sl")) == 10
    first = listed(unified, "sl", limit="7")
    second = listed(unified, "sl", limit="7", direct="next", **{"from": first[-1]["id"]})
    assert [int(row["id"]) for row in first + second] == sorted(
        {int(row["id"]) for row in first + second}
    )
    assert len(listed(unified, "sl", limit="100")) == 12


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, 1066),
        ({"type": "trailing"}, 1067),
        ({"type": "tp", "limit": "101"}, 1067),
        ({"type": "tp", "direct": "up"}, 1067),
        ({"type": "tp", "from": "x"}, 1067),
        ({"type": "tp", "contract_code": "NOPE-USDT"}, 1014),
    ],
)
def test_bad_queries(unified: Any, query: dict[str, str], code: int) -> None:
    assert unified.get(PATH, **query)["code"] == code


def test_a_legacy_account_has_no_such_list(legacy: Any) -> None:
    assert legacy.get(PATH, type="tp")["code"] == 4007


def test_conditional_orders_are_no_ordinary_ones(simulator: Any, unified: Any) -> None:
    simulator.orders("htx-unified", "v5-algo", 5)
    (row,) = listed(unified, "tp")
    one = {"contract_code": row["contract_code"], "order_id": row["algo_id"]}
    assert unified.post("/v5/trade/cancel_order", **one)["code"] == 1061
    answer = unified.post("/v5/trade/cancel_batch_orders", **one | {"order_id": [row["algo_id"]]})
    assert [item["code"] for item in answer["data"]] == [1061]
    assert unified.get("/v5/trade/order", **one)["code"] == 1061
    unified.post("/v5/trade/cancel_all_orders")
    assert simulator.account("htx-unified")["by_kind"] == {"unified": 0, "v5-algo": 5}


def test_a_kind_that_is_refused(simulator: Any, unified: Any, legacy: Any) -> None:
    simulator.refuse("htx-unified", "v5-algo")
    assert unified.get(PATH, type="tp")["code"] == 1205
    assert unified.get("/v5/trade/order/opens")["code"] == 200
    simulator.refuse("htx-unified", "unified")
    assert unified.get(PATH, type="tp")["code"] == 200
    assert unified.get("/v5/trade/order/opens")["code"] == 1205
    assert unified.post("/v5/trade/cancel_all_orders")["code"] == 1205
    simulator.refuse("htx-legacy", "trigger", "cross")
    v1 = "/linear-swap-api/v1"
    for call in ("swap_cross_trigger_openorders", "swap_cross_openorders"):
        assert legacy.post(f"{v1}/{call}")["err_code"] == 1205
    for call in ("swap_tpsl_cancelall", "swap_cross_cancelall"):
        assert legacy.post(f"{v1}/{call}", contract_code="BTC-USDT")["err_code"] == 1205
    assert legacy.post(f"{v1}/swap_openorders")["status"] == "ok"
