"""HTX's trade socket: auth, commands, heartbeats, and the budget shared with REST."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import websockets


async def test_auth_right(legacy: Any) -> None:
    async with legacy.socket(auth=False) as socket:
        answer = await socket.ask(**legacy.auth_frame(), cid="a1")
        assert (answer["op"], answer["type"], answer["err-code"]) == ("auth", "api", 0)
        assert isinstance(answer["data"]["user-id"], str)
        assert answer["cid"] == "a1"
        again = await socket.ask(**legacy.auth_frame())
        assert again["err-code"] == 2005


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Signature": "AAAA"}, 2003),
        ({"AccessKeyId": "nobody"}, 2003),
        ({"Timestamp": "2017-05-11T15:19:30"}, 2003),
        ({"SignatureVersion": "2.1"}, 2001),
        ({"SignatureMethod": "Ed25519"}, 2001),
        ({"type": "ticket"}, 2013),
        ({"Signature": None}, 2040),
    ],
)
async def test_auth_wrong(legacy: Any, changes: dict[str, Any], code: int) -> None:
    async with legacy.socket(auth=False) as socket:
        answer = await socket.ask(**(legacy.auth_frame() | changes))
        assert answer["err-code"] == code
        assert answer["err-msg"]
        assert "data" not in answer
        assert (await socket.next())["op"] == "close"
        with pytest.raises(websockets.ConnectionClosed):
            await socket.next()


async def test_a_wrong_secret_and_a_wrong_path_do_not_verify(legacy: Any) -> None:
    for path, secret in (("/linear-swap-notification", legacy.secret), ("", "wrong")):
        async with legacy.socket(auth=False) as socket:
            parameters = legacy.auth_parameters()
            legacy.secret, kept = secret, legacy.secret
            sign = legacy.signature("GET", path or "/linear-swap-trade", parameters)
            legacy.secret = kept
            answer = await socket.ask(op="auth", type="api", **parameters, Signature=sign)
            assert answer["err-code"] == 2003


async def test_a_command_before_auth_is_refused(simulator: Any, legacy: Any) -> None:
    async with legacy.socket(auth=False) as socket:
        answer = await socket.ask(op="cancelall", cid="c", data={"contract_code": "BTC-USDT"})
        assert (answer["err-code"], answer["cid"]) == (2002, "c")
        assert (await socket.ask(**legacy.auth_frame()))["err-code"] == 0
    assert simulator.open("htx-legacy") == 40


async def test_cancelall_empties_the_isolated_book(simulator: Any, legacy: Any) -> None:
    async with legacy.socket() as socket:
        for number, contract in enumerate(("BTC-USDT", "eth-usdt", "SOL-USDT")):
            answer = await socket.ask(
                op="cancelall", cid=f"c{number}", data={"contract_code": contract}
            )
            assert (answer["status"], answer["cid"]) == ("ok", f"c{number}")
            assert answer["data"]["errors"] == []
            assert "op" not in answer
            assert set(answer["rate_limit"]) == {"limit", "interval", "remaining", "reset"}
            assert all(isinstance(value, str) for value in answer["rate_limit"].values())
        empty = await socket.ask(op="cancelall", cid="c9", data={"contract_code": "BTC-USDT"})
        assert (empty["status"], empty["err_code"], empty["cid"]) == ("error", 1051, "c9")
    assert simulator.account("htx-legacy")["by_kind"] == {
        "isolated": 0,
        "cross": 20,
        "trigger": 0,
    }


async def test_chosen_and_cross_orders(simulator: Any, legacy: Any) -> None:
    rows = legacy.post("/linear-swap-api/v1/swap_cross_openorders", contract_code="BTC-USDT")
    ids = [row["order_id_str"] for row in rows["data"]["orders"]]
    async with legacy.socket() as socket:
        data = {"contract_code": "BTC-USDT", "order_id": ids[0]}
        chosen = await socket.ask(op="cross_cancel", cid="1", data=data)
        assert chosen["data"]["successes"] == ids[0]
        wrong_mode = await socket.ask(op="cancel", cid="2", data=data)
        assert wrong_mode["data"]["errors"][0]["err_code"] == 1061
        rest = await socket.ask(
            op="cross_cancelall", cid="3", data={"pair": "BTC-USDT", "contract_type": "swap"}
        )
        assert set(rest["data"]["successes"].split(",")) == set(ids[1:])
    assert simulator.open("htx-legacy", "cross") == 20 - len(ids)


async def test_unified_commands(simulator: Any, unified: Any) -> None:
    rows = unified.get("/v5/trade/order/opens", contract_code="BTC-USDT", limit="100")["data"]
    ids = [row["order_id"] for row in rows]
    async with unified.socket() as socket:
        one = await socket.ask(
            op="cancel_order", cid="1", data={"contract_code": "BTC-USDT", "order_id": ids[0]}
        )
        assert one["data"]["order_id"] == ids[0]
        batch = await socket.ask(
            op="cancel_batch_orders",
            cid="2",
            data={"contract_code": "BTC-USDT", "order_id": ids[1:4]},
        )
        assert (batch["code"], batch["message"], batch["cid"]) == (200, "Success", "2")
        assert [item["orderId"] for item in batch["data"]] == ids[1:4]
        many = await socket.ask(
            op="cancel_batch_orders",
            cid="3",
            data={"contract_code": "BTC-USDT", "order_id": [str(n) for n in range(11)]},
        )
        assert (many["code"], many["cid"]) == (1052, "3")
        rest = await socket.ask(op="cancel_all_orders", cid="4", data={})
        assert len(rest["data"]) == 36
        legacy_call = await socket.ask(op="cancelall", cid="5", data={"contract_code": "BTC-USDT"})
        assert legacy_call["err_code"] == 1051
    assert simulator.open("htx-unified") == 0


@pytest.mark.parametrize(
    "text", ["not json", "[]", '{"op":"nonsense","cid":"x"}', '{"cid":"x"}', '{"op":["auth"]}']
)
async def test_what_cannot_be_understood_is_an_error_without_cid(legacy: Any, text: str) -> None:
    async with legacy.socket() as socket:
        await socket.raw.send(text)
        answer = await socket.next()
        assert set(answer) == {"op", "ts"}
        assert answer["op"] == "error"


async def test_data_must_be_an_object(legacy: Any) -> None:
    async with legacy.socket() as socket:
        answer = await socket.ask(op="cancelall", cid="1", data=["BTC-USDT"])
        assert (answer["err_code"], answer["cid"]) == (1030, "1")
        no_cid = await socket.ask(op="cancelall", data={"contract_code": "NOPE"})
        assert "cid" not in no_cid


async def test_the_budget_is_shared_with_rest(legacy: Any) -> None:
    for _ in range(60):
        legacy.post("/linear-swap-api/v1/swap_cancelall", contract_code="NOPE")
    async with legacy.socket() as socket:
        codes = [
            (await socket.ask(op="cancelall", cid="1", data={"contract_code": "NOPE"}))["err_code"]
            for _ in range(73)
        ]
    assert codes[0] == 1014
    assert 1032 in codes


async def test_pings_that_nobody_answers_end_the_connection(
    start_simulator: Callable[..., Any], client_of: Callable[..., Any]
) -> None:
    fast = start_simulator(keepalive_s={"htx": 0.05})
    client = client_of("htx-legacy", on=fast)
    async with client.socket() as socket:
        socket.answers_pings = False
        socket.pings.clear()
        assert (await socket.next())["op"] == "close"
        assert len(socket.pings) == 5
        assert all(isinstance(ping["ts"], str) for ping in socket.pings)
        with pytest.raises(websockets.ConnectionClosed):
            await socket.next()


async def test_answered_pings_keep_the_connection(
    start_simulator: Callable[..., Any], client_of: Callable[..., Any]
) -> None:
    fast = start_simulator(keepalive_s={"htx": 0.02})
    client = client_of("htx-legacy", on=fast)
    async with client.socket() as socket:
        reader = asyncio.ensure_future(socket.next())
        while len(socket.pings) < 12:
            await asyncio.wait({reader}, timeout=0.02)
            assert not reader.done(), reader.result()
        reader.cancel()


async def test_a_pong_for_no_ping_is_told_off(legacy: Any) -> None:
    async with legacy.socket() as socket:
        answer = await socket.ask(op="pong", ts="1")
        assert (answer["op"], answer["err-code"]) == ("pong", 2011)
