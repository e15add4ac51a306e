"""OKX's lists of open orders, page by page: spreads, quotes, RFQs, the order book, algo orders.

Pages "Get active orders" (Spread Trading REST; 10 requests per 2 s, at most 100 rows, older rows
by `endId`), "Get quotes" and "Get rfqs" (Block Trading REST; 2 per 2 s each, same paging), "Order
List" (Order Book Trading, Trade; 60 per 2 s, older rows by `after`) and "Algo order list" (Algo
Trading; 20 per 2 s, same paging). An account holds at most 500 pending spread orders and 4,000
orders in the order book (page "General Info").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tui.core.actions import Verdict
from tui.core.orders import Book, OpenOrder
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import Exchange, JsonObject, RateLimit, Reply, RestCall
from tui.venues.common.parsing import int_of, objects_of, text_of
from tui.venues.okx.replies import refuses_product, rows_of, unknown_parameter

SPREAD = "spread"
QUOTE = "quote"
RFQ = "rfq"
ORDER = "order"
"""An order of the ordinary order book, of any instrument type."""
ALGO = "algo"
"""A conditional order: TP/SL, trigger, trailing, iceberg, TWAP, chase."""
PENDING = "pending-quote"
"""A quote or an RFQ that is being filled: no cancel takes it, and it may still fill."""
PAGE = 100
MAX_PAGES = 100


@dataclass(frozen=True, slots=True)
class Source:
    """One list of the venue."""

    path: str
    id_key: str
    order: Callable[[str, JsonObject, str], OpenOrder | None]
    """A row as an order of this kind and id; None for a row that is not ours."""
    filter: tuple[tuple[str, str], ...] = ()
    older: str = "endId"
    """The parameter that asks for what is older than an id."""
    may_be_unknown: bool = False
    """The venue may not have this sort of order, and then refuses the filter: there are none."""


def read_book(kinds: tuple[str, ...]) -> Exchange[Book]:
    """Every order of these kinds, side by side; the lists of one kind come one after the other, so
    that the seven of conditional orders take no connection each. Raises VenueError.

    A kind that the venue refuses to this account is named among the book's `refused`, and no other
    kind is lost with it.
    """
    listings = [Listing(kind, one) for kind in SOURCES if kind in kinds for one in SOURCES[kind]]
    refused: dict[str, str] = {}
    while due := _due([listing for listing in listings if listing.kind not in refused]):
        listed = sum(len(listing.orders) for listing in listings)
        answers = yield tuple(replace(call, listed=listed) for _, call in due)
        for (listing, _), reply in zip(due, answers, strict=True):
            try:
                listing.take(reply)
            except VenueError as error:
                if not refuses_product(error):
                    raise
                refused[listing.kind] = str(error)
    read = tuple(kind for kind in SOURCES if kind in kinds and kind not in refused)
    orders = tuple(
        order for listing in listings if listing.kind in read for order in listing.orders
    )
    return Book(read, orders, read_at_ms=0, refused=tuple(refused.items()))


def _due(listings: list[Listing]) -> list[tuple[Listing, RestCall]]:
    """Of each kind the first list that is not complete, with its next request."""
    due: dict[str, tuple[Listing, RestCall]] = {}
    for listing in listings:
        if listing.kind not in due and (call := listing.call()):
            due[listing.kind] = (listing, call)
    return list(due.values())


class Listing:
    """One list being read: `call()` is its next request, None once it is complete."""

    def __init__(self, kind: str, source: Source) -> None:
        self.kind = kind
        self.pages = 0
        self._source = source
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
        older = ((self._source.older, self._cursor),) if self._cursor else ()
        query = (*self._source.filter, ("limit", str(PAGE)), *older)
        return RestCall("GET", self._source.path, query)

    def take(self, reply: Reply) -> None:
        """Adds a page. Raises VenueError if it cannot be read or the list does not go on."""
        try:
            rows = rows_of(reply)
        except VenueError as error:
            if not self._source.may_be_unknown or not unknown_parameter(error, ALGO_FILTER):
                raise
            rows = []
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
            if (order := self._source.order(self.kind, row, order_id)) is not None:
                self._found[order_id] = order
        self.pages += 1
        self._complete = len(rows) < PAGE
        self._cursor = ids[-1] if ids else ""
        if not self._complete and self.pages >= MAX_PAGES:
            raise VenueError(Verdict.UNKNOWN, "", f"the list is longer than {MAX_PAGES} pages")


def _spread(kind: str, row: JsonObject, order_id: str) -> OpenOrder:
    return OpenOrder(
        kind,
        order_id,
        contract=text_of(row.get("sprdId")),
        side=text_of(row.get("side")),
        price=text_of(row.get("px")),
        size=text_of(row.get("sz")),
        created_ms=int_of(row.get("cTime")),
    )


def _quote(kind: str, row: JsonObject, order_id: str) -> OpenOrder | None:
    """None for a quote that another made on our RFQ: the list has those, too.

    The venue blanks the maker's `clQuoteId` for the taker and the taker's `clRfqId` for the maker.
    A row that tells neither counts as ours: better one too many on the screen than one missing.
    """
    if text_of(row.get("clRfqId")) and not text_of(row.get("clQuoteId")):
        return None
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


def _rfq(kind: str, row: JsonObject, order_id: str) -> OpenOrder | None:
    """None for an RFQ that another sent to us: the list has those, too.

    The venue shows the asker's `clRfqId` to the asker alone, and `flowType` only to those asked. A
    row that tells neither counts as ours, as with quotes.
    """
    if text_of(row.get("flowType")) and not text_of(row.get("clRfqId")):
        return None
    legs = objects_of(row.get("legs"))
    return OpenOrder(
        kind,
        order_id,
        contract=" / ".join(text_of(leg.get("instId")) for leg in legs),
        side=" / ".join(text_of(leg.get("side")) for leg in legs),
        size=" / ".join(text_of(leg.get("sz")) for leg in legs),
        created_ms=int_of(row.get("cTime")),
    )


def _order(kind: str, row: JsonObject, order_id: str) -> OpenOrder:
    return OpenOrder(
        kind,
        order_id,
        contract=text_of(row.get("instId")),
        side=text_of(row.get("side")),
        price=text_of(row.get("px")),
        size=text_of(row.get("sz")),
        created_ms=int_of(row.get("cTime")),
    )


_ALGO_PRICES = ("triggerPx", "tpTriggerPx", "slTriggerPx", "activePx", "pxLimit")


def _algo(kind: str, row: JsonObject, order_id: str) -> OpenOrder:
    prices = filter(None, (text_of(row.get(name)) for name in _ALGO_PRICES))
    return replace(_order(kind, row, order_id), price=" / ".join(prices))


ALGO_FILTER = "ordType"
ALGO_TYPES = (
    "conditional,oco",
    "trigger",
    "move_order_stop",
    "twap",
    "iceberg",
    "smart_iceberg",
    "chase",
)
"""One request for each: but for the first two, a request names one type."""
_NOT_EVERYWHERE = frozenset({"iceberg", "smart_iceberg", "chase"})
"""The page in Chinese has no `iceberg`; the pages of the push channels have neither of the other
two."""

_SPREADS = "/api/v5/sprd/orders-pending"
_QUOTES = "/api/v5/rfq/quotes"
_RFQS = "/api/v5/rfq/rfqs"
_ORDERS = "/api/v5/trade/orders-pending"
_ALGOS = "/api/v5/trade/orders-algo-pending"

SOURCES: dict[str, tuple[Source, ...]] = {
    SPREAD: (Source(_SPREADS, "ordId", _spread),),
    QUOTE: (Source(_QUOTES, "quoteId", _quote, (("state", "active"),)),),
    RFQ: (Source(_RFQS, "rfqId", _rfq, (("state", "active"),)),),
    ORDER: (Source(_ORDERS, "ordId", _order, older="after"),),
    ALGO: tuple(
        Source(_ALGOS, "algoId", _algo, ((ALGO_FILTER, one),), "after", one in _NOT_EVERYWHERE)
        for one in ALGO_TYPES
    ),
    PENDING: (
        Source(_QUOTES, "quoteId", _quote, (("state", "pending_fill"),)),
        Source(_RFQS, "rfqId", _rfq, (("state", "pending_fill"),)),
    ),
}

READ_LIMITS = {
    path: RateLimit(path, most, per_s=2.0)
    for path, most in ((_SPREADS, 10), (_QUOTES, 2), (_RFQS, 2), (_ORDERS, 60), (_ALGOS, 20))
}
"""By path; each is counted for itself, by user."""
