"""Nimbus, as the simulator would play it. Shares no code with the venue's side."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import date

from starlette.routing import BaseRoute, Mount

from tui.simulator.accounts import HEXADECIMAL, Account, new_account, word
from tui.simulator.faults import Fault
from tui.simulator.http import Call, Gateway, Reply, reply
from tui.simulator.instruments import LOTS, Listing, instruments
from tui.simulator.order_book import now_ms
from tui.simulator.venue import SimulatedVenue, Wiring


def _listing(kind: str, _day: date) -> Listing:
    return Listing(instruments({"order": (("BTC-PERP", 91250.0, 1),)}[kind], LOTS))


def _demo_accounts() -> tuple[Account, ...]:
    return (
        new_account(
            "nimbus-desk",
            "nimbus",
            listing=_listing,
            kinds=("order",),
            timers={"nimbus": ("order",)},
            keys=(word(HEXADECIMAL, 16), word(HEXADECIMAL, 32), ""),
            id_bits=16,
            has_paper_keys=False,
        ),
    )


class _Rest:
    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._accounts = accounts

    def account_of(self, call: Call) -> Account | None:
        key = call.headers.get("n-key")
        return next((a for a in self._accounts.values() if a.api_key == key), None)

    def public(self, call: Call) -> list[Account]:
        return []

    def respond(self, call: Call) -> Reply:
        if call.path == "/nimbus/time":
            return reply({"now_ms": now_ms()})
        account = self.account_of(call)
        if account is None or not _is_signed(account, call):
            return reply({"error": "key"}, 401)
        match call.path:
            case "/nimbus/key":
                return reply({"trade": True})
            case "/nimbus/orders":
                rows = [{"id": o.order_id, "contract": o.instrument} for o in account.book.open()]
                return reply({"orders": rows})
            case "/nimbus/cancel":
                return _cancel(account, call)
            case "/nimbus/timer":
                return _set_timer(account, call)
        return reply({"error": "path"}, 404)

    def refuse(self, call: Call, fault: Fault) -> Reply:
        return reply({"error": "busy" if fault.kind == "rate_limit" else "refused"}, 400)


def _is_signed(account: Account, call: Call) -> bool:
    text = f"{call.headers.get('n-time', '')}{call.method}{call.path}".encode() + call.body
    expected = hmac.new(account.secret_key.encode(), text, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, call.headers.get("n-sign", ""))


def _cancel(account: Account, call: Call) -> Reply:
    wanted = call.json()
    assert isinstance(wanted, dict)
    contract, ids = wanted.get("contract"), wanted.get("ids")
    orders = [
        order
        for order in account.book.open()
        if contract in (None, order.instrument) and (ids is None or order.order_id in ids)
    ]
    account.book.cancel(orders, fault=call.fault)
    return reply({"ok": True})


def _set_timer(account: Account, call: Call) -> Reply:
    wanted = call.json()
    assert isinstance(wanted, dict)
    timer = account.timers["nimbus"]
    if wanted["seconds"]:
        timer.arm(wanted["seconds"])
    else:
        timer.disarm()
    return reply({"ok": True})


def _routes(wiring: Wiring) -> tuple[BaseRoute, ...]:
    return (Mount("/nimbus", Gateway(_Rest(wiring.accounts), wiring.abort)),)


NIMBUS = SimulatedVenue("nimbus", _demo_accounts, _routes, keepalive_s=0.0)
