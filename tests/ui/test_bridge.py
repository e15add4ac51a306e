"""The bridge: a service that nudges is never held up, and the screen sees all there is."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace
from typing import Any

import pytest
from textual.app import App

from tui.core.actions import EVERYTHING
from tui.core.deadman_view import TimerState
from tui.core.desk import AccountView, DeskView, Health, RunView
from tui.core.frames import Frame
from tui.ui.bridge import Bridge


class Shown:
    """What reached the screen."""

    def __init__(self) -> None:
        self.views: list[DeskView] = []
        self.seqs: list[int] = []
        self.missed = 0

    def __call__(self, view: DeskView, frames: Any, missed: int) -> None:
        self.views.append(view)
        self.seqs += [frame.seq for frame in frames]
        self.missed += missed


def frame(seq: int) -> Frame:
    return Frame(seq, 0, "a", "ws", "in", "{}")


async def test_ten_thousand_nudges_wait_for_nobody_and_become_a_few_pulls(desk: Any) -> None:
    app: App[None] = App()
    async with app.run_test() as pilot:
        shown = Shown()
        bridge = Bridge(desk, app, shown)
        bridge.start()
        took: list[float] = []

        def hammer() -> None:
            began = time.perf_counter()
            for seq in range(1, 10_001):
                desk.frames.put(frame(seq))
                bridge.nudge()
            took.append(time.perf_counter() - began)

        thread = threading.Thread(target=hammer)
        thread.start()
        time.sleep(0.5)  # noqa: ASYNC251  the screen's loop stands still, on purpose
        thread.join(5)
        assert took and took[0] < 0.5
        for _ in range(40):
            if shown.seqs and shown.seqs[-1] == 10_000:
                break
            await pilot.pause(0.05)
            bridge.alive()
        assert shown.seqs == list(range(1, 10_001))
        assert shown.missed == 0
        assert bridge.pulls <= 8


async def test_pulls_are_at_most_twenty_a_second(desk: Any) -> None:
    app: App[None] = App()
    async with app.run_test():
        bridge = Bridge(desk, app, Shown())
        bridge.start()
        end = time.monotonic() + 1.0
        while time.monotonic() < end:
            for seq in range(200):
                desk.frames.put(frame(seq))
            bridge.nudge()
            await asyncio.sleep(0.001)
        assert 2 <= bridge.pulls <= 22


async def test_what_nobody_waits_for_comes_with_the_next_second(make: Any) -> None:
    account = make.bitget()
    desk = make.FakeDesk(DeskView((account,)))
    app: App[None] = App()
    async with app.run_test() as pilot:
        shown = Shown()
        bridge = Bridge(desk, app, shown)
        bridge.start()
        route = replace(account.routes[0], round_trip_ms=99.0, heard_at_ms=1)
        later = replace(account.book, read_at_ms=account.book.read_at_ms + 5_000)
        quiet = replace(account, routes=(route,), book=later, clock_offset_ms=7.0)
        desk.view = DeskView((quiet,))
        desk.frames.put(frame(1))
        bridge.nudge()
        await pilot.pause(0.1)
        assert bridge.pulls == 1
        bridge.alive()
        assert (bridge.pulls, shown.seqs, shown.views[-1]) == (2, [1], desk.view)
        bridge.alive()
        assert bridge.pulls == 2


def left_alone(bridge: Bridge, rested_s: float) -> None:
    """Nobody has touched the screen for a minute, and it was shown so long ago."""
    bridge._touched_at -= 60.0
    bridge._pulled_at -= rested_s


async def test_a_screen_that_nobody_touches_shows_reads_every_five_seconds(make: Any) -> None:
    account = make.bitget()
    desk = make.FakeDesk(DeskView((account,)))
    app: App[None] = App()
    async with app.run_test():
        bridge = Bridge(desk, app, Shown())
        bridge.start()
        later = replace(account.book, read_at_ms=account.book.read_at_ms + 5_000)
        desk.view = DeskView((replace(account, book=later),))
        bridge.nudge()
        left_alone(bridge, 4.0)
        bridge.alive()
        assert bridge.pulls == 1
        bridge._pulled_at -= 1.0
        bridge.alive()
        assert bridge.pulls == 2


async def test_and_what_is_less_every_ten(make: Any) -> None:
    desk = make.FakeDesk(DeskView((make.bitget(),)))
    app: App[None] = App()
    async with app.run_test():
        bridge = Bridge(desk, app, Shown())
        bridge.start()
        desk.frames.put(frame(1))
        bridge.nudge()
        left_alone(bridge, 9.0)
        bridge.alive()
        assert bridge.pulls == 1
        bridge._pulled_at -= 1.0
        bridge.alive()
        assert bridge.pulls == 2


async def test_nothing_that_presses_is_left_waiting(make: Any) -> None:
    """A nudge may have compared with a picture that was just being replaced."""
    account = make.bitget()
    desk = make.FakeDesk(DeskView((account,)))
    app: App[None] = App()
    async with app.run_test():
        bridge = Bridge(desk, app, Shown())
        bridge.start()
        desk.view = DeskView((replace(account, health=Health.DOWN),))
        bridge._waiting = True
        left_alone(bridge, 1.0)
        bridge.alive()
        assert bridge.pulls == 2


async def test_what_is_watched_without_a_touch_does_not_rest(make: Any) -> None:
    desk = make.FakeDesk(DeskView((make.bitget(),)))
    app: App[None] = App()
    async with app.run_test():
        bridge = Bridge(desk, app, Shown())
        bridge.rests = False
        bridge.start()
        desk.frames.put(frame(1))
        bridge.nudge()
        left_alone(bridge, 1.0)
        bridge.alive()
        assert bridge.pulls == 2


async def test_a_touch_brings_what_waits(make: Any) -> None:
    desk = make.FakeDesk(DeskView((make.bitget(),)))
    app: App[None] = App()
    async with app.run_test():
        bridge = Bridge(desk, app, Shown())
        bridge.start()
        desk.frames.put(frame(1))
        bridge.nudge()
        left_alone(bridge, 1.0)
        bridge.touched()
        bridge.alive()
        assert bridge.pulls == 2


async def test_a_beat_is_shown_within_the_second_on_a_screen_that_rests(make: Any) -> None:
    account = make.bitget()
    desk = make.FakeDesk(DeskView((account,)))
    shown: list[DeskView] = []
    app: App[None] = App()
    async with app.run_test():
        bridge = Bridge(desk, app, Shown(), shown.append)
        bridge.start()
        (timer,) = account.timers
        beaten = replace(timer, sent_at=timer.sent_at.later(5.0))
        desk.view = DeskView((replace(account, timers=(beaten,)),))
        bridge.nudge()
        left_alone(bridge, 1.0)
        bridge.alive()
        bridge.alive()
        assert (bridge.pulls, shown) == (1, [desk.view])


def changes(account: AccountView) -> list[AccountView]:
    (timer,) = account.timers
    assert account.book is not None
    fewer = replace(account.book, orders=account.book.orders[1:])
    return [
        replace(account, health=Health.DEGRADED, reason="slow"),
        replace(account, runs=(RunView("orders", EVERYTHING, 0, "sending"),)),
        replace(account, book=fewer),
        replace(account, book_error="busy"),
        replace(account, routes=(replace(account.routes[0], up=False),)),
        replace(account, timers=(replace(timer, state=TimerState.LATE),)),
        replace(account, timers=(replace(timer, misses=1),)),
    ]


@pytest.mark.parametrize("which", range(7))
async def test_what_a_trader_must_see_is_pulled_at_once(make: Any, which: int) -> None:
    account = make.bitget()
    desk = make.FakeDesk(DeskView((account,)))
    app: App[None] = App()
    async with app.run_test() as pilot:
        bridge = Bridge(desk, app, Shown())
        bridge.start()
        desk.view = DeskView((changes(account)[which],))
        bridge.nudge()
        await make.until(pilot, lambda: bridge.pulls == 2)


async def test_frames_that_fell_off_are_counted(make: Any) -> None:
    desk = make.FakeDesk(DeskView(()))
    app: App[None] = App()
    async with app.run_test():
        shown = Shown()
        bridge = Bridge(desk, app, shown)
        bridge.start()
        for seq in (1, 2, 7):
            desk.frames.put(frame(seq))
        bridge.pull()
        desk.frames.put(frame(10))
        bridge.pull()
        assert (shown.seqs, shown.missed) == ([1, 2, 7, 10], 4 + 2)


async def test_the_service_is_released_before_the_picture_is_read(desk: Any) -> None:
    order: list[str] = []

    class Watched:
        frames = desk.frames

        @property
        def view(self) -> DeskView:
            order.append("view")
            return DeskView(())

        def watch(self, changed: Any) -> None: ...

        def caught_up(self) -> None:
            order.append("caught up")

    app: App[None] = App()
    async with app.run_test():
        Bridge(Watched(), app, Shown()).start()  # type: ignore[arg-type]
    assert order == ["caught up", "view"]


async def test_a_nudge_after_the_screen_has_closed_is_harmless(desk: Any) -> None:
    app: App[None] = App()
    async with app.run_test():
        bridge = Bridge(desk, app, Shown())
        bridge.start()
    bridge._loop = asyncio.new_event_loop()
    bridge._loop.close()
    bridge.nudge()
    bridge.nudge()
