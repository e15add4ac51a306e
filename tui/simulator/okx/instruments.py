"""The spreads, contracts and underlyings of OKX that the simulator lists."""

from __future__ import annotations

from datetime import date

from tui.simulator.instruments import COINS, LOTS, Listing, instruments, quarter


def listing(kind: str, day: date) -> Listing:
    """KeyError for a kind that OKX does not have."""
    blocks = (("BTC-USDT", 91250.0, 1), ("ETH-USDT", 3120.0, 2))
    table = {
        "spread": (
            ("BTC-USDT_BTC-USDT-SWAP", -12.5, 1),
            ("ETH-USDT_ETH-USDT-SWAP", -1.25, 2),
            (f"BTC-USDT_BTC-USDT-{quarter(day)}", 640.0, 1),
        ),
        "quote": blocks,
        "rfq": blocks,
        "order": (
            ("BTC-USDT", 91250.0, 1),
            ("ETH-USDT-SWAP", 3121.0, 2),
            (f"BTC-USDT-{quarter(day)}", 92100.0, 1),
        ),
        "algo": (("BTC-USDT-SWAP", 91260.0, 1), ("ETH-USDT-SWAP", 3121.0, 2)),
    }[kind]
    sizes = {"spread": COINS, "quote": ("25", "50", "120"), "rfq": ("25", "50", "120")}
    return Listing(instruments(table, sizes.get(kind, LOTS)))
