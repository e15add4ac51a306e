"""OKX's lists of open orders: spread orders and quotes, page by page.

Pages "Get active orders" (Spread Trading REST; 10 requests per 2 s, at most 100 rows, older rows
by `endId`), "Get quotes" and "Get rfqs" (Block Trading REST; 2 per 2 s each, same paging). An
account holds at most 500 pending spread orders (page "General Info").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui.core.actions import Verdict
from tui.core.orders import Book, OpenOrder
from tui.venues.base import JsonObject, RateLimit, Reply, RestCall, Talk, VenueError
from tui.venues.okx_replies import rows_of
from tui.venues.reading import int_of, objects_of, text_of

SPREAD = "spread"
QUOTE = "quote"
PENDING = "pending-quote"
"""A quote that a taker has accepted: no cancel takes it, and it may still fill."""
RFQ = "rfq"
PAGE = 100
MAX_PAGES = 100


@dataclass(frozen=True, slots=True)
class Source:
    """Where the orders of one kind are listed."""

    path: str
    id_key: str
    filter: tuple[tuple[str, str], ...] = ()


SOURCES = {
    SPREAD: Source("/api/v5/sprd/orders-pending", "ordId"),
    QUOTE: Source("/api/v5/rfq/quotes", "quoteId", (("state", "active"),)),
    RFQ: Source("/api/v5/rfq/rfqs", "rfqId", (("state", "active"),)),
    PENDING: Source("/api/v5/rfq/quotes", "quoteId", (("state", "pending_fill"),)),
}

READ_LIMITS = {
    path: RateLimit(path, most, per_s=2.0)
    for path, most in (
        ("/api/v5/sprd/orders-pending", 10),
        ("/api/v5/rfq/quotes", 2),
        ("/api/v5/rfq/rfqs", 2),
    )
}
"""By path; each is counted for itself, by user."""


def read_book(kinds: tuple[str, ...]) -> Talk[Book]:
    """Every order of these kinds. Raises VenueError.

    The two lists of quotes share two requests in two seconds. So the pending ones, which no
    cancel takes, come last, and are left out of the book's kinds where there is no room for them:
    they are then unknown, and no other kind is lost with them.
    """
    listings = [Listing(kind) for kind in SOURCES if kind in kinds and kind != PENDING]
    yield from _read(listings)
    quotes = next((listing for listing in listings if listing.kind == QUOTE), None)
    if PENDING in kinds and (quotes is None or quotes.pages < 2):
        pending = Listing(PENDING)
        try:
            yield from _read([pending])
            listings.append(pending)
        except VenueError:
            if not listings:
                raise
    orders = tuple(order for listing in listings for order in listing.orders)
    return Book(tuple(listing.kind for listing in listings), orders, read_at_ms=0)


def _read(listings: Sequence[Listing]) -> Talk[None]:
    """All of these lists to their last page, side by side."""
    while due := [
        (listing, replace(call, listed=sum(len(each.orders) for each in listings)))
        for listing in listings
        if (call := listing.call())
    ]:
        answers = yield tuple(call for _, call in due)
        for (listing, _), reply in zip(due, answers, strict=True):
            listing.take(reply)


class Listing:
    """One list being read: `call()` is its next request, None once it is complete."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.pages = 0
        self._source = SOURCES[kind]
        self._found: dict[str, OpenOrder] = {}
        self._seen: set[str] = set()
        self._cursor = ""
        self._complete = False

    @property
    def orders(self) -> tuple[OpenOrder, ...]:
        return tuple(self._found.values())

    def call(self) -> RestCall | None:
        if self._complete:
            return None
        older = (("endId", self._cursor),) if self._cursor else ()
        query = (*self._source.filter, ("limit", str(PAGE)), *older)
        return RestCall("GET", self._source.path, query)

    def take(self, reply: Reply) -> None:
        """Adds a page. Raises VenueError if it cannot be read or the list does not go on."""
        rows = rows_of(reply)
        key = self._source.id_key
        ids = [text_of(row.get(key)) for row in rows]
        if not all(ids):
            raise VenueError(Verdict.UNKNOWN, "", f"a listed {self.kind} has no {key}")
        if len(rows) >= PAGE and self._seen.issuperset(ids):
            raise VenueError(
                Verdict.UNKNOWN, "", "the list repeats itself; its end was not reached"
            )
        self._seen.update(ids)
        for row, order_id in zip(rows, ids, strict=True):
            if self.kind == SPREAD:
                self._found[order_id] = _spread(row, order_id)
            elif self.kind == RFQ and _own_rfq(row):
                self._found[order_id] = _rfq(row, order_id)
            elif self.kind in (QUOTE, PENDING) and _own(row):
                self._found[order_id] = _quote(self.kind, row, order_id)
        self.pages += 1
        self._complete = len(rows) < PAGE
        self._cursor = ids[-1] if ids else ""
        if not self._complete and self.pages >= MAX_PAGES:
            raise VenueError(Verdict.UNKNOWN, "", f"the list is longer than {MAX_PAGES} pages")


def _spread(row: JsonObject, order_id: str) -> OpenOrder:
    return OpenOrder(
        SPREAD,
        order_id,
        contract=text_of(row.get("sprdId")),
        side=text_of(row.get("side")),
        price=text_of(row.get("px")),
        size=text_of(row.get("sz")),
        created_ms=int_of(row.get("cTime")),
    )


def _own(row: JsonObject) -> bool:
    """Whether we made this quote: the list also has those that others made on our RFQs.

    The venue blanks the maker's `clQuoteId` for the taker and the taker's `clRfqId` for the maker.
    A row that tells neither counts as ours: better one too many on the screen than one missing.
    """
    return not text_of(row.get("clRfqId")) or bool(text_of(row.get("clQuoteId")))


def _quote(kind: str, row: JsonObject, order_id: str) -> OpenOrder:
    legs = objects_of(row.get("legs"))
    return OpenOrder(
        kind,
        order_id,
        contract=" / ".join(text_of(leg.get("instId")) for leg in legs),
        side=text_of(row.get("quoteSide")),
        price=" / ".join(text_of(leg.get("px")) for leg in legs),
        size=" / ".join(text_of(leg.get("sz")) for leg in legs),
        created_ms=int_of(row.get("cTime")),
    )


def _own_rfq(row: JsonObject) -> bool:
    """Whether we asked for it: the list also has the RFQs that others sent to us.

    The venue shows the asker's `clRfqId` to the asker alone, and `flowType` only to those asked. A
    row that tells neither counts as ours, as with quotes.
    """
    return bool(text_of(row.get("clRfqId"))) or not text_of(row.get("flowType"))


def _rfq(row: JsonObject, order_id: str) -> OpenOrder:
    legs = objects_of(row.get("legs"))
    return OpenOrder(
        RFQ,
        order_id,
        contract=" / ".join(text_of(leg.get("instId")) for leg in legs),
        side=" / ".join(text_of(leg.get("side")) for leg in legs),
        size=" / ".join(text_of(leg.get("sz")) for leg in legs),
        created_ms=int_of(row.get("cTime")),
    )
