"""The offset to the venue's clock: the quickest sample counts."""

from __future__ import annotations

import asyncio

import pytest

from tui.core.actions import Verdict
from tui.core.clocks import Instant
from tui.service.account.venue_clock import VenueClock
from tui.venues.base.errors import VenueError


class Time:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> Instant:
        return Instant(self.now_s, self.now_s, self.now_s)


async def measure(time: Time, answers: list[tuple[float, float]]) -> VenueClock:
    """Each answer: how long it took in seconds, and the venue's offset when it was given."""
    clock = VenueClock(time, lambda: None)
    left = list(answers)
    done = asyncio.Event()

    async def ask() -> int:
        if not left:
            raise VenueError(Verdict.UNKNOWN, "", "no answer")
        took_s, offset_ms = left.pop(0)
        time.now_s += took_s / 2
        venue_ms = round(time.now_s * 1000 + offset_ms)
        time.now_s += took_s / 2
        if not left:
            done.set()
        return venue_ms

    task = asyncio.create_task(clock.run(ask))
    await done.wait()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return clock


async def test_the_quickest_of_the_samples_counts() -> None:
    clock = await measure(Time(), [(0.8, 300), (0.02, 120), (0.4, 500)])
    assert clock.offset_ms == pytest.approx(120, abs=1)
    assert clock.known.is_set()


async def test_what_is_signed_is_stamped_with_the_venues_time() -> None:
    time = Time()
    clock = await measure(time, [(0.0, -90_000)])
    assert clock.now_ms() == round(time.now_s * 1000) - 90_000
