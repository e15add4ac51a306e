"""How far the venue's clock is from ours: what leaves is stamped with the venue's."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from tui.core.clocks import Clock, Instant
from tui.venues.base.errors import VenueError

EVERY_S = 600.0
"""Between two measurements."""
SETTLED_S = 10.0
"""After the first one, which starting up has disturbed."""
RETRY_S = 5.0
"""After one that failed, and the least time between two in any case."""
ABSURD_MS = 86_400_000
"""No venue's clock is a day from ours; a time that says so is in another unit, or a mistake."""
SAMPLES = 3
"""Of one measurement the sample with the quickest answer counts: it can be off by half of that."""


class VenueClock:
    """Measures the offset at start, from time to time, and whenever a venue finds fault with it."""

    def __init__(self, clock: Clock, changed: Callable[[], None]) -> None:
        self._clock = clock
        self._changed = changed
        self._again = asyncio.Event()
        self.known = asyncio.Event()
        """Set once there has been a measurement."""
        self._venue_ms = 0.0
        self._measured: Instant | None = None
        """When the venue's clock said `_venue_ms`."""
        self._error_ms = 0.0

    @property
    def offset_ms(self) -> float:
        """The venue's clock minus ours, ours being what somebody may have set meanwhile."""
        return self._now_ms(self._clock()) - self._clock().wall_s * 1000

    @property
    def shown_ms(self) -> float | None:
        """The offset for a screen, to a tenth: 0 within its error, None before a measurement."""
        if not self.known.is_set():
            return None
        return round(self.offset_ms, 1) if abs(self.offset_ms) > self._error_ms else 0.0

    def now_ms(self) -> int:
        """The venue's time, epoch milliseconds."""
        return round(self._now_ms(self._clock()))

    def _now_ms(self, now: Instant) -> float:
        """Counted on by a clock that nobody can set, so that setting ours breaks no signature."""
        if self._measured is None:
            return now.wall_s * 1000
        return self._venue_ms + now.steady_since(self._measured) * 1000

    def resync(self) -> None:
        """Measures soon."""
        self._again.set()

    async def run(self, ask: Callable[[], Awaitable[int]]) -> None:
        """Measures until cancelled. `ask` gives the venue's time in ms, or raises VenueError."""
        pause_s = SETTLED_S
        while True:
            self._again.clear()
            retry_s = max(RETRY_S, await self._measure(ask))
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s if self.known.is_set() else retry_s):
                    await self._again.wait()
                    await asyncio.sleep(retry_s)
            pause_s = EVERY_S

    async def _measure(self, ask: Callable[[], Awaitable[int]]) -> float:
        """How long the venue asks to wait before it is asked again, in seconds."""
        quickest_s: float | None = None
        for _ in range(SAMPLES):
            before = self._clock()
            try:
                venue_ms = await ask()
            except VenueError as error:
                return error.pause_s
            after = self._clock()
            took_s = after.steady_since(before)
            at_ms = venue_ms + took_s * 500
            if abs(at_ms - after.wall_s * 1000) > ABSURD_MS:
                continue
            if quickest_s is None or took_s < quickest_s:
                quickest_s = took_s
                self._venue_ms, self._measured = at_ms, after
                self._error_ms = took_s * 500
                self.known.set()
                self._changed()
        return 0.0
