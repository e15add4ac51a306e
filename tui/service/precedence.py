"""Cancels before everything else: what may wait lets a press of the whole desk go out first."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tui.core.clocks import Clock, Instant

YIELD_S = 0.1
"""How long a press may hold up the rest; about the round trip of a venue far away."""


class Precedence:
    """Knows when cancels are on the wire, on any account.

    The first read after one cancel must not take the machine from the sends and the replies of the
    others. It holds nothing up for longer than `YIELD_S` after the first of them, so that a venue
    that does not answer is not waited for.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sending = 0
        self._began: Instant | None = None
        self._answered = asyncio.Event()

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Around a cancel, from before it leaves until its reply has been read."""
        if not self._sending:
            self._began = self._clock()
            self._answered.clear()
        self._sending += 1
        try:
            yield
        finally:
            self._sending -= 1
            if not self._sending:
                self._answered.set()

    @property
    def held_s(self) -> float:
        """How much longer the rest has to wait at most; 0 when it need not."""
        if not self._sending or self._began is None:
            return 0.0
        return max(0.0, YIELD_S - self._clock().steady_since(self._began))

    async def give_way(self) -> None:
        """Returns when the cancels that are going out are answered, or have had their time."""
        if held_s := self.held_s:
            with suppress(TimeoutError):
                async with asyncio.timeout(held_s):
                    await self._answered.wait()
