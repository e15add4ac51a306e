"""Reads keep to the venue's limit, polls leave room for presses, and refusals spread the tries."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.service.network import read_pace
from tui.service.network.read_pace import ReadPace, _Bucket, _Place
from tui.venues.base.messages import RateLimit, RestCall

LIST = RestCall("GET", "/list")
QUOTES = RateLimit("quotes", 2, per_s=2.0)


def bucket(*answered_s: float, limit: RateLimit = QUOTES) -> _Bucket:
    return _Bucket(limit, [_Place(at_s - 0.1, at_s) for at_s in answered_s])


def test_a_place_is_free_again_an_interval_after_the_answer() -> None:
    assert bucket().wait_s(10.0, urgent=True) == 0
    assert bucket(9.0).wait_s(10.0, urgent=True) == 0
    assert bucket(9.0, 9.5).wait_s(10.0, urgent=True) == pytest.approx(1.0)
    assert bucket(9.0, 9.5).wait_s(11.0, urgent=True) == 0
    assert bucket(9.0, 9.5, 9.7).wait_s(10.0, urgent=True) == pytest.approx(1.5)


def test_one_that_is_not_answered_keeps_its_place_for_two_intervals() -> None:
    waiting = _Bucket(QUOTES, [_Place(9.0), _Place(9.2)])
    assert waiting.wait_s(10.0, urgent=True) == pytest.approx(3.0)


@pytest.mark.parametrize(("most", "kept"), [(1, 0), (2, 1), (10, 2), (20, 5), (72, 18)])
def test_polls_leave_room_for_a_press(most: int, kept: int) -> None:
    limit = RateLimit("any", most, per_s=2.0)
    taken = [9.0] * (most - kept)
    assert bucket(*taken[1:], limit=limit).wait_s(10.0, urgent=False) == 0
    assert bucket(*taken, limit=limit).wait_s(10.0, urgent=False) > 0
    assert (bucket(*taken, limit=limit).wait_s(10.0, urgent=True) == 0) == (kept > 0)


@given(st.lists(st.tuples(*[st.floats(0, 0.9)] * 3), max_size=60), st.integers(1, 6))
def test_a_venue_that_counts_strictly_never_refuses(
    gaps_s: list[tuple[float, float, float]], most: int
) -> None:
    """Whatever the way there and the way back take: it is counted somewhere in between."""
    paced, now_s = _Bucket(RateLimit("any", most, per_s=2.0)), 0.0
    due: list[tuple[float, _Place]] = []
    counted_s: list[float] = []

    def pass_to(at_s: float) -> float:
        for answer_s, place in due:
            if answer_s <= at_s:
                place.answered_s = answer_s
        return at_s

    for pause_s, there_s, back_s in gaps_s:
        now_s = pass_to(now_s + pause_s)
        while wait_s := paced.wait_s(now_s, urgent=True):
            now_s = pass_to(now_s + wait_s + 1e-6)
        place = _Place(now_s)
        paced.places.append(place)
        due.append((now_s + there_s + back_s, place))
        counted_s.append(now_s + there_s)
    counted_s.sort()
    for first_s, one_too_many_s in zip(counted_s, counted_s[most:], strict=False):
        assert one_too_many_s - first_s > 2.0


async def test_a_poll_that_waits_goes_on_when_it_becomes_urgent() -> None:
    pace = ReadPace(lambda _: RateLimit("list", 2, per_s=3600.0))
    pace.left(LIST)(False, 0.0)
    urgent = False
    waiting = asyncio.create_task(pace.room(LIST, lambda: urgent))
    await asyncio.sleep(0)
    pace.look_again()
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiting.done()
    urgent = True
    pace.look_again()
    async with asyncio.timeout(30):
        await waiting


async def test_after_a_refusal_the_next_try_comes_at_a_moment_of_chance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = iter((0.3, 0.8, 0.5))
    monkeypatch.setattr(read_pace.random, "uniform", lambda *_: next(drawn))
    pace = ReadPace(lambda _: QUOTES)
    one, other = pace.left(LIST), pace.left(LIST)
    one(True, 0.0)
    assert 0.4 < pace.pause_s(LIST) <= 0.6
    other(True, 0.0)
    assert pace.pause_s(LIST) <= 0.6, "it had left before: that is one refusal"
    pace.left(LIST)(True, 60.0)
    assert 59 < pace.pause_s(LIST) <= 60, "as the answer asks"
    assert ReadPace(lambda _: None).pause_s(LIST) == 0


async def test_polls_take_turns_and_a_press_goes_first() -> None:
    """Two lists share a limit, and one of them asks again at once each time."""
    pace = ReadPace(lambda _: RateLimit("list", 2, per_s=0.02))
    left: list[str] = []
    ended = asyncio.Event()

    async def read(name: str, *, urgent: bool) -> None:
        assert await pace.room(LIST, lambda: urgent)
        left.append(name)
        answered = pace.left(LIST)
        await asyncio.sleep(0)
        answered(False, 0.0)

    async def polls(name: str) -> None:
        while not ended.is_set():
            await read(name, urgent=False)

    tasks = [asyncio.create_task(polls(name)) for name in ("quotes", "pending")]
    async with asyncio.timeout(60):
        while len(left) < 20:
            await asyncio.sleep(0)
        await read("press", urgent=True)
        ended.set()
        await asyncio.gather(*tasks)
    assert "press" in left[19:23]
    polled = [name for name in left if name != "press"]
    assert all(one != next_one for one, next_one in itertools.pairwise(polled))


async def test_an_answer_wakes_who_waits_for_its_place() -> None:
    """Without an answer a place is kept for longer."""
    limit = RateLimit("list", 1, per_s=3600.0)
    pace = ReadPace(lambda _: limit)
    answered = pace.left(LIST)
    waiting = asyncio.create_task(pace.room(LIST, lambda: True))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiting.done()
    pace._buckets["list"].limit = RateLimit("list", 1, per_s=0.0)
    answered(False, 0.0)
    async with asyncio.timeout(60):
        await waiting
