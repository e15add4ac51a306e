"""A bell ends a sleep before its time, and rings for nobody too late."""

from __future__ import annotations

import asyncio

from tui.service.desk.scheduling import WakeableSleep


async def test_it_ends_a_sleep() -> None:
    bell = WakeableSleep()
    sleeping = asyncio.create_task(bell.sleep(None))
    await asyncio.sleep(0)
    assert not sleeping.done()
    bell.ring()
    bell.ring()
    await sleeping


async def test_without_it_a_sleep_ends_by_itself() -> None:
    await WakeableSleep().sleep(0.001)


async def test_rung_before_it_is_heard_until_it_is_hushed() -> None:
    bell = WakeableSleep()
    bell.ring()
    await bell.sleep(None)
    await bell.sleep(None)
    bell.hush()
    sleeping = asyncio.create_task(bell.sleep(None))
    await asyncio.sleep(0)
    assert not sleeping.done()
    sleeping.cancel()
    await asyncio.gather(sleeping, return_exceptions=True)
    bell.ring()  # nobody sleeps any more
    await bell.sleep(None)
