"""Cancels on their way: what they wait for, what is sent again, and when they count as sent."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tui.core.actions import EVERYTHING, Outcome, Report, Scope
from tui.core.frames import Frame
from tui.service.cancel.run import RunLimits
from tui.service.network import rest_route
from tui.service.network.http_client import HttpConnection
from tui.service.network.rest_route import READS_AT_ONCE
from tui.simulator.bitget.rest import ENDPOINTS
from tui.simulator.rate_limits import Rate
from tui.venues.base.messages import NoReply, RestCall, SocketCall
from tui.venues.bitget import cancel as bitget_cancel

OpenDesk = Callable[..., Any]

EVER = 1_000_000
BITGET, HTX, V5, OKX = "bitget-uta", "htx-legacy", "htx-unified", "okx-desk"
LISTS = "/api/v3/trade/unfilled-orders"
CANCEL = "/api/v3/trade/cancel-symbol-order"
CATEGORIES = ("SPOT", "MARGIN", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES")
NEVER_S = 600.0
"""Longer than any test takes."""
WAIT_S = 60.0
SELDOM_S = 3600.0
"""Between two polls: what is known of the book is what the first read has told."""


PATIENT = RunLimits(ack_s=30.0, window_s=60.0)
"""A busy machine answers late, and is no venue that does not answer."""
NO_ORDERS = pytest.mark.parametrize("simulator", [0], indirect=True)
"""A venue that starts without an order."""


@pytest.fixture
def simulator(request: pytest.FixtureRequest, start_simulator: Callable[..., Any]) -> Any:
    return start_simulator(orders=getattr(request, "param", 40))


@pytest.fixture
def lists_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists that a press asks for come, however busy the machine and however much is read."""
    monkeypatch.setattr(bitget_cancel, "LIST_S", NEVER_S)
    monkeypatch.setitem(ENDPOINTS, LISTS, replace(ENDPOINTS[LISTS], rate=Rate(EVER, 1)))


def outs(desk: Any, what: str) -> list[Frame]:
    return [f for f in desk.log() if f.direction == "out" and what in f.text]


def refused(desk: Any, what: str) -> list[Frame]:
    """The requests that the venue refused for their number."""
    limits = re.compile(r'^429 |"err_code":1032|"code":1032|"code":"50011"')
    numbers = {f.request for f in desk.log() if f.direction == "in" and limits.search(f.text)}
    return [frame for frame in outs(desk, what) if frame.seq in numbers]


async def pressed(
    desk: Any, account: str, action: str | None = None, scope: Scope = EVERYTHING
) -> Report:
    """The report of a press, once it has ended."""
    before = [id(report) for report in desk.account(account).reports]
    desk.desk.cancel(account, action, scope)

    def mine() -> list[Report]:
        reports: tuple[Report, ...] = desk.account(account).reports
        return [r for r in reports if r.scope == scope and id(r) not in before]

    await desk.until(lambda: bool(mine()) and not desk.account(account).runs, WAIT_S)
    return mine()[0]


async def knows(desk: Any, account: str, count: int) -> None:
    """Returns when the desk is ready and has read that so many orders are open."""
    await desk.ready(account)

    def read() -> bool:
        book = desk.account(account).book
        return book is not None and book.count() == count

    await desk.until(read)


# --- what a cancel waits for ----------------------------------------------------------------------


async def test_a_press_goes_out_while_sixteen_reads_hang(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk(BITGET, poll_s=SELDOM_S, limits=PATIENT)
    await desk.ready(BITGET)
    simulator.faults(BITGET, "ignore", EVER, path=LISTS)
    route = desk.desk._workers[BITGET]._rest
    before = len(outs(desk, LISTS))
    call = RestCall("GET", LISTS, (("category", "SPOT"),))
    reads = [
        asyncio.run_coroutine_threadsafe(route.call(call, NEVER_S), desk.desk._loop)
        for _ in range(2 * READS_AT_ONCE)
    ]
    await desk.until(lambda: len(outs(desk, LISTS)) == before + READS_AT_ONCE)

    desk.desk.cancel(BITGET)
    await desk.until(lambda: simulator.open(BITGET) == simulator.open(BITGET, "strategy"))
    assert not any(read.done() for read in reads)
    for read in reads:
        read.cancel()


async def test_reads_leave_warm_connections_to_a_press(
    simulator: Any, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(BITGET, poll_s=0.05)
    await desk.ready(BITGET)
    route = desk.desk._workers[BITGET]._rest
    await desk.until(lambda: len(route._idle) > len(CATEGORIES))
    simulator.faults(BITGET, "ignore", EVER, path=LISTS)
    before = len(outs(desk, LISTS))
    call = RestCall("GET", LISTS, (("category", "SPOT"),))
    reads = [
        asyncio.run_coroutine_threadsafe(route.call(call, NEVER_S), desk.desk._loop)
        for _ in range(READS_AT_ONCE)
    ]
    await desk.until(lambda: len(outs(desk, LISTS)) >= before + READS_AT_ONCE)
    assert len(route._idle) >= len(CATEGORIES)
    for read in reads:
        read.cancel()


async def test_a_second_press_on_htx_waits_for_no_list(simulator: Any, open_desk: OpenDesk) -> None:
    """A cancel there names a contract, and none is known to have orders after the first press."""
    desk = open_desk(HTX, poll_s=SELDOM_S, limits=PATIENT)
    await desk.ready(HTX)
    assert (await pressed(desk, HTX, "isolated")).outcome is Outcome.CONFIRMED
    simulator.faults(HTX, "ignore", EVER, path="/linear-swap-api/v1/swap_openorders")
    simulator.orders(HTX, "isolated", 3)
    desk.desk.cancel(HTX, "isolated")
    await desk.until(lambda: simulator.open(HTX, "isolated") == 0)


# --- bursts ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("lists_in_time")
@NO_ORDERS
async def test_presses_within_a_second_take_no_more_than_the_venue_gives(
    simulator: Any, open_desk: OpenDesk
) -> None:
    desk = open_desk(BITGET, poll_s=SELDOM_S, limits=PATIENT)
    await knows(desk, BITGET, 0)
    for _ in range(2):
        for kind in ("SPOT", "USDT-FUTURES"):
            simulator.orders(BITGET, kind, 3)
        desk.desk.refresh(BITGET)
        await knows(desk, BITGET, 6)
        before = len(outs(desk, CANCEL))
        assert (await pressed(desk, BITGET)).outcome is Outcome.CONFIRMED
        assert len(outs(desk, CANCEL)) == before + 2, "only where orders are"
        assert simulator.open(BITGET) == 0
    assert not refused(desk, CANCEL)


@pytest.mark.usefixtures("lists_in_time")
@NO_ORDERS
async def test_a_second_press_goes_first_where_the_one_before_found_orders(
    simulator: Any, open_desk: OpenDesk
) -> None:
    """An algorithm that goes on quoting is not seen by the book between two presses."""
    desk = open_desk(BITGET, poll_s=SELDOM_S, limits=PATIENT)
    await knows(desk, BITGET, 0)
    simulator.orders(BITGET, "MARGIN", 3)
    simulator.orders(BITGET, "USDC-FUTURES", 3)
    desk.desk.refresh(BITGET)
    await knows(desk, BITGET, 6)
    for _ in range(2):
        before = len(outs(desk, CANCEL))
        assert (await pressed(desk, BITGET)).outcome is Outcome.CONFIRMED
        assert simulator.open(BITGET) == 0
        sent = [f.text for f in outs(desk, CANCEL)[before:]]
        assert [re.findall(r"MARGIN|USDC-FUTURES", text) for text in sent] == [
            ["MARGIN"],
            ["USDC-FUTURES"],
        ]
        simulator.orders(BITGET, "MARGIN", 3)
        simulator.orders(BITGET, "USDC-FUTURES", 3)
    assert not refused(desk, CANCEL)


@pytest.mark.usefixtures("lists_in_time")
async def test_a_press_within_the_second_that_is_used_up_takes_the_orders_by_their_ids(
    simulator: Any, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The venue's second never ends here: no category is taken any more."""
    desk = open_desk(BITGET, poll_s=SELDOM_S, limits=PATIENT)
    await desk.ready(BITGET)
    monkeypatch.setitem(ENDPOINTS, CANCEL, replace(ENDPOINTS[CANCEL], rate=Rate(5, NEVER_S)))
    assert (await pressed(desk, BITGET)).outcome is Outcome.CONFIRMED
    assert len(outs(desk, CANCEL)) == len(CATEGORIES)
    for category in CATEGORIES[2:]:
        simulator.orders(BITGET, category, 25 if category == "COIN-FUTURES" else 2)
    report = await pressed(desk, BITGET)
    assert report.outcome is Outcome.CONFIRMED
    assert simulator.open(BITGET) == simulator.open(BITGET, "strategy")
    assert len(outs(desk, CANCEL)) == 2 * len(CATEGORIES), "each was tried, at once"
    assert len(outs(desk, "cancel-batch")) == 4


async def test_only_what_was_refused_for_the_rate_is_sent_again(
    simulator: Any, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(BITGET, poll_s=SELDOM_S, limits=PATIENT)
    await desk.ready(BITGET)
    for path in ("cancel-batch", "cancel-symbol-order"):  # less than the venue's page says
        path = f"/api/v3/trade/{path}"
        monkeypatch.setitem(ENDPOINTS, path, replace(ENDPOINTS[path], rate=Rate(1, 1.0)))
    assert (await pressed(desk, BITGET)).outcome is Outcome.CONFIRMED
    assert simulator.open(BITGET) == simulator.open(BITGET, "strategy")
    taken = len(outs(desk, CANCEL)) - len(refused(desk, CANCEL))
    assert taken <= len(CATEGORIES)
    assert refused(desk, CANCEL)


# --- what is sent in parts ------------------------------------------------------------------------


@NO_ORDERS
async def test_ninety_contracts_are_cancelled_each_once(
    simulator: Any, open_desk: OpenDesk
) -> None:
    simulator.orders(HTX, "isolated", 90, contracts=90)
    desk = open_desk(HTX, poll_s=SELDOM_S, limits=PATIENT, contracts=())
    await knows(desk, HTX, 90)
    report = await pressed(desk, HTX, "isolated")
    assert (report.outcome, simulator.open(HTX, "isolated")) == (Outcome.CONFIRMED, 0)
    assert len(outs(desk, '"cancelall"')) == 90
    assert not refused(desk, '"cancelall"')
    assert any(re.fullmatch(r"\d\d of 90 sent", step.name) for step in report.steps)


@NO_ORDERS
async def test_fifty_contracts_in_both_margin_modes_are_cancelled_each_once(
    simulator: Any, open_desk: OpenDesk
) -> None:
    for kind in ("isolated", "cross"):
        simulator.orders(HTX, kind, 50, contracts=50)
    desk = open_desk(HTX, poll_s=SELDOM_S, limits=PATIENT, contracts=())
    await knows(desk, HTX, 100)
    desk.desk.cancel(HTX)
    await desk.until(
        lambda: len(desk.account(HTX).reports) == 2 and not desk.account(HTX).runs, WAIT_S
    )
    assert {report.outcome for report in desk.account(HTX).reports} == {Outcome.CONFIRMED}
    assert simulator.open(HTX) == 0
    assert len(outs(desk, 'cancelall"')) - len(refused(desk, 'cancelall"')) == 100


@NO_ORDERS
async def test_strategy_orders_are_cancelled_to_the_last(
    simulator: Any, open_desk: OpenDesk
) -> None:
    simulator.orders(BITGET, "strategy", 120)
    desk = open_desk(BITGET, extras=("strategy",), limits=PATIENT)
    await knows(desk, BITGET, 120)
    report = await pressed(desk, BITGET, "strategy")
    assert (report.outcome, simulator.open(BITGET, "strategy")) == (Outcome.CONFIRMED, 0)
    path = "cancel-strategy-order"
    assert len(outs(desk, path)) - len(refused(desk, path)) == 120


@NO_ORDERS
@pytest.mark.parametrize(
    ("account", "action", "kind", "count", "calls", "what"),
    [
        (OKX, "spreads", "spread", 50, 50, "sprd-cancel-order"),
        (OKX, "quotes", "quote", 250, 3, "rfq/cancel-batch-quotes"),
        (V5, "unified", "unified", 720, 72 + 3, "cancel_batch_orders"),
    ],
)
async def test_chosen_orders_over_the_limit_are_cancelled_to_the_last(
    simulator: Any,
    open_desk: OpenDesk,
    account: str,
    action: str,
    kind: str,
    count: int,
    calls: int,
    what: str,
) -> None:
    simulator.orders(account, kind, count)
    desk = open_desk(account, poll_s=SELDOM_S, limits=PATIENT)
    await knows(desk, account, count)
    chosen = tuple(o for o in desk.account(account).book.orders if o.kind == kind)
    report = await pressed(desk, account, action, Scope(orders=chosen))
    assert (report.outcome, simulator.open(account, kind)) == (Outcome.CONFIRMED, 0)
    assert len(outs(desk, what)) - len(refused(desk, what)) <= calls


# --- a symbol in a category that was not seen -----------------------------------------------------


@pytest.mark.usefixtures("lists_in_time")
@NO_ORDERS
async def test_a_symbol_goes_in_categories_where_the_book_did_not_see_it(
    simulator: Any, open_desk: OpenDesk
) -> None:
    simulator.orders(BITGET, "SPOT", 2)
    desk = open_desk(BITGET, poll_s=SELDOM_S, limits=PATIENT)
    await knows(desk, BITGET, 2)
    simulator.orders(BITGET, "USDT-FUTURES", 3)
    report = await pressed(desk, BITGET, "orders", Scope(contract="BTCUSDT"))
    assert (report.outcome, report.open_after) == (Outcome.CONFIRMED, 0)
    assert simulator.open(BITGET, "SPOT") == 1, "ETHUSDT stays"
    assert simulator.open(BITGET, "USDT-FUTURES") == 2, "ETHUSDT and SOLUSDT stay"


@NO_ORDERS
@pytest.mark.parametrize("lists", ["read", "hang"])
async def test_everything_takes_an_order_that_was_placed_in_an_empty_category(
    simulator: Any, open_desk: OpenDesk, lists: str
) -> None:
    simulator.orders(BITGET, "SPOT", 2)
    desk = open_desk(BITGET, poll_s=SELDOM_S, limits=PATIENT)
    await knows(desk, BITGET, 2)
    simulator.orders(BITGET, "USDC-FUTURES", 2)
    if lists == "hang":
        simulator.faults(BITGET, "ignore", EVER, path=LISTS)
    desk.desk.cancel(BITGET)
    await desk.until(lambda: simulator.open(BITGET) == 0)
    if lists == "read":
        await desk.until(lambda: bool(desk.account(BITGET).reports), WAIT_S)
        assert [r.outcome for r in desk.account(BITGET).reports] == [Outcome.CONFIRMED]


# --- when a frame counts as out -------------------------------------------------------------------


async def test_a_call_that_finds_no_connection_is_not_logged_as_sent(open_desk: OpenDesk) -> None:
    desk = open_desk(BITGET, rest_url="http://127.0.0.1:9")
    await desk.until(lambda: any(f.text.startswith("not sent: GET ") for f in desk.log()))
    assert not [f for f in desk.log() if f.direction == "out"]
    report = await pressed(desk, BITGET)
    assert (report.route, report.attempts) == (None, 0)
    notes = [f for f in desk.log() if f.text.startswith(f"not sent: POST {CANCEL}")]
    assert notes
    assert all(f.request is None and f.error for f in notes)
    assert not [f for f in desk.log() if f.direction == "out"]


async def test_a_call_is_logged_as_sent_once_its_connection_stands(
    simulator: Any, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(OKX, poll_s=SELDOM_S, limits=PATIENT)
    await desk.ready(OKX)
    asked, stands = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    class Slow(HttpConnection):
        @classmethod
        async def open(cls, url: str, tls: Any) -> HttpConnection:
            loop.call_soon_threadsafe(asked.set)
            while not stands.is_set():
                await asyncio.sleep(0.005)
            return await HttpConnection.open(url, tls)

    route = desk.desk._workers[OKX]._rest
    desk.desk._loop.call_soon_threadsafe(route.close)
    monkeypatch.setattr(rest_route, "HttpConnection", Slow)
    call = RestCall("GET", "/api/v5/account/config")
    reply = asyncio.run_coroutine_threadsafe(route.call(call, NEVER_S), desk.desk._loop)
    await asked.wait()
    before = len(outs(desk, call.path))
    stands.set()
    await asyncio.wrap_future(reply)
    assert len(outs(desk, call.path)) == before + 1
    answered = [f for f in desk.log() if f.request == outs(desk, call.path)[-1].seq]
    assert [f.direction for f in answered] == ["in"]


async def test_a_message_is_logged_as_sent_once_the_connection_has_taken_it(
    simulator: Any, open_desk: OpenDesk
) -> None:
    """Over a connection that takes nothing in, as one whose other side reads nothing."""
    desk = open_desk(OKX, poll_s=SELDOM_S, limits=PATIENT)
    await desk.ready(OKX)
    await desk.until(lambda: bool(outs(desk, '"op":"login"')))
    route = desk.desk._workers[OKX]._socket

    class Full:
        async def send(self, _: str) -> None:
            await asyncio.Event().wait()

    async def call() -> object:
        standing, route._connection = route._connection, Full()
        try:
            return await route.call(SocketCall("sprd-mass-cancel", [{}]), 0.05)
        finally:
            route._connection = standing

    reply = await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(call(), desk.desk._loop))
    assert reply == NoReply("the venue took in nothing within 0.05 s", sent=True)
    assert not outs(desk, "sprd-mass-cancel")
    assert any("the venue took in nothing" in f.text for f in desk.log())
