"""OKX for the registry: its demo account, and what listens where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import BaseRoute, Mount, WebSocketRoute

from tui.simulator.accounts import HEXADECIMAL, LETTERS, Account, new_account, word
from tui.simulator.http import Gateway
from tui.simulator.okx.instruments import listing
from tui.simulator.okx.rest import OkxRest
from tui.simulator.okx.socket import OkxSocket
from tui.simulator.venue import SimulatedVenue, Wiring

if TYPE_CHECKING:
    from starlette.websockets import WebSocket


def _demo_accounts() -> tuple[Account, ...]:
    key = "-".join(word(HEXADECIMAL, size) for size in (8, 4, 4, 4, 12))
    return (
        new_account(
            "okx-desk",
            "okx",
            listing=listing,
            kinds=("spread", "quote"),
            timers={"okx-sprd": ("spread",), "okx-rfq": ("quote",), "okx-trade": ("order",)},
            keys=(key, word(HEXADECIMAL.upper(), 32), word(LETTERS, 14)),
            id_bits=18,
            empty=("rfq", "order", "algo"),
            products=("spread", "block", "trade"),
        ),
    )


def _routes(wiring: Wiring) -> tuple[BaseRoute, ...]:
    async def business(websocket: WebSocket) -> None:
        await OkxSocket(websocket, wiring.abort, wiring.accounts, wiring.keepalive_s).run()

    rest = Gateway(OkxRest(wiring.accounts, wiring.public_limits), wiring.abort)
    return (WebSocketRoute("/ws/v5/business", business), Mount("/api/v5", rest))


OKX = SimulatedVenue("okx", _demo_accounts, _routes, keepalive_s=30.0)
"""It hangs up on a client that is silent for thirty seconds."""
