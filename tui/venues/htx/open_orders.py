"""HTX's lists of open orders, read to the last page.

Sources: the official pages "[Isolated] Current unfilled order acquisition", "[Cross] Current
unfilled order acquisition" and "Get Current Orders" (V5).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tui.core.actions import Verdict
from tui.core.orders import OpenOrder
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import Call, Exchange, JsonObject, JsonValue, Reply, RestCall
from tui.venues.common.parsing import compact, int_of, object_of, objects_of, text_of
from tui.venues.htx.replies import answer

Orders = dict[str, OpenOrder]
"""Open orders by id."""

LEGACY_PAGE = 50
UNIFIED_PAGE = 100
MAX_PAGES = 200
"""A list that is longer than this is taken for a fault of the venue."""

LISTS = {
    "isolated": "/linear-swap-api/v1/swap_openorders",
    "cross": "/linear-swap-api/v1/swap_cross_openorders",
}
UNIFIED_LIST = "/v5/trade/order/opens"


def open_orders(kind: str) -> Exchange[tuple[OpenOrder, ...]]:
    """Every open order of one kind. Raises VenueError."""
    if kind == "unified":
        return (yield from read_v5_list(V5Listing(UNIFIED_LIST, (), _unified_order)))
    if kind in LISTS:
        return (yield from read_list(Listing(LISTS[kind], lambda item: _legacy_order(kind, item))))
    raise VenueError(Verdict.REFUSED, "", f"HTX has no orders of the kind {kind}")


# --- legacy: numbered pages ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Listing:
    """A list with numbered pages, of one contract or of all."""

    path: str
    order_of: Callable[[JsonObject], OpenOrder]
    contract: str = ""


@dataclass(frozen=True, slots=True)
class _Page:
    orders: Orders
    pages: int
    total: int


def read_list(listing: Listing) -> Exchange[tuple[OpenOrder, ...]]:
    """Reads the list; when it moved under the reading, reads it once more. Raises VenueError.

    Orders that go while later pages are on their way shift others onto pages already read. If the
    second reading is disturbed too, the orders of both are taken: one that is gone may then still
    be listed, but hardly one that is open is missed.
    """
    orders, totals = yield from _legacy_pages(listing)
    if len(totals) > 1 or len(orders) < max(totals):
        first = orders
        orders, totals = yield from _legacy_pages(listing)
        if len(totals) > 1 or len(orders) < max(totals):
            orders = first | orders
    if len(orders) < min(totals):
        text = f"only {len(orders)} of {min(totals)} open orders were listed"
        raise VenueError(Verdict.UNKNOWN, "", text)
    return tuple(orders.values())


def _legacy_pages(listing: Listing) -> Exchange[tuple[Orders, frozenset[int]]]:
    """One reading of all pages, and the totals that they state."""
    pages: list[_Page] = []
    wanted = 1
    while len(pages) < wanted:
        batch = tuple(_legacy_call(listing, n + 1) for n in range(len(pages), wanted))
        replies = yield batch
        pages += [_legacy_page(listing, reply) for reply in replies]
        wanted = max(page.pages for page in pages)
        if wanted > MAX_PAGES:
            raise VenueError(Verdict.UNKNOWN, "", f"{wanted} pages of open orders are too many")
    orders: Orders = {}
    for page in pages:
        orders |= page.orders
    return orders, frozenset(page.total for page in pages)


def _legacy_call(listing: Listing, page: int) -> Call:
    which: JsonObject = {"contract_code": listing.contract} if listing.contract else {}
    body = compact({**which, "page_index": page, "page_size": LEGACY_PAGE})
    return RestCall("POST", listing.path, body=body, listed=(page - 1) * LEGACY_PAGE)


def _legacy_page(listing: Listing, reply: Reply) -> _Page:
    data = object_of(answer(reply).get("data"))
    orders = [listing.order_of(item) for item in _items(data, "orders")]
    pages, total = int_of(data.get("total_page")), int_of(data.get("total_size"))
    if pages is None:
        raise VenueError(Verdict.UNKNOWN, "", "the list of open orders has no number of pages")
    return _Page(_by_id(orders), pages, len(orders) if total is None else total)


def _legacy_order(kind: str, item: JsonObject) -> OpenOrder:
    return OpenOrder(
        kind,
        order_id=order_id_of(item),
        contract=text_of(item.get("contract_code")),
        side=text_of(item.get("direction")),
        offset=text_of(item.get("offset")),
        price=figure(item.get("price")),
        size=figure(item.get("volume")),
        created_ms=int_of(item.get("created_at")),
    )


def order_id_of(item: JsonObject) -> str:
    """The id as text; the number beside it may be rounded, since ids exceed 2^53."""
    return text_of(item.get("order_id_str")) or text_of(item.get("order_id"))


# --- unified: a cursor ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class V5Listing:
    """A list that goes on from a cursor."""

    path: str
    query: tuple[tuple[str, str], ...]
    order_of: Callable[[JsonObject], OpenOrder]


def read_v5_list(listing: V5Listing) -> Exchange[tuple[OpenOrder, ...]]:
    """Follows the cursor until a page is short. Raises VenueError.

    HTX does not document which of `next` and `prev` leads away from the first page. So a full
    page that is followed by nothing new is the end only when the other direction agrees.
    """
    orders: Orders = {}
    cursor, direct = "", "next"
    end_seen = False
    for _ in range(MAX_PAGES):
        replies = yield (_v5_call(listing, cursor, direct, len(orders)),)
        items = _items(answer(replies[0]), "data")
        page = _by_id([listing.order_of(item) for item in items])
        short = len(items) < UNIFIED_PAGE
        fresh = bool(page.keys() - orders.keys())
        orders |= page
        if short and (fresh or not cursor):
            return tuple(orders.values())
        if fresh:
            cursor = text_of(items[-1].get("id")) or listing.order_of(items[-1]).order_id
            continue
        end_seen = end_seen or short
        if direct == "prev":
            break
        direct = "prev"
    if not end_seen:
        raise VenueError(Verdict.UNKNOWN, "", "the list of open orders does not come to an end")
    return tuple(orders.values())


def _v5_call(listing: V5Listing, cursor: str, direct: str, listed: int) -> Call:
    query = [*listing.query, ("limit", str(UNIFIED_PAGE))]
    if cursor:
        query += [("from", cursor), ("direct", direct)]
    return RestCall("GET", listing.path, tuple(query), listed=listed)


_OFFSETS = {
    ("buy", "long"): "open",
    ("sell", "short"): "open",
    ("sell", "long"): "close",
    ("buy", "short"): "close",
}
"""From side and position side; one-way accounts (`both`) have no offset."""


def _unified_order(item: JsonObject) -> OpenOrder:
    order_id = text_of(item.get("order_id")) or text_of(item.get("id"))
    return v5_order("unified", order_id, item, figure(item.get("price")))


def v5_order(kind: str, order_id: str, item: JsonObject, price: str) -> OpenOrder:
    """An order of a V5 list; ordinary and conditional ones name most fields alike."""
    side = text_of(item.get("side"))
    return OpenOrder(
        kind,
        order_id,
        contract=text_of(item.get("contract_code")),
        side=side,
        offset=_OFFSETS.get((side, text_of(item.get("position_side"))), ""),
        price=price,
        size=figure(item.get("volume")),
        created_ms=int_of(item.get("created_time")),
    )


# --- both ----------------------------------------------------------------------------------------


def _items(message: JsonObject, key: str) -> list[JsonObject]:
    """The entries of a list of orders; null is an empty one. Raises VenueError for all else."""
    value = message.get(key, "absent")
    items = [] if value is None else value
    if not isinstance(items, list) or len(objects := objects_of(items)) < len(items):
        raise VenueError(Verdict.UNKNOWN, "", "the list of open orders is not a list of orders")
    return objects


def _by_id(orders: Sequence[OpenOrder]) -> Orders:
    if not all(order.order_id and order.contract for order in orders):
        raise VenueError(Verdict.UNKNOWN, "", "an open order is listed without id or contract")
    return {order.order_id: order for order in orders}


def figure(value: JsonValue) -> str:
    """A price or size as plain digits; legacy lists write them as numbers, down to 1e-05."""
    return f"{Decimal(str(value)):f}" if isinstance(value, float) else text_of(value)
