"""How long the next PIN waits, and when a screen that nobody touches locks."""

from __future__ import annotations

from tui.core.clocks import Instant
from tui.core.lockout import IdleTimer, PinBackoff


class Now:
    """A clock that a test sets."""

    s = 1000.0

    def mono(self) -> float:
        return self.s

    def __call__(self) -> Instant:
        return Instant(self.s, self.s, self.s)


def test_each_wrong_pin_makes_the_next_one_wait_longer() -> None:
    now = Now()
    attempts = PinBackoff(now.mono)
    waits = []
    for _ in range(8):
        attempts.wrong()
        waits.append(attempts.wait_s)
        now.s += attempts.wait_s
        assert attempts.wait_s == 0.0
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]


def test_the_wait_runs_out_by_the_clock_and_a_right_pin_ends_the_series() -> None:
    now = Now()
    attempts = PinBackoff(now.mono)
    assert attempts.wait_s == 0.0
    attempts.wrong()
    attempts.wrong()
    now.s += 1.5
    assert attempts.wait_s == 0.5
    now.s += 0.5
    attempts.right()
    attempts.wrong()
    assert attempts.wait_s == 1.0


def test_a_screen_locks_after_so_long_without_a_touch() -> None:
    now = Now()
    idle = IdleTimer(60.0, now)
    now.s += 59.0
    assert not idle.over
    idle.touch()
    now.s += 59.0
    assert not idle.over
    now.s += 1.0
    assert idle.over


def test_without_a_limit_it_never_does() -> None:
    now = Now()
    idle = IdleTimer(0.0, now)
    now.s += 1e6
    assert not idle.over


def test_the_time_goes_on_while_the_machine_sleeps() -> None:
    moments = [Instant(5.0, 5.0, 5.0), Instant(6.0, 606.0, 606.0)]
    idle = IdleTimer(600.0, lambda: moments.pop(0))
    assert idle.over
