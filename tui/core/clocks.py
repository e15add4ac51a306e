"""Time on several clocks, because each of them is wrong in its own way.

The monotonic clock may stand still while a machine sleeps, a boot-time clock, which counts sleep,
does not exist everywhere, and the wall clock is set by people and by NTP. Where there is a
boot-time clock, it decides. Where there is none, the wall clock is the only one that may see a
suspend, and also one that anybody may set: what it alone says is a doubt, never a fact.
"""

from __future__ import annotations

import sys
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
    counts_sleep: bool = True
    """Whether `boot_s` goes on while the machine sleeps. If not, a suspend shows on the wall clock
    alone."""

    def since(self, earlier: Instant) -> float:
        """Seconds from `earlier` to here at most: for what must not be overstated.

        Larger than `steady_since` only where no clock counts sleep and the wall clock has jumped
        ahead, which may have been a suspend or somebody who set it.
        """
        steady_s = self.steady_since(earlier)
        if self.counts_sleep and earlier.counts_sleep:
            return steady_s
        return max(steady_s, self.wall_s - earlier.wall_s)

    def steady_since(self, earlier: Instant) -> float:
        """Seconds that have certainly passed since `earlier`, by the clocks that nobody can set."""
        return max(self.mono_s - earlier.mono_s, self.boot_s - earlier.boot_s)

    def later(self, seconds: float) -> Instant:
        """The moment `seconds` after this one, on every clock."""
        return Instant(
            self.mono_s + seconds, self.boot_s + seconds, self.wall_s + seconds, self.counts_sleep
        )

    @property
    def wall_ms(self) -> int:
        """Milliseconds since the Unix epoch."""
        return round(self.wall_s * 1000)


Clock = Callable[[], Instant]


def _boot_clock() -> Callable[[], float] | None:
    """A clock that nobody can set and that goes on while the machine sleeps; None without one."""
    if sys.platform == "win32":
        return time.monotonic  # counts sleep there
    # Linux and some others name it; on macOS the system's CLOCK_MONOTONIC is one, and Python's
    # `time.monotonic` is not.
    named = "CLOCK_MONOTONIC" if sys.platform == "darwin" else "CLOCK_BOOTTIME"
    clock: int | None = getattr(time, named, None)
    return None if clock is None else lambda: time.clock_gettime(clock)


_BOOT = _boot_clock()


def read_clock() -> Instant:
    """The moment now. Without a clock that counts sleep the monotonic one stands in for it."""
    mono_s = time.monotonic()
    if _BOOT is None:
        return Instant(mono_s, mono_s, time.time(), counts_sleep=False)
    return Instant(mono_s, _BOOT(), time.time())
