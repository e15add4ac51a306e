"""Cancels before everything else: what may wait lets a press of the whole desk go out first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tui.core.clocks import Clock

QUIET_S = 0.06
"""So long after the last cancel that left or was answered, the others are not waited for."""
MOST_S = 0.5
"""No press holds up the rest for longer."""


class CancelPriority:
    """Knows when cancels are on the wire, on any account.

    The first read after one cancel must not take the machine from the sends and the replies of the
    others. While these come thick and fast the rest waits; a venue that takes its time, or does not
    answer, is not waited for.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sending = 0
        self._began = self._last = clock()
        self._answered = asyncio.Event()

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Around a cancel, from before it leaves until its reply has been read."""
        self._last = self._clock()
        if not self._sending:
            self._began = self._last
            self._answered.clear()
        self._sending += 1
        try:
            yield
        finally:
            self._last = self._clock()
            self._sending -= 1
            if not self._sending:
                self._answered.set()

    @property
    def held_s(self) -> float:
        """For how long the rest has to wait, from what is known now; 0 when it need not."""
        if not self._sending:
            return 0.0
        now = self._clock()
        quiet_s, all_s = now.steady_since(self._last), now.steady_since(self._began)
        return max(0.0, min(QUIET_S - quiet_s, MOST_S - all_s))

    async def wait_for_cancels(self) -> None:
        """Returns when the cancels that are going out are answered, or have had their time."""
        while held_s := self.held_s:
            with suppress(TimeoutError):
                async with asyncio.timeout(held_s):
                    await self._answered.wait()

    def later(
        self, loop: asyncio.AbstractEventLoop, wait_s: float, work: Callable[[], None]
    ) -> None:
        """Calls `work` in `loop` after so long, and not while cancels are going out."""

        def due() -> None:
            if held_s := self.held_s:
                loop.call_later(held_s, due)
            else:
                work()

        loop.call_later(wait_s, due)
