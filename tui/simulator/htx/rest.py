"""HTX USDT-M over REST: signatures in the query, bodies unsigned, errors with HTTP 200.

https://www.htx.com/en-us/opend/newApiPages/ (USDT-M, REST). A refused signature answers with
`status: error` under every path, which is the only shape seen live.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from tui.simulator.faults import HOSTILE_TEXT
from tui.simulator.http import Call, Reply, reply
from tui.simulator.htx import algo_orders, auth, open_orders, timers, trigger_orders
from tui.simulator.htx.cancel import (
    OPERATIONS,
    TEXTS,
    Content,
    Operation,
    Refusal,
    perform,
    refused,
)
from tui.simulator.order_book import now_ms
from tui.simulator.rate_limits import Limits, Rate

if TYPE_CHECKING:
    from tui.simulator.accounts import Account
    from tui.simulator.faults import Fault

D = TypeVar("D")

RATE = Rate(limit=72, interval_s=3)
PUBLIC = ("/api/v1/timestamp", "/heartbeat/")

CANCELS: dict[str, Operation] = {
    "/linear-swap-api/v1/swap_cancel": OPERATIONS["cancel"],
    "/linear-swap-api/v1/swap_cross_cancel": OPERATIONS["cross_cancel"],
    "/linear-swap-api/v1/swap_cancelall": OPERATIONS["cancelall"],
    "/linear-swap-api/v1/swap_cross_cancelall": OPERATIONS["cross_cancelall"],
    "/v5/trade/cancel_order": OPERATIONS["cancel_order"],
    "/v5/trade/cancel_batch_orders": OPERATIONS["cancel_batch_orders"],
    **trigger_orders.CANCELS,
    "/v5/trade/cancel_all_orders": OPERATIONS["cancel_all_orders"],
}
POSTED: dict[str, Callable[[Account, Mapping[str, object]], Content]] = {
    "/linear-swap-api/v1/swap_openorders": open_orders.isolated_open,
    "/linear-swap-api/v1/swap_cross_openorders": open_orders.cross_open,
    "/linear-swap-api/v1/swap_order_info": open_orders.isolated_info,
    "/linear-swap-api/v1/swap_cross_order_info": open_orders.cross_info,
    **trigger_orders.LISTS,
}
TIMERS: dict[str, Callable[[Account, Mapping[str, object]], Content]] = {
    "/linear-swap-api/v1/linear-cancel-after": timers.legacy,
    "/v5/trade/cancel-after": timers.v5,
}
FETCHED: dict[str, Callable[[Account, Mapping[str, str]], Content]] = {
    "/v5/trade/order/opens": open_orders.v5_opens,
    "/v5/trade/order": open_orders.v5_order,
    "/v5/algo/order/opens": algo_orders.opens,
    "/v5/account/asset_mode": open_orders.asset_mode,
    "/linear-swap-api/v3/swap_unified_account_type": open_orders.account_type,
}


def budget(limits: Limits, bucket: str, rate: Rate = RATE) -> dict[str, str]:
    """What is left of a bucket, in the names of the `ratelimit-*` headers without prefix."""
    return {
        "limit": str(rate.limit),
        "interval": str(int(rate.interval_s * 1000)),
        "remaining": str(limits.remaining(bucket, rate)),
        "reset": str(limits.reset_ms(bucket, rate)),
    }


class HtxRest:
    """Every signed or public HTX path."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._accounts = accounts

    def account_of(self, call: Call) -> Account | None:
        key = call.parameters.get("AccessKeyId")
        return next((a for a in self._accounts.values() if a.api_key == key), None)

    def public(self, call: Call) -> list[Account]:
        return list(self._accounts.values()) if call.path in PUBLIC else []

    def respond(self, call: Call) -> Reply:
        if call.path == "/api/v1/timestamp":
            return reply({"status": "ok", "ts": now_ms()})
        if call.path == "/heartbeat/":
            return reply(_heartbeat())
        if not _known(call):
            return reply(
                {"status": "error", "err_code": 404, "err_msg": "Not Found", "ts": now_ms()}, 404
            )
        try:
            account = auth.verify_query(
                self._accounts, call.method, call.headers.get("host", ""), call.path, call.query
            )
        except auth.Refused as wrong:
            return reply(refused(wrong.code, wrong.text, v5=False))
        return self._limited(call, account)

    def refuse(self, call: Call, fault: Fault) -> Reply:
        code, text = {
            "rate_limit": (1032, TEXTS[1032]),
            "auth_refused": (403, auth.BAD_SIGNATURE),
            "maintenance": (1001, "System is unprepared."),
            "hostile_text": (1030, HOSTILE_TEXT),
        }.get(fault.kind, (99999, "Unknown."))
        v5 = call.path.startswith("/v5/") and fault.kind != "auth_refused"
        return reply(refused(code, text, v5=v5))

    def _limited(self, call: Call, account: Account) -> Reply:
        reads = call.path in POSTED or call.path in FETCHED
        bucket, rate = "htx-read" if reads else "htx-trade", RATE
        if call.path in trigger_orders.RATES:
            bucket, rate = call.path, trigger_orders.RATES[call.path]
        allowed = account.limits.take(bucket, rate)
        left = budget(account.limits, bucket, rate)
        headers = {f"ratelimit-{name}": value for name, value in left.items()}
        if not allowed:
            content = refused(1032, TEXTS[1032], v5=call.path.startswith("/v5/"))
        else:
            content = self._execute(call, account)
        return reply(content, headers=headers)

    def _execute(self, call: Call, account: Account) -> Content:
        if fetch := FETCHED.get(call.path):
            return _answer(fetch, account, call.parameters, call)
        try:
            data = call.json() if call.body else {}
        except ValueError:
            data = None
        if operation := CANCELS.get(call.path):
            return perform(operation, account, data, call.fault)
        if not isinstance(data, dict):
            return refused(1030, TEXTS[1030], v5=call.path.startswith("/v5/"))
        return _answer(POSTED.get(call.path) or TIMERS[call.path], account, data, call)


def _answer(run: Callable[[Account, D], Content], account: Account, data: D, call: Call) -> Content:
    try:
        return run(account, data)
    except Refusal as refusal:
        return refused(refusal.code, refusal.message, v5=call.path.startswith("/v5/"))


def _known(call: Call) -> bool:
    if call.method == "GET":
        return call.path in FETCHED
    return call.method == "POST" and (
        call.path in CANCELS or call.path in POSTED or call.path in TIMERS
    )


def _heartbeat() -> Content:
    up = {
        f"{product}{field}": value
        for product in ("", "swap_", "linear_swap_", "option_")
        for field, value in (("heartbeat", 1), ("estimated_recovery_time", None))
    }
    return {"status": "ok", "data": up, "ts": now_ms()}
