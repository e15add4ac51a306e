"""What can be traded: the contracts, spreads and symbols that the books hold orders in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

FRIDAY = 4
QUARTER_MONTHS = (3, 6, 9, 12)
MORE = 200
"""Swaps beside those that the books start with, about as many as HTX lists."""
_HTX_KINDS = ("isolated", "cross", "unified", "trigger", "v5-algo")


@dataclass(frozen=True, slots=True)
class Instrument:
    """One thing to trade, with what is needed to make up believable orders in it."""

    name: str
    price: float
    decimals: int
    sizes: tuple[str, ...]


def today() -> date:
    return datetime.now(UTC).date()


def _last_friday(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    last = following - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - FRIDAY) % 7)


def deliveries(day: date) -> dict[str, date]:
    """The dated contracts of a day by HTX's `contract_type`; delivery is on Fridays."""
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


def htx_contract_types(day: date) -> dict[str, str]:
    """Suffix of a contract code by `contract_type`; a perpetual swap has none."""
    dated = {kind: f"-{when:%y%m%d}" for kind, when in deliveries(day).items()}
    return {"swap": "", **dated}


def _instruments(
    table: tuple[tuple[str, float, int], ...], sizes: tuple[str, ...]
) -> tuple[Instrument, ...]:
    return tuple(Instrument(name, price, decimals, sizes) for name, price, decimals in table)


def listed(kind: str, day: date) -> tuple[Instrument, ...]:
    """The instruments in which orders of this kind can rest."""
    quarter = f"{deliveries(day)['quarter']:%y%m%d}"
    swaps = (("BTC-USDT", 91250.0, 1), ("ETH-USDT", 3120.0, 2), ("SOL-USDT", 142.0, 3))
    dated = ((f"BTC-USDT-{quarter}", 92100.0, 1), (f"ETH-USDT-{quarter}", 3150.0, 2))
    lots = ("1", "2", "5", "12", "40")
    coins = ("0.01", "0.05", "0.2", "1.5")
    tables: dict[str, tuple[tuple[tuple[str, float, int], ...], tuple[str, ...]]] = {
        "isolated": (swaps, lots),
        "trigger": (swaps[:2], lots),
        "cross": (swaps[:2] + dated, lots),
        "unified": (swaps + dated[:1], lots),
        "v5-algo": (swaps + dated[:1], lots),
        "spread": (
            (
                ("BTC-USDT_BTC-USDT-SWAP", -12.5, 1),
                ("ETH-USDT_ETH-USDT-SWAP", -1.25, 2),
                (f"BTC-USDT_BTC-USDT-{quarter}", 640.0, 1),
            ),
            coins,
        ),
        "quote": ((("BTC-USDT", 91250.0, 1), ("ETH-USDT", 3120.0, 2)), ("25", "50", "120")),
        "rfq": ((("BTC-USDT", 91250.0, 1), ("ETH-USDT", 3120.0, 2)), ("25", "50", "120")),
        "order": (
            (
                ("BTC-USDT", 91250.0, 1),
                ("ETH-USDT-SWAP", 3121.0, 2),
                (f"BTC-USDT-{quarter}", 92100.0, 1),
            ),
            lots,
        ),
        "algo": ((("BTC-USDT-SWAP", 91260.0, 1), ("ETH-USDT-SWAP", 3121.0, 2)), lots),
        "SPOT": ((("BTCUSDT", 91250.0, 2), ("ETHUSDT", 3120.0, 2)), coins),
        "MARGIN": ((("BTCUSDT", 91250.0, 2), ("SOLUSDT", 142.0, 3)), coins),
        "USDT-FUTURES": (
            (("BTCUSDT", 91250.0, 1), ("ETHUSDT", 3120.0, 2), ("SOLUSDT", 142.0, 3)),
            coins,
        ),
        "COIN-FUTURES": ((("BTCUSD", 91200.0, 1), ("ETHUSD", 3118.0, 2)), coins),
        "USDC-FUTURES": ((("BTCPERP", 91240.0, 1), ("ETHPERP", 3119.0, 2)), coins),
        "strategy": ((("BTCUSDT", 91250.0, 1), ("ETHUSDT", 3120.0, 2)), coins),
    }
    rows, sizes = tables[kind]
    return _instruments(rows, sizes)


def more(kind: str, count: int) -> tuple[Instrument, ...]:
    """The first `count` of the many other HTX swaps; there orders rest only if they are asked for.

    Empty for kinds that do not rest in them.
    """
    if kind not in ("isolated", "cross"):
        return ()
    named = tuple((f"C{number:03}-USDT", 1.0 + number, 3) for number in range(count))
    return _instruments(named, ("1", "2", "5"))


def tradable(kind: str, day: date) -> tuple[Instrument, ...]:
    """All that there is; in some of it orders rest only when it is asked for by name. HTX has
    contracts whose codes are Chinese."""
    chinese = (("币安人生-USDT", 0.2134, 4),) if kind in _HTX_KINDS else ()
    return (*listed(kind, day), *more(kind, MORE), *_instruments(chinese, ("1", "2", "5")))


def names(kind: str) -> frozenset[str]:
    """The names that a request about this kind may carry; anything else does not exist."""
    return frozenset(instrument.name for instrument in tradable(kind, today()))
