"""HTX's conditional orders of V5 accounts: trigger, take-profit, stop-loss and trailing orders.

No cancel-all of ordinary orders takes them, and V5 has none for them. Sources: the official list of
V5 calls ("Query current unfilled algo orders") and the requests of HTX's own Java client, which
gives the five types. Each list has all contracts.
"""

from __future__ import annotations

from tui.core.orders import Kind, OpenOrder
from tui.venues.base.messages import Exchange, JsonObject
from tui.venues.common.exchanges import in_turn
from tui.venues.common.parsing import text_of
from tui.venues.htx.open_orders import V5Listing, figure, read_v5_list, v5_order

LIST = "/v5/algo/order/opens"
TYPES = ("trigger", "tpsl", "tp", "sl", "trailing_stop")
"""Each list is of one type, and the type is required."""
KIND = Kind("v5-algo", "conditional", spacing_s=0.5, every=6)
_PRICES = ("trigger_price", "active_price", "tp_trigger_price", "sl_trigger_price")


def open_algo_orders() -> Exchange[tuple[OpenOrder, ...]]:
    """Every open conditional order. Raises VenueError."""
    lists = yield from in_turn(
        read_v5_list(V5Listing(LIST, (("type", one),), _order)) for one in TYPES
    )
    # Whether the list of one type holds those of a narrower one too is not documented.
    found = {order.order_id: order for orders in lists for order in orders}
    return tuple(found.values())


def _order(item: JsonObject) -> OpenOrder:
    order_id = text_of(item.get("algo_id")) or text_of(item.get("id"))
    prices = " / ".join(filter(None, (figure(item.get(name)) for name in _PRICES)))
    return v5_order(KIND.id, order_id, item, prices)
