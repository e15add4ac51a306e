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


class Resting:
    """A bridge of one account, on a screen that nobody has touched for a minute."""

    def __init__(self, make: Any) -> None:
        self.account = make.bitget()
        self.desk = make.FakeDesk(DeskView((self.account,)))
        self.timers: list[DeskView] = []
        self.bridge = Bridge(self.desk, App(), Shown(), self.timers.append)
        self.bridge._touched_at -= 60.0
        self.bridge.start()

    def change(self, **more: Any) -> None:
        """The service has a newer picture of the account."""
        self.desk.view = DeskView((replace(self.account, **more),))
        self.bridge.nudge()

    def add_frame(self) -> None:
        self.desk.frames.put(frame(1))
        self.bridge.nudge()

    def pulls_after(self, rested_s: float) -> int:
        """How often it has pulled once a second begins so long after the last time."""
        self.bridge._pulled_at = time.monotonic() - rested_s
        self.bridge.alive()
        return self.bridge.pulls


@pytest.fixture
async def resting(make: Any) -> Resting:
    return Resting(make)


async def test_a_screen_that_nobody_touches_shows_reads_every_five_seconds(
    resting: Resting,
) -> None:
    book = resting.account.book
    assert book is not None
    resting.change(book=replace(book, read_at_ms=book.read_at_ms + 5_000))
    assert resting.pulls_after(4.0) == 1
    assert resting.pulls_after(5.0) == 2


async def test_and_what_is_less_every_ten(resting: Resting) -> None:
    resting.add_frame()
    assert resting.pulls_after(9.0) == 1
    assert resting.pulls_after(10.0) == 2


async def test_nothing_that_presses_is_left_waiting(resting: Resting) -> None:
    """A nudge may have compared with a picture that was just being replaced."""
    resting.desk.view = DeskView((replace(resting.account, health=Health.DOWN),))
    resting.bridge._waiting = True
    assert resting.pulls_after(1.0) == 2


async def test_what_is_watched_without_a_touch_does_not_rest(resting: Resting) -> None:
    resting.bridge.rests = False
    resting.add_frame()
    assert resting.pulls_after(1.0) == 2


async def test_a_touch_brings_what_waits(resting: Resting) -> None:
    resting.add_frame()
    resting.bridge.touched()
    assert resting.pulls_after(1.0) == 2


async def test_a_beat_is_shown_within_the_second_on_a_screen_that_rests(resting: Resting) -> None:
    (timer,) = resting.account.timers
    assert timer.sent_at is not None
    resting.change(timers=(replace(timer, sent_at=timer.sent_at.later(5.0)),))
    assert resting.pulls_after(1.0) == 1
    assert resting.pulls_after(2.0) == 1
    assert resting.timers == [resting.desk.view]


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
