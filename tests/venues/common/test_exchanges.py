"""Exchanges side by side: each as if it were alone, in no more rounds than the longest needs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.actions import Verdict
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import Call, Exchange, Reply, RestCall, RestReply
from tui.venues.common.exchanges import alongside, gather_exchanges


def exchange(name: str, sizes: list[int]) -> Exchange[list[str]]:
    """Asks that many calls in each round, and returns what it was answered."""
    heard: list[str] = []
    for number, size in enumerate(sizes):
        replies = yield tuple(RestCall("GET", f"/{name}/{number}/{i}") for i in range(size))
        heard += [reply.body.decode() for reply in replies if isinstance(reply, RestReply)]
    return heard


def answer(call: Call) -> Reply:
    assert isinstance(call, RestCall)
    return RestReply(200, call.path.encode())


@given(st.lists(st.lists(st.integers(1, 3), max_size=4), max_size=5))
def test_each_hears_its_own_answers_and_no_round_is_wasted(shapes: list[list[int]]) -> None:
    together = gather_exchanges([exchange(str(n), sizes) for n, sizes in enumerate(shapes)])
    rounds = 0
    try:
        calls = next(together)
        while True:
            assert calls
            rounds += 1
            calls = together.send(tuple(answer(call) for call in calls))
    except StopIteration as stop:
        results = stop.value
    assert rounds == max(map(len, shapes), default=0)
    assert results == [
        [f"/{n}/{number}/{i}" for number, size in enumerate(sizes) for i in range(size)]
        for n, sizes in enumerate(shapes)
    ]


def failing() -> Exchange[list[str]]:
    yield (RestCall("GET", "/x"),)
    raise VenueError(Verdict.BUSY, "1032", "too many")


@pytest.mark.parametrize("count", [0, 2])
@pytest.mark.parametrize("sizes", [[], [1], [2, 1]])
def test_calls_go_along_with_the_first_batch_even_if_there_is_none(
    count: int, sizes: list[int]
) -> None:
    calls = tuple(RestCall("POST", f"/c/{number}") for number in range(count))
    both = alongside(calls, exchange("t", sizes))
    rounds: list[int] = []
    try:
        batch = next(both)
        while True:
            rounds.append(len(batch))
            batch = both.send(tuple(answer(call) for call in batch))
    except StopIteration as stop:
        replies, result = stop.value
    assert [one.body.decode() for one in replies] == [call.path for call in calls]
    assert len(result) == sum(sizes)
    expected = [size + (count if number == 0 else 0) for number, size in enumerate(sizes)]
    assert rounds == (expected or [count] * bool(count))


def test_the_error_of_what_goes_along_is_a_result() -> None:
    both = alongside((RestCall("POST", "/c"),), failing())
    batch = next(both)
    with pytest.raises(StopIteration) as stop:
        both.send(tuple(answer(call) for call in batch))
    replies, result = stop.value.value
    assert (len(replies), str(result)) == (1, "1032 too many")


def test_the_error_of_one_is_the_error_of_all() -> None:
    together = gather_exchanges([exchange("a", [1, 1]), failing()])
    calls = next(together)
    with pytest.raises(VenueError, match="too many"):
        together.send(tuple(answer(call) for call in calls))
