"""Wakes a task that sleeps for a while, before its time."""

from __future__ import annotations

import asyncio
from itertools import count

from tui.service.rounds import ROUND_S, until_round

TOGETHER = 16
"""So many sleepers wake in one go; a press should not find more before it."""
_APART_S = 0.02


class Bell:
    """For one sleeper. It costs less than an event and a timeout, which an idle desk would notice:
    most of what it does is to wake up and to find nothing to do.

    Who sleeps for a second or longer wakes a little early, with others: in the rounds.
    """

    _made = count()

    def __init__(self) -> None:
        self._late_s = next(self._made) // TOGETHER * _APART_S % ROUND_S
        self._rung = False
        self._sleeper: asyncio.Future[None] | None = None

    def ring(self) -> None:
        """Ends the sleep, or the next one if nobody sleeps; called in the sleeper's loop."""
        self._rung = True
        _end(self._sleeper)

    def hush(self) -> None:
        """Forgets that it was rung."""
        self._rung = False

    async def sleep(self, seconds: float | None, every_s: float = ROUND_S) -> None:
        """Until it rings, but no longer than so many seconds; None for as long as it takes.

        `every_s`, at most `seconds`, is how far the rounds are apart in one of which it wakes.
        """
        if self._rung:
            return
        loop = asyncio.get_running_loop()
        self._sleeper = loop.create_future()
        late = None
        if seconds is not None:
            wait_s = until_round(seconds, every_s=every_s, late_s=self._late_s)
            late = loop.call_later(wait_s, _end, self._sleeper)
        try:
            await self._sleeper
        finally:
            self._sleeper = None
            if late is not None:
                late.cancel()


def _end(sleeper: asyncio.Future[None] | None) -> None:
    if sleeper is not None and not sleeper.done():
        sleeper.set_result(None)
