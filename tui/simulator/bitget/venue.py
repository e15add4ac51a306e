"""Bitget for the registry: its demo account, and what listens where."""

from __future__ import annotations

from starlette.routing import BaseRoute, Mount

from tui.simulator.accounts import HEXADECIMAL, LETTERS, Account, new_account, word
from tui.simulator.bitget.instruments import CATEGORIES, listing
from tui.simulator.bitget.rest import Bitget
from tui.simulator.http import Gateway
from tui.simulator.venue import SimulatedVenue, Wiring

_KINDS = (*CATEGORIES, "strategy")


def _demo_accounts() -> tuple[Account, ...]:
    return (
        new_account(
            "bitget-uta",
            "bitget",
            "uta",
            listing=listing,
            kinds=_KINDS,
            timers={"bitget": _KINDS},
            keys=("bg_" + word(HEXADECIMAL, 32), word(HEXADECIMAL, 64), word(LETTERS, 14)),
            id_bits=20,
            categories={"strategy": CATEGORIES},
            products=_KINDS,
        ),
    )


def _routes(wiring: Wiring) -> tuple[BaseRoute, ...]:
    rest = Gateway(Bitget(wiring.accounts), wiring.abort)
    return tuple(Mount(prefix, rest) for prefix in ("/api/v3", "/api/v2"))


BITGET = SimulatedVenue("bitget", _demo_accounts, _routes, keepalive_s=0.0)
"""It has no socket that killdesk uses."""
