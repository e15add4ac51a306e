"""HTX V5 conditional orders: take-profit, stop-loss, both in one, trigger and trailing orders.

The official list of V5 calls, "Query current unfilled algo orders", and the requests of HTX's own
client: the type is required, everything else is optional, and paging is that of the open orders.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui.simulator.htx.cancel import (
    Content,
    Refusal,
    margin_mode,
    permit,
    position_side,
    require_unified,
    stamped,
    v5_contract,
)
from tui.simulator.htx.open_orders import v5_page

if TYPE_CHECKING:
    from tui.simulator.accounts import Account
    from tui.simulator.order_book import Order

TYPES = ("trigger", "tpsl", "tp", "sl", "trailing_stop")


def type_of(order: Order) -> str:
    """Orders rested together take turns."""
    return TYPES[order.turn % len(TYPES)]


def opens(account: Account, query: Mapping[str, str]) -> Content:
    """`GET /v5/algo/order/opens`: those of one type, of one contract or of all."""
    require_unified(account)
    permit(account, "v5-algo")
    wanted = query.get("type", "")
    if not wanted:
        raise Refusal(1066, "type cannot be empty.")
    if wanted not in TYPES:
        raise Refusal(1067, "Illegal parameter type.")
    contract = v5_contract(query, required=False)
    rows = [
        order
        for order in account.book.open("v5-algo")
        if type_of(order) == wanted
        and contract in {"", order.instrument}
        and query.get("algo_id", "") in {"", order.order_id}
        and query.get("algo_client_order_id", "") in {"", order.client_id}
    ]
    return stamped({"data": [_row(order) for order in v5_page(rows, query)]}, v5=True)


def _row(order: Order) -> Content:
    sort = type_of(order)
    row: Content = {
        "id": order.order_id,
        "algo_id": order.order_id,
        "algo_client_order_id": order.client_id,
        "contract_code": order.instrument,
        "type": sort,
        "side": order.side,
        "position_side": position_side(order),
        "margin_mode": margin_mode(order),
        "volume": order.size,
        "state": "active",
        "order_source": "api",
        "reduce_only": False,
        "created_time": str(order.created_ms),
        "updated_time": str(order.updated_ms),
    }
    if sort == "trigger":
        return row | {
            "price": order.price,
            "trigger_price": order.price,
            "trigger_price_type": "last",
        }
    if sort == "trailing_stop":
        return row | {
            "active_price": order.price,
            "callback_rate": "0.03",
            "order_price_type": "formula_price",
        }
    if sort in ("tp", "tpsl"):
        row |= {"tp_trigger_price": order.price, "tp_type": "market", "tp_order_price": ""}
    if sort in ("sl", "tpsl"):
        row |= {"sl_trigger_price": order.price, "sl_type": "market", "sl_order_price": ""}
    return row
