"""How often sockets connect to one place: a venue counts by address, over all our accounts."""

from __future__ import annotations

import asyncio
import time
from collections import deque

WINDOW_S = 1.25
"""What we take for a second: on its way to the venue an attempt may gain on the one before."""


class ConnectRateLimit:
    """Grants turns to connect. No cancel waits here: one without a socket goes over REST."""

    def __init__(self) -> None:
        self._granted: dict[str, deque[float]] = {}
        """By place the last turns, as many as a second has."""

    async def turn(self, place: str, a_second: int) -> None:
        """Returns when `place` has seen fewer than `a_second` connections of ours in a second."""
        granted = self._granted.setdefault(place, deque(maxlen=a_second))
        while len(granted) == a_second:
            wait_s = granted[0] + WINDOW_S - time.monotonic()
            if wait_s <= 0:
                break
            await asyncio.sleep(wait_s)
        granted.append(time.monotonic())
