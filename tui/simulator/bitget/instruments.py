"""The categories of Bitget, and the symbols in them that the simulator lists."""

from __future__ import annotations

from datetime import date

from tui.simulator.instruments import COINS, Listing, instruments

CATEGORIES = ("SPOT", "MARGIN", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES")
_SYMBOLS = {
    "SPOT": (("BTCUSDT", 91250.0, 2), ("ETHUSDT", 3120.0, 2)),
    "MARGIN": (("BTCUSDT", 91250.0, 2), ("SOLUSDT", 142.0, 3)),
    "USDT-FUTURES": (("BTCUSDT", 91250.0, 1), ("ETHUSDT", 3120.0, 2), ("SOLUSDT", 142.0, 3)),
    "COIN-FUTURES": (("BTCUSD", 91200.0, 1), ("ETHUSD", 3118.0, 2)),
    "USDC-FUTURES": (("BTCPERP", 91240.0, 1), ("ETHPERP", 3119.0, 2)),
    "strategy": (("BTCUSDT", 91250.0, 1), ("ETHUSDT", 3120.0, 2)),
}


def listing(kind: str, _day: date) -> Listing:
    """KeyError for a kind that Bitget does not have."""
    return Listing(instruments(_SYMBOLS[kind], COINS))
