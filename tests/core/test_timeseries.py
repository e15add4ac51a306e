"""The recent past of a route or a book: bounded, with its gaps; and when a route is slow."""

from __future__ import annotations

import random
from dataclasses import replace
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.clocks import Instant
from tui.core.timeseries import (
    MOST_KEPT,
    Bucket,
    Series,
    SeriesView,
    downsample,
    slow_above_ms,
    slowed,
)

WALL_S = 1_760_000_000.0


def at(seconds: float) -> Instant:
    return Instant(seconds, seconds, WALL_S + seconds)


def one(value: float) -> Bucket:
    """A stretch with a single measurement."""
    return Bucket(value, value, value, 0, (value,))


def told(
    trips: dict[float, float | None], now_s: float, each_s: float = 10, kept: int = 6
) -> SeriesView:
    """A series that was given these (None for one that was lost), told at `now_s`."""
    series = Series(each_s, kept)
    for seconds, value in sorted(trips.items()):
        if value is None:
            series.lose(at(seconds))
        else:
            series.add(at(seconds), value)
    return series.past(at(now_s))


def test_a_stretch_tells_its_least_its_middle_and_its_most() -> None:
    past = told({1: 90, 2: 80, 9.9: 400, 12: 70}, 25)
    assert past.stretches == (Bucket(80, 90, 400, 0, (90, 80, 400)), one(70))
    assert (past.at_share(0.5), past.at_share(0.95), past.high) == (80, 400, 400)
    assert past.ended_ms == round((WALL_S + 20) * 1000)
    assert past.number == 1


def test_the_stretch_that_is_going_on_is_not_told_yet() -> None:
    assert told({1: 80, 11: 90}, 12).stretches == (one(80),)
    assert told({1: 80}, 5).stretches == ()


def test_a_gap_is_a_gap_and_what_was_lost_is_told_where_it_was_lost() -> None:
    past = told({1: 80, 31: None, 32: None, 41: 0}, 50)
    gap = Bucket()
    assert past.stretches == (one(80), gap, gap, Bucket(lost=2), one(0))
    assert past.lost == 2


def test_what_is_too_old_is_gone_and_a_long_silence_leaves_nothing() -> None:
    assert told({1: 80, 9: None, 61: 90}, 69).stretches[0] == replace(one(80), lost=1)
    assert told({1: 80, 9: None, 61: 90}, 70) == told({61: 90}, 70)
    assert told({1: 80}, 70) == SeriesView(10, most=6)


def test_the_same_object_is_told_until_a_stretch_is_over() -> None:
    series = Series(10, 6)
    series.add(at(1), 80)
    first = series.past(at(11))
    series.add(at(12), 500)
    assert series.past(at(19)) is first
    assert series.past(at(20)).stretches[-1] == one(500)


@given(st.lists(st.tuples(st.floats(0, 200), st.none() | st.floats(0, 1e6)), max_size=300))
def test_it_tells_what_was_put_in(events: list[tuple[float, float | None]]) -> None:
    series = Series(10, 8)
    events.sort(key=lambda one: one[0])
    for seconds, value in events:
        if value is None:
            series.lose(at(seconds))
        else:
            series.add(at(seconds), value)
    past = series.past(at(200))
    assert len(past.stretches) <= 8
    for index, stretch in enumerate(reversed(past.stretches)):
        within = [v for s, v in events if int(s // 10) == 19 - index]
        values = [value for value in within if value is not None]
        assert stretch.lost == len(within) - len(values)
        assert stretch.low == min(values, default=None)
        assert stretch.high == max(values, default=None)
        if len(values) <= MOST_KEPT:
            assert stretch.median == (median(values) if values else None)
    known = [value for seconds, value in events if value is not None and 120 <= seconds < 200]
    if known and len(known) <= MOST_KEPT:
        assert past.at_share(0.5) in known
        p95 = past.at_share(0.95)
        assert p95 in known
        assert sum(value <= p95 for value in known) >= 0.95 * len(known)
        assert sum(value < p95 for value in known) < 0.95 * len(known)


def test_a_flood_takes_no_more_memory_and_hardly_bends_the_figures() -> None:
    series, dice = Series(10, 6), random.Random(7)  # noqa: S311
    for n in range(60_000):
        series.add(at(n / 1000), dice.uniform(0, 1000))
    assert len(series._over) <= 6
    assert all(len(stretch.values) <= MOST_KEPT for _, stretch in series._over)
    past = series.past(at(60))
    assert len(past.stretches) == 6
    assert past.stretches[0].low < 1 and past.stretches[0].high > 999
    assert past.at_share(0.5) == pytest.approx(500, abs=100)
    assert past.at_share(0.95) == pytest.approx(950, abs=100)


def test_a_busy_stretch_weighs_as_much_as_it_saw() -> None:
    series = Series(10, 6)
    for n in range(10 * MOST_KEPT):
        series.add(at(n / 100), 900)
    for n in range(MOST_KEPT):
        series.add(at(10 + n / 100), 10)
    assert series.past(at(20)).at_share(0.5) == 900


# Slow


def minutes(*medians_ms: float | None) -> SeriesView:
    """Ten seconds for each figure."""
    return SeriesView(10, tuple(Bucket(m, m, m) if m is not None else Bucket() for m in medians_ms))


def test_round_trips_that_have_risen_are_slow() -> None:
    assert slowed(minutes(*[80] * 54, *[300] * 6))


@pytest.mark.parametrize(
    "past",
    [
        SeriesView(),
        minutes(),
        minutes(*[80] * 60),
        minutes(*[600] * 60),  # far away, and steady
        minutes(*[20] * 54, *[200] * 6),  # ten times as slow, and still quick
        minutes(*[200] * 54, *[500] * 6),  # slower, not three times
        minutes(*[80] * 58, 900, 900),  # not most of the minute
        minutes(*[80] * 59, 5000),
        minutes(5000),
        minutes(300, 300, 300),  # nothing to compare with
        minutes(*[80] * 54, *[None] * 5, 900),
    ],
)
def test_what_is_not_slow(past: SeriesView) -> None:
    assert not slowed(past)


def test_above_a_second_it_is_slow_whatever_it_was_before() -> None:
    assert slowed(minutes(*[1100] * 60))
    assert slowed(minutes(1200, 1200))


def test_it_stays_slow_for_minutes_not_for_ever() -> None:
    assert slowed(minutes(*[80] * 20, *[400] * 40))
    assert not slowed(minutes(*[80] * 54, *[400] * 6, *[80] * 6))


def test_pings_with_pauses_between_are_enough() -> None:
    quiet, late = (80, None), (600, None)
    assert slowed(minutes(*quiet * 27, *late * 3))


@given(st.integers(0, 60), st.integers(2, 70), st.integers(0, 10_000))
def test_folding_loses_nothing_and_fits(many: int, most: int, shift: int) -> None:
    past = SeriesView(10, tuple(one(n) for n in range(many)), number=shift + many)
    groups = downsample(past, most)
    assert len(groups) <= most
    assert tuple(stretch for group in groups for stretch in group) == past.stretches
    assert len({len(group) for group in groups[1:-1]}) <= 1


@given(st.integers(2, 70), st.integers(0, 10_000))
def test_a_new_stretch_moves_no_border(most: int, shift: int) -> None:
    def borders(first: int) -> set[float | None]:
        stretches = tuple(one(first + n) for n in range(60))
        groups = downsample(SeriesView(10, stretches, number=first + 60), most)
        return {group[0].median for group in groups[1:]}

    before, after = borders(shift), borders(shift + 1)
    assert len(before ^ after) <= 2


def test_where_slow_begins() -> None:
    assert slow_above_ms(minutes(*[20] * 60)) == 250
    assert slow_above_ms(minutes(*[120] * 60)) == 360
    assert slow_above_ms(minutes(*[600] * 60)) == 1000
    assert slow_above_ms(minutes(20)) == 1000
