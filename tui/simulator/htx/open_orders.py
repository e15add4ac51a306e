"""HTX reads: open orders of each family, single orders, and the family itself."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from tui.simulator.htx.cancel import (
    Content,
    Data,
    Refusal,
    cross_contract,
    isolated_contract,
    margin_mode,
    permit,
    position_side,
    require_unified,
    stamped,
    text_field,
    v5_contract,
)
from tui.simulator.order_book import now_ms

if TYPE_CHECKING:
    from tui.simulator.accounts import Account
    from tui.simulator.order_book import Order

V5_STATES = {"live": "new", "canceled": "canceled", "filled": "filled"}
LEGACY_STATES = {"live": 3, "canceled": 7, "filled": 6}
TRADE_TYPES = {
    0: None,
    1: ("buy", "open"),
    2: ("sell", "open"),
    3: ("buy", "close"),
    4: ("sell", "close"),
    17: None,
    18: None,
}


def _require_legacy(account: Account) -> None:
    if account.family != "legacy":
        raise Refusal(4002)


def _whole(data: Data, name: str, default: int, most: int) -> int:
    value = data.get(name, default)
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise Refusal(1067, f"Illegal parameter {name}.")
    return value


def isolated_open(account: Account, data: Data) -> Content:
    """`swap_openorders`: isolated orders of one contract, or of all, by page."""
    _require_legacy(account)
    contract = isolated_contract(data) if data.get("contract_code") else ""
    return _orders_page(account, "isolated", contract, data)


def cross_open(account: Account, data: Data) -> Content:
    """`swap_cross_openorders`: cross orders of one contract or pair, or of all, by page."""
    _require_legacy(account)
    pair = text_field(data, "pair").upper()
    contract = cross_contract(data) if data.get("contract_code") else pair
    return _orders_page(account, "cross", contract, data)


def _orders_page(account: Account, kind: str, contract: str, data: Data) -> Content:
    permit(account, kind)
    sort = text_field(data, "sort_by") or "created_at"
    if sort not in {"created_at", "update_time"}:
        raise Refusal(1067, "Illegal parameter sort_by.")
    trade_type = data.get("trade_type", 0)
    if not isinstance(trade_type, int) or trade_type not in TRADE_TYPES:
        raise Refusal(1067, "Illegal parameter trade_type.")
    wanted = TRADE_TYPES[trade_type]
    rows = [
        order
        for order in reversed(account.book.open(kind))
        if order.instrument.startswith(contract)
        and (not data.get("contract_code") or order.instrument == contract)
        and (wanted is None or wanted == (order.side, order.offset))
    ]
    return legacy_page([_legacy_row(order) for order in rows], data)


def legacy_page(rows: list[Content], data: Data) -> Content:
    """The page of `rows` that is asked for, newest first as they come."""
    index = _whole(data, "page_index", 1, 1_000_000)
    size = _whole(data, "page_size", 20, 50)
    return stamped(
        {
            "data": {
                "orders": rows[(index - 1) * size : index * size],
                "total_page": max(1, -(-len(rows) // size)),
                "current_page": index,
                "total_size": len(rows),
            }
        },
        v5=False,
    )


def isolated_info(account: Account, data: Data) -> Content:
    _require_legacy(account)
    return _legacy_info(account, "isolated", isolated_contract(data), data)


def cross_info(account: Account, data: Data) -> Content:
    _require_legacy(account)
    contract = text_field(data, "pair").upper() or cross_contract(data)
    return _legacy_info(account, "cross", contract, data)


def _legacy_info(account: Account, kind: str, contract: str, data: Data) -> Content:
    by_order, by_client = text_field(data, "order_id"), text_field(data, "client_order_id")
    ids = [part.strip() for part in (by_order or by_client).split(",") if part.strip()]
    if not ids:
        raise Refusal(1066, "order_id cannot be empty.")
    if len(ids) > 50:
        raise Refusal(1052)
    found = [account.book.find(i) if by_order else account.book.find("", i) for i in ids]
    rows = [
        _legacy_row(order)
        for order in found
        if order is not None and order.kind == kind and order.instrument.startswith(contract)
    ]
    if not rows:
        raise Refusal(1017, "Order doesn't exist.")
    return stamped({"data": rows}, v5=False)


def _rounded(order_id: str) -> int:
    """The numeric id as the official sample shows it: already rounded to a double."""
    return int(Decimal(repr(float(order_id))))


def _legacy_row(order: Order) -> Content:
    cancelled = order.state == "canceled"
    margin_account = order.instrument if order.kind == "isolated" else "USDT"
    return {
        "symbol": order.instrument.split("-")[0],
        "contract_code": order.instrument,
        "volume": int(order.size),
        "price": float(order.price),
        "order_price_type": "limit",
        "order_type": 1,
        "direction": order.side,
        "offset": order.offset,
        "lever_rate": 10,
        "order_id": _rounded(order.order_id),
        "order_id_str": order.order_id,
        "client_order_id": int(order.client_id),
        "created_at": order.created_ms,
        "update_time": order.updated_ms,
        "trade_volume": 0,
        "trade_turnover": 0,
        "fee": 0,
        "trade_avg_price": None,
        "margin_frozen": round(float(order.price) / 10_000, 4),
        "profit": 0,
        "real_profit": 0,
        "status": LEGACY_STATES[order.state],
        "order_source": "api",
        "fee_asset": "USDT",
        "liquidation_type": None,
        "canceled_at": order.updated_ms if cancelled else None,
        "canceled_source": _source(order),
        "margin_asset": "USDT",
        "margin_mode": order.kind,
        "margin_account": margin_account,
        "is_tpsl": 0,
        "reduce_only": 0,
        "pair": "-".join(order.instrument.split("-")[:2]),
    }


def _source(order: Order) -> str | None:
    sources = {"timer": "timeout-canceled-order", "user": "api"}
    return sources.get(order.cancel_source)


def v5_opens(account: Account, query: Mapping[str, str]) -> Content:
    """`GET /v5/trade/order/opens`. `next` goes from old to new and starts after `from`,
    `prev` the other way; the document names the values and not their sense."""
    require_unified(account)
    permit(account, "unified")
    contract = v5_contract(query, required=False)
    mode = query.get("margin_mode", "")
    if mode not in {"", "cross", "isolated"}:
        raise Refusal(1067, "Illegal parameter margin_mode.")
    rows = [
        order
        for order in account.book.open("unified")
        if contract in {"", order.instrument}
        and mode in {"", margin_mode(order)}
        and query.get("order_id", "") in {"", order.order_id}
        and query.get("client_order_id", "") in {"", order.client_id}
    ]
    return stamped({"data": [_v5_row(order) for order in v5_page(rows, query)]}, v5=True)


def v5_page(orders: list[Order], query: Mapping[str, str]) -> list[Order]:
    """The page that `from`, `direct` and `limit` ask for; `orders` come oldest first."""
    limit = _whole(query, "limit", 10, 100)
    direct = query.get("direct") or "next"
    start = query.get("from") or "0"
    if direct not in {"prev", "next"}:
        raise Refusal(1067, "Illegal parameter direct.")
    if not start.isdecimal():
        raise Refusal(1067, "Illegal parameter from.")
    if direct == "next":
        return [order for order in orders if int(order.order_id) > int(start)][:limit]
    before = [o for o in reversed(orders) if start == "0" or int(o.order_id) < int(start)]
    return before[:limit]


def v5_order(account: Account, query: Mapping[str, str]) -> Content:
    """`GET /v5/trade/order`: one order, ended or not."""
    require_unified(account)
    contract = v5_contract(query, required=True)
    order = account.book.find(query.get("order_id", ""), query.get("client_order_id", ""))
    if order is None or order.kind != "unified" or order.instrument != contract:
        raise Refusal(1061)
    return stamped({"data": _v5_row(order)}, v5=True)


def _v5_row(order: Order) -> Content:
    cancelled = order.state == "canceled"
    return {
        "id": order.order_id,
        "order_id": order.order_id,
        "client_order_id": order.client_id,
        "contract_code": order.instrument,
        "contract_type": "swap" if order.instrument.count("-") == 1 else "quarter",
        "side": order.side,
        "position_side": position_side(order),
        "type": "limit",
        "price_match": "",
        "price": order.price,
        "volume": order.size,
        "lever_rate": 5,
        "state": V5_STATES[order.state],
        "order_source": "api",
        "margin_mode": margin_mode(order),
        "reduce_only": "",
        "time_in_force": "gtc",
        "trade_volume": "0",
        "trade_avg_price": "0",
        "trade_turnover": "0",
        "cancel_volume": order.size if cancelled else "0",
        "cancel_reason": _source(order) or "",
        "created_time": str(order.created_ms),
        "updated_time": str(order.updated_ms),
    }


def asset_mode(account: Account, _query: Mapping[str, str]) -> Content:
    """`GET /v5/account/asset_mode`: 0 an account that has not moved to V5, 1 multi-assets mode, 2
    single-asset mode of V5."""
    mode = 1 if account.family == "unified" else 0
    return {"code": 200, "message": "Success", "data": {"asset_mode": mode}, "ts": now_ms()}


def account_type(account: Account, _query: Mapping[str, str]) -> Content:
    """`swap_unified_account_type`: 1 non-unified, 2 unified."""
    kind = 2 if account.family == "unified" else 1
    return {"code": 200, "msg": "ok", "data": {"account_type": kind}, "ts": now_ms()}
