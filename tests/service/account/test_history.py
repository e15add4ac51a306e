"""The recent past that the service keeps: every round trip over real sockets, and every listing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tui.core.clocks import Instant
from tui.core.desk import AccountView
from tui.core.orders import Book, OpenOrder
from tui.core.timeseries import SeriesView
from tui.service.account.order_reader import OpenOrderHistory

OpenDesk = Callable[..., Any]


async def later_view(desk: Any, account: str, later_s: float) -> AccountView:
    """The account as it would be shown so much later, were nothing to happen until then."""

    async def look() -> AccountView:
        worker = desk.desk._workers[account]
        clock = worker._clock
        worker._clock = lambda: clock().later(later_s)
        try:
            view: AccountView = worker.view
            return view
        finally:
            worker._clock = clock

    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(look(), desk.desk._loop))


async def route_past(desk: Any, account: str, transport: str) -> SeriesView:
    view = await later_view(desk, account, 10)
    return next(route.past for route in view.routes if route.transport == transport)


def measured(past: SeriesView) -> list[float]:
    return [value for stretch in past.stretches for value in stretch.values]


def latencies(desk: Any, account: str, transport: str) -> list[float]:
    return [
        frame.latency_ms
        for frame in desk.log()
        if frame.account == account and frame.transport == transport and frame.latency_ms
    ]


@pytest.mark.parametrize("name", ["htx-unified", "okx-desk", "bitget-uta"])
async def test_every_call_over_rest_is_a_round_trip(open_desk: OpenDesk, name: str) -> None:
    desk = open_desk(name)
    await desk.ready(name)
    answered = latencies(desk, name, "rest")
    past = await route_past(desk, name, "rest")
    assert set(answered) <= set(measured(past))
    assert past.lost == 0


async def test_a_login_and_a_request_over_the_socket_are_round_trips(open_desk: OpenDesk) -> None:
    desk = open_desk("okx-desk")
    await desk.ready("okx-desk")
    desk.desk.cancel("okx-desk", "spreads")
    await desk.reported("okx-desk")
    past = await route_past(desk, "okx-desk", "ws")
    (answered,) = latencies(desk, "okx-desk", "ws")
    assert len(measured(past)) >= 2, "the login and the cancel"
    assert answered in measured(past)


@pytest.mark.parametrize("name", ["htx-legacy", "okx-desk"])
async def test_a_ping_is_a_round_trip(
    open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    desk = open_desk(name)
    await desk.ready(name)
    socket, measured_ms = desk.desk._workers[name]._socket, []
    monkeypatch.setattr(socket.trips, "add", lambda _, took_ms: measured_ms.append(took_ms))
    desk.desk._loop.call_soon_threadsafe(socket._ping_now.ring)
    await desk.until(lambda: bool(measured_ms))
    assert socket.round_trip_ms in measured_ms


@pytest.mark.parametrize(
    ("action", "route", "place"),
    [
        ("quotes", "rest", {"path": "/api/v5/rfq/cancel-all-quotes"}),
        ("spreads", "ws", {"op": "sprd-mass-cancel"}),
    ],
)
async def test_an_answer_that_does_not_come_is_a_lost_one(
    simulator: Any, open_desk: OpenDesk, action: str, route: str, place: dict[str, str]
) -> None:
    desk = open_desk("okx-desk")
    await desk.ready("okx-desk")
    # Without a place a read of the desk would take the fault.
    simulator.faults("okx-desk", "ignore", **place)
    desk.desk.cancel("okx-desk", action)
    await desk.reported("okx-desk")
    assert (await route_past(desk, "okx-desk", route)).lost == 1


async def test_a_venue_that_cannot_be_reached_is_all_lost(open_desk: OpenDesk) -> None:
    desk = open_desk("bitget-uta", rest_url="http://127.0.0.1:9")
    await desk.until(lambda: "127.0.0.1:9" in desk.account("bitget-uta").reason)
    past = await route_past(desk, "bitget-uta", "rest")
    assert past.lost >= 1 and not measured(past)


async def test_the_hour_of_open_orders_follows_the_book(open_desk: OpenDesk) -> None:
    desk = open_desk("okx-desk")
    await desk.ready("okx-desk")
    spreads, quotes = (desk.account("okx-desk").book.count([k]) for k in ("spread", "quote"))
    desk.desk.cancel("okx-desk", "spreads")
    await desk.reported("okx-desk")
    told = (await later_view(desk, "okx-desk", 60)).open_past
    kinds = {kind: past.stretches for kind, past in told.kinds}
    # The minute may end while the test runs.
    assert kinds["spread"][0].high == spreads and kinds["spread"][-1].low == 0
    assert kinds["quote"][0].high == kinds["quote"][-1].low == quotes
    assert told.total.stretches[0].high == spreads + quotes
    assert told.total.stretches[-1].low == quotes


async def test_a_read_that_failed_is_told(simulator: Any, open_desk: OpenDesk) -> None:
    desk = open_desk("bitget-uta")
    await desk.ready("bitget-uta")
    simulator.faults("bitget-uta", "http_500", 1000)
    desk.desk.refresh("bitget-uta")
    await desk.until(lambda: bool(desk.account("bitget-uta").book_error))
    assert (await later_view(desk, "bitget-uta", 60)).open_past.total.lost >= 1


# Without a venue


def at(seconds: float) -> Instant:
    return Instant(seconds, seconds, seconds)


def book(**kinds: int) -> Book:
    orders = (
        OpenOrder(kind, f"{kind}{n}", "X") for kind, many in kinds.items() for n in range(many)
    )
    return Book(tuple(kinds), tuple(orders), 0)


def test_the_total_is_told_once_every_kind_that_a_button_reaches_is_known() -> None:
    hour, covered = OpenOrderHistory(), {"spot", "margin"}
    hour.take(at(1), book(spot=3), ["spot"], covered)
    hour.take(at(61), book(spot=3, margin=0, strategy=5), ["margin", "strategy"], covered)
    told = hour.past(at(120))
    assert [stretch.median for stretch in told.total.stretches] == [3]
    kinds = {kind: [s.median for s in past.stretches] for kind, past in told.kinds}
    assert kinds == {"spot": [3, None], "margin": [0], "strategy": [5]}


def test_the_same_object_is_told_until_the_minute_is_over() -> None:
    hour = OpenOrderHistory()
    hour.take(at(1), book(spot=3), ["spot"], {"spot"})
    first = hour.past(at(61))
    hour.take(at(62), book(spot=9), ["spot"], {"spot"})
    hour.lose(at(63))
    assert hour.past(at(119)) is first
    last = hour.past(at(120)).total.stretches[-1]
    assert (last.median, last.lost) == (9, 1)
