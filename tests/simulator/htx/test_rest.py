"""HTX over REST: signatures, families, pages, cancels, timers and the shared budget."""

from __future__ import annotations

from typing import Any

import pytest

from tui.simulator.htx.auth import signature

V1 = "/linear-swap-api/v1/"
OPENS = "/v5/trade/order/opens"


def all_open(client: Any, call: str, **body: object) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    page = 1
    while True:
        data = client.post(V1 + call, page_index=page, page_size=50, **body)["data"]
        rows += data["orders"]
        if page >= data["total_page"]:
            return rows
        page += 1


# --- who asks ---------------------------------------------------------------------------------


def test_the_published_signing_vector() -> None:
    parameters = {
        "AccessKeyId": "e2xxxxxx-99xxxxxx-84xxxxxx-7xxxx",
        "SignatureMethod": "HmacSHA256",
        "SignatureVersion": "2",
        "Timestamp": "2017-05-11T15:19:30",
    }
    given = [*parameters.items(), ("order-id", "1234567890")]
    made = signature("XXXXXXXXXX", "GET", "api.huobi.pro", "/v1/order/orders", given)
    assert made == "2ZQ7/roKBjdnAv8z5DymwzgSaOPyPgJl0BIlq9fa94w="


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        ({"secret": "wrong"}, 403),
        ({"key": "nobody"}, 403),
        ({"method": "HmacSHA1"}, 403),
        ({"clock_off_s": -301}, 12001),
        ({"clock_off_s": 301}, 12001),
        ({"host": "api.hbdm.com"}, 403),
    ],
)
def test_a_request_that_is_not_signed_right_is_refused(
    simulator: Any, legacy: Any, spoil: dict[str, Any], code: int
) -> None:
    for name, value in spoil.items():
        setattr(legacy, name, value)
    answer = legacy.post(V1 + "swap_cancelall", contract_code="BTC-USDT")
    assert (answer["status"], answer["err_code"]) == ("error", code)
    assert simulator.open("htx-legacy") == 40


def test_the_clock_may_be_nearly_five_minutes_off(legacy: Any) -> None:
    legacy.clock_off_s = -290
    assert legacy.post(V1 + "swap_openorders")["status"] == "ok"


def test_a_query_changed_after_signing_is_refused(unified: Any) -> None:
    parameters = unified.auth_parameters() | {"limit": "1"}
    sign = unified.signature("GET", OPENS, parameters)
    answer = unified.http.get(OPENS, params=parameters | {"limit": "2", "Signature": sign}).json()
    assert answer["err_code"] == 403


def test_public_calls_need_no_signature(legacy: Any) -> None:
    assert legacy.http.get("/api/v1/timestamp").json()["status"] == "ok"
    assert legacy.http.get("/heartbeat/").json()["data"]["linear_swap_heartbeat"] == 1


def test_an_unknown_path_is_not_found(legacy: Any) -> None:
    assert legacy.request("POST", V1 + "swap_order").status_code == 404


# --- the legacy families ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "kind"), [("swap_openorders", "isolated"), ("swap_cross_openorders", "cross")]
)
def test_open_orders_come_in_pages(simulator: Any, legacy: Any, call: str, kind: str) -> None:
    simulator.orders("htx-legacy", kind, 85)
    rows = all_open(legacy, call)
    ids = {row["order_id_str"] for row in rows}
    assert len(ids) == len(rows) == 105
    assert all(int(i) > 2**53 and len(i) == 18 for i in ids)
    assert {row["margin_mode"] for row in rows} == {kind}
    assert legacy.post(V1 + call)["data"]["total_page"] == 6


def test_the_number_of_an_order_is_rounded_and_its_text_is_not(legacy: Any) -> None:
    rows = all_open(legacy, "swap_openorders")
    assert all(float(row["order_id_str"]) == float(row["order_id"]) for row in rows)
    assert any(str(row["order_id"]) != row["order_id_str"] for row in rows)


@pytest.mark.parametrize("page_size", [0, 51, "x", True])
def test_a_page_size_out_of_range_is_refused(legacy: Any, page_size: object) -> None:
    assert legacy.post(V1 + "swap_openorders", page_size=page_size)["err_code"] == 1067


def test_cancelall_takes_one_contract_of_isolated_orders(simulator: Any, legacy: Any) -> None:
    btc = all_open(legacy, "swap_openorders", contract_code="btc-usdt")
    answer = legacy.post(V1 + "swap_cancelall", contract_code="btc-USDT")
    assert answer["data"]["errors"] == []
    assert set(answer["data"]["successes"].split(",")) == {row["order_id_str"] for row in btc}
    assert simulator.open("htx-legacy", "isolated") == 20 - len(btc)
    assert simulator.open("htx-legacy", "cross") == 20
    again = legacy.post(V1 + "swap_cancelall", contract_code="BTC-USDT")
    assert (again["status"], again["err_code"]) == ("error", 1051)


@pytest.mark.parametrize(("field", "value"), [("direction", "buy"), ("offset", "close")])
def test_a_filter_spares_the_other_side(legacy: Any, field: str, value: str) -> None:
    before = all_open(legacy, "swap_openorders", contract_code="BTC-USDT")
    answer = legacy.post(V1 + "swap_cancelall", contract_code="BTC-USDT", **{field: value})
    wanted = {row["order_id_str"] for row in before if row[field] == value}
    assert set(answer["data"]["successes"].split(",")) == wanted
    assert 0 < len(wanted) < len(before)
    left = all_open(legacy, "swap_openorders", contract_code="BTC-USDT")
    assert len(left) == len(before) - len(wanted)


@pytest.mark.parametrize(
    ("call", "body", "code"),
    [
        ("swap_cancelall", {}, 1066),
        ("swap_cancelall", {"contract_code": "NOPE-USDT"}, 1014),
        ("swap_cancelall", {"contract_code": 7}, 1030),
        ("swap_cancelall", {"contract_code": "BTC-USDT", "direction": "up"}, 1035),
        ("swap_cancelall", {"contract_code": "BTC-USDT", "offset": "both"}, 1036),
        (
            "swap_cancelall",
            {"contract_code": "BTC-USDT", "direction": "buy", "offset": "open"},
            1030,
        ),
        ("swap_cross_cancelall", {}, 1014),
        ("swap_cross_cancelall", {"pair": "BTC-USDT"}, 1014),
        ("swap_cross_cancelall", {"pair": "BTC-USDT", "contract_type": "someday"}, 1033),
        ("swap_cross_cancelall", {"contract_code": "BTC-USDT-200101"}, 1014),
        ("swap_cancel", {"contract_code": "BTC-USDT"}, 1066),
        ("swap_cancel", {"contract_code": "BTC-USDT", "order_id": "abc"}, 1030),
        ("swap_cancel", {"contract_code": "BTC-USDT", "client_order_id": "abc"}, 1065),
        (
            "swap_cancel",
            {"contract_code": "BTC-USDT", "order_id": ",".join(map(str, range(26)))},
            1052,
        ),
    ],
)
def test_bad_arguments_of_legacy_calls(
    simulator: Any, legacy: Any, call: str, body: dict[str, object], code: int
) -> None:
    answer = legacy.post(V1 + call, **body)
    assert (answer["status"], answer["err_code"]) == ("error", code)
    assert simulator.open("htx-legacy") == 40


def test_cross_cancelall_by_pair_and_type(simulator: Any, legacy: Any) -> None:
    answer = legacy.post(V1 + "swap_cross_cancelall", pair="BTC-USDT", contract_type="quarter")
    gone = len(answer["data"]["successes"].split(","))
    assert simulator.open("htx-legacy", "cross") == 20 - gone
    rows = all_open(legacy, "swap_cross_openorders", pair="BTC-USDT")
    assert {row["contract_code"] for row in rows} == {"BTC-USDT"}


def test_chosen_orders_succeed_and_fail_one_by_one(legacy: Any) -> None:
    rows = all_open(legacy, "swap_openorders", contract_code="BTC-USDT")
    other = all_open(legacy, "swap_openorders", contract_code="ETH-USDT")[0]["order_id_str"]
    first, second = rows[0]["order_id_str"], rows[1]["order_id_str"]
    alone = legacy.post(V1 + "swap_cancel", contract_code="BTC-USDT", order_id=first)
    assert alone["data"] == {"errors": [], "successes": first}
    mixed = legacy.post(
        V1 + "swap_cancel", contract_code="BTC-USDT", order_id=f"{first},{second},{other},1"
    )
    assert mixed["status"] == "ok"
    assert mixed["data"]["successes"] == second
    codes = {error["order_id"]: error["err_code"] for error in mixed["data"]["errors"]}
    assert codes == {first: 1071, other: 1061, "1": 1061}


def test_a_cancel_by_client_id_answers_with_client_ids(legacy: Any) -> None:
    row = all_open(legacy, "swap_cross_openorders", contract_code="ETH-USDT")[0]
    client_id = str(row["client_order_id"])
    answer = legacy.post(
        V1 + "swap_cross_cancel", contract_code="ETH-USDT", client_order_id=client_id
    )
    assert answer["data"]["successes"] == client_id


def test_order_info_tells_of_ended_orders(legacy: Any) -> None:
    row = all_open(legacy, "swap_openorders", contract_code="SOL-USDT")[0]
    order_id = row["order_id_str"]
    asked = {"contract_code": "SOL-USDT", "order_id": order_id}
    assert legacy.post(V1 + "swap_order_info", **asked)["data"][0]["status"] == 3
    legacy.post(V1 + "swap_cancel", **asked)
    assert legacy.post(V1 + "swap_order_info", **asked)["data"][0]["status"] == 7
    assert legacy.post(V1 + "swap_cross_order_info", **asked)["err_code"] in {1014, 1017}


# --- unified ----------------------------------------------------------------------------------


def v5_all(client: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while True:
        start = rows[-1]["id"] if rows else "0"
        page = client.get(OPENS, **{"from": start, "limit": "100", "direct": "next"})["data"]
        if not page:
            return rows
        rows += page


def test_opens_shows_ten_rows_and_the_rest_by_page(simulator: Any, unified: Any) -> None:
    simulator.orders("htx-unified", "unified", 200)
    assert len(unified.get(OPENS)["data"]) == 10
    rows = v5_all(unified)
    assert len({row["order_id"] for row in rows}) == len(rows) == 240
    assert {row["state"] for row in rows} == {"new"}
    newest = unified.get(OPENS, direct="prev", limit="1")["data"][0]
    assert newest == rows[-1]


@pytest.mark.parametrize(
    "query", [{"limit": "101"}, {"limit": "0"}, {"direct": "up"}, {"margin_mode": "both"}]
)
def test_bad_queries_of_opens(unified: Any, query: dict[str, str]) -> None:
    assert unified.get(OPENS, **query)["code"] == 1067


def test_cancel_all_orders_covers_the_account(simulator: Any, unified: Any) -> None:
    answer = unified.post("/v5/trade/cancel_all_orders")
    assert answer["code"] == 200
    assert len(answer["data"]) == 40
    assert set(answer["data"][0]) == {"order_id", "client_order_id", "code", "message"}
    assert simulator.open("htx-unified") == 0
    assert unified.post("/v5/trade/cancel_all_orders")["code"] == 1051


@pytest.mark.parametrize("scope", [{"contract_code": "BTC-USDT"}, {"side": "sell"}])
def test_cancel_all_orders_keeps_to_its_scope(unified: Any, scope: dict[str, str]) -> None:
    (field, value) = next(iter(scope.items()))
    inside = [row for row in v5_all(unified) if row[field] == value]
    assert len(unified.post("/v5/trade/cancel_all_orders", **scope)["data"]) == len(inside)
    assert not [row for row in v5_all(unified) if row[field] == value]


def test_chosen_orders_of_the_batch(simulator: Any, unified: Any) -> None:
    rows = [row for row in v5_all(unified) if row["contract_code"] == "BTC-USDT"]
    ids = [row["order_id"] for row in rows[:2]]
    path = "/v5/trade/cancel_batch_orders"
    answer = unified.post(path, contract_code="BTC-USDT", order_id=[*ids, "1"])
    assert answer["code"] == 200
    assert {item["orderId"]: item["code"] for item in answer["data"]} == {
        ids[0]: 200,
        ids[1]: 200,
        "1": 1061,
    }
    again = unified.post(path, contract_code="BTC-USDT", order_id=ids)
    assert {item["code"] for item in again["data"]} == {1071}
    assert simulator.open("htx-unified") == 38


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"contract_code": "BTC-USDT"}, 1066),
        ({"order_id": ["1"]}, 1066),
        ({"contract_code": "BTC-USDT", "order_id": "1"}, 1067),
        ({"contract_code": "BTC-USDT", "order_id": [1]}, 1067),
        ({"contract_code": "BTC-USDT", "order_id": [str(n) for n in range(11)]}, 1052),
        ({"contract_code": "NOPE-USDT", "order_id": ["1"]}, 1014),
    ],
)
def test_bad_arguments_of_the_batch(unified: Any, body: dict[str, object], code: int) -> None:
    answer = unified.post("/v5/trade/cancel_batch_orders", **body)
    assert (answer["code"], answer["data"]) == (code, None)


def test_one_order_is_cancelled_and_read_back(unified: Any) -> None:
    row = v5_all(unified)[0]
    asked = {"contract_code": row["contract_code"], "order_id": row["order_id"]}
    data = unified.post("/v5/trade/cancel_order", **asked)["data"]
    assert data["order_id"] == row["order_id"]
    assert unified.get("/v5/trade/order", **asked)["data"]["state"] == "canceled"
    assert unified.post("/v5/trade/cancel_order", **asked)["code"] == 1071


# --- family -----------------------------------------------------------------------------------


def test_the_family_is_told(legacy: Any, unified: Any) -> None:
    path = "/linear-swap-api/v3/swap_unified_account_type"
    assert legacy.get(path)["data"] == {"account_type": 1}
    assert unified.get(path)["data"] == {"account_type": 2}
    assert legacy.get("/v5/account/asset_mode")["data"] == {"asset_mode": 0}
    assert unified.get("/v5/account/asset_mode")["data"] == {"asset_mode": 1}


def test_legacy_calls_find_nothing_on_a_unified_account(simulator: Any, unified: Any) -> None:
    codes = {
        call: unified.post(V1 + call, contract_code="BTC-USDT", order_id="1")["err_code"]
        for call in ("swap_cancelall", "swap_cross_cancelall", "swap_cancel", "swap_openorders")
    }
    assert codes == {
        "swap_cancelall": 1051,
        "swap_cross_cancelall": 1051,
        "swap_cancel": 6002,
        "swap_openorders": 4002,
    }
    assert simulator.open("htx-unified") == 40


def test_unified_calls_are_refused_on_a_legacy_account(simulator: Any, legacy: Any) -> None:
    assert legacy.post("/v5/trade/cancel_all_orders")["code"] == 4007
    assert legacy.get(OPENS)["code"] == 4007
    assert legacy.post("/v5/trade/cancel-after", on_off="1", time_out="5000")["code"] == 4007
    assert simulator.open("htx-legacy") == 40


# --- timers and limits ------------------------------------------------------------------------


def test_the_legacy_timer_fires(simulator: Any, legacy: Any, eventually: Any) -> None:
    answer = legacy.post(V1 + "linear-cancel-after", on_off=1)
    data = answer["data"]
    assert answer["code"] == 200
    assert abs(data["trigger_time"] - data["current_time"] - 5000) < 50
    assert simulator.timer("htx-legacy", "htx")["armed"]
    assert simulator.open("htx-legacy") == 40
    eventually(lambda: simulator.open("htx-legacy") == 0)
    timer = simulator.timer("htx-legacy", "htx")
    assert timer == {"armed": False, "expires_in_ms": None, "fired": True}


def test_the_v5_timer_is_armed_and_disarmed(simulator: Any, unified: Any) -> None:
    data = unified.post("/v5/trade/cancel-after", on_off="1", time_out="60000")["data"]
    assert int(data["trigger_time"]) - int(data["current_time"]) == pytest.approx(60000, abs=50)
    assert 59_000 < simulator.timer("htx-unified", "htx")["expires_in_ms"] <= 60_000
    assert unified.post("/v5/trade/cancel-after", on_off="0")["data"]["trigger_time"] == "0"
    assert not simulator.timer("htx-unified", "htx")["armed"]


@pytest.mark.parametrize(
    "body", [{}, {"on_off": 2}, {"on_off": "1"}, {"on_off": 1, "time_out": 4999}]
)
def test_bad_arguments_of_the_timer(simulator: Any, legacy: Any, body: dict[str, object]) -> None:
    answer = legacy.post(V1 + "linear-cancel-after", **body)
    assert answer["code"] == 1067
    assert answer["msg"]
    assert not simulator.timer("htx-legacy", "htx")["armed"]


def test_trade_and_read_have_each_their_budget(legacy: Any) -> None:
    path = V1 + "swap_cancelall"
    first = legacy.request("POST", path, {"contract_code": "NOPE"})
    assert first.headers["ratelimit-limit"] == "72"
    assert first.headers["ratelimit-interval"] == "3000"
    assert first.headers["ratelimit-remaining"] == "71"
    assert first.headers["ratelimit-reset"].isdecimal()
    answers = [legacy.post(path, contract_code="NOPE")["err_code"] for _ in range(72)]
    assert answers.count(1032) >= 1
    assert answers[0] == 1014
    assert legacy.post(V1 + "swap_openorders")["status"] == "ok"
