"""The control calls: looking, resting orders, starting over, and saying what is unfit."""

from __future__ import annotations

from typing import Any

import httpx
import pytest


def test_the_state_at_the_start(simulator: Any) -> None:
    accounts = simulator.state()["accounts"]
    assert {name: sorted(state["timers"]) for name, state in accounts.items()} == {
        "htx-legacy": ["htx"],
        "htx-unified": ["htx"],
        "okx-desk": ["okx-rfq", "okx-sprd", "okx-trade"],
        "bitget-uta": ["bitget"],
    }
    off = {"armed": False, "expires_in_ms": None, "fired": False}
    for state in accounts.values():
        assert state["open"] == sum(state["by_kind"].values()) == 40
        empty = {kind for kind, count in state["by_kind"].items() if count == 0}
        assert empty <= {"pending-quote", "rfq", "order", "algo", "trigger", "v5-algo"}
        assert all(timer == off for timer in state["timers"].values())
    assert accounts["htx-unified"]["venue"] == "htx"


@pytest.mark.parametrize(
    ("account", "kind"),
    [
        ("htx-legacy", "isolated"),
        ("htx-legacy", "cross"),
        ("htx-legacy", "trigger"),
        ("htx-unified", "unified"),
        ("okx-desk", "spread"),
        ("okx-desk", "quote"),
        ("okx-desk", "rfq"),
        ("okx-desk", "order"),
        ("okx-desk", "algo"),
        ("htx-unified", "v5-algo"),
        ("bitget-uta", "MARGIN"),
        ("bitget-uta", "strategy"),
    ],
)
def test_orders_are_rested_and_a_reset_takes_them_away(
    simulator: Any, account: str, kind: str
) -> None:
    before = simulator.open(account, kind)
    simulator.orders(account, kind, 500)
    assert simulator.open(account, kind) == before + 500
    simulator.reset()
    assert simulator.open(account, kind) == before
    assert simulator.open(account) == 40


def test_what_rests_is_listed_order_by_order(simulator: Any) -> None:
    before = listed(simulator, "okx-desk")
    assert len(before) == 40
    simulator.orders("okx-desk", "quote", 2)
    new = [order for order in listed(simulator, "okx-desk") if order not in before]
    assert [order["kind"] for order in new] == ["quote", "quote"]
    assert min(order["created_ms"] for order in new) > max(o["created_ms"] for o in before)
    assert len({order["id"] for order in before + new}) == 42
    assert {"id", "kind", "instrument", "side", "offset", "created_ms"} == set(new[0])


@pytest.mark.parametrize("kind", ["isolated", "cross"])
def test_orders_rest_in_as_many_contracts_as_are_asked_for(simulator: Any, kind: str) -> None:
    before = {order["id"] for order in listed(simulator, "htx-legacy")}
    simulator.orders("htx-legacy", kind, 100, contracts=90)
    rested = [order for order in listed(simulator, "htx-legacy") if order["id"] not in before]
    assert len(rested) == 100
    assert len({order["instrument"] for order in rested}) == 90


def test_a_cancelled_order_is_listed_no_more(simulator: Any, okx: Any) -> None:
    okx.post("sprd/mass-cancel", sprdId="")
    assert {order["kind"] for order in listed(simulator, "okx-desk")} == {"quote"}


def test_pending_faults_are_taken_away(simulator: Any, bitget: Any) -> None:
    simulator.faults("bitget-uta", "http_500", 5)
    httpx.delete(f"{simulator.url}/sim/faults").raise_for_status()
    assert bitget.countdown("60")["code"] == "00000"


def listed(simulator: Any, account: str) -> list[dict[str, Any]]:
    answer = httpx.get(f"{simulator.url}/sim/orders").raise_for_status().json()
    found: list[dict[str, Any]] = answer["accounts"][account]
    return found


def test_a_reset_disarms_and_forgets(simulator: Any, bitget: Any) -> None:
    bitget.countdown("60")
    simulator.faults("bitget-uta", "http_500", 5)
    simulator.reset()
    assert simulator.timer("bitget-uta", "bitget")["armed"] is False
    assert bitget.countdown("60")["code"] == "00000"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("orders", b"nonsense"),
        ("orders", b"[]"),
        ("orders", b"{}"),
        ("orders", b'{"account":"nobody","kind":"spread","count":1}'),
        ("orders", b'{"account":"okx-desk","kind":"isolated","count":1}'),
        ("orders", b'{"account":"okx-desk","kind":["spread"],"count":1}'),
        ("orders", b'{"account":"okx-desk","kind":"spread","count":0}'),
        ("orders", b'{"account":"okx-desk","kind":"spread","count":"1"}'),
        ("orders", b'{"account":"okx-desk","kind":"spread","count":true}'),
        ("orders", b'{"account":"okx-desk","kind":"spread","count":1,"state":"filled"}'),
        ("orders", b'{"account":"okx-desk","kind":"spread","count":1,"contracts":2}'),
        ("orders", b'{"account":"htx-legacy","kind":"cross","count":1,"contracts":201}'),
        ("products", b'{"account":"okx-desk"}'),
        ("products", b'{"account":"okx-desk","refused":"block"}'),
        ("products", b'{"account":"okx-desk","refused":["margin"]}'),
        ("products", b'{"account":"htx-legacy","refused":["block"]}'),
        ("keys", b'{"account":"okx-desk"}'),
        ("keys", b'{"account":"okx-desk","paper":1}'),
        ("keys", b'{"account":"htx-legacy","paper":true}'),
        ("orders", b'{"account":"bitget-uta","kind":"SPOT","category":"SPOT"}'),
        ("orders", b'{"account":"bitget-uta","kind":"strategy","category":"spot"}'),
        ("faults", b"\xff\xfe"),
        ("faults", b'{"account":"okx-desk"}'),
        ("faults", b'{"account":"okx-desk","kind":"sabotage"}'),
        ("faults", b'{"account":"okx-desk","kind":"drop","count":-1}'),
        ("faults", b'{"account":"okx-desk","kind":"drop","delay_ms":-1}'),
        ("faults", b'{"account":"okx-desk","kind":"drop","path":"/a","op":"b"}'),
        ("faults", b'{"account":"okx-desk","kind":"drop","executed":1}'),
    ],
)
def test_an_unfit_body_gets_one_sentence(simulator: Any, path: str, body: bytes) -> None:
    answer = httpx.post(f"{simulator.url}/sim/{path}", content=body, trust_env=False)
    assert answer.status_code == 400
    sentence = answer.json()["error"]
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert simulator.open("okx-desk") == 40


def test_credentials_are_fresh_for_every_server(start_simulator: Any) -> None:
    one, other = start_simulator(orders=0), start_simulator(orders=3)
    assert one.open("okx-desk") == 0
    assert other.open("okx-desk") == 3
    secrets = [
        value
        for server in (one, other)
        for account in server.accounts.values()
        for field, value in account.items()
        if field in {"api_key", "secret_key", "passphrase"}
    ]
    assert len(secrets) == len(set(secrets)) == 20
    assert "passphrase" not in one.accounts["htx-legacy"]


def test_nothing_else_is_served(simulator: Any) -> None:
    for path in ("/", "/sim", "/sim/nothing", "/api/v4/x"):
        assert httpx.get(simulator.url + path, trust_env=False).status_code == 404


# --- who may call ---------------------------------------------------------------------------------

FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:3000"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Host": "evil.example"},
    {"Host": "127.0.0.1.evil.example:80"},
    {"Host": "10.0.0.5"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=lambda one: " ".join(*one.items()))
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/sim/reset"), ("POST", "/sim/orders"), ("GET", "/sim/state")]
)
def test_a_web_page_may_not_call(
    simulator: Any, method: str, path: str, headers: dict[str, str]
) -> None:
    simulator.orders("okx-desk", "quote", 2)
    before = simulator.state()
    body = b'{"account": "okx-desk", "kind": "quote", "count": 3}'
    refused = httpx.request(method, f"{simulator.url}{path}", content=body, headers=headers)
    assert refused.status_code == 403
    assert refused.json()["error"]
    assert simulator.state() == before


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1234", "[::1]:80"])
def test_this_machine_by_another_name_may(simulator: Any, host: str) -> None:
    assert httpx.get(f"{simulator.url}/sim/state", headers={"Host": host}).status_code == 200


def test_what_changes_something_is_counted(simulator: Any) -> None:
    before = simulator.state()["changes"]
    simulator.orders("okx-desk", "quote", 2)
    assert simulator.state()["changes"] == before + 1
    unfit = httpx.post(f"{simulator.url}/sim/orders", content=b"{}")
    assert unfit.status_code == 400
    assert simulator.state()["changes"] == before + 1
    httpx.delete(f"{simulator.url}/sim/faults")
    simulator.reset()
    assert simulator.state()["changes"] == before + 3
