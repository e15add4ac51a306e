"""Every fault, by REST at each venue and on both sockets: what is met, and what was executed."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import websockets

ESCAPE = "\x1b[31m"


def cancel_by_rest(client: Any, account: str, timeout_s: float = 5.0) -> httpx.Response:
    """One cancel that empties a part of the book of this account."""
    client.http.timeout = timeout_s
    answer: httpx.Response = {
        "htx-legacy": lambda: client.request(
            "POST", "/linear-swap-api/v1/swap_cancelall", {"contract_code": "BTC-USDT"}
        ),
        "htx-unified": lambda: client.request("POST", "/v5/trade/cancel_all_orders", {}),
        "okx-desk": lambda: client.request("POST", "rfq/cancel-all-quotes", "{}"),
        "bitget-uta": lambda: client.request(
            "POST", "trade/cancel-symbol-order", '{"category":"SPOT"}'
        ),
    }[account]()
    return answer


ACCOUNTS = ("htx-legacy", "htx-unified", "okx-desk", "bitget-uta")


def code_of(answer: httpx.Response) -> str:
    body = answer.json()
    return str(body.get("err_code", body.get("code")))


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize(
    ("kind", "statuses", "codes"),
    [
        ("rate_limit", {200, 429}, {"1032", "50011", "429"}),
        ("bad_code", {200, 400}, {"99999", "59999", "49999"}),
        ("auth_refused", {200, 400, 401}, {"403", "50113", "40009"}),
        ("maintenance", {200, 400, 503}, {"1001", "50001", "40200"}),
        ("hostile_text", {200, 400}, {"1030", "51000", "400172"}),
    ],
)
def test_a_refusal_executes_nothing_and_passes(
    simulator: Any,
    client_of: Callable[..., Any],
    account: str,
    kind: str,
    statuses: set[int],
    codes: set[str],
) -> None:
    client = client_of(account)
    simulator.faults(account, kind)
    answer = cancel_by_rest(client, account)
    assert answer.status_code in statuses
    assert code_of(answer) in codes
    assert (ESCAPE in json.dumps(answer.json(), ensure_ascii=False).replace("\\u001b", "\x1b")) == (
        kind == "hostile_text"
    )
    assert simulator.open(account) == 40
    assert cancel_by_rest(client, account).status_code == 200
    assert simulator.open(account) < 40


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize(("kind", "status"), [("http_500", 500), ("html_502", 502)])
def test_a_gateway_in_trouble(
    simulator: Any, client_of: Callable[..., Any], account: str, kind: str, status: int
) -> None:
    simulator.faults(account, kind)
    answer = cancel_by_rest(client_of(account), account)
    assert answer.status_code == status
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()
    assert simulator.open(account) == 40


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_dropped_reply_was_executed(
    simulator: Any, client_of: Callable[..., Any], account: str
) -> None:
    simulator.faults(account, "drop")
    with pytest.raises(httpx.TransportError):
        cancel_by_rest(client_of(account), account)
    assert simulator.open(account) < 40


@pytest.mark.parametrize("account", ACCOUNTS)
def test_an_ignored_request_was_not(
    simulator: Any, client_of: Callable[..., Any], account: str
) -> None:
    simulator.faults(account, "ignore")
    with pytest.raises(httpx.ReadTimeout):
        cancel_by_rest(client_of(account), account, timeout_s=0.3)
    assert simulator.open(account) == 40


@pytest.mark.parametrize("account", ACCOUNTS)
def test_garbage_was_executed(simulator: Any, client_of: Callable[..., Any], account: str) -> None:
    simulator.faults(account, "garbage")
    answer = cancel_by_rest(client_of(account), account)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()
    assert simulator.open(account) < 40


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_delayed_reply_is_right(
    simulator: Any, client_of: Callable[..., Any], account: str
) -> None:
    simulator.faults(account, "delay", delay_ms=400)
    started = time.monotonic()
    answer = cancel_by_rest(client_of(account), account)
    assert time.monotonic() - started >= 0.4
    assert code_of(answer) in {"None", "200", "0", "00000"}
    assert simulator.open(account) < 40


@pytest.mark.parametrize("account", ACCOUNTS)
def test_accepted_and_not_done(simulator: Any, client_of: Callable[..., Any], account: str) -> None:
    simulator.faults(account, "accept_only")
    assert code_of(cancel_by_rest(client_of(account), account)) in {"None", "200", "0", "00000"}
    assert simulator.open(account) == 40


@pytest.mark.parametrize("account", ACCOUNTS)
def test_part_of_the_orders_fail(
    simulator: Any, client_of: Callable[..., Any], account: str
) -> None:
    simulator.faults(account, "partial")
    body = cancel_by_rest(client_of(account), account).json()
    left = simulator.open(account)
    assert left < 40
    if account == "htx-legacy":
        assert {error["err_code"] for error in body["data"]["errors"]} == {1062}
        gone = body["data"]["successes"].split(",")
    elif account == "htx-unified":
        gone = [item for item in body["data"] if item["code"] == 200]
        assert {item["code"] for item in body["data"]} == {200, 1062}
    elif account == "bitget-uta":
        gone = [item for item in body["data"]["list"] if item["code"] == "00000"]
        assert {item["code"] for item in body["data"]["list"]} == {"00000", "24056"}
    else:
        gone = [None] * 10
        assert body["code"] == "0"
    assert left == 40 - len(gone)


def test_a_fault_keeps_to_its_path_and_count(simulator: Any, okx: Any) -> None:
    simulator.faults("okx-desk", "http_500", 2, path="/api/v5/sprd/orders-pending")
    assert okx.request("GET", "account/config").status_code == 200
    statuses = [okx.request("GET", "sprd/orders-pending").status_code for _ in range(3)]
    assert statuses == [500, 500, 200]


def test_a_public_call_meets_only_a_fault_that_names_it(simulator: Any, bitget: Any) -> None:
    simulator.faults("bitget-uta", "html_502")
    assert bitget.http.get("/api/v2/public/time").status_code == 200
    simulator.reset()
    simulator.faults("bitget-uta", "html_502", path="/api/v2/public/time")
    assert bitget.http.get("/api/v2/public/time").status_code == 502


def test_executed_can_be_turned_round(simulator: Any, bitget: Any) -> None:
    simulator.faults("bitget-uta", "http_500", executed=True)
    assert cancel_by_rest(bitget, "bitget-uta").status_code == 500
    assert simulator.open("bitget-uta", "SPOT") == 0


# --- sockets ----------------------------------------------------------------------------------


async def htx_cancel(socket: Any) -> dict[str, Any]:
    answer: dict[str, Any] = await socket.ask(op="cancel_all_orders", cid="c", data={})
    return answer


async def okx_cancel(socket: Any) -> dict[str, Any]:
    answer: dict[str, Any] = await socket.ask(id="1", op="sprd-mass-cancel", args=[{}])
    return answer


SOCKETS = [("htx-unified", htx_cancel), ("okx-desk", okx_cancel)]


@pytest.mark.parametrize(
    ("kind", "htx_code", "okx_code"),
    [
        ("rate_limit", 1032, "60014"),
        ("bad_code", 99999, "69999"),
        ("maintenance", 1001, "50001"),
        ("hostile_text", 1030, "60012"),
        ("auth_refused", 403, "60011"),
    ],
)
async def test_refusals_on_sockets(
    simulator: Any, unified: Any, okx: Any, kind: str, htx_code: int, okx_code: str
) -> None:
    simulator.faults("htx-unified", kind, op="cancel_all_orders")
    simulator.faults("okx-desk", kind, op="sprd-mass-cancel")
    async with unified.socket() as socket:
        answer = await htx_cancel(socket)
        assert (answer["code"], answer["cid"]) == (htx_code, "c")
        assert simulator.open("htx-unified") == 40
        assert (await htx_cancel(socket))["code"] == 200
    async with okx.socket() as socket:
        assert (await okx_cancel(socket))["code"] == okx_code
        assert simulator.open("okx-desk") == 40
        assert (await okx_cancel(socket))["code"] == "0"


async def test_an_internal_error_on_sockets(simulator: Any, unified: Any, okx: Any) -> None:
    simulator.faults("htx-unified", "http_500", op="cancel_all_orders")
    simulator.faults("okx-desk", "http_500", op="sprd-mass-cancel")
    async with unified.socket() as socket:
        assert set(await htx_cancel(socket)) == {"op", "ts"}
    async with okx.socket() as socket:
        assert (await okx_cancel(socket))["code"] == "64007"


@pytest.mark.parametrize(("account", "ask"), SOCKETS)
@pytest.mark.parametrize(("kind", "executed"), [("drop", True), ("html_502", False)])
async def test_a_connection_is_lost_instead_of_a_reply(
    simulator: Any,
    client_of: Callable[..., Any],
    account: str,
    ask: Callable[..., Any],
    kind: str,
    executed: bool,
) -> None:
    simulator.faults(account, kind)
    async with client_of(account).socket() as socket:
        with pytest.raises(websockets.ConnectionClosedError) as closed:
            await ask(socket)
        assert closed.value.rcvd is None
    assert (simulator.open(account) < 40) is executed


@pytest.mark.parametrize(("account", "ask"), SOCKETS)
async def test_silence_delay_garbage_and_half_truths(
    simulator: Any, client_of: Callable[..., Any], account: str, ask: Callable[..., Any]
) -> None:
    async with client_of(account).socket() as socket:
        simulator.faults(account, "ignore")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ask(socket), 0.3)
        assert simulator.open(account) == 40
        simulator.faults(account, "accept_only")
        assert (await ask(socket))["code"] in {200, "0"}
        assert simulator.open(account) == 40
        simulator.faults(account, "partial")
        await ask(socket)
        half = simulator.open(account)
        assert 0 < half < 40
        simulator.faults(account, "delay", delay_ms=300)
        started = time.monotonic()
        assert (await ask(socket))["code"] in {200, "0"}
        assert time.monotonic() - started >= 0.3
        simulator.faults(account, "garbage")
        with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
            await ask(socket)


async def test_a_refused_login(simulator: Any, unified: Any, okx: Any) -> None:
    simulator.faults("htx-unified", "auth_refused")
    simulator.faults("okx-desk", "auth_refused")
    async with unified.socket(auth=False) as socket:
        assert (await socket.ask(**unified.auth_frame()))["err-code"] == 2003
    async with okx.socket(login=False) as socket:
        assert (await socket.ask(**okx.login_frame()))["code"] == "60009"
    async with unified.socket(), okx.socket():
        pass


async def test_a_login_without_an_answer(simulator: Any, unified: Any, okx: Any) -> None:
    simulator.faults("htx-unified", "ignore", op="auth")
    simulator.faults("okx-desk", "drop", op="login")
    async with unified.socket(auth=False) as socket:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(socket.ask(**unified.auth_frame()), 0.3)
    async with okx.socket(login=False) as socket:
        with pytest.raises(websockets.ConnectionClosedError):
            await socket.ask(**okx.login_frame())
    simulator.faults("okx-desk", "delay", op="login", delay_ms=300)
    started = time.monotonic()
    async with okx.socket():
        assert time.monotonic() - started >= 0.3


async def test_a_ping_without_an_answer(simulator: Any, okx: Any) -> None:
    simulator.faults("okx-desk", "ignore", op="ping")
    async with okx.socket() as socket:
        await socket.raw.send("ping")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(socket.raw.recv(), 0.3)
        await socket.raw.send("ping")
        assert await socket.raw.recv() == "pong"


@pytest.mark.parametrize("account", ["htx-unified", "okx-desk"])
async def test_open_sockets_are_cut_now(
    simulator: Any, client_of: Callable[..., Any], account: str
) -> None:
    client = client_of(account)
    async with client.socket() as socket:
        simulator.faults(account, "disconnect")
        with pytest.raises(websockets.ConnectionClosedError):
            await socket.next()
    async with client.socket():
        pass


# --- an algorithm that keeps quoting ----------------------------------------------------------


def test_an_algorithm_keeps_quoting_until_its_time_is_over(
    simulator: Any, eventually: Callable[..., None]
) -> None:
    simulator.orders("okx-desk", "spread", 2, every_ms=20, for_ms=110)
    eventually(lambda: simulator.open("okx-desk", "spread") == 20 + 2 + 5 * 2)
    assert simulator.open("okx-desk", "quote") == 20


def test_an_algorithm_quotes_again_after_a_cancel(
    simulator: Any, okx: Any, eventually: Callable[..., None]
) -> None:
    simulator.orders("okx-desk", "quote", every_ms=200, for_ms=60_000)
    assert okx.request("POST", "rfq/cancel-all-quotes", "{}").status_code == 200
    assert simulator.open("okx-desk", "quote") <= 1
    eventually(lambda: simulator.open("okx-desk", "quote") >= 2)


def test_a_reset_ends_every_algorithm(simulator: Any, okx: Any) -> None:
    simulator.orders("okx-desk", "spread", every_ms=5, for_ms=60_000)
    simulator.reset()
    time.sleep(0.05)
    assert simulator.open("okx-desk") == 40


@pytest.mark.parametrize("unfit", [{"every_ms": 0}, {"every_ms": 5, "for_ms": "1"}])
def test_an_algorithm_needs_whole_milliseconds(simulator: Any, unfit: dict[str, object]) -> None:
    body = {"account": "okx-desk", "kind": "spread", **unfit}
    answer = httpx.post(f"{simulator.url}/sim/orders", json=body, trust_env=False)
    assert answer.status_code == 400
    assert "whole number" in answer.json()["error"]
    assert simulator.open("okx-desk") == 40
