"""Bitget's lists of open orders: five categories, and the strategy orders beside them.

Pages "Get Open Orders" (20 per second; at most 100 rows, older ones by `cursor`; at most 400 open
orders over all futures and 400 over spot and margin) and "Unfilled Strategy Orders" (20 per
second; futures only, by category and type, not paged).
"""

from __future__ import annotations

import re
from dataclasses import replace

from tui.core.actions import Verdict
from tui.core.orders import Book, OpenOrder
from tui.venues.base import JsonObject, JsonValue, RateLimit, Reply, RestCall, Talk, VenueError
from tui.venues.bitget_replies import data_of
from tui.venues.reading import int_of, text_of

CATEGORIES = ("SPOT", "MARGIN", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES")
FUTURES = ("USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES")
STRATEGY = "strategy"
STRATEGY_TYPES = ("tpsl", "trigger")
STRATEGY_DONE = frozenset({"success", "failed", "cancelled"})
PAGE = 100
MAX_PAGES = 100
READ_LIMITS = {
    path: RateLimit(path, 20, per_s=1.0)
    for path in ("/api/v3/trade/unfilled-orders", "/api/v3/trade/unfilled-strategy-orders")
}
"""By path; each is counted for itself, by user."""
_SIGNABLE = re.compile(r"[A-Za-z0-9_-]+")


def read_book(kinds: tuple[str, ...]) -> Talk[Book]:
    """Every open order of these kinds. Raises VenueError.

    Strategy orders that the key may not read are left out of the book's kinds, so that they are
    unknown and the other kinds are not lost with them.
    """
    listings = [Listing(kind, kind) for kind in CATEGORIES if kind in kinds]
    if STRATEGY in kinds:
        listings += [Listing(STRATEGY, c, t) for c in FUTURES for t in STRATEGY_TYPES]
    while due := [
        (listing, replace(call, listed=sum(len(each.orders) for each in listings)))
        for listing in listings
        if (call := listing.call())
    ]:
        answers = yield tuple(call for _, call in due)
        for (listing, _), reply in zip(due, answers, strict=True):
            if listing not in listings:
                continue
            try:
                listing.take(reply)
            except VenueError as error:
                if listing.kind != STRATEGY or error.verdict is not Verdict.REFUSED:
                    raise
                listings = [other for other in listings if other.kind != STRATEGY]
                if not listings:
                    raise
    found = {(o.kind, i): o for listing in listings for i, o in listing.orders.items()}
    read = tuple(dict.fromkeys(listing.kind for listing in listings))
    return Book(read, tuple(found.values()), read_at_ms=0)


class Listing:
    """One list being read: `call()` is its next request, None once it is complete."""

    def __init__(self, kind: str, category: str, strategy_type: str = "") -> None:
        self.kind = kind
        self._category = category
        self._type = strategy_type
        self._found: dict[str, OpenOrder] = {}
        self._cursor = ""
        self._pages = 0
        self._complete = False

    @property
    def orders(self) -> dict[str, OpenOrder]:
        """By order id."""
        return self._found

    def call(self) -> RestCall | None:
        if self._complete:
            return None
        if self.kind == STRATEGY:
            query = (("category", self._category), ("type", self._type))
            return RestCall("GET", "/api/v3/trade/unfilled-strategy-orders", query)
        page = (("cursor", self._cursor),) if self._cursor else ()
        query = (("category", self._category), *page, ("limit", str(PAGE)))
        return RestCall("GET", "/api/v3/trade/unfilled-orders", query)

    def take(self, reply: Reply) -> None:
        """Adds a page. Raises VenueError if it cannot be read or the list does not go on.

        A short page ends the list, whatever its cursor. So does a full one that brings no order
        that was not there already, under the cursor it was asked with.
        """
        data = data_of(reply)
        if self.kind == STRATEGY and data is None:
            data = []  # there, `data` is the list itself, and an empty list may come as null
        rows, cursor = _page(data)
        fresh = 0
        for row in rows:
            order_id = text_of(row.get("orderId"))
            if not order_id:
                raise VenueError(Verdict.UNKNOWN, "", f"a listed {self.kind} order has no id")
            fresh += order_id not in self._found
            if text_of(row.get("status")).lower() not in STRATEGY_DONE:
                self._found[order_id] = _order(self.kind, order_id, row)
        self._pages += 1
        repeated = cursor == self._cursor
        if len(rows) < PAGE or not cursor or self.kind == STRATEGY or (repeated and not fresh):
            self._complete = True
            return
        if repeated or self._pages >= MAX_PAGES or not _SIGNABLE.fullmatch(cursor):
            raise VenueError(Verdict.UNKNOWN, "", "the list does not go on; its end is not known")
        self._cursor = cursor


def _page(data: JsonValue) -> tuple[list[JsonObject], str]:
    """Rows and cursor. Rows come under `list`, where null means none, or bare (strategy orders)."""
    rows, cursor = data, ""
    if isinstance(data, dict) and "list" in data:
        rows, cursor = data["list"], text_of(data.get("cursor"))
        rows = [] if rows is None else rows
    if not isinstance(rows, list):
        raise VenueError(Verdict.UNKNOWN, "", "a list was promised and did not come")
    objects = [row for row in rows if isinstance(row, dict)]
    if len(objects) != len(rows):
        raise VenueError(Verdict.UNKNOWN, "", "a listed order is not an object")
    return objects, cursor


def _order(kind: str, order_id: str, row: JsonObject) -> OpenOrder:
    if kind == STRATEGY:
        prices = (text_of(row.get(name)) for name in ("triggerPrice", "takeProfit", "stopLoss"))
        price, side = " / ".join(filter(None, prices)), text_of(row.get("posSide"))
    else:
        price, side = text_of(row.get("price")), text_of(row.get("side"))
    return OpenOrder(
        kind,
        order_id,
        contract=text_of(row.get("symbol")),
        side=side,
        price=price,
        size=text_of(row.get("qty")),
        created_ms=int_of(row.get("createdTime")),
    )
