"""Who asks for a list at one time shares a request, and what that promises each of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

import pytest

from tui.core.orders import Book
from tui.service.network import shared_reads
from tui.service.network.shared_reads import Request, SharedReads

QUOTES = ("quote",)


class Venue:
    """Begins and answers each read when a test says so."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.hurried = 0
        self._may_begin: list[asyncio.Event] = []
        self._answers: list[asyncio.Future[Book]] = []
        self.reads = SharedReads(self._read, self._hurry)

    async def _read(self, request: Request, begin: Callable[[], None]) -> Book:
        number = len(self.asked)
        self.asked.append(request)
        self._may_begin.append(asyncio.Event())
        self._answers.append(asyncio.get_running_loop().create_future())
        await self._may_begin[number].wait()
        begin()
        return await self._answers[number]

    def _hurry(self) -> None:
        self.hurried += 1

    async def ask(self, *, urgent: bool = True) -> asyncio.Task[Book]:
        task = asyncio.create_task(self.reads.ask(QUOTES, urgent=urgent))
        await settle()
        return task

    async def begin(self, number: int) -> None:
        self._may_begin[number].set()
        await settle()

    async def answer(self, number: int) -> None:
        self._answers[number].set_result(Book(QUOTES, (), number))
        await settle()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_all_who_ask_before_it_begins_share_it_and_the_others_the_next() -> None:
    venue = Venue()
    first, second = await venue.ask(), await venue.ask()
    await venue.begin(0)
    third, fourth = await venue.ask(), await venue.ask()
    assert len(venue.asked) == 1, "the next one waits for its turn"
    await venue.answer(0)
    assert [(await task).read_at_ms for task in (first, second)] == [0, 0]
    await venue.begin(1)
    await venue.answer(1)
    assert [(await task).read_at_ms for task in (third, fourth)] == [1, 1]
    assert len(venue.asked) == 2


async def test_a_press_does_not_wait_for_a_poll_that_is_under_way() -> None:
    venue = Venue()
    poll = await venue.ask(urgent=False)
    await venue.begin(0)
    press = await venue.ask()
    assert len(venue.asked) == 2
    await venue.begin(1)
    later_poll = await venue.ask(urgent=False)
    assert len(venue.asked) == 2, "a poll waits for what is under way"
    await venue.answer(1)
    await venue.answer(0)
    assert ((await press).read_at_ms, (await poll).read_at_ms) == (1, 0)
    await venue.begin(2)
    await venue.answer(2)
    assert (await later_poll).read_at_ms == 2


async def test_a_poll_that_waits_becomes_urgent_with_the_press_that_joins_it() -> None:
    venue = Venue()
    poll = await venue.ask(urgent=False)
    assert not venue.asked[0].urgent
    press = await venue.ask()
    assert venue.asked[0].urgent
    assert venue.hurried == 1
    await venue.begin(0)
    await venue.answer(0)
    assert (await poll) is (await press)


async def test_a_read_that_hangs_holds_up_the_next_one_for_a_moment_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shared_reads, "BEHIND_S", 0.01)
    venue = Venue()
    await venue.ask()
    await venue.begin(0)
    second = await venue.ask()
    async with asyncio.timeout(30):
        while len(venue.asked) < 2:
            await asyncio.sleep(0.005)
    await venue.begin(1)
    await venue.answer(1)
    assert (await second).read_at_ms == 1
    await venue.reads.close()


async def test_who_goes_leaves_the_read_to_the_others_and_an_end_ends_all() -> None:
    venue = Venue()
    gone, stays = await venue.ask(), await venue.ask()
    gone.cancel()
    await venue.begin(0)
    await venue.answer(0)
    assert (await stays).read_at_ms == 0
    waiting = await venue.ask()
    await venue.begin(1)
    behind = await venue.ask()
    await venue.reads.close()
    for task in (waiting, behind):
        with suppress(asyncio.CancelledError):
            await task
        assert task.cancelled()


async def test_a_read_that_fails_fails_for_all_who_share_it() -> None:
    async def fail(_: Request, begin: Callable[[], None]) -> Book:
        begin()
        raise ValueError

    reads = SharedReads(fail, lambda: None)
    ended = await asyncio.gather(
        reads.ask(QUOTES, urgent=True), reads.ask(QUOTES, urgent=True), return_exceptions=True
    )
    assert [type(one) for one in ended] == [ValueError, ValueError]
