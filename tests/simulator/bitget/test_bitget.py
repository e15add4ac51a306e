"""Bitget UTA: signatures, the countdown, pages, cancels by category and by choice."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tui.simulator.bitget.auth import signature

CATEGORIES = ("SPOT", "MARGIN", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES")


def every_page(client: Any, query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor = ""
    while True:
        data = client.get(f"trade/unfilled-orders?{query}{cursor}")["data"]
        if not data["list"]:
            return rows
        rows += data["list"]
        cursor = f"&cursor={data['cursor']}"


# --- who asks ---------------------------------------------------------------------------------


def test_a_signing_vector() -> None:
    prehash = b'1659076670000POST/api/v3/trade/countdown-cancel-all{"countdown":"40"}'
    made = signature("test_secret_0123456789", prehash)
    assert made == "Lepa70OmllgXrPoxOiwaw6vOwNTB2mEboF8onT1al70="


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        ({"secret": "wrong"}, "40009"),
        ({"key": "nobody"}, "40037"),
        ({"passphrase": "wrong"}, "40012"),
        ({"clock_off_s": -31}, "40008"),
        ({"clock_off_s": 31}, "40008"),
        ({"headers": {"ACCESS-KEY": ""}}, "40001"),
        ({"headers": {"ACCESS-SIGN": ""}}, "40003"),
        ({"headers": {"ACCESS-TIMESTAMP": ""}}, "40005"),
        ({"headers": {"ACCESS-TIMESTAMP": "soon"}}, "40005"),
        ({"headers": {"ACCESS-PASSPHRASE": ""}}, "40011"),
        ({"headers": {"Content-Type": "text/plain"}}, "40007"),
    ],
)
def test_a_request_that_is_not_signed_right_is_refused(
    simulator: Any, bitget: Any, spoil: dict[str, Any], code: str
) -> None:
    for name, value in spoil.items():
        setattr(bitget, name, value)
    answer = bitget.request("POST", "trade/countdown-cancel-all", '{"countdown":"5"}')
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["data"] is None
    assert not simulator.timer("bitget-uta", "bitget")["armed"]


@pytest.mark.parametrize("paper", [False, True])
def test_a_key_works_in_its_own_environment_alone(simulator: Any, bitget: Any, paper: bool) -> None:
    simulator.paper("bitget-uta", paper)
    for header in ("", "1"):
        bitget.headers = {"paptrading": header}
        answer = bitget.request("GET", "account/info")
        fits = bool(header) is paper
        assert (answer.status_code, answer.json()["code"]) == (
            (200, "00000") if fits else (400, "40099")
        )


def test_the_signature_covers_the_exact_bytes(bitget: Any) -> None:
    sent = bitget.request("POST", "trade/cancel-symbol-order", '{"category":"SPOT"}').request
    headers = {k: v for k, v in sent.headers.items() if k != "content-length"}
    other = '{"category": "SPOT"}'
    answer = bitget.http.post("/api/v3/trade/cancel-symbol-order", content=other, headers=headers)
    assert answer.json()["code"] == "40009"


def test_the_clock_and_the_probes(bitget: Any) -> None:
    time = bitget.http.get("/api/v2/public/time").json()
    assert time["data"]["serverTime"].isdecimal()
    assert isinstance(time["requestTime"], int)
    info = bitget.get("account/info")["data"]
    assert info["permType"] == "read-and-write"
    assert "uta_trade" in info["permissions"]
    assert bitget.get("account/settings")["data"]["accountMode"] == "unified"
    assert bitget.request("GET", "trade/place-order").status_code == 404


# --- countdown --------------------------------------------------------------------------------


def test_the_countdown_cancels_everything_and_closes_itself(
    simulator: Any, bitget: Any, eventually: Any
) -> None:
    answer = bitget.countdown("5")
    assert (answer["code"], answer["msg"], answer["data"]) == ("00000", "success", "success")
    timer = simulator.timer("bitget-uta", "bitget")
    assert timer["armed"]
    assert 4_000 < timer["expires_in_ms"] <= 5_000
    eventually(lambda: simulator.open("bitget-uta") == 0)
    timer = simulator.timer("bitget-uta", "bitget")
    assert timer == {"armed": False, "expires_in_ms": None, "fired": True}
    assert bitget.countdown("60")["data"] == "success"
    assert simulator.timer("bitget-uta", "bitget")["armed"]


def test_each_call_starts_the_countdown_again(simulator: Any, bitget: Any, eventually: Any) -> None:
    bitget.countdown("5")
    eventually(lambda: bitget.countdown("60")["code"] == "00000")
    assert simulator.timer("bitget-uta", "bitget")["expires_in_ms"] > 50_000
    eventually(lambda: bitget.countdown("0")["code"] == "00000")
    assert not simulator.timer("bitget-uta", "bitget")["armed"]


@pytest.mark.parametrize("value", ["4", "61", "1", "-5", "10.5", "05", "ten", 10, 0, None, ""])
def test_a_countdown_out_of_range_is_refused(simulator: Any, bitget: Any, value: object) -> None:
    body = json.dumps({"countdown": value})
    answer = bitget.request("POST", "trade/countdown-cancel-all", body)
    assert answer.status_code == 400
    assert answer.json()["code"] == ("40019" if value in (None, "") else "400172")
    assert not simulator.timer("bitget-uta", "bitget")["armed"]


def test_once_a_second(bitget: Any) -> None:
    assert bitget.countdown("60")["code"] == "00000"
    answer = bitget.request("POST", "trade/countdown-cancel-all", '{"countdown":"60"}')
    assert (answer.status_code, answer.json()["code"]) == (429, "429")


# --- reads ------------------------------------------------------------------------------------


def test_open_orders_come_by_cursor(simulator: Any, bitget: Any) -> None:
    simulator.orders("bitget-uta", "SPOT", 230)
    rows = every_page(bitget, "category=SPOT&limit=100")
    assert len({row["orderId"] for row in rows}) == len(rows) == 237
    assert all(len(row["orderId"]) == 19 for row in rows)
    everything = every_page(bitget, "limit=100")
    assert {row["category"] for row in everything} == set(CATEGORIES)
    assert len(everything) == 40 + 230 - 6
    assert len(bitget.get("trade/unfilled-orders?symbol=BTCUSDT&limit=5")["data"]["list"]) == 5


def test_an_empty_account_has_a_null_list(bitget: Any, simulator: Any) -> None:
    for category in CATEGORIES:
        bitget.post("trade/cancel-symbol-order", {"category": category})
    answer = bitget.get("trade/unfilled-orders")
    assert (answer["code"], answer["data"]) == ("00000", {"list": None, "cursor": None})
    strategies = bitget.get("trade/unfilled-strategy-orders?category=USDT-FUTURES")["data"]
    assert len(strategies) == simulator.open("bitget-uta") == 6


@pytest.mark.parametrize("query", ["category=spot", "limit=101", "limit=0", "cursor=x"])
def test_bad_queries(bitget: Any, query: str) -> None:
    answer = bitget.request("GET", f"trade/unfilled-orders?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "400172")


# --- cancels ----------------------------------------------------------------------------------


def test_a_category_is_cancelled(simulator: Any, bitget: Any) -> None:
    before = simulator.account("bitget-uta")["by_kind"]
    items = bitget.post("trade/cancel-symbol-order", {"category": "USDT-FUTURES"})["data"]["list"]
    assert len(items) == before["USDT-FUTURES"]
    assert {item["code"] for item in items} == {"00000"}
    assert simulator.account("bitget-uta")["by_kind"] == before | {"USDT-FUTURES": 0}
    again = bitget.request("POST", "trade/cancel-symbol-order", '{"category":"USDT-FUTURES"}')
    assert (again.status_code, again.json()["code"]) == (400, "22001")


def test_a_symbol_of_a_category(bitget: Any) -> None:
    body = {"category": "SPOT", "symbol": "BTCUSDT"}
    assert bitget.post("trade/cancel-symbol-order", body)["code"] == "00000"
    assert {row["symbol"] for row in every_page(bitget, "category=SPOT")} == {"ETHUSDT"}


@pytest.mark.parametrize(
    ("body", "code"),
    [({}, "40019"), ({"category": "spot"}, "400172"), ({"category": 1}, "400172"), ([], "400172")],
)
def test_bad_categories(simulator: Any, bitget: Any, body: object, code: str) -> None:
    assert bitget.post("trade/cancel-symbol-order", body)["code"] == code
    assert simulator.open("bitget-uta") == 40


def test_chosen_orders(simulator: Any, bitget: Any) -> None:
    rows = every_page(bitget, "category=SPOT")
    entry = {"category": "spot", "symbol": rows[0]["symbol"]}
    entries = [entry | {"orderId": rows[0]["orderId"]}, entry | {"orderId": "1"}]
    items = bitget.post("trade/cancel-batch", entries)["data"]
    assert [item["code"] for item in items] == ["00000", "25204"]
    one = bitget.post("trade/cancel-order", {"clientOid": rows[1]["clientOid"]})
    assert one["data"]["orderId"] == rows[1]["orderId"]
    again = bitget.request("POST", "trade/cancel-order", f'{{"orderId":"{rows[1]["orderId"]}"}}')
    assert (again.status_code, again.json()["code"]) == (400, "25204")
    assert simulator.open("bitget-uta", "SPOT") == 5


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [{"orderId": str(n), "category": "SPOT"} for n in range(21)],
        [{"orderId": "1", "category": "SPOT"}, {"orderId": "2", "category": "MARGIN"}],
        {"orderId": "1", "category": "SPOT"},
        [7],
    ],
)
def test_bad_batches(bitget: Any, entries: object) -> None:
    assert bitget.post("trade/cancel-batch", entries)["code"] == "400172"


def test_strategy_orders_rest_in_every_category_and_in_both_types(
    simulator: Any, bitget: Any
) -> None:
    listed = "trade/unfilled-strategy-orders?category="
    for category in CATEGORIES:
        before = {row["orderId"] for row in bitget.get(f"{listed}{category}")["data"]}
        simulator.orders("bitget-uta", "strategy", 4, category=category)
        rows = bitget.get(f"{listed}{category}")["data"]
        new = [row for row in rows if row["orderId"] not in before]
        assert {row["category"] for row in new} == {category}
        assert [row["type"] for row in new].count("tpsl") == 2
        ordinary = {row["symbol"] for row in every_page(bitget, f"category={category}")}
        assert {row["symbol"] for row in new} <= ordinary
        for kind in ("trigger", "tpsl"):
            found = bitget.get(f"{listed}{category}&type={kind}")["data"]
            assert {row["type"] for row in found} == {kind}
            assert all(bool(row["triggerPrice"]) == (kind == "trigger") for row in found)
    assert simulator.open("bitget-uta", "strategy") == 6 + 4 * len(CATEGORIES)


def test_a_refused_category_is_refused_everywhere_and_nothing_else_is(
    simulator: Any, bitget: Any
) -> None:
    simulator.orders("bitget-uta", "strategy", 2, category="SPOT")
    (spot, *_) = every_page(bitget, "category=SPOT")
    (strategy, *_) = bitget.get("trade/unfilled-strategy-orders?category=SPOT")["data"]
    simulator.refuse("bitget-uta", "SPOT")
    one = {"orderId": spot["orderId"], "category": "SPOT", "symbol": spot["symbol"]}
    refused = [
        bitget.request("GET", "trade/unfilled-orders?category=SPOT"),
        bitget.request("GET", "trade/unfilled-strategy-orders?category=SPOT"),
        *(
            bitget.request("POST", f"trade/{call}", json.dumps(body))
            for call, body in (
                ("cancel-symbol-order", {"category": "SPOT"}),
                ("cancel-batch", [one]),
                ("cancel-order", {"orderId": spot["orderId"]}),
                ("cancel-strategy-order", {"orderId": strategy["orderId"]}),
            )
        ),
    ]
    assert {(one.status_code, one.json()["code"]) for one in refused} == {(400, "40014")}
    assert all("SPOT" in one.json()["msg"] for one in refused)
    assert {row["category"] for row in every_page(bitget, "limit=100")} == {*CATEGORIES} - {"SPOT"}
    assert bitget.post("trade/cancel-symbol-order", {"category": "MARGIN"})["code"] == "00000"
    simulator.refuse("bitget-uta", "strategy")
    answer = bitget.request("GET", "trade/unfilled-strategy-orders?category=MARGIN")
    assert answer.json()["code"] == "40014"
    assert len(every_page(bitget, "category=SPOT")) == simulator.open("bitget-uta", "SPOT") == 7
    simulator.reset()
    assert bitget.get("trade/unfilled-strategy-orders?category=MARGIN")["data"] == []


def test_strategy_orders_have_calls_of_their_own(simulator: Any, bitget: Any) -> None:
    listed = "trade/unfilled-strategy-orders"
    rows = bitget.get(f"{listed}?category=USDT-FUTURES")["data"]
    assert len(rows) == 6
    assert bitget.get(f"{listed}?category=SPOT")["data"] == []
    assert bitget.get(listed)["code"] == "40019"
    order_id = rows[0]["orderId"]
    assert bitget.post("trade/cancel-order", {"orderId": order_id})["code"] == "25204"
    assert bitget.post("trade/cancel-strategy-order", {"orderId": order_id})["code"] == "00000"
    assert simulator.open("bitget-uta", "strategy") == 5
