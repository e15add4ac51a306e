"""A switch-off that had no answer is known to the next process, which then trusts no timer."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tui.core.accounts import TimerSettings
from tui.core.clocks import Instant, read_clock
from tui.core.deadman import STRAY_S, Deadman
from tui.core.deadman_plan import TimerPlan
from tui.core.deadman_view import TimerState
from tui.service.timer_lock import TimerLock
from tui.service.timer_past import MOST_BYTES, Doubt, recall

OpenDesk = Callable[..., Any]

BITGET = "bitget-uta"
PATH = "/api/v3/trade/countdown-cancel-all"
EVER = 1_000_000
SETTINGS = TimerSettings(20, 2.0)
NOW = Instant(1_000, 2_000, 1_700_000_000)
IN_DOUBT = "a switch-off without an answer may still arrive"
BEFORE = "the switch-off before this start had no answer"


def state(desk: Any) -> TimerState:
    return desk.account(BITGET).timer.state_at(read_clock())


def message(desk: Any) -> str:
    return desk.account(BITGET).timer.message


async def lost_switch_off(simulator: Any, open_desk: OpenDesk, locks: Path) -> None:
    """A desk ends while its switch-off has no answer; the venue is well again after it."""
    first = open_desk(BITGET, deadman=SETTINGS, locks=locks)
    await first.ready(BITGET)
    first.desk.arm(BITGET)
    await first.until(lambda: state(first) is TimerState.ARMED)
    simulator.faults(BITGET, "ignore", EVER, path=PATH)
    first.desk.disarm(BITGET)
    await first.until(lambda: desk_misses(first) >= 1)
    first.desk.stop()
    assert simulator.timer(BITGET, "bitget")["armed"], "none of them was carried out"
    simulator.reset()


def desk_misses(desk: Any) -> int:
    return desk.account(BITGET).timer.misses


async def test_the_next_killdesk_tells_of_it_and_does_not_say_armed(
    simulator: Any, open_desk: OpenDesk, tmp_path: Path
) -> None:
    locks = tmp_path / "locks"
    await lost_switch_off(simulator, open_desk, locks)
    second = open_desk(BITGET, deadman=SETTINGS, locks=locks)
    await second.ready(BITGET)
    await second.until(lambda: BEFORE in message(second))
    assert state(second) is TimerState.OFF
    second.desk.arm(BITGET)
    await second.until(lambda: simulator.timer(BITGET, "bitget")["armed"])
    await second.until(lambda: message(second) == IN_DOUBT)
    begun = desk_beat(second)
    await second.until(lambda: desk_beat(second) > begun)
    assert state(second) is TimerState.UNKNOWN
    assert desk_certain_s(second) == 0

    later = lambda: read_clock().later(STRAY_S)  # noqa: E731
    second.desk.disarm(BITGET)
    await second.until(lambda: state(second) is TimerState.OFF)
    second.desk.stop()
    third = open_desk(BITGET, deadman=SETTINGS, locks=locks, clock=later)
    await third.ready(BITGET)
    third.desk.arm(BITGET)
    await third.until(lambda: third.account(BITGET).timer.state is TimerState.ARMED)


def desk_beat(desk: Any) -> int:
    return desk.account(BITGET).timer.last_beat_ms or 0


def desk_certain_s(desk: Any) -> float:
    return desk.account(BITGET).timer.certain_s(read_clock())


async def test_a_switch_off_that_was_acknowledged_leaves_no_doubt(
    simulator: Any, open_desk: OpenDesk, tmp_path: Path
) -> None:
    locks = tmp_path / "locks"
    for _ in range(2):
        desk = open_desk(BITGET, deadman=SETTINGS, locks=locks)
        await desk.ready(BITGET)
        assert message(desk) == ""
        desk.desk.arm(BITGET)
        await desk.until(lambda desk=desk: state(desk) is TimerState.ARMED)
        desk.desk.disarm(BITGET)
        await desk.until(lambda desk=desk: state(desk) is TimerState.OFF)
        desk.desk.stop()


def test_what_is_kept_is_private_and_read_back_by_the_next(tmp_path: Path) -> None:
    doubt = Doubt(1_700_000_031_000, 1_700_000_022_000)
    lock, other = (TimerLock(tmp_path / "locks", "bitget", "key") for _ in range(2))
    other.look()
    assert other.doubt is None, "there is no file yet"
    assert (lock.take(), lock.doubt) == ("", None)
    lock.keep(doubt)
    (file,) = (tmp_path / "locks").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "another account of this killdesk" in other.take(), "the holder is named as before"
    other.look()
    assert other.doubt == doubt
    lock.release()
    lock.keep(None)
    assert (other.take(), other.doubt) == ("", doubt), "a lock that is not ours is left alone"
    other.keep(None)
    other.look()
    assert other.doubt is None
    other.release()


FOREIGN = (
    b"",
    b"1",
    b"1 2 3",
    b"a b",
    b"-1 5",
    b"9" * 16 + b" 1",
    b"\xff \xff",
    b"1 9" + b"9" * 14,
)


@pytest.mark.parametrize("kept", FOREIGN)
def test_bytes_that_are_not_ours_are_no_doubt(kept: bytes) -> None:
    assert Doubt.read(kept) is None


def test_what_is_kept_fits_and_comes_back() -> None:
    doubt = Doubt.of(NOW, NOW.later(20))
    assert doubt == Doubt(NOW.wall_ms + 31_000, NOW.wall_ms + 20_000)
    assert Doubt.read(doubt.kept.ljust(MOST_BYTES)) == doubt
    assert len(Doubt(999_999_999_999_999, 999_999_999_999_999).kept) <= MOST_BYTES
    assert "within 20 s" in doubt.words(NOW)
    assert doubt.words(NOW.later(20)) == ""


@pytest.mark.parametrize(("age_s", "doubted_s"), [(0.0, 31.0), (10.0, 21.0), (-500.0, 31.0)])
@pytest.mark.parametrize("countdown_s", [5, 60])
def test_a_machine_that_recalls_doubts_each_beat_until_it_can_arrive_no_more(
    age_s: float, doubted_s: float, countdown_s: int
) -> None:
    machine = Deadman(TimerPlan.of(countdown_s, 1.5, 1.0, 5, 60))
    sent = recall(machine, Doubt.of(NOW.later(-age_s), None), NOW)
    assert sent is not None
    assert sent.later(STRAY_S).wall_s == pytest.approx(NOW.later(doubted_s).wall_s)
    machine.arm(NOW)
    assert machine.state is TimerState.ARMING
    at = NOW
    while machine.state is not TimerState.ARMED:
        at = at.later(0.25)
        if machine.next_request(at):
            machine.sent(at)
            machine.acked(at.later(0.01))
        assert machine.state in (TimerState.ARMING, TimerState.UNKNOWN, TimerState.ARMED)
        assert at.since(NOW) < doubted_s + 3
    assert at.since(NOW) >= doubted_s


def test_an_old_doubt_and_a_timer_that_is_held_are_left_alone() -> None:
    machine = Deadman(TimerPlan.of(20, 2.0, 1.0, 5, 60))
    assert recall(machine, Doubt.of(NOW.later(-STRAY_S), None), NOW) is None
    assert machine.state is TimerState.OFF
    machine.arm(NOW)
    assert recall(machine, Doubt.of(NOW, None), NOW) is None
    assert machine.state is TimerState.ARMING
