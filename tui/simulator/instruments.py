"""What can be traded: contracts, spreads and symbols, as each venue's folder lists them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

FRIDAY = 4
QUARTER_MONTHS = (3, 6, 9, 12)
LOTS = ("1", "2", "5", "12", "40")
COINS = ("0.01", "0.05", "0.2", "1.5")


@dataclass(frozen=True, slots=True)
class Instrument:
    """One thing to trade, with what is needed to make up believable orders in it."""

    name: str
    price: float
    decimals: int
    sizes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """The instruments in which orders of one kind can rest."""

    usual: tuple[Instrument, ...]
    """Where orders rest if nothing is asked for."""
    more: tuple[Instrument, ...] = ()
    """Where orders rest if a number of other contracts is asked for."""
    by_name: tuple[Instrument, ...] = ()
    """Where orders rest only if the instrument is asked for by name."""

    @property
    def every(self) -> tuple[Instrument, ...]:
        return (*self.usual, *self.more, *self.by_name)

    def names(self) -> frozenset[str]:
        """The names that a request about this kind may carry; anything else does not exist."""
        return frozenset(instrument.name for instrument in self.every)


ListingOf = Callable[[str, date], Listing]
"""The listing of a kind of order, or of a category that orders are placed in, on a day."""


def today() -> date:
    return datetime.now(UTC).date()


def instruments(
    table: tuple[tuple[str, float, int], ...], sizes: tuple[str, ...]
) -> tuple[Instrument, ...]:
    """Of rows of name, price and decimals."""
    return tuple(Instrument(name, price, decimals, sizes) for name, price, decimals in table)


def deliveries(day: date) -> dict[str, date]:
    """The dated contracts of a day by their type; delivery is on Fridays."""
    this_week = day + timedelta(days=(FRIDAY - day.weekday() - 1) % 7 + 1)
    next_week = this_week + timedelta(days=7)
    quarters = [
        friday
        for year in (day.year, day.year + 1)
        for month in QUARTER_MONTHS
        if (friday := _last_friday(year, month)) > next_week
    ]
    return {
        "this_week": this_week,
        "next_week": next_week,
        "quarter": quarters[0],
        "next_quarter": quarters[1],
    }


def quarter(day: date) -> str:
    """The date of the quarterly contract as names of contracts end with it."""
    return f"{deliveries(day)['quarter']:%y%m%d}"


def _last_friday(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    last = following - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - FRIDAY) % 7)
