"""Open orders as a venue lists them, and the book they make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of order that a venue lists apart: `isolated`, `spread`, `SPOT` ..."""

    id: str
    label: str
    """As the panel words it: `spreads`, `quotes`."""
    spacing_s: float = 0.25
    """The least time between two reads that the venue's rate limit bears comfortably."""
    every: int = 1
    """Read at every so-manieth poll: what no button reaches may be older."""


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """One resting order or quote. Prices and sizes stay text, exactly as the venue wrote them."""

    kind: str
    order_id: str
    contract: str
    """Contract, spread, symbol, or the legs of a quote."""
    side: str = ""
    offset: str = ""
    price: str = ""
    size: str = ""
    created_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """What the venue listed, and when each listing was complete (wall clock, epoch ms)."""

    kinds: tuple[str, ...]
    """The kinds that were read; one that is absent is unknown, not empty."""
    orders: tuple[OpenOrder, ...]
    read_at_ms: int
    """The oldest read of all kinds; `read_at` tells it of those that are shown together."""
    read_since: tuple[tuple[str, int], ...] = ()
    """Kinds that were read after `read_at_ms`, and when."""
    refused: tuple[tuple[str, str], ...] = ()
    """Kinds that the venue will not list for this key or account, each with its code and text. Such
    a kind is not in `kinds`; the other kinds are not affected."""
    counts: Mapping[str, int] = field(init=False, repr=False, compare=False)
    """Orders of each kind that has any: asked for many times between two reads."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", Counter(order.kind for order in self.orders))

    def count(self, kinds: Iterable[str] | None = None) -> int:
        """How many orders are open, of these kinds or of all that were read."""
        if kinds is None:
            return len(self.orders)
        return sum(self.counts.get(kind, 0) for kind in frozenset(kinds))

    def read_at(self, kinds: Iterable[str]) -> int | None:
        """When the oldest of these kinds was read; None when none of them was."""
        since = dict(self.read_since)
        held = [since.get(kind, self.read_at_ms) for kind in kinds if kind in self.kinds]
        return min(held, default=None)

    def merged(self, newer: Book) -> Book:
        """This book with what `newer` says of its kinds: their orders, or that they are refused."""
        named = newer.named
        orders = tuple(order for order in self.orders if order.kind not in named) + newer.orders
        gone = dict(newer.refused)
        kinds = tuple(kind for kind in self.kinds if kind not in gone)
        kinds += tuple(kind for kind in newer.kinds if kind not in kinds)
        refused = tuple(one for one in self.refused if one[0] not in named) + newer.refused
        return _book(kinds, orders, self._read() | newer._read(), refused)

    @property
    def named(self) -> frozenset[str]:
        """The kinds that this says something of: they were listed, or the venue refused to."""
        return frozenset(self.kinds).union(kind for kind, _ in self.refused)

    def only(self, kinds: Iterable[str]) -> Book | None:
        """This book without any other kind; None when nothing that it tells is left."""
        wanted = frozenset(kinds)
        kept = tuple(kind for kind in self.kinds if kind in wanted)
        orders = tuple(order for order in self.orders if order.kind in wanted)
        refused = tuple(one for one in self.refused if one[0] in wanted)
        return _book(kept, orders, self._read(), refused) if kept or refused else None

    def _read(self) -> dict[str, int]:
        return dict.fromkeys(self.kinds, self.read_at_ms) | dict(self.read_since)


def _book(
    kinds: tuple[str, ...],
    orders: tuple[OpenOrder, ...],
    read: dict[str, int],
    refused: tuple[tuple[str, str], ...],
) -> Book:
    oldest = min((read[kind] for kind in kinds), default=0)
    since = tuple((kind, read[kind]) for kind in kinds if read[kind] > oldest)
    return Book(kinds, orders, oldest, since, refused)
