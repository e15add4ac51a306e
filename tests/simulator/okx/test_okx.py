"""OKX: REST and the business socket, spreads and quotes, both timers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import websockets

from tui.simulator.okx.auth import signature
from tui.simulator.okx.endpoints import SIGNED
from tui.simulator.rate_limits import Rate

SPREAD = "BTC-USDT_BTC-USDT-SWAP"


def every_page(
    client: Any, target: str, id_field: str, limit: int, older_than: str = "endId"
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while True:
        older = f"&{older_than}={rows[-1][id_field]}" if rows else ""
        page = client.get(f"{target}limit={limit}{older}")["data"]
        rows += page
        if len(page) < limit:
            return rows


def open_orders(simulator: Any) -> tuple[int, int]:
    """Spread orders and active quotes."""
    return simulator.open("okx-desk", "spread"), simulator.open("okx-desk", "quote")


# --- who asks ---------------------------------------------------------------------------------


def test_the_published_signing_vector() -> None:
    secret = "chNOOS4KvNXR_Xq4k4c9qsfoKWvnDecLATCRlcBwyKDYnWgO"
    prehash = b"2020-12-08T09:08:57.715ZGET/api/v5/account/balance"
    assert signature(secret, prehash) == "PJ61e1nb2F2Qd7D8SPiaIcx2gjdELc+o0ygzre9z33k="


@pytest.mark.parametrize(
    ("spoil", "status", "code"),
    [
        ({"secret": "wrong"}, 401, "50113"),
        ({"key": "nobody"}, 401, "50119"),
        ({"passphrase": "wrong"}, 401, "50105"),
        ({"clock_off_s": -31}, 401, "50102"),
        ({"clock_off_s": 31}, 401, "50102"),
        ({"headers": {"OK-ACCESS-KEY": ""}}, 401, "50103"),
        ({"headers": {"OK-ACCESS-PASSPHRASE": ""}}, 401, "50104"),
        ({"headers": {"OK-ACCESS-SIGN": ""}}, 401, "50106"),
        ({"headers": {"OK-ACCESS-TIMESTAMP": ""}}, 401, "50107"),
        ({"headers": {"OK-ACCESS-TIMESTAMP": "1597026383085"}}, 401, "50112"),
        ({"headers": {"x-simulated-trading": "2"}}, 401, "50101"),
        ({"headers": {"Content-Type": "text/plain"}}, 400, "50006"),
    ],
)
def test_a_request_that_is_not_signed_right_is_refused(
    simulator: Any, okx: Any, spoil: dict[str, Any], status: int, code: str
) -> None:
    for name, value in spoil.items():
        setattr(okx, name, value)
    answer = okx.request("POST", "rfq/cancel-all-quotes", "{}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert simulator.open("okx-desk") == 40


def test_the_signature_covers_the_exact_bytes(okx: Any) -> None:
    body = '{"sprdId": "' + SPREAD + '"}'
    request = okx.request("POST", "sprd/mass-cancel", body).request
    other = body.replace(": ", ":")
    headers = {k: v for k, v in request.headers.items() if k != "content-length"}
    answer = okx.http.post("/api/v5/sprd/mass-cancel", content=other, headers=headers)
    assert answer.json()["code"] == "50113"


@pytest.mark.parametrize("paper", [False, True])
async def test_a_key_works_in_its_own_environment_alone(
    simulator: Any, okx: Any, paper: bool
) -> None:
    simulator.paper("okx-desk", paper)
    for flag in ("0", "1"):
        fits = flag == str(int(paper))
        okx.headers = {"x-simulated-trading": flag}
        answer = okx.request("GET", "account/config")
        assert (answer.status_code, answer.json()["code"]) == (
            (200, "0") if fits else (401, "50101")
        )
        async with okx.socket(login=False) as socket:
            said = await socket.ask(**okx.login_frame())
            event, code = ("login", "0") if fits else ("error", "50101")
            assert (said["event"], said["code"]) == (event, code)
    okx.headers = {}
    assert (okx.get("account/config")["code"] == "0") is not paper, "live, where nothing is said"


def test_public_calls_and_unknown_paths(okx: Any) -> None:
    assert okx.http.get("/api/v5/public/time").json()["data"][0]["ts"].isdecimal()
    assert okx.http.get("/api/v5/system/status").json() == {"code": "0", "msg": "", "data": []}
    assert okx.http.get("/api/v5/system/status").status_code == 429
    assert okx.request("GET", "trade/fills").status_code == 404
    assert okx.request("GET", "sprd/mass-cancel").json()["code"] == "50115"


# --- quotes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ["", "{}"])
def test_cancel_all_quotes(simulator: Any, okx: Any, body: str) -> None:
    answer = okx.request("POST", "rfq/cancel-all-quotes", body)
    assert answer.status_code == 200
    assert answer.json()["data"][0]["ts"].isdecimal()
    assert open_orders(simulator) == (20, 0)
    again = okx.request("POST", "rfq/cancel-all-quotes", body)
    assert (again.status_code, again.json()["code"]) == (200, "70409")


def test_quotes_by_state_and_page(simulator: Any, okx: Any) -> None:
    simulator.reset()
    simulator.orders("okx-desk", "quote", 3, state="pending_fill")
    assert len(okx.get("rfq/quotes?state=active")["data"]) == 20
    assert len(okx.get("rfq/quotes?state=pending_fill")["data"]) == 3
    assert simulator.account("okx-desk")["by_kind"]["pending-quote"] == 3
    simulator.reset()
    first = okx.get("rfq/quotes?limit=15")["data"]
    older = okx.get(f"rfq/quotes?limit=15&endId={first[-1]['quoteId']}")["data"]
    ids = [row["quoteId"] for row in first + older]
    assert len(set(ids)) == 20
    assert ids == sorted(ids, key=int, reverse=True)
    simulator.reset()
    assert okx.get("rfq/quotes?state=open")["code"] == "51000"
    assert okx.get("rfq/quotes?limit=101")["code"] == "51000"


def test_a_quote_being_filled_stays(simulator: Any, okx: Any) -> None:
    simulator.orders("okx-desk", "quote", 1, state="pending_fill")
    pending = okx.get("rfq/quotes?state=pending_fill")["data"][0]["quoteId"]
    okx.post("rfq/cancel-all-quotes")
    answer = okx.post("rfq/cancel-quote", quoteId=pending)
    assert answer["code"] == "1"
    assert answer["data"][0]["sCode"] == "70400"
    assert okx.get("rfq/quotes?state=pending_fill")["data"][0]["quoteId"] == pending


def test_rfqs_by_state_and_page(simulator: Any, okx: Any) -> None:
    assert okx.get("rfq/rfqs?state=active")["data"] == []
    assert okx.get("rfq/rfqs?state=open")["code"] == "51000"
    simulator.reset()
    simulator.orders("okx-desk", "rfq", 3)
    assert simulator.open("okx-desk", "rfq") == 3
    first = okx.get("rfq/rfqs?state=active&limit=2")["data"]
    older = okx.get(f"rfq/rfqs?limit=2&endId={first[-1]['rfqId']}")["data"]
    assert [len(first), len(older)] == [2, 1]
    assert all(row["clRfqId"] and row["flowType"] == "" for row in first + older)
    assert okx.request("GET", "rfq/rfqs").status_code == 429
    okx.secret = "wrong"
    assert okx.get("rfq/rfqs")["code"] == "50113"


def test_rfqs_are_cancelled_and_quotes_are_not(simulator: Any, okx: Any) -> None:
    simulator.orders("okx-desk", "rfq", 5)
    ids = [row["rfqId"] for row in okx.get("rfq/rfqs")["data"]]
    some = okx.post("rfq/cancel-batch-rfqs", rfqIds=[ids[0], "1"])
    assert some["code"] == "2"
    assert [row["sCode"] for row in some["data"]] == ["0", "70000"]
    again = okx.post("rfq/cancel-batch-rfqs", rfqIds=[ids[0]])
    assert again["data"][0]["sCode"] == "70200"
    assert okx.request("POST", "rfq/cancel-all-rfqs", "").json()["code"] == "0"
    assert simulator.open("okx-desk", "rfq") == 0
    assert open_orders(simulator) == (20, 20)
    assert okx.post("rfq/cancel-all-rfqs")["code"] == "70207"
    assert okx.request("POST", "rfq/cancel-all-rfqs", "{}").status_code == 429


def test_chosen_quotes(simulator: Any, okx: Any) -> None:
    rows = okx.get("rfq/quotes?state=active")["data"]
    one = okx.post("rfq/cancel-quote", clQuoteId=rows[0]["clQuoteId"])
    assert (one["code"], one["data"][0]["quoteId"]) == ("0", rows[0]["quoteId"])
    some = okx.post("rfq/cancel-batch-quotes", quoteIds=[rows[1]["quoteId"], "1"])
    assert some["code"] == "2"
    assert [row["sCode"] for row in some["data"]] == ["0", "70001"]
    none = okx.post("rfq/cancel-batch-quotes", quoteIds=[rows[1]["quoteId"]])
    assert (none["code"], none["data"][0]["sCode"]) == ("1", "70400")
    assert simulator.open("okx-desk", "quote") == 18
    assert okx.post("rfq/cancel-quote", quoteId=5)["code"] == "51000"


def test_rfqs_are_none(okx: Any) -> None:
    assert okx.post("rfq/cancel-all-rfqs")["code"] == "70207"


def test_two_in_two_seconds(okx: Any) -> None:
    answers = [okx.request("POST", "rfq/cancel-all-quotes", "{}") for _ in range(3)]
    assert (answers[2].status_code, answers[2].json()["code"]) == (429, "50011")
    assert okx.get("sprd/orders-pending")["code"] == "0"


# --- spreads over REST ------------------------------------------------------------------------


def test_pending_orders_by_page(simulator: Any, okx: Any) -> None:
    simulator.orders("okx-desk", "spread", 150)
    rows = every_page(okx, "sprd/orders-pending?", "ordId", 100)
    assert len({row["ordId"] for row in rows}) == len(rows) == 170
    assert all(isinstance(value, str) for value in rows[0].values())
    newer = okx.get(f"sprd/orders-pending?beginId={rows[10]['ordId']}")["data"]
    assert newer == rows[:10]
    scoped = okx.get(f"sprd/orders-pending?sprdId={SPREAD}")["data"]
    assert {row["sprdId"] for row in scoped} == {SPREAD}


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "endId=x", "state=filled"])
def test_bad_queries(okx: Any, query: str) -> None:
    answer = okx.request("GET", f"sprd/orders-pending?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "51000")


@pytest.mark.parametrize("body", ["", "{}", '{"sprdId": ""}'])
def test_mass_cancel_over_rest(simulator: Any, okx: Any, body: str) -> None:
    answer = okx.request("POST", "sprd/mass-cancel", body).json()
    assert answer == {"code": "0", "msg": "", "data": [{"result": True}]}
    assert open_orders(simulator) == (0, 20)
    assert okx.request("POST", "sprd/mass-cancel", body).json()["code"] == "51405"


def test_mass_cancel_of_one_spread(simulator: Any, okx: Any) -> None:
    inside = len(okx.get(f"sprd/orders-pending?sprdId={SPREAD}")["data"])
    assert okx.post("sprd/mass-cancel", sprdId=SPREAD)["code"] == "0"
    assert simulator.open("okx-desk", "spread") == 20 - inside
    assert okx.post("sprd/mass-cancel", sprdId="A_B")["code"] == "51001"
    assert okx.request("POST", "sprd/mass-cancel", "[]").json()["code"] == "50002"
    assert okx.request("POST", "sprd/mass-cancel", '{"sprdId":1}').json()["code"] == "51000"


def test_one_spread_order(okx: Any) -> None:
    row = okx.get("sprd/orders-pending?limit=1")["data"][0]
    done = okx.post("sprd/cancel-order", ordId=row["ordId"])
    assert done["data"][0]["sCode"] == "0"
    again = okx.post("sprd/cancel-order", ordId=row["ordId"])
    assert (again["code"], again["data"][0]["sCode"]) == ("1", "51401")
    read = okx.get(f"sprd/order?ordId={row['ordId']}")["data"][0]
    assert (read["state"], read["cancelSource"]) == ("canceled", "1")
    assert okx.post("sprd/cancel-order", ordId="1")["data"][0]["sCode"] == "51400"
    assert okx.request("POST", "sprd/cancel-order", "").json()["code"] == "50000"


# --- the order book ---------------------------------------------------------------------------


def test_pending_orders_of_the_order_book_by_page(simulator: Any, okx: Any) -> None:
    assert okx.get("trade/orders-pending")["data"] == []
    simulator.orders("okx-desk", "order", 150)
    rows = every_page(okx, "trade/orders-pending?", "ordId", 100, "after")
    assert len({row["ordId"] for row in rows}) == len(rows) == 150
    assert len(okx.get("trade/orders-pending")["data"]) == 100
    newer = okx.get(f"trade/orders-pending?before={rows[10]['ordId']}")["data"]
    assert newer == rows[:10]
    kinds = {"SPOT", "SWAP", "FUTURES"}
    assert {row["instType"] for row in rows} == kinds
    for kind in kinds:
        apart = every_page(okx, f"trade/orders-pending?instType={kind}&", "ordId", 100, "after")
        assert apart == [row for row in rows if row["instType"] == kind]
    one = okx.get("trade/orders-pending?instId=BTC-USDT&ordType=post_only,limit&state=live")
    assert {row["instId"] for row in one["data"]} == {"BTC-USDT"}
    assert okx.get("trade/orders-pending?ordType=post_only")["data"] == []
    assert okx.get("trade/orders-pending?state=partially_filled")["data"] == []


def test_algo_orders_by_type_and_page(simulator: Any, okx: Any) -> None:
    simulator.orders("okx-desk", "algo", 160)
    found = {}
    for kind in ("conditional", "oco", "trigger", "move_order_stop", "iceberg", "twap", "chase"):
        listed = okx.get(f"trade/orders-algo-pending?ordType={kind}")["data"]
        assert {row["ordType"] for row in listed} == {kind}
        found[kind] = len(listed)
    assert set(found.values()) == {20}
    both = every_page(
        okx, "trade/orders-algo-pending?ordType=conditional,oco&", "algoId", 30, "after"
    )
    assert len({row["algoId"] for row in both}) == len(both) == 40
    one = okx.get(f"trade/orders-algo-pending?ordType=oco&algoId={both[0]['algoId']}")["data"]
    assert len(one) == (both[0]["ordType"] == "oco")
    assert okx.get("trade/orders-algo-pending?ordType=twap&instType=SPOT")["data"] == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("orders-pending?limit=101", "51000"),
        ("orders-pending?after=x", "51000"),
        ("orders-pending?instType=ANY", "51000"),
        ("orders-pending?ordType=trigger", "51000"),
        ("orders-pending?state=canceled", "51000"),
        ("orders-algo-pending", "50014"),
        ("orders-algo-pending?ordType=limit", "51000"),
        ("orders-algo-pending?ordType=conditional,oco,trigger", "51000"),
        ("orders-algo-pending?ordType=iceberg,twap", "51000"),
        ("orders-algo-pending?ordType=oco&instType=OPTION", "51000"),
    ],
)
def test_bad_queries_of_the_order_book(okx: Any, query: str, code: str) -> None:
    answer = okx.request("GET", f"trade/{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_the_order_book_s_lists_have_limits_of_their_own() -> None:
    assert SIGNED["/api/v5/trade/orders-pending"].rate == Rate(60, 2)
    assert SIGNED["/api/v5/trade/orders-algo-pending"].rate == Rate(20, 2)


# --- an account without one of the products ---------------------------------------------------


def test_a_refused_product_is_refused_and_nothing_else(simulator: Any, okx: Any) -> None:
    simulator.refuse("okx-desk", "block")
    for method, target in (
        ("GET", "rfq/quotes?state=active"),
        ("GET", "rfq/rfqs"),
        ("POST", "rfq/cancel-all-quotes"),
        ("POST", "rfq/cancel-all-after"),
    ):
        answer = okx.request(method, target, "{}" if method == "POST" else "")
        assert (answer.status_code, answer.json()["code"]) == (200, "51010")
    assert simulator.open("okx-desk", "quote") == 20
    assert len(okx.get("sprd/orders-pending")["data"]) == 20
    simulator.refuse("okx-desk", "spread", "trade")
    assert okx.get("rfq/quotes?state=active")["code"] == "0"
    for target in ("sprd/orders-pending", "trade/orders-pending", "trade/orders-algo-pending"):
        assert okx.get(target)["code"] == "50030"
    simulator.reset()
    assert okx.get("sprd/orders-pending")["code"] == "0"


async def test_refused_spreads_are_refused_over_the_socket(simulator: Any, okx: Any) -> None:
    simulator.refuse("okx-desk", "spread")
    async with okx.socket() as socket:
        answer = await socket.ask(id="1", op="sprd-mass-cancel", args=[{}])
    assert (answer["id"], answer["code"], answer["data"]) == ("1", "50030", [])
    assert simulator.open("okx-desk", "spread") == 20


# --- timers -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "timer", "kind"),
    [
        ("sprd/cancel-all-after", "okx-sprd", "spread"),
        ("rfq/cancel-all-after", "okx-rfq", "quote"),
    ],
)
def test_a_timer_fires_for_its_own_kind(
    simulator: Any, okx: Any, eventually: Any, path: str, timer: str, kind: str
) -> None:
    row = okx.post(path, timeOut="10")["data"][0]
    assert int(row["triggerTime"]) - int(row["ts"]) == 10
    assert 9_000 < simulator.timer("okx-desk", timer)["expires_in_ms"] <= 10_000
    eventually(lambda: simulator.open("okx-desk", kind) == 0, within_s=20)
    assert simulator.open("okx-desk") == 20
    assert simulator.timer("okx-desk", timer)["fired"]


def test_the_order_book_s_timer_fires_for_no_spread_and_no_quote(
    simulator: Any, okx: Any, eventually: Any
) -> None:
    row = okx.post("trade/cancel-all-after", timeOut="10")["data"][0]
    assert (int(row["triggerTime"]) - int(row["ts"]), row["tag"]) == (10, "")
    simulator.orders("okx-desk", "order", 3)
    simulator.orders("okx-desk", "algo", 2)
    eventually(lambda: simulator.timer("okx-desk", "okx-trade")["fired"], within_s=20)
    assert simulator.open("okx-desk", "order") == 0
    assert simulator.open("okx-desk") == 42, "nor for an algo order"


def test_a_timer_is_disarmed(simulator: Any, okx: Any, eventually: Any) -> None:
    okx.post("sprd/cancel-all-after", timeOut="30")
    assert simulator.timer("okx-desk", "okx-sprd")["armed"]
    assert okx.post("sprd/cancel-all-after", timeOut="0")["code"] == "50011"
    eventually(lambda: okx.post("sprd/cancel-all-after", timeOut="0")["code"] == "0")
    assert not simulator.timer("okx-desk", "okx-sprd")["armed"]
    assert not simulator.timer("okx-desk", "okx-rfq")["armed"]


@pytest.mark.parametrize("value", [30, "9", "121", "", "10.5", "-1", None])
def test_a_timer_out_of_range_is_refused(simulator: Any, okx: Any, value: object) -> None:
    answer = okx.request("POST", "rfq/cancel-all-after", json.dumps({"timeOut": value}))
    assert (answer.status_code, answer.json()["code"]) == (400, "51000")
    assert not simulator.timer("okx-desk", "okx-rfq")["armed"]


# --- the business socket ----------------------------------------------------------------------


async def test_ping_is_bare_text(okx: Any) -> None:
    async with okx.socket(login=False) as socket:
        await socket.raw.send("ping")
        assert await socket.raw.recv() == "pong"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        ({"key": "nobody"}, "60032"),
        ({"key": ""}, "60005"),
        ({"secret": "wrong"}, "60007"),
        ({"passphrase": "wrong"}, "60024"),
        ({"clock_off_s": -32}, "60006"),
    ],
)
async def test_a_wrong_login(okx: Any, spoil: dict[str, Any], code: str) -> None:
    for name, value in spoil.items():
        setattr(okx, name, value)
    async with okx.socket(login=False) as socket:
        answer = await socket.ask(**okx.login_frame())
        assert (answer["event"], answer["code"]) == ("error", code)
        assert "id" not in answer
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.next()
        assert closed.value.rcvd.code == 4001


async def test_a_second_login_is_refused_and_the_socket_stays(okx: Any) -> None:
    async with okx.socket() as socket:
        assert (await socket.ask(**okx.login_frame()))["code"] == "60031"
        assert (await socket.ask(id="1", op="sprd-mass-cancel", args=[{}]))["code"] == "0"


async def test_nothing_before_login(simulator: Any, okx: Any) -> None:
    async with okx.socket(login=False) as socket:
        answer = await socket.ask(id="1", op="sprd-mass-cancel", args=[{}])
        assert (answer["event"], answer["code"]) == ("error", "60011")
        assert "id" not in answer
        channel = await socket.ask(op="subscribe", args=[{"channel": "sprd-orders"}])
        assert channel["code"] == "60011"
    assert simulator.open("okx-desk") == 40


async def test_mass_cancel_over_the_socket(simulator: Any, okx: Any) -> None:
    async with okx.socket() as socket:
        one = await socket.ask(id="a1", op="sprd-mass-cancel", args=[{"sprdId": SPREAD}])
        assert one == {
            "id": "a1",
            "op": "sprd-mass-cancel",
            "data": [{"result": True}],
            "code": "0",
            "msg": "",
        }
        assert 0 < simulator.open("okx-desk", "spread") < 20
        rest = await socket.ask(id="a2", op="sprd-mass-cancel", args=[{}])
        assert rest["data"] == [{"result": True}]
        assert (await socket.ask(id="a3", op="sprd-mass-cancel", args=[{}]))["code"] == "51405"
    assert open_orders(simulator) == (0, 20)


@pytest.mark.parametrize(
    ("message", "code", "with_id"),
    [
        ({"id": "1", "op": "sprd-mass-cancel", "args": []}, "60013", True),
        ({"id": "1", "op": "sprd-mass-cancel"}, "60013", True),
        ({"id": "1", "op": "sprd-mass-cancel", "args": [1]}, "60013", True),
        ({"id": "1", "op": "sprd-mass-cancel", "args": [{"sprdId": 1}]}, "60013", True),
        ({"id": "1", "op": "sprd-mass-cancel", "args": [{"sprdId": ""}]}, "60033", True),
        ({"id": "1", "op": "sprd-mass-cancel", "args": [{"sprdId": "A_B"}]}, "51001", True),
        ({"op": "sprd-mass-cancel", "args": [{}]}, "60012", False),
        ({"id": "a-b", "op": "sprd-mass-cancel", "args": [{}]}, "60012", False),
        ({"id": "x" * 33, "op": "sprd-mass-cancel", "args": [{}]}, "60012", False),
        ({"id": "1", "op": "nonsense", "args": [{}]}, "60019", False),
        ({"id": "1", "op": "mass-cancel", "args": [{}]}, "60028", False),
        ({"id": "1", "op": "subscribe", "args": [{"channel": "orders"}]}, "60018", True),
    ],
)
async def test_bad_messages(
    simulator: Any, okx: Any, message: dict[str, Any], code: str, with_id: bool
) -> None:
    async with okx.socket() as socket:
        answer = await socket.ask(**message)
        assert answer["code"] == code
        assert ("id" in answer) == with_id
        assert ("event" in answer) == (not with_id or message["op"] == "subscribe")
    assert simulator.open("okx-desk") == 40


async def test_unreadable_text(okx: Any) -> None:
    async with okx.socket() as socket:
        await socket.raw.send("{nonsense")
        assert (await socket.next())["code"] == "60012"


async def test_five_in_two_seconds(okx: Any) -> None:
    async with okx.socket() as socket:
        answers = [
            await socket.ask(id=str(n), op="sprd-mass-cancel", args=[{"sprdId": "A_B"}])
            for n in range(6)
        ]
    assert [answer["code"] for answer in answers] == ["51001"] * 5 + ["60014"]
    assert "id" not in answers[5]


async def test_one_order_over_the_socket(okx: Any) -> None:
    row = okx.get("sprd/orders-pending?limit=1")["data"][0]
    async with okx.socket() as socket:
        done = await socket.ask(id="1", op="sprd-cancel-order", args=[{"ordId": row["ordId"]}])
        assert (done["code"], done["data"][0]["sCode"]) == ("0", "0")
        again = await socket.ask(id="2", op="sprd-cancel-order", args=[{"ordId": row["ordId"]}])
        assert (again["code"], again["data"][0]["sCode"]) == ("1", "51401")


async def test_cancels_are_pushed_to_subscribers(okx: Any) -> None:
    async with okx.socket() as socket:
        answer = await socket.ask(id="9", op="subscribe", args=[{"channel": "sprd-orders"}])
        assert (answer["event"], answer["id"]) == ("subscribe", "9")
        assert answer["arg"] == {"channel": "sprd-orders"}
        await socket.ask(op="subscribe", args=[{"channel": "quotes"}])
        okx.post("rfq/cancel-all-quotes")
        pushed = [await socket.next() for _ in range(20)]
        assert {push["arg"]["channel"] for push in pushed} == {"quotes"}
        assert {push["data"][0]["state"] for push in pushed} == {"canceled"}
        okx.post("sprd/mass-cancel", sprdId=SPREAD)
        push = await socket.next()
        assert push["arg"]["channel"] == "sprd-orders"
        assert (push["data"][0]["sprdId"], push["data"][0]["cancelSource"]) == (SPREAD, "1")


async def test_an_idle_socket_is_dropped(
    start_simulator: Callable[..., Any], client_of: Callable[..., Any]
) -> None:
    quick = start_simulator(keepalive_s={"okx": 0.4})
    client = client_of("okx-desk", on=quick)
    async with client.socket() as socket:
        for _ in range(3):
            await socket.raw.send("ping")
            assert await socket.raw.recv() == "pong"
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.next()
        assert closed.value.rcvd.code == 4004
