"""The orders of one account: what rests, what was cancelled, and who wants to hear of it."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from tui.simulator.instruments import Instrument, Listing, ListingOf, today

HOUR_MS = 3_600_000


def now_ms() -> int:
    """Epoch milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class Order:
    """An order or quote. Times are epoch milliseconds; ids exceed 2^53 on purpose."""

    order_id: str
    client_id: str
    kind: str
    instrument: str
    side: str
    offset: str
    price: str
    size: str
    created_ms: int
    updated_ms: int
    parent_id: str = ""
    state: str = "live"
    cancel_source: str = ""
    turn: int = 0
    """Its place among the orders that were rested with it."""
    category: str = ""
    """Where it was placed, if the venue has categories for orders of its kind."""

    @property
    def live(self) -> bool:
        return self.state == "live"


@dataclass(slots=True)
class Cancelled:
    """What became of a cancel: `done` as the venue will report it, and `failed` likewise."""

    done: list[Order] = field(default_factory=list)
    failed: list[Order] = field(default_factory=list)


class Book:
    """Resting orders in order of creation; ended ones are kept to be asked about."""

    def __init__(
        self,
        kinds: tuple[str, ...],
        id_bits: int,
        listing: ListingOf,
        empty: tuple[str, ...] = (),
        categories: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.kinds = kinds + empty
        self.categories = categories or {}
        """Where the orders of a kind can be placed, for the kinds that have a category."""
        self._listing = listing
        self._filled = kinds
        self._id_bits = id_bits
        self._orders: dict[str, Order] = {}
        self._last_id = 0
        self._listeners: list[Callable[[list[Order]], None]] = []

    def fill(self, count: int) -> None:
        """Start afresh with `count` orders, spread over the kinds that do not start empty, created
        in the past hours."""
        self._orders.clear()
        self._last_id = 0
        start = now_ms() - 6 * HOUR_MS
        moments = sorted(start + random.randrange(5 * HOUR_MS) for _ in range(count))  # noqa: S311
        for index, moment in enumerate(moments):
            self._add(self._filled[index % len(self._filled)], index // len(self._filled), moment)

    def rest(
        self,
        kind: str,
        count: int,
        state: str = "live",
        contracts: int = 0,
        instrument: str = "",
        category: str = "",
    ) -> list[Order]:
        """Place `count` new orders of one kind now: in one instrument if it is named, over so many
        other contracts, or in the instruments of a category, if given."""
        listing = self.listing(category or kind)
        others = listing.usual if category else listing.more[:contracts]
        if instrument:
            others = tuple(one for one in listing.every if one.name == instrument)
        orders = [self._add(kind, index, now_ms(), state, others) for index in range(count)]
        for order in orders:
            order.category = category
        return orders

    def listing(self, kind: str) -> Listing:
        """What orders of this kind, or in this category, can rest in today."""
        return self._listing(kind, today())

    def open(self, *kinds: str) -> list[Order]:
        """Resting orders, oldest first; of these kinds, or of all if none is named."""
        wanted = kinds or self.kinds
        return [order for order in self._orders.values() if order.live and order.kind in wanted]

    def every(self, *kinds: str) -> list[Order]:
        """Orders in any state, oldest first."""
        return [order for order in self._orders.values() if order.kind in kinds]

    def find(self, order_id: str = "", client_id: str = "") -> Order | None:
        """By the venue's id or, failing that, by the client's."""
        if order_id:
            return self._orders.get(order_id)
        matches = [o for o in self._orders.values() if client_id and o.client_id == client_id]
        return matches[-1] if matches else None

    def cancel(
        self, orders: Iterable[Order], *, source: str = "user", fault: str = ""
    ) -> Cancelled:
        """Cancel them. The fault `accept_only` claims success and leaves all of them resting;
        `partial` fails every other one, the first included."""
        result = Cancelled()
        gone: list[Order] = []
        for index, order in enumerate(orders):
            if fault == "partial" and index % 2 == 0:
                result.failed.append(order)
                continue
            result.done.append(order)
            if fault != "accept_only":
                order.state, order.cancel_source, order.updated_ms = "canceled", source, now_ms()
                gone.append(order)
        if gone:
            for listener in list(self._listeners):
                listener(gone)
        return result

    def listen(self, listener: Callable[[list[Order]], None]) -> Callable[[], None]:
        """Call `listener` with every group of orders that is cancelled; returns how to stop."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _add(
        self,
        kind: str,
        index: int,
        created_ms: int,
        state: str = "live",
        others: tuple[Instrument, ...] = (),
    ) -> Order:
        choices = others or self.listing(kind).usual
        instrument = choices[index % len(choices)]
        side = "buy" if index // len(choices) % 2 == 0 else "sell"
        order_id = self._next_id(created_ms)
        order = Order(
            order_id=order_id,
            client_id=str(int(order_id) + 1),
            kind=kind,
            instrument=instrument.name,
            side=side,
            offset="close" if index % 5 == 3 else "open",
            price=_price(instrument, side),
            size=random.choice(instrument.sizes),  # noqa: S311
            created_ms=created_ms,
            updated_ms=created_ms + 28,
            parent_id=str(int(order_id) - 977),
            state=state,
            turn=index,
        )
        self._orders[order_id] = order
        return order

    def _next_id(self, created_ms: int) -> str:
        spread = 1 << self._id_bits
        candidate = created_ms * spread + random.randrange(spread)  # noqa: S311
        self._last_id = max(candidate, self._last_id + 3)
        return str(self._last_id)


def _price(instrument: Instrument, side: str) -> str:
    away = abs(instrument.price) * random.uniform(0.0005, 0.02)  # noqa: S311
    price = instrument.price - away if side == "buy" else instrument.price + away
    return f"{price:.{instrument.decimals}f}"
