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
from tui.core.deadman.view import TimerState
from tui.core.desk import AccountView, DeskView, Health, RunView
from tui.core.frames import Frame
from tui.ui.app.bridge import Bridge


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


def changes(account: AccountView) -> list[AccountView]:
    (timer,) = account.timers
    assert account.book is not None and timer.sent_at is not None
    fewer = replace(account.book, orders=account.book.orders[1:])
    return [
        replace(account, health=Health.DEGRADED, reason="slow"),
        replace(account, runs=(RunView("orders", EVERYTHING, 0, "sending"),)),
        replace(account, book=fewer),
        replace(account, book_error="busy"),
        replace(account, routes=(replace(account.routes[0], up=False),)),
        replace(account, timers=(replace(timer, state=TimerState.LATE),)),
        replace(account, timers=(replace(timer, misses=1),)),
        replace(account, timers=(replace(timer, sent_at=timer.sent_at.later(5.0)),)),
        replace(account, book=replace(account.book, read_at_ms=account.book.read_at_ms + 5_000)),
        replace(account, routes=(replace(account.routes[0], round_trip_ms=99.0),)),
        replace(account, clock_offset_ms=7.0),
    ]


@pytest.mark.parametrize("which", range(11))
async def test_whatever_changes_is_pulled_at_once(make: Any, which: int) -> None:
    account = make.bitget()
    desk = make.FakeDesk(DeskView((account,)))
    app: App[None] = App()
    async with app.run_test() as pilot:
        bridge = Bridge(desk, app, Shown())
        bridge.start()
        desk.view = DeskView((changes(account)[which],))
        bridge.nudge()
        await make.until(pilot, lambda: bridge.pulls == 2)


async def test_a_single_frame_is_pulled_at_once(make: Any, desk: Any) -> None:
    app: App[None] = App()
    async with app.run_test() as pilot:
        shown = Shown()
        bridge = Bridge(desk, app, shown)
        bridge.start()
        desk.frames.put(frame(1))
        bridge.nudge()
        await make.until(pilot, lambda: shown.seqs == [1])


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

    class WatchedProcess:
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
        Bridge(WatchedProcess(), app, Shown()).start()  # type: ignore[arg-type]
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


async def test_a_screen_that_nobody_can_see_gives_no_sign_of_life(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app: App[None] = App()
    alive: list[bool] = []
    monkeypatch.setattr(desk, "screen_alive", lambda: alive.append(True))
    async with app.run_test():
        seen = False
        bridge = Bridge(desk, app, Shown(), seen=lambda: seen)
        bridge.start()
        bridge.alive()
        assert not alive
        seen = True
        bridge.alive()
        assert alive
