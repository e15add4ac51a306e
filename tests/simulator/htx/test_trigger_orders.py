"""HTX conditional orders: six lists, six cancel-alls, six cancels, and limits of their own."""

from __future__ import annotations

from typing import Any

import pytest

V1 = "/linear-swap-api/v1/"
SORTS = ("trigger", "tpsl", "track")
ISOLATED = tuple(f"swap_{sort}" for sort in SORTS)
CROSS = tuple(f"swap_cross_{sort}" for sort in SORTS)


def listed(client: Any, place: str, **body: object) -> list[dict[str, Any]]:
    answer = client.post(f"{V1}{place}_openorders", **body)
    assert answer["status"] == "ok", answer
    data = answer["data"]
    assert (data["total_page"], data["total_size"]) == (1, len(data["orders"]))
    rows: list[dict[str, Any]] = data["orders"]
    return rows


def test_twelve_orders_are_of_every_sort_mode_and_contract(simulator: Any, legacy: Any) -> None:
    simulator.orders("htx-legacy", "trigger", 12)
    for place in ISOLATED + CROSS:
        for contract in ("BTC-USDT", "ETH-USDT"):
            (row,) = listed(legacy, place, contract_code=contract)
            assert row["contract_code"] == contract
            assert row["order_id_str"].isdecimal()
            assert row["margin_mode"] == ("cross" if "cross" in place else "isolated")
    for place in CROSS:
        assert len(listed(legacy, place)) == 2
        assert len(listed(legacy, place, pair="ETH-USDT")) == 1
    prices = {
        place: set(listed(legacy, place)[0]) & {"trigger_price", "active_price"} for place in CROSS
    }
    assert prices == {
        "swap_cross_trigger": {"trigger_price"},
        "swap_cross_tpsl": {"trigger_price"},
        "swap_cross_track": {"active_price"},
    }


@pytest.mark.parametrize("place", ISOLATED)
@pytest.mark.parametrize("what", ["openorders", "cancelall", "cancel"])
def test_an_isolated_call_needs_a_contract(
    simulator: Any, legacy: Any, place: str, what: str
) -> None:
    simulator.orders("htx-legacy", "trigger", 12)
    assert legacy.post(f"{V1}{place}_{what}")["err_code"] == 1066
    assert legacy.post(f"{V1}{place}_{what}", contract_code="NOPE-USDT")["err_code"] == 1014
    assert simulator.open("htx-legacy", "trigger") == 12


@pytest.mark.parametrize("place", CROSS)
def test_a_cross_cancel_needs_a_contract_too(legacy: Any, place: str) -> None:
    assert legacy.post(f"{V1}{place}_cancelall")["err_code"] == 1014
    assert legacy.post(f"{V1}{place}_cancelall", pair="BTC-USDT")["err_code"] == 1014


@pytest.mark.parametrize("place", ISOLATED + CROSS)
def test_a_cancel_all_takes_its_own_and_nothing_else(
    simulator: Any, legacy: Any, place: str
) -> None:
    simulator.orders("htx-legacy", "trigger", 12)
    (row,) = listed(legacy, place, contract_code="BTC-USDT")
    answer = legacy.post(f"{V1}{place}_cancelall", contract_code="btc-usdt")
    assert answer["data"] == {"errors": [], "successes": row["order_id_str"]}
    assert simulator.open("htx-legacy", "trigger") == 11
    assert simulator.open("htx-legacy", "isolated") == simulator.open("htx-legacy", "cross") == 20
    assert legacy.post(f"{V1}{place}_cancelall", contract_code="BTC-USDT")["err_code"] == 1051


@pytest.mark.parametrize("place", ISOLATED + CROSS)
def test_chosen_orders_succeed_and_fail_one_by_one(simulator: Any, legacy: Any, place: str) -> None:
    simulator.orders("htx-legacy", "trigger", 12)
    (row,) = listed(legacy, place, contract_code="ETH-USDT")
    ids = f"{row['order_id_str']},1"
    answer = legacy.post(f"{V1}{place}_cancel", contract_code="ETH-USDT", order_id=ids)
    assert answer["data"]["successes"] == row["order_id_str"]
    assert [(e["order_id"], e["err_code"]) for e in answer["data"]["errors"]] == [("1", 1061)]
    assert simulator.open("htx-legacy", "trigger") == 11
    many = ",".join(map(str, range(11 if place != "swap_trigger" else 21)))
    answer = legacy.post(f"{V1}{place}_cancel", contract_code="ETH-USDT", order_id=many)
    assert answer["err_code"] == 1052


@pytest.mark.parametrize(
    ("side", "code"),
    [
        ({"direction": "buy", "offset": "open"}, 1030),
        ({"direction": "up"}, 1035),
        ({"offset": "both"}, 1036),
    ],
)
def test_bad_sides_are_refused(legacy: Any, side: dict[str, str], code: int) -> None:
    answer = legacy.post(V1 + "swap_trigger_cancelall", contract_code="BTC-USDT", **side)
    assert answer["err_code"] == code


@pytest.mark.parametrize("place", ISOLATED + CROSS)
def test_five_a_second(legacy: Any, place: str) -> None:
    for what, limited in (
        ("cancelall", True),
        ("cancel", True),
        ("openorders", place == "swap_trigger"),
    ):
        answers = [
            legacy.request("POST", f"{V1}{place}_{what}", {"contract_code": "BTC-USDT"})
            for _ in range(6)
        ]
        codes = [answer.json().get("err_code") for answer in answers]
        assert 1032 not in codes[:5]
        assert (codes[5] == 1032) is limited
        shown = {name: answers[0].headers[f"ratelimit-{name}"] for name in ("limit", "interval")}
        own, shared = {"limit": "5", "interval": "1000"}, {"limit": "72", "interval": "3000"}
        assert shown == (own if limited else shared)


def test_a_request_that_is_not_signed_right_is_refused(simulator: Any, legacy: Any) -> None:
    simulator.orders("htx-legacy", "trigger", 12)
    legacy.secret = "wrong"
    for what in ("openorders", "cancelall", "cancel"):
        answer = legacy.post(f"{V1}swap_trigger_{what}", contract_code="BTC-USDT")
        assert answer["status"] == "error"
    assert simulator.open("htx-legacy", "trigger") == 12


def test_a_unified_account_has_none_of_these(unified: Any) -> None:
    codes = {
        what: unified.post(f"{V1}swap_cross_tpsl_{what}", contract_code="BTC-USDT")["err_code"]
        for what in ("openorders", "cancelall", "cancel")
    }
    assert codes == {"openorders": 4002, "cancelall": 1051, "cancel": 6002}


def test_faults_shape_these_too(simulator: Any, legacy: Any) -> None:
    simulator.orders("htx-legacy", "trigger", 12)
    path = V1 + "swap_trigger_cancelall"
    simulator.faults("htx-legacy", "accept_only", path=path)
    assert legacy.post(path, contract_code="BTC-USDT")["status"] == "ok"
    assert simulator.open("htx-legacy", "trigger") == 12
    simulator.faults("htx-legacy", "partial", path=path)
    (error,) = legacy.post(path, contract_code="BTC-USDT")["data"]["errors"]
    assert error["err_code"] == 1062
