"""Elapsed time is the most that any clock says."""

from __future__ import annotations

import sys
import time
from dataclasses import replace

import pytest

from tui.core.clocks import Instant, read_clock

START = Instant(10.0, 20.0, 1_000.0)


@pytest.mark.parametrize(
    ("mono", "boot", "wall", "elapsed", "without_boot_time"),
    [
        (5.0, 5.0, 5.0, 5.0, 5.0),
        (0.0, 60.0, 60.0, 60.0, 60.0),
        (0.0, 0.0, 60.0, 0.0, 60.0),
        (5.0, 5.0, -3_595.0, 5.0, 5.0),
        (5.0, 5.0, 3_605.0, 5.0, 3_605.0),
        (5.0, 65.0, 5.0, 65.0, 65.0),
    ],
    ids=["running", "suspend", "wall alone", "wall back", "wall forward", "boot"],
)
def test_since(
    mono: float, boot: float, wall: float, elapsed: float, without_boot_time: float
) -> None:
    now = Instant(10.0 + mono, 20.0 + boot, 1_000.0 + wall)
    assert now.since(START) == elapsed
    assert now.steady_since(START) == max(mono, boot)
    blind = replace(now, counts_sleep=False), replace(START, counts_sleep=False)
    assert blind[0].since(blind[1]) == without_boot_time
    assert blind[0].steady_since(blind[1]) == max(mono, boot)
    assert not blind[0].later(5.0).counts_sleep


def test_wall_ms() -> None:
    assert Instant(0.0, 0.0, 1_659_076_670.0004).wall_ms == 1_659_076_670_000


def test_read_clock_moves_and_tells_the_wall_time() -> None:
    one = read_clock()
    time.sleep(0.01)
    other = read_clock()
    assert 0.01 <= other.since(one) < 5
    assert other.mono_s > one.mono_s and other.boot_s > one.boot_s
    assert abs(other.wall_s - time.time()) < 5


@pytest.mark.skipif(sys.platform not in ("linux", "darwin", "win32"), reason="may have none")
def test_this_system_has_a_clock_that_counts_sleep() -> None:
    assert read_clock().counts_sleep
