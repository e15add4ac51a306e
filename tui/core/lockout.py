"""When a screen locks by itself, and how long the next PIN has to wait. Neither counts ticks."""

from __future__ import annotations

from collections.abc import Callable

from tui.core.clocks import Clock, Instant

WAITS_S = (1, 2, 4, 8, 16, 30)
"""After one wrong PIN, after two in a row, and so on; the last for all further ones."""


class PinBackoff:
    """Wrong PINs in a row make the next one wait, longer each time."""

    def __init__(self, mono_s: Callable[[], float]) -> None:
        self._mono_s = mono_s
        self._wrong = 0
        self._not_before_s = 0.0

    @property
    def wait_s(self) -> float:
        """Seconds until a PIN is looked at again; 0 when one may be tried."""
        return max(0.0, self._not_before_s - self._mono_s()) if self._wrong else 0.0

    def wrong(self) -> None:
        """A PIN was wrong."""
        wait_s = WAITS_S[min(self._wrong, len(WAITS_S) - 1)]
        self._wrong += 1
        self._not_before_s = self._mono_s() + wait_s

    def right(self) -> None:
        """A PIN was right: the waiting begins anew."""
        self._wrong = 0


class IdleTimer:
    """Tells when nobody has touched the screen for `after_s` seconds; never when that is 0."""

    def __init__(self, after_s: float, clock: Clock) -> None:
        self._after_s = after_s
        self._clock = clock
        self._touched: Instant = clock()

    def touch(self) -> None:
        """Somebody pressed a key or a button of the mouse."""
        self._touched = self._clock()

    @property
    def over(self) -> bool:
        """Whether the time is over. It goes on while the machine sleeps."""
        return self._after_s > 0 and self._clock().since(self._touched) >= self._after_s
