"""A read that takes long says how far it has come; a short one says nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tui.core.clocks import Instant
from tui.service.account.order_reader import LONG_S, Reading
from tui.service.network.dispatcher import Dispatcher
from tui.venues.base.messages import Call, Exchange, Reply, RestCall, RestReply


class Clock:
    now_s = 0.0

    def __call__(self) -> Instant:
        return Instant(self.now_s, self.now_s, self.now_s)


def test_only_what_takes_long_is_told_and_it_goes_with_the_read() -> None:
    clock, changes = Clock(), []
    reading = Reading(clock, lambda: changes.append(reading.listed))
    with reading.listing() as one:
        one(100)
        assert reading.listed == 0 and not changes
        clock.now_s = LONG_S
        with reading.listing() as other:
            one(200)
            clock.now_s = 2 * LONG_S
            other(50)
            assert reading.listed == 250
        assert reading.listed == 200
    assert reading.listed == 0
    assert changes == [200, 250, 200, 0]


async def test_a_page_counts_when_it_has_come() -> None:
    class Rest:
        """Answers when a test says so."""

        def __init__(self) -> None:
            self.asked: list[asyncio.Future[Reply]] = []

        async def call(self, call: Call, deadline_s: float, *, urgent: bool) -> Reply:
            self.asked.append(asyncio.get_running_loop().create_future())
            return await self.asked[-1]

    def page(number: int) -> RestCall:
        return RestCall("POST", "/list", body=f"{number}", listed=50 * (number - 1))

    def exchange() -> Exchange[str]:
        yield (page(1),)
        yield page(2), page(3), page(4)
        return "done"

    rest, told = Rest(), []
    running = asyncio.create_task(Dispatcher(rest).run(exchange(), 1.0, told.append))  # type: ignore[arg-type]

    async def answer(number: int) -> None:
        async with asyncio.timeout(10):
            while len(rest.asked) <= number:
                await asyncio.sleep(0)
        rest.asked[number].set_result(RestReply(200, b""))
        for _ in range(5):
            await asyncio.sleep(0)

    await answer(0)
    assert told == [50], "the first page is there, the others are asked for"
    await answer(3)
    assert told == [50, 100], "two pages are there, whichever they are"
    await answer(1)
    await answer(2)
    assert told == [50, 100, 150]
    assert await running == "done"


async def test_the_panel_is_told_while_a_long_list_is_read(
    open_desk: Callable[..., Any], simulator: Any
) -> None:
    """OKX gives two pages of quotes in two seconds."""
    simulator.orders("okx-desk", "quote", 480)
    desk = open_desk("okx-desk")
    await desk.until(lambda: desk.account("okx-desk").reading >= 300)
    await desk.ready("okx-desk")
    assert desk.account("okx-desk").book.count(["quote"]) == 500
    await desk.until(lambda: desk.account("okx-desk").reading == 0)


async def test_a_list_longer_than_the_rate_limit_is_read_to_its_end(
    open_desk: Callable[..., Any], simulator: Any
) -> None:
    """HTX gives 72 pages in three seconds, and refuses the next one with HTTP 200."""
    simulator.orders("htx-unified", "unified", 5_000)
    simulator.orders("htx-unified", "unified", 2_400)
    desk = open_desk("htx-unified", poll_s=3600.0)
    await desk.ready("htx-unified")
    assert desk.account("htx-unified").book.count(["unified"]) == 7_440


async def test_every_venue_counts_the_pages_before(
    open_desk: Callable[..., Any], simulator: Any, monkeypatch: Any
) -> None:
    told: dict[str, list[int]] = {}
    real = Dispatcher.run

    async def run(
        self: Dispatcher,
        exchange: Any,
        deadline_s: float,
        listed: Callable[[int], None] = lambda _: None,
        **more: Any,
    ) -> Any:
        mine: list[int] = []

        def both(count: int) -> None:
            mine.append(count)
            listed(count)

        result = await real(self, exchange, deadline_s, both, **more)
        for kind in getattr(result, "kinds", ()):
            told.setdefault(kind, mine)
        return result

    monkeypatch.setattr(Dispatcher, "run", run)
    for name, kind in (
        ("htx-legacy", "cross"),
        ("htx-unified", "unified"),
        ("okx-desk", "spread"),
        ("bitget-uta", "SPOT"),
    ):
        simulator.orders(name, kind, 210)
    names = ("htx-legacy", "htx-unified", "okx-desk", "bitget-uta")
    desk = open_desk(*names)
    await desk.ready(*names)
    assert told["cross"] == [50, 100, 150, 200]
    assert told["unified"] == [100, 200]
    assert told["spread"] == [100, 200]
    assert told["SPOT"][-1] >= 200
    assert told["isolated"] == []
