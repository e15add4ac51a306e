"""Whether the screen still answers: beats that go on behind a dead one protect nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from tui.core.clocks import Clock
from tui.service.deadman.timers import Timers

LOOK_S = 1.0
REST_S = 5.0
"""Between two looks at most: the shortest grace that may be set meanwhile."""


class UiWatchdog:
    """Withholds the beats of all `timers` while the screen is silent for more than `grace_s`."""

    def __init__(
        self, grace_s: float, clock: Clock, timers: Callable[[], Iterable[Timers]]
    ) -> None:
        self.grace_s = grace_s
        self._clock = clock
        self._timers = timers
        self._seen = clock()

    def alive(self) -> None:
        """A sign of life; from any thread."""
        self._seen = self._clock()

    async def run(self) -> None:
        """Watches until cancelled."""
        withheld = False
        silent_s = 0.0
        while True:
            # A screen that was heard need not be looked at before it can be silent for too long.
            longest_s = max(LOOK_S, min(REST_S, self.grace_s - silent_s))
            await asyncio.sleep(longest_s)
            silent_s = self._clock().steady_since(self._seen)
            if (silent_s > self.grace_s) is withheld:
                continue
            withheld = not withheld
            for timers in self._timers():
                timers.screen_silent(silent_s if withheld else 0.0)
