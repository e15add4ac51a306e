"""How many orders of one account were open in the last hour, as its reads have shown it."""

from __future__ import annotations

from collections.abc import Iterable, Set

from tui.core.clocks import Instant
from tui.core.orders import Book
from tui.core.timeseries import OpenPast, Series, open_orders


class OpenOrderHistory:
    """Takes every listing of the account, and tells the hour."""

    def __init__(self) -> None:
        self._total = open_orders()
        self._kinds: dict[str, Series] = {}
        self._told = OpenPast()

    def take(self, now: Instant, book: Book, read: Iterable[str], covered: Set[str]) -> None:
        """What is known after a read of the kinds `read`.

        The total is that of the `covered` kinds, those that a button reaches. It is told once all
        of them have been read; what the venue refuses to list is not in it.
        """
        counts = book.counts
        for kind in read:
            if kind in book.kinds:
                self._kinds.setdefault(kind, open_orders()).add(now, counts.get(kind, 0))
        if covered <= book.named and not covered.isdisjoint(book.kinds):
            self._total.add(now, sum(counts.get(kind, 0) for kind in covered))

    def lose(self, now: Instant) -> None:
        """A read has failed."""
        self._total.lose(now)

    def past(self, now: Instant) -> OpenPast:
        """The hour: the same object until the next minute is over."""
        total = self._total.past(now)
        if total is not self._told.total:
            kinds = ((kind, series.past(now)) for kind, series in self._kinds.items())
            self._told = OpenPast(total, tuple((k, past) for k, past in kinds if past.stretches))
        return self._told
