"""Bitget UTA over REST: the countdown, cancels, reads and probes.

https://www.bitget.com/api-doc/uta/ (pages named at each call). Errors come as HTTP 400 with a
code, too many requests as HTTP 429. Where the documents are silent: a countdown that is not a
string of 5..60 or "0" answers 400172; a category with nothing open 22001; an unknown order
25204, or 24056 inside a list; the timer cancels strategy orders with all others; a category that
the key may not use is refused with 40014, and its orders are left out where none is named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.simulator.bitget import auth
from tui.simulator.bitget.auth import Refused
from tui.simulator.bitget.instruments import CATEGORIES
from tui.simulator.faults import HOSTILE_TEXT
from tui.simulator.http import Call, Reply, reply
from tui.simulator.order_book import now_ms
from tui.simulator.rate_limits import Rate

if TYPE_CHECKING:
    from tui.simulator.accounts import Account
    from tui.simulator.faults import Fault
    from tui.simulator.order_book import Order

USUAL_STRATEGY_CATEGORY = "USDT-FUTURES"
STRATEGY_TYPES = ("trigger", "tpsl")
COUNTDOWN = re.compile(r"0|[5-9]|[1-5][0-9]|60")
MOST_ROWS = 100
MOST_IN_BATCH = 20
TIME_PATH = "/api/v2/public/time"

Fields = Mapping[str, object]


def _parameter(name: str) -> Refused:
    return Refused("400172", f"Parameter verification failed {name}")


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name, "")
    if not isinstance(value, str):
        raise _parameter(name)
    return value


def _category(account: Account, fields: Fields, *, required: bool) -> str:
    category = _text(fields, "category")
    if not category and required:
        raise Refused("40019", "Parameter category cannot be empty")
    if category and category not in CATEGORIES:
        raise _parameter("category")
    _permit(account, category)
    return category


def _permit(account: Account, *products: str) -> None:
    """Refuses what the key has no permission for."""
    for product in products:
        if product in account.refused:
            raise Refused("40014", f"Incorrect permissions, need UTA {product} trade permissions")


# --- calls ------------------------------------------------------------------------------------


def _countdown(account: Account, body: object, _fault: str) -> object:
    """uta/trade/CountDown-Cancel-All: a string of seconds, 5 to 60; "0" switches it off."""
    value = _object(body).get("countdown")
    if value is None or value == "":
        raise Refused("40019", "Parameter countdown cannot be empty")
    if not isinstance(value, str) or not COUNTDOWN.fullmatch(value):
        raise _parameter("countdown")
    if value == "0":
        account.timers["bitget"].disarm()
    else:
        account.timers["bitget"].arm(int(value))
    return "success"


def _unfilled(account: Account, body: object, _fault: str) -> object:
    """uta/trade/Get-Order-Pending: newest first; the cursor is the last id of the page."""
    query = _object(body)
    category, symbol = _category(account, query, required=False), _text(query, "symbol")
    limit, cursor = _text(query, "limit") or str(MOST_ROWS), _text(query, "cursor")
    if not limit.isdecimal() or not 1 <= int(limit) <= MOST_ROWS:
        raise _parameter("limit")
    if cursor and not cursor.isdecimal():
        raise _parameter("cursor")
    start, end = (_moment(query, name) for name in ("startTime", "endTime"))
    rows = [
        order
        for order in reversed(account.book.open(*([category] if category else CATEGORIES)))
        if symbol in ("", order.instrument)
        and order.kind not in account.refused
        and (not cursor or int(order.order_id) < int(cursor))
        and (start is None or order.created_ms >= start)
        and (end is None or order.created_ms <= end)
    ][: int(limit)]
    if not rows:
        return {"list": None, "cursor": None}
    return {"list": [_row(order) for order in rows], "cursor": rows[-1].order_id}


def _moment(query: Fields, name: str) -> int | None:
    value = _text(query, name)
    if value and not value.isdecimal():
        raise _parameter(name)
    return int(value) if value else None


def _row(order: Order) -> dict[str, object]:
    return {
        "orderId": order.order_id,
        "clientOid": order.client_id,
        "category": order.kind,
        "symbol": order.instrument,
        "orderType": "limit",
        "side": order.side,
        "price": order.price,
        "qty": order.size,
        "amount": "0",
        "cumExecQty": "0",
        "cumExecValue": "0",
        "avgPrice": "0",
        "timeInForce": "gtc",
        "orderStatus": "live",
        "posSide": "long" if order.side == "buy" else "short",
        "holdMode": "hedge_mode",
        "reduceOnly": "NO",
        "feeDetail": [{"feeCoin": None, "fee": None}],
        "createdTime": str(order.created_ms),
        "updatedTime": str(order.updated_ms),
    }


def _unfilled_strategy(account: Account, body: object, _fault: str) -> object:
    """Trigger and TP/SL orders of one category, of one type or both: a bare list without pages."""
    query = _object(body)
    category, kind = _category(account, query, required=True), _text(query, "type")
    _permit(account, "strategy")
    if kind not in ("", *STRATEGY_TYPES):
        raise _parameter("type")
    return [
        _strategy_row(order)
        for order in reversed(account.book.open("strategy"))
        if _strategy_category(order) == category and kind in ("", _strategy_type(order))
    ]


def _strategy_category(order: Order) -> str:
    return order.category or USUAL_STRATEGY_CATEGORY


def _strategy_type(order: Order) -> str:
    """Orders rested together take turns."""
    return STRATEGY_TYPES[order.turn % len(STRATEGY_TYPES)]


def _strategy_row(order: Order) -> dict[str, object]:
    trigger = _strategy_type(order) == "trigger"
    return {
        "orderId": order.order_id,
        "clientOid": order.client_id,
        "category": _strategy_category(order),
        "symbol": order.instrument,
        "qty": order.size,
        "side": order.side,
        "posSide": "long" if order.side == "buy" else "short",
        "type": _strategy_type(order),
        "status": "pending",
        "triggerBy": "mark",
        "triggerPrice": order.price if trigger else "",
        "triggerOrderType": "market",
        "triggerOrderPrice": "",
        "takeProfit": "" if trigger else order.price,
        "stopLoss": "",
        "createdTime": str(order.created_ms),
        "updatedTime": str(order.updated_ms),
    }


def _cancel_symbol(account: Account, body: object, fault: str) -> object:
    """uta/trade/Cancel-All-Order: a category, or one symbol of it; no strategy orders."""
    fields = _object(body)
    category, symbol = _category(account, fields, required=True), _text(fields, "symbol")
    targets = [o for o in account.book.open(category) if symbol in ("", o.instrument)]
    if not targets:
        raise Refused("22001", "No order to cancel")
    result = account.book.cancel(targets, fault=fault)
    done = [_item(order, "00000", "success") for order in result.done]
    return {"list": done + [_item(order, "24056", "notExisted") for order in result.failed]}


def _item(order: Order, code: str, text: str) -> dict[str, object]:
    return {"orderId": order.order_id, "clientOid": order.client_id, "code": code, "msg": text}


def _cancel_batch(account: Account, body: object, fault: str) -> object:
    """uta/trade/Cancel-Batch: an array of up to 20 orders of one category."""
    if not isinstance(body, list) or not body or len(body) > MOST_IN_BATCH:
        raise _parameter("orders")
    entries = [_object(entry) for entry in body]
    # The documented sample writes the category in lower case here.
    categories = {_text(entry, "category").upper() for entry in entries}
    if len(categories) != 1 or not categories <= set(CATEGORIES):
        raise _parameter("category")
    _permit(account, *categories)
    found = [_find(account, entry, CATEGORIES) for entry in entries]
    live = [o for o in found if o is not None and o.live and o.kind in categories]
    result = account.book.cancel(live, fault=fault)
    done = {order.order_id for order in result.done}
    return [
        _item(order, "00000", "success")
        if order is not None and order.order_id in done
        else {
            "orderId": _text(entry, "orderId"),
            "clientOid": _text(entry, "clientOid"),
            "code": "25204",
            "msg": "Order does not exist",
        }
        for entry, order in zip(entries, found, strict=True)
    ]


def _find(account: Account, fields: Fields, kinds: tuple[str, ...]) -> Order | None:
    order_id, client_id = _text(fields, "orderId"), _text(fields, "clientOid")
    if not order_id and not client_id:
        raise Refused("40019", "Parameter orderId cannot be empty")
    order = account.book.find(order_id, client_id)
    return order if order is not None and order.kind in kinds else None


def _cancel_one(kinds: tuple[str, ...]) -> Callable[[Account, object, str], Order]:
    def run(account: Account, body: object, fault: str) -> Order:
        order = _find(account, _object(body), kinds)
        if order is not None:
            _permit(account, order.kind, order.category)
        if order is None or not order.live or account.book.cancel([order], fault=fault).failed:
            raise Refused("25204", "Order does not exist")
        return order

    return run


def _cancel_order(account: Account, body: object, fault: str) -> object:
    order = _cancel_one(CATEGORIES)(account, body, fault)
    return {"orderId": order.order_id, "clientOid": order.client_id}


def _cancel_strategy(account: Account, body: object, fault: str) -> object:
    _cancel_one(("strategy",))(account, body, fault)
    return None


def _info(account: Account, _body: object, _fault: str) -> object:
    """uta/account/Get-Account-Info: what the key may do."""
    return {
        "uid": account.uid,
        "userId": account.uid,
        "inviterId": "",
        "parentId": "",
        "channelCode": "",
        "channel": "",
        "ips": "",
        "permType": "read-and-write",
        "permissions": ["uta_mgt", "uta_trade"],
        "regisTime": "1704067200000",
    }


def _settings(account: Account, _body: object, _fault: str) -> object:
    return {
        "uid": account.uid,
        "accountMode": "unified",
        "assetMode": "union",
        "accountLevel": "advanced",
        "holdMode": "hedge_mode",
        "stpMode": "none",
        "symbolConfigList": [],
        "coinConfigList": [],
    }


def _object(body: object) -> Fields:
    if not isinstance(body, dict):
        raise _parameter("body")
    return body


@dataclass(frozen=True, slots=True)
class Endpoint:
    method: str
    rate: Rate
    run: Callable[[Account, object, str], object]


ENDPOINTS = {
    f"/api/v3/{path}": Endpoint(method, Rate(limit, 1), run)
    for path, method, limit, run in (
        ("trade/countdown-cancel-all", "POST", 1, _countdown),
        ("trade/unfilled-orders", "GET", 20, _unfilled),
        ("trade/unfilled-strategy-orders", "GET", 20, _unfilled_strategy),
        ("trade/cancel-symbol-order", "POST", 5, _cancel_symbol),
        ("trade/cancel-batch", "POST", 5, _cancel_batch),
        ("trade/cancel-order", "POST", 10, _cancel_order),
        ("trade/cancel-strategy-order", "POST", 10, _cancel_strategy),
        ("account/info", "GET", 5, _info),
        ("account/settings", "GET", 20, _settings),
    )
}


# --- the venue --------------------------------------------------------------------------------


def _envelope(code: str, text: str, data: object, status: int) -> Reply:
    return reply({"code": code, "msg": text, "requestTime": now_ms(), "data": data}, status)


class Bitget:
    """Every signed or public Bitget path."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._accounts = accounts

    def account_of(self, call: Call) -> Account | None:
        return auth.by_key(self._accounts, call.headers.get("access-key", ""))

    def public(self, call: Call) -> list[Account]:
        return list(self._accounts.values()) if call.path == TIME_PATH else []

    def respond(self, call: Call) -> Reply:
        if call.path == TIME_PATH:
            return _envelope("00000", "success", {"serverTime": str(now_ms())}, 200)
        endpoint = ENDPOINTS.get(call.path)
        if endpoint is None or call.method != endpoint.method:
            return _envelope("40404", "Request URL NOT FOUND", None, 404)
        try:
            account = auth.verify(self._accounts, call)
            if not account.limits.take(call.path, endpoint.rate):
                raise Refused("429", "Too Many Requests", 429)
            data = endpoint.run(account, _argument(call), call.fault)
        except Refused as refused:
            return _envelope(refused.code, refused.text, None, refused.status)
        return _envelope("00000", "success", data, 200)

    def refuse(self, call: Call, fault: Fault) -> Reply:
        code, text, status = {
            "rate_limit": ("429", "Too Many Requests", 429),
            "auth_refused": ("40009", "sign signature error", 400),
            "maintenance": ("40200", "Server upgrade, please try again later", 400),
            "hostile_text": ("400172", HOSTILE_TEXT, 400),
        }.get(fault.kind, ("49999", "Unknown.", 400))
        return _envelope(code, text, None, status)


def _argument(call: Call) -> object:
    if call.method == "GET":
        return call.parameters
    try:
        return call.json()
    except ValueError:
        raise _parameter("body") from None
