"""The contracts of HTX that the simulator lists."""

from __future__ import annotations

from datetime import date

from tui.simulator.instruments import LOTS, Listing, deliveries, instruments, quarter

MORE = 200
"""Swaps beside those that the books start with, about as many as HTX lists."""


def contract_types(day: date) -> dict[str, str]:
    """Suffix of a contract code by `contract_type`; a perpetual swap has none."""
    dated = {kind: f"-{when:%y%m%d}" for kind, when in deliveries(day).items()}
    return {"swap": "", **dated}


def listing(kind: str, day: date) -> Listing:
    """KeyError for a kind that HTX does not have. Some codes of contracts are Chinese."""
    swaps = (("BTC-USDT", 91250.0, 1), ("ETH-USDT", 3120.0, 2), ("SOL-USDT", 142.0, 3))
    dated = (
        (f"BTC-USDT-{quarter(day)}", 92100.0, 1),
        (f"ETH-USDT-{quarter(day)}", 3150.0, 2),
    )
    usual = {
        "isolated": swaps,
        "trigger": swaps[:2],
        "cross": swaps[:2] + dated,
        "unified": swaps + dated[:1],
        "v5-algo": swaps + dated[:1],
    }[kind]
    more = tuple((f"C{number:03}-USDT", 1.0 + number, 3) for number in range(MORE))
    sizes = ("1", "2", "5")
    return Listing(
        usual=instruments(usual, LOTS),
        more=instruments(more, sizes) if kind in ("isolated", "cross") else (),
        by_name=instruments((("币安人生-USDT", 0.2134, 4),), sizes),
    )
