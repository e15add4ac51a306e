"""Bitget's lists of open orders: five categories, and the strategy orders of each beside them.

Pages "Get Open Orders" (20 per second; at most 100 rows, older ones by `cursor`; at most 400 open
orders over all futures and 400 over spot and margin) and "Unfilled Strategy Orders" (20 per
second; by category, not paged; without a type it gives both). An older page has the latter for
futures only; clients that follow the change log have it for spot and margin since June 2026, and a
parameter error there means that there are none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui.core.actions import Verdict
from tui.core.orders import Book, OpenOrder
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import Exchange, JsonObject, JsonValue, RateLimit, Reply, RestCall
from tui.venues.bitget.replies import PARAMETER, PRODUCT, data_of
from tui.venues.common.parsing import int_of, text_of

CATEGORIES = ("SPOT", "MARGIN", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES")
LATER_WITH_STRATEGY = frozenset({"SPOT", "MARGIN"})
STRATEGY = "strategy"
STRATEGY_DONE = frozenset({"success", "failed", "cancelled"})
PAGE = 100
MAX_PAGES = 100
READ_LIMITS = {
    path: RateLimit(path, 20, per_s=1.0)
    for path in ("/api/v3/trade/unfilled-orders", "/api/v3/trade/unfilled-strategy-orders")
}
"""By path; each is counted for itself, by user."""
_SIGNABLE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Listed:
    """What the venue listed, and what it refused to list to this key."""

    orders: tuple[OpenOrder, ...]
    refused: dict[str, VenueError]
    """By kind. Strategy orders may be refused in some categories and be in `orders` of others."""


def read_book(kinds: tuple[str, ...], categories: tuple[str, ...] = CATEGORIES) -> Exchange[Book]:
    """Every open order of these kinds; what the venue refuses to this key is named in `refused`.
    Strategy orders are those in `categories`, which the account has. Raises VenueError."""
    found = yield from read_lists(kinds, categories)
    read = tuple(kind for kind in kinds if kind not in found.refused)
    orders = tuple(order for order in found.orders if order.kind in read)
    refused = tuple((kind, str(why)) for kind, why in found.refused.items())
    return Book(read, orders, read_at_ms=0, refused=refused)


def read_lists(
    kinds: tuple[str, ...], categories: tuple[str, ...] = CATEGORIES
) -> Exchange[Listed]:
    """Reads the lists of these kinds side by side. Raises VenueError.

    A category that is refused as a whole is named by itself, once: its strategy orders go with it,
    and the strategy orders that count are those of the other categories.
    """
    lists = [Listing(kind, kind) for kind in CATEGORIES if kind in kinds]
    if STRATEGY in kinds:
        lists += [Listing(STRATEGY, category) for category in categories]
    refusals = yield from _read(lists)
    asked = {one.kind for one in lists}
    doubtful = [one.category for one in refusals if one.kind == STRATEGY]
    probes = [Listing(category, category) for category in doubtful if category not in asked]
    refusals |= yield from _read(probes, pages=1)
    refused = {one.kind: why for one, why in refusals.items() if one.kind != STRATEGY}
    strategy = {one.category: why for one, why in refusals.items() if one.kind == STRATEGY}
    apart = [category for category in strategy if category not in refused]
    if apart or (strategy and len(strategy) == len(categories)):
        error = strategy[apart[0] if apart else categories[0]]
        where = f" ({', '.join(apart)})" if 0 < len(apart) < len(categories) else ""
        refused[STRATEGY] = VenueError(error.verdict, error.code, f"{error.text}{where}".lstrip())
    orders = {(order.kind, i): order for one in lists for i, order in one.orders.items()}
    return Listed(tuple(orders.values()), refused)


def _read(lists: Sequence[Listing], pages: int = MAX_PAGES) -> Exchange[dict[Listing, VenueError]]:
    """Reads these lists side by side, so many pages of each at most. Gives those that the venue
    refuses by themselves, and why; raises VenueError for every other trouble."""
    refusals: dict[Listing, VenueError] = {}
    for _ in range(pages):
        listed = sum(len(one.orders) for one in lists)
        due = [(one, replace(call, listed=listed)) for one in lists if (call := one.call())]
        if not due:
            break
        answers = yield tuple(call for _, call in due)
        for (one, _), reply in zip(due, answers, strict=True):
            try:
                one.take(reply)
            except VenueError as error:
                if error.code not in PRODUCT:
                    raise
                one.end()
                refusals[one] = error
    return refusals


class Listing:
    """One list being read: `call()` is its next request, None once it is complete."""

    def __init__(self, kind: str, category: str) -> None:
        self.kind = kind
        self.category = category
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
            query = (("category", self.category),)
            return RestCall("GET", "/api/v3/trade/unfilled-strategy-orders", query)
        page = (("cursor", self._cursor),) if self._cursor else ()
        query = (("category", self.category), *page, ("limit", str(PAGE)))
        return RestCall("GET", "/api/v3/trade/unfilled-orders", query)

    def end(self) -> None:
        """Nothing more is asked for."""
        self._complete = True

    def take(self, reply: Reply) -> None:
        """Adds a page. Raises VenueError if it cannot be read or the list does not go on.

        A short page ends the list, whatever its cursor. So does a full one that brings no order
        that was not there already, under the cursor it was asked with.
        """
        rows, cursor = _page(self._data(reply))
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

    def _data(self, reply: Reply) -> JsonValue:
        """What a page holds. Strategy orders come as a bare list, an empty one as null too."""
        if self.kind != STRATEGY:
            return data_of(reply)
        try:
            data = data_of(reply)
        except VenueError as error:
            if error.code not in PARAMETER or self.category not in LATER_WITH_STRATEGY:
                raise
            return []
        return [] if data is None else data


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
