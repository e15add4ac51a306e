"""What one killdesk knew of a timer is known to the next process, whatever ended the first."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tui.core.accounts import TimerSettings
from tui.core.clocks import Instant, read_clock
from tui.core.deadman.machine import STRAY_S, DeadmanMachine
from tui.core.deadman.plan import TimerPlan
from tui.core.deadman.view import TimerState
from tui.service.deadman import timer_lock
from tui.service.deadman.timer_lock import TimerLock
from tui.service.deadman.timer_past import MOST_BYTES, TimerPast

OpenDesk = Callable[..., Any]

BITGET = "bitget-uta"
PATH = "/api/v3/trade/countdown-cancel-all"
EVER = 1_000_000
SETTINGS = TimerSettings(20, 2.0)
NOW = Instant(1_000, 2_000, 1_700_000_000)
IN_DOUBT = "a switch-off without an answer may still arrive"
BEFORE = "an earlier killdesk ended while its switch-off had no answer"


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
    assert state(second) is TimerState.UNKNOWN
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
    past = TimerPast(1_700_000_000_000, 1_700_000_039_000, 1_700_000_031_000)
    lock, other = (TimerLock(tmp_path / "locks", "bitget", "key") for _ in range(2))
    assert (lock.look(), lock.past) == (True, None), "there was no file yet"
    lock.keep(past)
    (file,) = (tmp_path / "locks").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (other.look(), other.past) == (False, None), "of a killdesk that lives nothing is left"
    assert "another account of this killdesk" in other.take()
    lock.release()
    lock.keep(None)
    assert (other.take(), other.past) == ("", past), "a lock that is not ours is left alone"
    other.keep(None)
    other.release()
    assert (lock.look(), lock.past) == (True, None)
    lock.release()


def test_a_look_at_a_folder_that_cannot_be_made_is_no_news(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    lock = TimerLock(tmp_path / "file" / "locks", "bitget", "key")
    assert (lock.look(), lock.past, lock.note) == (False, None, "")


def stepped(at: Instant, seconds: float) -> Instant:
    """The same moment on a wall clock that was set ahead."""
    return Instant(at.mono_s, at.boot_s, at.wall_s + seconds, at.counts_sleep)


@pytest.fixture
def one_boot(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that names its boot, as Linux does."""
    monkeypatch.setattr(timer_lock, "_boot_name", lambda: "0123abcd")


@pytest.mark.usefixtures("one_boot")
@pytest.mark.parametrize("step_s", [-7_200.0, 25.0, 3_600.0])
def test_a_wall_clock_that_was_set_between_two_killdesks_moves_no_firing(
    tmp_path: Path, step_s: float
) -> None:
    locks, written = tmp_path / "locks", NOW.later(0.5)
    first = TimerLock(locks, "bitget", "key", lambda: written)
    assert first.look()
    first.keep(past_of(beaten(), written))
    first.release()
    restarted = stepped(NOW.later(10), step_s)
    second = TimerLock(locks, "bitget", "key", lambda: restarted)
    assert second.look() and second.past is not None
    second.release()
    assert second.past.may_fire(restarted), "29 s are left of it"
    assert second.past.fires_ms == stepped(NOW.later(39.5), step_s).wall_ms
    assert second.past.message(restarted, 30).startswith("may fire between")
    machine = DeadmanMachine(TimerPlan())
    second.past.restore(machine, restarted)
    assert machine.state is TimerState.UNKNOWN
    assert not second.past.may_fire(stepped(NOW.later(40), step_s))


@pytest.mark.parametrize("boot", ["", "00000000"])
def test_after_another_boot_the_wall_clock_is_all_there_is(boot: str) -> None:
    past = replace(past_of(beaten(), NOW.later(0.5)), boot="12345678")
    assert TimerPast.read(past.kept.ljust(MOST_BYTES)) == past
    assert past.by_clock_of(stepped(NOW, 3_600), boot) == past


def test_a_clock_that_was_set_while_the_timer_ran_moves_no_firing() -> None:
    """The moments of a beat go by the clock of before, the file by the one of now."""
    now = stepped(NOW.later(1), 3_600)
    past = past_of(beaten(), now)
    assert past.beat_ms == stepped(NOW, 3_600).wall_ms
    blind = Instant(NOW.mono_s, NOW.mono_s, NOW.wall_s, counts_sleep=False)
    kept = past_of(beaten(at=blind), blind)
    assert (kept.beat_ms, kept.booted_ms) == (NOW.wall_ms, 0)


FOREIGN = (
    b"",
    b"1",
    b"1 2",
    b"1 2 3 4",
    b"1 2 3 4 notaboot",
    b"1 2 3 4 123456789",
    b"1 2 3 x 12345678",
    b"a b c",
    b"-1 5 0",
    b"9" * 16 + b" 1 0",
    b"\xff \xff \xff",
    b"1 9" + b"9" * 14 + b" 0",
)


@pytest.mark.parametrize("kept", FOREIGN)
def test_bytes_that_are_not_ours_say_nothing(kept: bytes) -> None:
    assert TimerPast.read(kept) is None


# --- what is written ------------------------------------------------------------------------------


def beaten(countdown_s: int = 30, at: Instant = NOW, ack_s: float = 0.5) -> DeadmanMachine:
    machine = DeadmanMachine(TimerPlan.of(countdown_s, countdown_s / 6, 1.0, 5, 60))
    machine.arm(at)
    assert machine.next_request(at)
    machine.sent(at)
    machine.acked(at.later(ack_s))
    return machine


def past_of(machine: DeadmanMachine, at: Instant, lost: Instant | None = None) -> TimerPast:
    past = TimerPast.of(machine, at, lost)
    assert past is not None
    return past


def test_what_is_kept_bounds_the_next_beat_too() -> None:
    past = past_of(beaten(), NOW.later(0.5))
    assert TimerPast.read(past.kept.ljust(MOST_BYTES)) == past
    assert past.beat_ms == NOW.wall_ms
    # A beat 5 s later, carried out 2 s after it at most, fires 30 s later, 2 s late.
    assert past.fires_ms == NOW.wall_ms + 500 + 5_000 + 2_000 + 30_000 + 2_000
    assert len(TimerPast(*(999_999_999_999_999,) * 4, "12345678").kept) <= MOST_BYTES


def test_where_no_beat_follows_the_bound_is_that_of_the_last_one() -> None:
    machine = beaten()
    machine.disarm(NOW.later(1))
    lost = NOW.later(1)
    past = past_of(machine, NOW.later(1), lost)
    assert past == TimerPast(NOW.wall_ms, NOW.wall_ms + 32_500, NOW.wall_ms + 1_000 + 31_000)


def test_a_timer_that_is_off_leaves_nothing_but_a_switch_off_in_doubt() -> None:
    machine = DeadmanMachine(TimerPlan())
    assert TimerPast.of(machine, NOW) is None
    assert TimerPast.of(machine, NOW, NOW) == TimerPast(0, 0, NOW.wall_ms + 31_000)
    ahead = TimerPast.of(machine, NOW, arming=True)
    assert ahead is not None and ahead.fires_ms - NOW.wall_ms == 39_000


@pytest.mark.parametrize("countdown_s", [5, 30, 60])
@pytest.mark.parametrize("killed_s", [0.0, 0.4, 4.9, 5.0, 6.9])
def test_whenever_the_process_ends_the_venue_fires_within_what_is_kept(
    countdown_s: int, killed_s: float
) -> None:
    """Killed at any moment up to the next write, which comes when the next beat is answered."""
    machine = beaten(countdown_s)
    plan = machine.plan
    past = past_of(machine, NOW.later(0.5))
    last_beat_s = 0.0 if killed_s < plan.beat_s else plan.beat_s
    fires = NOW.later(last_beat_s + plan.request_timeout_s + countdown_s)
    assert past.may_fire(NOW.later(killed_s))
    assert past.fires_ms >= fires.wall_ms


# --- what is said and restored --------------------------------------------------------------------


def test_it_says_what_may_fire_when_and_how_it_is_known() -> None:
    past = TimerPast(NOW.wall_ms, NOW.wall_ms + 39_000)
    said = past.message(NOW.later(10), 30)
    assert said.startswith("may fire between 22:13:50 and 22:13:59 UTC")
    assert "last beat at 22:13:20" in said
    gone = past.message(NOW.later(60), 30)
    assert gone.startswith("fired between 22:13:50 and 22:13:59 UTC")
    assert past.message(NOW.later(2 * 86_400), 30) == "", "old news"
    assert TimerPast(0, 0, NOW.wall_ms + 1_000).message(NOW, 30) == "", "nothing ran"
    absurd = TimerPast(NOW.wall_ms, NOW.wall_ms + 301_000)
    assert absurd.message(NOW, 30) == "", "no timer runs for so long"


@pytest.mark.parametrize("age_s", [0.0, 10.0, 29.0, -500.0])
def test_a_restored_machine_never_says_that_it_protects_nor_that_it_is_off(age_s: float) -> None:
    past = TimerPast(NOW.wall_ms, NOW.wall_ms + 39_000)
    machine = DeadmanMachine(TimerPlan())
    at = NOW.later(age_s)
    past.restore(machine, at)
    machine.stop("an earlier killdesk armed it")
    assert machine.next_request(at) is None, "nothing is sent by itself"
    latest = machine.view(at, "", "").latest_fire_at
    assert latest is not None
    end = NOW.later(max(age_s, 0.0) + 75)
    while end.since(at) > 0:
        machine.tick(at)
        view = machine.view(at, "", "")
        assert view.state in (TimerState.UNKNOWN, TimerState.AMBIGUOUS)
        assert view.certain_s(at) == 0
        at = at.later(1.0)
    assert machine.state is TimerState.AMBIGUOUS
    machine.resume()
    machine.arm(at)
    assert machine.next_request(at) == 30, "the trader's press takes it over"


@pytest.mark.parametrize(("age_s", "doubted_s"), [(0.0, 31.0), (10.0, 21.0), (-500.0, 31.0)])
@pytest.mark.parametrize("countdown_s", [5, 60])
def test_after_a_switch_off_in_doubt_no_beat_counts_until_it_can_arrive_no_more(
    age_s: float, doubted_s: float, countdown_s: int
) -> None:
    machine = DeadmanMachine(TimerPlan.of(countdown_s, 1.5, 1.0, 5, 60))
    left = NOW.later(-age_s)
    sent = TimerPast(0, 0, left.later(STRAY_S).wall_ms).restore_switch_off(machine, NOW)
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


def test_an_old_switch_off_is_left_alone() -> None:
    machine = DeadmanMachine(TimerPlan.of(20, 2.0, 1.0, 5, 60))
    assert TimerPast(0, 0, NOW.wall_ms).restore_switch_off(machine, NOW) is None
    assert machine.state is TimerState.OFF


# --- a killdesk that was killed -------------------------------------------------------------------


def left_by_a_killed_desk(simulator: Any, locks: Path, fires_in_s: float) -> None:
    """The file as a process leaves it that ends between two beats."""
    key = simulator.accounts[BITGET]["api_key"]
    lock = TimerLock(locks, "bitget", key)
    assert lock.look()
    now = read_clock()
    booted_ms = round((now.wall_s - now.boot_s) * 1000)
    lock.keep(TimerPast(now.wall_ms, now.later(fires_in_s).wall_ms, booted_ms=booted_ms))
    lock.release()


async def test_the_next_killdesk_says_what_may_still_fire_and_takes_it_over_when_told_to(
    simulator: Any, open_desk: OpenDesk, tmp_path: Path
) -> None:
    locks = tmp_path / "locks"
    left_by_a_killed_desk(simulator, locks, fires_in_s=29.0)
    desk = open_desk(BITGET, deadman=SETTINGS, locks=locks)
    await desk.ready(BITGET)
    await desk.until(lambda: message(desk).startswith("may fire between"))
    assert state(desk) is TimerState.UNKNOWN
    assert desk.account(BITGET).timer.armable
    assert not simulator.timer(BITGET, "bitget")["armed"], "nothing was sent"
    desk.desk.arm(BITGET)
    await desk.until(lambda: state(desk) is TimerState.ARMED)
    assert not desk.account(BITGET).timer.left_behind
    assert message(desk) == ""
    desk.desk.disarm(BITGET)
    await desk.until(lambda: not simulator.timer(BITGET, "bitget")["armed"])
    # The earlier killdesk's last beat may have been on its way when it ended.
    await desk.until(lambda: "an unanswered beat may still arrive" in message(desk))


@pytest.mark.usefixtures("one_boot")
async def test_a_wall_clock_that_is_set_while_it_is_told_does_not_make_it_fired(
    simulator: Any, open_desk: OpenDesk, tmp_path: Path
) -> None:
    locks, ahead_s = tmp_path / "locks", [0.0]
    left_by_a_killed_desk(simulator, locks, fires_in_s=280.0)
    clock = lambda: stepped(read_clock(), ahead_s[0])  # noqa: E731
    desk = open_desk(BITGET, deadman=SETTINGS, locks=locks, clock=clock)
    await desk.ready(BITGET)
    await desk.until(lambda: message(desk).startswith("may fire between"))
    before = message(desk)
    ahead_s[0] = 3_600.0
    await desk.until(lambda: message(desk) != before)
    assert message(desk).startswith("may fire between")


async def test_what_an_earlier_killdesk_left_is_not_switched_off_unasked(
    simulator: Any, open_desk: OpenDesk, tmp_path: Path
) -> None:
    locks = tmp_path / "locks"
    left_by_a_killed_desk(simulator, locks, fires_in_s=29.0)
    settings = TimerSettings(20, 2.0, on_quit="disarm")
    desk = open_desk(BITGET, deadman=settings, locks=locks)
    await desk.ready(BITGET)
    await desk.until(lambda: desk.account(BITGET).timer.left_behind)
    desk.desk.stop()
    assert not [text for text in desk.texts(BITGET) if PATH in text]


async def test_a_killdesk_that_lives_leaves_nothing_behind(
    simulator: Any, open_desk: OpenDesk, tmp_path: Path
) -> None:
    locks = tmp_path / "locks"
    first = open_desk(BITGET, deadman=SETTINGS, locks=locks)
    await first.ready(BITGET)
    first.desk.arm(BITGET)
    await first.until(lambda: state(first) is TimerState.ARMED)
    second = open_desk(BITGET, deadman=SETTINGS, locks=locks)
    await second.ready(BITGET)
    second.desk.arm(BITGET)
    await second.until(lambda: "holds this timer" in message(second))
    assert state(second) is TimerState.OFF
    assert not second.account(BITGET).timer.left_behind
