"""Dead-man timers: armed, refreshed or disarmed by a request, and really firing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Countdown:
    """One timer of one account. It closes itself when it fires."""

    def __init__(self, fire: Callable[[], None]) -> None:
        self._fire = fire
        self._handle: asyncio.TimerHandle | None = None
        self.fired = False

    def arm(self, seconds: float) -> None:
        """Start, or start again, to fire in so many seconds."""
        self.disarm()
        self._handle = asyncio.get_running_loop().call_later(seconds, self._expire)

    def disarm(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def reset(self) -> None:
        self.disarm()
        self.fired = False

    def state(self) -> dict[str, object]:
        """`expires_in_ms` is null while not armed; `fired` stays true until a reset."""
        left_ms = None
        if self._handle is not None:
            left_s = self._handle.when() - asyncio.get_running_loop().time()
            left_ms = max(0, round(left_s * 1000))
        return {
            "armed": self._handle is not None,
            "expires_in_ms": left_ms,
            "fired": self.fired,
        }

    def _expire(self) -> None:
        self._handle = None
        self.fired = True
        self._fire()
