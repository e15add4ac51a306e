"""Time as several clocks tell it, because each of them lies in some way of its own.

The monotonic clock stands still while a machine sleeps, the boot-time clock exists on Linux only,
and the wall clock is set by people. Where an overstatement would be dangerous, the elapsed time is
the largest that any of them gives.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

LAST_MS = 253_402_300_799_999
"""The end of the year 9999 in UTC, epoch ms: no calendar here goes beyond it."""


@dataclass(frozen=True, slots=True)
class Instant:
    """One moment on three clocks, all in seconds."""

    mono_s: float
    boot_s: float
    wall_s: float

    def since(self, earlier: Instant) -> float:
        """Seconds from `earlier` to here: the most that any clock says."""
        return max(
            self.mono_s - earlier.mono_s,
            self.boot_s - earlier.boot_s,
            self.wall_s - earlier.wall_s,
        )

    def steady_since(self, earlier: Instant) -> float:
        """Seconds from `earlier` to here by the clocks that nobody can set: for measuring."""
        return max(self.mono_s - earlier.mono_s, self.boot_s - earlier.boot_s)

    def later(self, seconds: float) -> Instant:
        """So many seconds after this one, on every clock."""
        return Instant(self.mono_s + seconds, self.boot_s + seconds, self.wall_s + seconds)

    @property
    def wall_ms(self) -> int:
        """Milliseconds since the Unix epoch."""
        return round(self.wall_s * 1000)


Clock = Callable[[], Instant]

_BOOTTIME = getattr(time, "CLOCK_BOOTTIME", None)


def read_clock() -> Instant:
    """The moment now. Without a boot-time clock (macOS, Windows) the monotonic one stands in."""
    mono_s = time.monotonic()
    boot_s = time.clock_gettime(_BOOTTIME) if _BOOTTIME is not None else mono_s
    return Instant(mono_s, boot_s, time.time())
