"""HTX for the registry: its demo accounts, and what listens where."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Mount, WebSocketRoute

from tui.simulator.accounts import Account, new_account, word
from tui.simulator.http import Gateway
from tui.simulator.htx.instruments import listing
from tui.simulator.htx.rest import HtxRest
from tui.simulator.htx.socket import HtxSocket
from tui.simulator.venue import SimulatedVenue, Wiring

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

_LEGACY = ("isolated", "cross")


def _key() -> str:
    lower = string.ascii_lowercase + string.digits
    return "-".join(word(lower, size) for size in (8, 8, 8, 5))


def _demo_accounts() -> tuple[Account, ...]:
    return (
        new_account(
            "htx-legacy",
            "htx",
            "legacy",
            listing=listing,
            kinds=_LEGACY,
            timers={"htx": _LEGACY},
            keys=(_key(), _key(), ""),
            id_bits=18,
            empty=("trigger",),
            products=("isolated", "cross", "trigger"),
            has_paper_keys=False,
        ),
        new_account(
            "htx-unified",
            "htx",
            "unified",
            listing=listing,
            kinds=("unified",),
            timers={"htx": ("unified",)},
            keys=(_key(), _key(), ""),
            id_bits=20,
            empty=("v5-algo",),
            products=("unified", "v5-algo"),
            has_paper_keys=False,
        ),
    )


def _routes(wiring: Wiring) -> tuple[BaseRoute, ...]:
    async def trade(websocket: WebSocket) -> None:
        await HtxSocket(websocket, wiring.abort, wiring.accounts, wiring.keepalive_s).run()

    rest = Gateway(HtxRest(wiring.accounts), wiring.abort)
    prefixes = ("/linear-swap-api", "/v5", "/api/v1", "/heartbeat")
    return (
        WebSocketRoute("/linear-swap-trade", trade),
        *(Mount(prefix, rest) for prefix in prefixes),
    )


HTX = SimulatedVenue("htx", _demo_accounts, _routes, keepalive_s=5.0)
"""It pings every five seconds."""
