"""The arithmetic of the beat: what holds, what is refused, what is warned of."""

from __future__ import annotations

import math

import pytest

from tui.core.deadman.plan import PlanRefused, TimerPlan


def test_the_defaults_hold_with_room_to_spare() -> None:
    assert TimerPlan().check() == ()
    assert TimerPlan().retries == 6
    assert TimerPlan() == TimerPlan.of(30, 5.0, 1.05, 5, 60)


@pytest.mark.parametrize(
    ("countdown_s", "beat_s", "timeout_s", "retries"),
    [(10, 3.0, 1.2, 2), (30, 15.0, 2.0, 3), (5, 1.5, 0.8, 1), (10, 3.3, 1.2, 2), (10, 3.4, 1.2, 1)],
)
def test_retries_that_fit(countdown_s: int, beat_s: float, timeout_s: float, retries: int) -> None:
    assert TimerPlan(countdown_s, beat_s, timeout_s).retries == retries


def test_the_shortest_countdown_is_warned_of_with_the_arithmetic() -> None:
    retry, shortest = TimerPlan.of(5, 1.5, 1.05, 5, 60).check()
    assert "one retry at best" in retry
    assert "1.5 + 2 x 0.8 + 1 x 1.05 = 4.15 s is within 5 - 0.5 = 4.5 s" in retry
    assert "1.5 + 3 x 0.8 + 2 x 1.05 = 6 s is more than" in retry
    assert "shortest countdown" in shortest
    assert "after 3.5 s of trouble" in shortest


@pytest.mark.parametrize(("countdown_s", "timeout_s"), [(5, 0.8), (7, 0.875), (12, 1.5), (60, 2.0)])
def test_a_request_may_take_an_eighth_of_the_countdown(countdown_s: int, timeout_s: float) -> None:
    assert TimerPlan.of(countdown_s, 1.5, 1.05, 5, 60).request_timeout_s == timeout_s


def test_no_retry_left_is_warned_of() -> None:
    (warning,) = TimerPlan(countdown_s=30, beat_s=23.0).check()
    assert "no retry" in warning


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        (TimerPlan(countdown_s=61), "61 s is outside the venue's range, 5 to 60 s"),
        (TimerPlan(countdown_s=4), "outside"),
        (TimerPlan(countdown_s=0), "outside"),
        (TimerPlan(countdown_s=9, min_s=10, max_s=120), "10 to 120"),
        (TimerPlan(beat_s=30.0), "30 + 1 x 2 + 0 x 1.05 = 32 s is more than 30 - 3 = 27 s"),
        (TimerPlan(beat_s=25.1), "the beat must be 25 s at most"),
        (TimerPlan(beat_s=1.0), "one request every 1.05 s"),
        (TimerPlan(beat_s=-5.0), "faster than the venue bears"),
        (TimerPlan(beat_s=math.nan), "nan"),
        (TimerPlan(beat_s=math.inf), "inf"),
    ],
)
def test_what_cannot_hold_is_refused_in_one_sentence(plan: TimerPlan, says: str) -> None:
    with pytest.raises(PlanRefused) as refused:
        plan.check()
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_longest_beat_that_fits_is_accepted() -> None:
    assert TimerPlan(beat_s=25.0).check()


def test_the_ends_of_the_venue_s_range_are_within_it() -> None:
    assert TimerPlan(countdown_s=60).check() == ()
    assert TimerPlan.of(10, 2.0, 1.05, 10, 120).check() != (), "the shortest is warned of"
    TimerPlan.of(120, 5.0, 1.05, 10, 120).check()


@pytest.mark.parametrize(
    ("beat_s", "retries", "warned"), [(15.0, 3, 0), (18.9, 2, 0), (19.0, 1, 1)]
)
def test_two_retries_are_enough(beat_s: float, retries: int, warned: int) -> None:
    plan = TimerPlan(countdown_s=30, beat_s=beat_s)
    assert (plan.retries, len(plan.check())) == (retries, warned)


@pytest.mark.parametrize(("countdown_s", "beat_s"), [(5, 3.7), (37, 31.3)])
def test_a_beat_that_just_fits_is_not_refused_for_the_rounding(
    countdown_s: int, beat_s: float
) -> None:
    warnings = TimerPlan.of(countdown_s, beat_s, 1.05, 5, 60).check()
    assert "leaves no retry" in warnings[0]
    with pytest.raises(PlanRefused, match="is more than"):
        TimerPlan.of(countdown_s, beat_s + 0.01, 1.05, 5, 60).check()


def test_a_beat_as_fast_as_the_venue_bears_is_accepted() -> None:
    assert TimerPlan(beat_s=1.05).check() == ()
    assert TimerPlan(beat_s=30.0).retries == -1


def test_a_sum_that_just_fits_is_said_to_be_within() -> None:
    (warning,) = TimerPlan.of(13, 7.4, 1.05, 5, 60).check()
    assert "7.4 + 2 x 1.625 + 1 x 1.05 = 11.7 s is within 13 - 1.3 = 11.7 s" in warning
    (warning,) = TimerPlan(countdown_s=30, beat_s=22.4, spacing_s=1.0).check()
    assert "22.4 + 2 x 2 + 1 x 1 = 27.4 s is more than 30 - 3 = 27 s" in warning
