"""Timers in the service's hands: every venue's, their guards, their lock, and their end."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tui.core.accounts import GuardSettings, TimerSettings
from tui.core.actions import Outcome
from tui.core.clocks import read_clock
from tui.core.deadman.view import TimerState
from tui.service.cancel.run import RunLimits
from tui.service.deadman.timer_lock import TimerLock

OpenDesk = Callable[..., Any]

BITGET = "bitget-uta"
PATH = "/api/v3/trade/countdown-cancel-all"
EVER = 1_000_000


def guarded(**guards: object) -> TimerSettings:
    return TimerSettings(5, 1.2, guards=GuardSettings(**guards))  # type: ignore[arg-type]


def states(desk: Any, name: str) -> list[TimerState]:
    return [one.state_at(read_clock()) for one in desk.account(name).timers]


def message(desk: Any, name: str = BITGET) -> str:
    return desk.account(name).timer.message


async def all_are(desk: Any, name: str, state: TimerState) -> None:
    await desk.until(lambda: bool(states(desk, name)) and set(states(desk, name)) == {state})


@pytest.mark.parametrize(
    ("name", "timers"),
    [
        ("okx-desk", ("okx-sprd", "okx-rfq", "okx-trade")),
        ("htx-legacy", ("htx",)),
        ("htx-unified", ("htx",)),
        (BITGET, ("bitget",)),
    ],
)
async def test_every_venue_s_timers_are_armed_beaten_and_disarmed_together(
    simulator: Any, open_desk: OpenDesk, name: str, timers: tuple[str, ...]
) -> None:
    asked = () if name == BITGET else timers
    desk = open_desk(name, timers=asked, deadman=TimerSettings(10, 1.2))
    await desk.ready(name)
    assert [one.id for one in desk.account(name).timers] == list(timers)
    desk.desk.arm(name)
    await all_are(desk, name, TimerState.ARMED)
    first = {one.id: one.last_beat_ms for one in desk.account(name).timers}
    await desk.until(
        lambda: all(one.last_beat_ms > first[one.id] for one in desk.account(name).timers)
    )
    for timer in timers:
        assert simulator.timer(name, timer)["armed"]
        assert simulator.timer(name, timer)["expires_in_ms"] > 7000
    if name != BITGET:
        told = [one.trigger_ms for one in desk.account(name).timers]
        assert all(abs(ms - read_clock().wall_ms - 10_000) < 3000 for ms in told)
    desk.desk.disarm(name)
    await all_are(desk, name, TimerState.OFF)
    assert not any(simulator.timer(name, timer)["armed"] for timer in timers)


async def test_no_timer_but_the_usual_one_is_held_unasked(open_desk: OpenDesk) -> None:
    desk = open_desk("okx-desk", "htx-legacy", BITGET)
    await desk.ready("okx-desk", "htx-legacy", BITGET)
    held = {name: desk.account(name).timers for name in ("okx-desk", "htx-legacy", BITGET)}
    assert {name: len(timers) for name, timers in held.items()} == {
        "okx-desk": 0, "htx-legacy": 0, BITGET: 1,
    }  # fmt: skip


async def test_the_beats_end_with_the_process_they_vouch_for(
    simulator: Any, open_desk: OpenDesk
) -> None:
    trading = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "input()", stdin=asyncio.subprocess.PIPE
    )
    try:
        desk = open_desk(BITGET, deadman=guarded(pid=trading.pid))
        await desk.ready(BITGET)
        desk.desk.arm(BITGET)
        await all_are(desk, BITGET, TimerState.ARMED)
    finally:
        trading.kill()
        await trading.wait()
    await desk.until(lambda: f"process {trading.pid}" in message(desk))
    assert states(desk, BITGET) == [TimerState.LATE]
    await desk.until(lambda: simulator.timer(BITGET, "bitget")["fired"] > 0)
    await all_are(desk, BITGET, TimerState.FIRED)


async def test_nothing_is_armed_while_a_guard_fails(
    simulator: Any, open_desk: OpenDesk, tmp_path: Path
) -> None:
    beat = tmp_path / "bot.beat"
    desk = open_desk(BITGET, deadman=guarded(file=str(beat), file_fresh_s=30))
    await desk.ready(BITGET)
    desk.desk.arm(BITGET)
    await desk.until(lambda: "bot.beat is missing" in message(desk))
    assert not any(f.direction == "out" and PATH in f.text for f in desk.log())
    assert desk.account(BITGET).timer.guards[0].fault
    beat.touch()
    await all_are(desk, BITGET, TimerState.ARMED)
    assert desk.account(BITGET).timer.guards[0].fault == ""


async def test_presence_runs_out_and_can_be_confirmed(simulator: Any, open_desk: OpenDesk) -> None:
    desk = open_desk(BITGET, deadman=guarded(presence_min=0.05))
    await desk.ready(BITGET)
    desk.desk.arm(BITGET)
    await all_are(desk, BITGET, TimerState.ARMED)
    assert desk.account(BITGET).timer.guards[0].until is not None
    await desk.until(lambda: "nobody confirmed presence" in message(desk))
    assert states(desk, BITGET) == [TimerState.LATE]
    desk.desk.confirm_presence()
    await all_are(desk, BITGET, TimerState.ARMED)
    assert simulator.timer(BITGET, "bitget")["fired"] == 0


async def test_a_second_killdesk_does_not_take_the_timer(
    simulator: Any, open_desk: OpenDesk, tmp_path: Path
) -> None:
    settings = TimerSettings(20, 2.0)
    one = open_desk(BITGET, deadman=settings, locks=tmp_path / "locks")
    two = open_desk(BITGET, deadman=settings, locks=tmp_path / "locks")
    await one.ready(BITGET)
    await two.ready(BITGET)
    one.desk.arm(BITGET)
    await all_are(one, BITGET, TimerState.ARMED)
    two.desk.arm(BITGET)
    await two.until(lambda: "holds this timer" in message(two))
    assert states(two, BITGET) == [TimerState.OFF]
    assert not any(f.direction == "out" and PATH in f.text for f in two.log())
    one.desk.disarm(BITGET)
    await all_are(one, BITGET, TimerState.OFF)

    async def armed() -> None:
        while states(two, BITGET) != [TimerState.ARMED]:
            two.desk.arm(BITGET)  # the other lets go a moment after its timer is off
            await asyncio.sleep(0.05)

    await asyncio.wait_for(armed(), 20)


async def test_a_disk_that_hangs_at_the_lock_holds_up_no_cancel_and_no_timer(
    simulator: Any, open_desk: OpenDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs, go_on = threading.Event(), threading.Event()

    def take(_: TimerLock) -> str:
        hangs.set()
        go_on.wait(60)
        return ""

    monkeypatch.setattr(TimerLock, "take", take)
    desk = open_desk(BITGET, deadman=TimerSettings(20, 2.0), locks=tmp_path / "locks")
    await desk.ready(BITGET)
    desk.desk.arm(BITGET)
    await desk.until(hangs.is_set)
    desk.desk.cancel(BITGET)
    assert (await desk.reported(BITGET)).reports[0].outcome is Outcome.CONFIRMED
    await all_are(desk, BITGET, TimerState.ARMED)
    assert "would not be noticed" in message(desk)
    assert "(no answer)" in message(desk)
    assert not go_on.is_set()
    go_on.set()


async def test_a_disarm_while_the_lock_is_waited_for_stays_off(
    simulator: Any, open_desk: OpenDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs, go_on = threading.Event(), threading.Event()
    take = TimerLock.take

    def late(lock: TimerLock) -> str:
        hangs.set()
        go_on.wait(60)
        return take(lock)

    monkeypatch.setattr(TimerLock, "take", late)
    desk = open_desk(BITGET, deadman=TimerSettings(20, 2.0), locks=tmp_path / "locks")
    await desk.ready(BITGET)
    desk.desk.arm(BITGET)
    await desk.until(hangs.is_set)
    desk.desk.disarm(BITGET)
    go_on.set()
    desk.desk.refresh(BITGET)
    before = desk.account(BITGET).book.read_at_ms
    await desk.until(lambda: desk.account(BITGET).book.read_at_ms > before)
    assert states(desk, BITGET) == [TimerState.OFF]
    assert not simulator.timer(BITGET, "bitget")["armed"]
    other = open_desk(BITGET, deadman=TimerSettings(20, 2.0), locks=tmp_path / "locks")
    await other.ready(BITGET)
    other.desk.arm(BITGET)
    await all_are(other, BITGET, TimerState.ARMED)


async def test_a_confirmed_cancel_is_followed_by_the_disarm(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk(BITGET, deadman=TimerSettings(20, 2.0))
    await desk.ready(BITGET)
    desk.desk.arm(BITGET)
    await all_are(desk, BITGET, TimerState.ARMED)
    desk.desk.cancel_then_disarm(BITGET)
    await all_are(desk, BITGET, TimerState.OFF)
    assert desk.account(BITGET).reports[0].outcome is Outcome.CONFIRMED
    assert not simulator.timer(BITGET, "bitget")["armed"]


async def test_a_cancel_that_is_not_confirmed_leaves_the_timer_as_the_backstop(
    simulator: Any, open_desk: OpenDesk
) -> None:
    limits = RunLimits(ack_s=0.3, window_s=0.5)
    desk = open_desk(BITGET, deadman=TimerSettings(20, 2.0), limits=limits)
    await desk.ready(BITGET)
    desk.desk.arm(BITGET)
    await all_are(desk, BITGET, TimerState.ARMED)
    simulator.faults(BITGET, "accept_only", EVER, path="/api/v3/trade/cancel-symbol-order")
    desk.desk.cancel_then_disarm(BITGET)
    reports = (await desk.reported(BITGET)).reports
    assert reports[0].outcome is Outcome.REMAINING
    sent = len([f for f in desk.log() if f.direction == "out" and PATH in f.text])
    await desk.until(
        lambda: len([f for f in desk.log() if f.direction == "out" and PATH in f.text]) > sent
    )
    assert states(desk, BITGET) == [TimerState.ARMED]
    assert not any('{"countdown":"0"}' in f.text for f in desk.log())
