"""Wakes a task that sleeps for a while, before its time."""

from __future__ import annotations

import asyncio


class WakeableSleep:
    """For one task. It costs less than an event with a timeout, of which an idle desk has many."""

    def __init__(self) -> None:
        self._rung = False
        self._sleeper: asyncio.Future[None] | None = None

    def ring(self) -> None:
        """Ends the sleep, or the next one if nobody sleeps; called in the sleeper's loop."""
        self._rung = True
        _end(self._sleeper)

    def hush(self) -> None:
        """Forgets that it was rung."""
        self._rung = False

    async def sleep(self, seconds: float | None) -> None:
        """Until it rings, but at most `seconds`; None for no limit."""
        if self._rung:
            return
        loop = asyncio.get_running_loop()
        self._sleeper = loop.create_future()
        late = None
        if seconds is not None:
            late = loop.call_later(seconds, _end, self._sleeper)
        try:
            await self._sleeper
        finally:
            self._sleeper = None
            if late is not None:
                late.cancel()


def _end(sleeper: asyncio.Future[None] | None) -> None:
    if sleeper is not None and not sleeper.done():
        sleeper.set_result(None)
