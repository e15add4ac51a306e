"""Cancels go before everything else, and hold it up for a moment only."""

from __future__ import annotations

import asyncio

from tui.core.clocks import read_clock
from tui.service.desk import cancel_priority as precedence
from tui.service.desk.cancel_priority import CancelPriority


async def test_the_rest_waits_until_the_last_cancel_is_answered() -> None:
    first = CancelPriority(read_clock)
    with first.sending(), first.sending():
        waiting = asyncio.create_task(first.wait_for_cancels())
        await asyncio.sleep(0)
        assert not waiting.done()
        assert 0 < first.held_s <= precedence.QUIET_S
    await waiting
    assert first.held_s == 0


async def test_a_cancel_without_an_answer_is_not_waited_for() -> None:
    first = CancelPriority(read_clock)
    with first.sending():
        await first.wait_for_cancels()
        assert first.held_s == 0
        with first.sending():
            await first.wait_for_cancels()


async def test_with_no_cancel_on_the_wire_nothing_waits() -> None:
    first = CancelPriority(read_clock)
    assert first.held_s == 0
    await first.wait_for_cancels()
