"""HTX's exchanges with a venue of a few lines: whole lists, cancels of exactly their scope."""

import json
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.core.accounts import Account
from tui.core.actions import EVERYTHING, Ack, Action, Scope, Verdict
from tui.core.frames import Transport
from tui.core.orders import Book, OpenOrder
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import (
    Call,
    NoReply,
    Reply,
    RestCall,
    RestReply,
    SocketCall,
    SocketReply,
)
from tui.venues.base.protocol import VenueAdapter
from tui.venues.base.specs import Profile
from tui.venues.htx.adapter import Htx

T = TypeVar("T")
Batches = list[tuple[Call, ...]]

LEGACY, UNIFIED = Profile("legacy"), Profile("unified")
ACCOUNT = Account("htx-main", "htx", "https://api.hbdm.com")
FAMILY_PATH = "/v5/account/asset_mode"
OLD_FAMILY_PATH = "/linear-swap-api/v3/swap_unified_account_type"
LOST = NoReply("no answer within 1.5 s", sent=True)
DENIED = RestReply(200, b'{"status":"error","err_code":1253,"err_msg":"Invalid signature."}')


def hold(
    exchange: Generator[tuple[Call, ...], tuple[Reply, ...], T], replies: Callable[[Call], Reply]
) -> tuple[T, Batches]:
    """Drives an exchange to its end: what it means, and what it sent, batch by batch."""
    sent: Batches = []
    try:
        calls = next(exchange)
        while True:
            sent.append(calls)
            calls = exchange.send(tuple(replies(call) for call in calls))
    except StopIteration as stop:
        meaning: T = stop.value
        return meaning, sent


def reply(message: object, status: int = 200) -> RestReply:
    return RestReply(status, json.dumps(message).encode())


def order(
    order_id: str, contract: str = "BTC-USDT", kind: str = "isolated", **fields: str
) -> OpenOrder:
    return replace(OpenOrder(kind, order_id, contract, "buy", "open"), **fields)


@dataclass
class Venue:
    """Rests orders and answers as HTX documents it; keeps no order that a cancel names."""

    orders: list[OpenOrder]
    page: int = 50
    family: Reply = LOST
    """What it says of the account's family."""

    def __call__(self, call: Call) -> Reply:
        if isinstance(call, SocketCall):
            assert isinstance(call.data, dict)
            message = self._cancel(call.op, call.data)
            return SocketReply({"cid": "c1", **message})
        if call.path in (FAMILY_PATH, OLD_FAMILY_PATH):
            return self.family
        if call.path.endswith("_openorders"):
            kind = "cross" if "cross" in call.path else "isolated"
            return reply(self._legacy_page(kind, json.loads(call.body)["page_index"]))
        if call.path == "/v5/trade/order/opens":
            return reply(self._unified_page(dict(call.query)))
        op = call.path.rsplit("/", 1)[1].removeprefix("swap_")
        return reply(self._cancel(op, json.loads(call.body)))

    def _cancel(self, op: str, data: dict[str, str | list[str]]) -> dict[str, object]:
        unified = op.startswith("cancel_")
        kind = "unified" if unified else "cross" if "cross" in op else "isolated"
        ids = data.get("order_id", [])
        ids = ids.split(",") if isinstance(ids, str) else ids
        gone = [
            o
            for o in self.orders
            if o.kind == kind
            and data.get("contract_code", o.contract) == o.contract
            and data.get("direction", o.side) == o.side
            and data.get("offset", o.offset) == o.offset
            and (o.order_id in ids if ids else "order_id" not in data)
        ]
        self.orders = [o for o in self.orders if o not in gone]
        if unified:
            items = [{"order_id": o.order_id, "code": 200, "message": "Success"} for o in gone]
            return {"code": 200, "message": "Success", "data": items, "ts": 1}
        if not gone:
            return {"status": "error", "err_code": 1051, "err_msg": "No orders to cancel.", "ts": 1}
        successes = ",".join(o.order_id for o in gone)
        return {"status": "ok", "data": {"errors": [], "successes": successes}, "ts": 1}

    def _legacy_page(self, kind: str, index: int) -> object:
        mine = [o for o in self.orders if o.kind == kind]
        shown = [
            {
                "contract_code": o.contract,
                "order_id": 7,
                "order_id_str": o.order_id,
                "direction": o.side,
                "offset": o.offset,
            }
            for o in mine[(index - 1) * self.page : index * self.page]
        ]
        pages = max(1, -(-len(mine) // self.page))
        data = {"orders": shown, "total_page": pages, "current_page": index}
        return {"status": "ok", "data": {**data, "total_size": len(mine)}, "ts": 1}

    def _unified_page(self, query: dict[str, str]) -> object:
        mine = [o for o in self.orders if o.kind == "unified"]
        start = next((n for n, o in enumerate(mine, 1) if o.order_id == query.get("from")), 0)
        if query.get("direct") == "prev":
            shown = mine[max(0, start - 1 - int(query["limit"])) : max(0, start - 1)]
        else:
            shown = mine[start : start + int(query["limit"])]
        items = [
            {"id": o.order_id, "order_id": o.order_id, "contract_code": o.contract}
            | {"side": o.side, "position_side": "long"}
            for o in shown
        ]
        return {"code": 200, "message": "Success", "data": items, "ts": 1}


def ops(batch: tuple[Call, ...]) -> list[str]:
    return [call.op if isinstance(call, SocketCall) else call.path for call in batch]


def data_of(batch: tuple[Call, ...]) -> list[object]:
    return [call.data if isinstance(call, SocketCall) else json.loads(call.body) for call in batch]


# --- lists of open orders ------------------------------------------------------------------------

LEGACY_ORDER = {
    "symbol": "BTC",
    "contract_code": "BTC-USDT",
    "volume": 1,
    "price": 13329,
    "order_price_type": "limit",
    "order_type": 1,
    "direction": "sell",
    "offset": "open",
    "order_id": 770326042832437200,
    "order_id_str": "770326042832437248",
    "client_order_id": 57012021028,
    "created_at": 1603701640576,
    "trade_avg_price": None,
    "status": 11,
    "margin_mode": "isolated",
}
UNIFIED_ORDER = {
    "id": "1331226415994253312",
    "order_id": "1331226415994253312",
    "contract_code": "BTC-USDT-241122",
    "side": "buy",
    "position_side": "long",
    "price": "6409.114",
    "volume": "1",
    "state": "new",
    "margin_mode": "cross",
    "reduce_only": "",
    "created_time": "1737430710575",
}


def test_a_legacy_order_is_read_whole() -> None:
    """The sample of the page; 11, "cancelling", is still live."""
    data = {"orders": [LEGACY_ORDER], "total_page": 1, "current_page": 1, "total_size": 1}
    book, sent = hold(
        Htx(ACCOUNT).read_book(LEGACY, ("cross",)), lambda _: reply({"status": "ok", "data": data})
    )
    assert book == Book(
        ("cross",),
        (
            OpenOrder(
                "cross",
                "770326042832437248",
                "BTC-USDT",
                "sell",
                "open",
                "13329",
                "1",
                1603701640576,
            ),
        ),
        0,
    )
    assert sent == [
        (
            RestCall(
                "POST",
                "/linear-swap-api/v1/swap_cross_openorders",
                body='{"page_index":1,"page_size":50}',
            ),
        )
    ]


@pytest.mark.parametrize(
    ("side", "position_side", "offset"),
    [
        ("buy", "long", "open"),
        ("sell", "short", "open"),
        ("sell", "long", "close"),
        ("buy", "short", "close"),
        ("buy", "both", ""),
    ],
)
@pytest.mark.parametrize("created", ["1737430710575", 1737430710575])
def test_a_unified_order_is_read_whole(
    side: str, position_side: str, offset: str, created: str | int
) -> None:
    item = {**UNIFIED_ORDER, "side": side, "position_side": position_side, "created_time": created}
    book, sent = hold(
        Htx(ACCOUNT).read_book(UNIFIED, ("unified",)),
        lambda _: reply({"code": 200, "message": "Success", "data": [item]}),
    )
    assert book.orders == (
        OpenOrder(
            "unified",
            "1331226415994253312",
            "BTC-USDT-241122",
            side,
            offset,
            "6409.114",
            "1",
            1737430710575,
        ),
    )
    assert sent == [(RestCall("GET", "/v5/trade/order/opens", (("limit", "100"),)),)]


@pytest.mark.parametrize(
    ("price", "shown"),
    [(13329, "13329"), (13329.1, "13329.1"), (0.00001234, "0.00001234"), ("0.50", "0.50")],
)
def test_prices_are_plain_digits(price: object, shown: str) -> None:
    exchange = Htx(ACCOUNT).read_book(LEGACY, ("isolated",))
    item = {**LEGACY_ORDER, "price": price, "volume": price}
    book, _ = hold(exchange, lambda _: legacy_list(orders=[item], total_size=1))
    assert (book.orders[0].price, book.orders[0].size) == (shown, shown)


def test_both_legacy_lists_make_one_book() -> None:
    venue = Venue([order("1"), order("2", kind="cross"), order("3", kind="unified")])
    book, _ = hold(Htx(ACCOUNT).read_book(LEGACY, ("isolated", "cross")), venue)
    assert [(o.kind, o.order_id) for o in book.orders] == [("isolated", "1"), ("cross", "2")]


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 100, 101, 260])
def test_legacy_pages_are_read_to_the_last_all_at_once(count: int) -> None:
    venue = Venue([order(str(n)) for n in range(count)])
    book, sent = hold(Htx(ACCOUNT).read_book(LEGACY, ("isolated",)), venue)
    assert [o.order_id for o in book.orders] == [str(n) for n in range(count)]
    more = (count - 1) // 50
    assert [len(batch) for batch in sent] == ([1, more] if more > 0 else [1])


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 200, 250])
def test_unified_pages_are_read_to_the_end(count: int) -> None:
    venue = Venue([order(str(n), kind="unified") for n in range(1, count + 1)])
    book, _ = hold(Htx(ACCOUNT).read_book(UNIFIED, ("unified",)), venue)
    assert len(book.orders) == count


def test_unified_pages_are_read_to_the_end_if_prev_leads_on() -> None:
    """The direction of `direct` is not documented."""
    venue = Venue([order(str(n), kind="unified") for n in range(1, 251)])

    def swapped(call: Call) -> Reply:
        assert isinstance(call, RestCall)
        turned = {"next": "prev", "prev": "next"}
        query = tuple((k, turned.get(v, v)) for k, v in call.query)
        return venue(replace(call, query=query))

    book, _ = hold(Htx(ACCOUNT).read_book(UNIFIED, ("unified",)), swapped)
    assert len(book.orders) == 250


def test_a_list_that_grows_while_it_is_read_is_followed() -> None:
    venue = Venue([order(str(n)) for n in range(60)])

    def growing(call: Call) -> Reply:
        assert isinstance(call, RestCall)
        if json.loads(call.body)["page_index"] == 2 and len(venue.orders) == 60:
            venue.orders += [order(str(n)) for n in range(60, 130)]
        return venue(call)

    book, sent = hold(Htx(ACCOUNT).read_book(LEGACY, ("isolated",)), growing)
    assert book.count() == 130
    assert [len(batch) for batch in sent] == [1, 1, 1, 1, 2]


def test_an_order_that_slips_between_pages_is_not_lost() -> None:
    """One of the first page goes before the second is read: the 51st moves onto the first."""
    venue = Venue([order(str(n)) for n in range(60)])

    def slipping(call: Call) -> Reply:
        assert isinstance(call, RestCall)
        if json.loads(call.body)["page_index"] == 2 and len(venue.orders) == 60:
            del venue.orders[0]
        return venue(call)

    book, _ = hold(Htx(ACCOUNT).read_book(LEGACY, ("isolated",)), slipping)
    assert {o.order_id for o in book.orders} == {str(n) for n in range(1, 60)}


def test_a_list_that_never_rests_loses_no_open_order() -> None:
    venue = Venue([order(str(n)) for n in range(60)])

    def restless(call: Call) -> Reply:
        assert isinstance(call, RestCall)
        if json.loads(call.body)["page_index"] == 2:
            del venue.orders[0]
        return venue(call)

    book, sent = hold(Htx(ACCOUNT).read_book(LEGACY, ("isolated",)), restless)
    assert {o.order_id for o in book.orders} >= {o.order_id for o in venue.orders}
    assert len(sent) == 4


def legacy_list(**data: object) -> RestReply:
    whole = {"orders": [], "total_page": 1, "current_page": 1, "total_size": 0}
    return reply({"status": "ok", "data": {**whole, **data}})


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (LOST, Verdict.UNKNOWN),
        (NoReply("no connection", sent=False), Verdict.BUSY),
        (RestReply(502, b"<html>"), Verdict.UNKNOWN),
        (DENIED, Verdict.REFUSED),
        (reply({"code": 1032, "message": "slow"}), Verdict.BUSY),
        (reply({"status": "ok"}), Verdict.UNKNOWN),
        (reply({"code": 200, "data": {}}), Verdict.UNKNOWN),
        (reply({"code": 200, "data": [None]}), Verdict.UNKNOWN),
        (reply({"code": 200, "data": [{"contract_code": "BTC-USDT"}]}), Verdict.UNKNOWN),
        (legacy_list(orders="x"), Verdict.UNKNOWN),
        (legacy_list(orders=[1]), Verdict.UNKNOWN),
        (legacy_list(orders=[{"order_id_str": "1"}]), Verdict.UNKNOWN),
        (legacy_list(total_page=None), Verdict.UNKNOWN),
        (legacy_list(total_page=10**9), Verdict.UNKNOWN),
        (legacy_list(orders=[LEGACY_ORDER], total_page=3, total_size=120), Verdict.UNKNOWN),
        (legacy_list(orders=None, total_size=3), Verdict.UNKNOWN),
    ],
)
@pytest.mark.parametrize("kind", ["isolated", "unified"])
def test_a_book_is_whole_or_none(answer: Reply, verdict: Verdict, kind: str) -> None:
    with pytest.raises(VenueError) as caught:
        hold(Htx(ACCOUNT).read_book(Profile(), (kind,)), lambda _: answer)
    assert caught.value.verdict is verdict


def test_one_failed_page_fails_the_book() -> None:
    venue = Venue([order(str(n)) for n in range(120)])

    def failing(call: Call) -> Reply:
        assert isinstance(call, RestCall)
        return LOST if json.loads(call.body)["page_index"] == 3 else venue(call)

    with pytest.raises(VenueError):
        hold(Htx(ACCOUNT).read_book(LEGACY, ("isolated",)), failing)


def test_an_empty_list_may_be_null() -> None:
    exchange = Htx(ACCOUNT).read_book(UNIFIED, ("unified",))
    book, _ = hold(exchange, lambda _: reply({"code": 200, "message": "Success", "data": None}))
    assert book == Book(("unified",), (), 0)
    book, _ = hold(Htx(ACCOUNT).read_book(LEGACY, ("cross",)), lambda _: legacy_list(orders=None))
    assert book == Book(("cross",), (), 0)


def test_a_cursor_that_goes_in_circles_ends_in_an_error() -> None:
    page = [{**UNIFIED_ORDER, "id": str(n), "order_id": str(n)} for n in range(100)]
    with pytest.raises(VenueError, match="does not come to an end"):
        hold(
            Htx(ACCOUNT).read_book(UNIFIED, ("unified",)),
            lambda _: reply({"code": 200, "data": page}),
        )


def test_a_list_without_end_ends_in_an_error() -> None:
    """Always a full page of new orders."""
    ids = iter(range(10**9))

    def endless(_: Call) -> Reply:
        page = [{**UNIFIED_ORDER, "id": str(n), "order_id": str(n)} for n in islice(ids, 100)]
        return reply({"code": 200, "data": page})

    with pytest.raises(VenueError, match="does not come to an end"):
        hold(Htx(ACCOUNT).read_book(UNIFIED, ("unified",)), endless)


def test_a_kind_of_another_venue_is_refused() -> None:
    book, sent = hold(Htx(ACCOUNT).read_book(LEGACY, ("spread",)), Venue([]))
    assert (book.kinds, sent) == ((), [])
    assert book.refused == (("spread", "HTX has no orders of the kind spread"),)


# --- cancels -------------------------------------------------------------------------------------


def action(kind: str) -> Action:
    return next(a for a in Htx(ACCOUNT).actions(Profile()) if a.id == kind)


def cancel(
    kind: str,
    venue: Callable[[Call], Reply],
    scope: Scope = EVERYTHING,
    book: Book | None = None,
    route: Transport = "ws",
    contracts: tuple[str, ...] = (),
) -> tuple[Ack, Batches]:
    htx = Htx(replace(ACCOUNT, contracts=contracts))
    return hold(htx.cancel(Profile(), action(kind), scope, book, route), venue)


def book_of(*orders: OpenOrder) -> Book:
    return Book(("isolated", "cross", "unified"), orders, 1)


SWEEPS = [
    ("isolated", "ws", "cancelall"),
    ("isolated", "rest", "/linear-swap-api/v1/swap_cancelall"),
    ("cross", "ws", "cross_cancelall"),
    ("cross", "rest", "/linear-swap-api/v1/swap_cross_cancelall"),
    ("unified", "ws", "cancel_all_orders"),
    ("unified", "rest", "/v5/trade/cancel_all_orders"),
]


@pytest.mark.parametrize(("kind", "route", "op"), SWEEPS)
def test_one_contract_takes_one_request(kind: str, route: Transport, op: str) -> None:
    venue = Venue([order("1", kind=kind), order("2", "ETH-USDT", kind)])
    ack, sent = cancel(kind, venue, Scope(contract="btc-usdt"), route=route)
    assert [ops(batch) for batch in sent] == [[op]]
    assert data_of(sent[0]) == [{"contract_code": "BTC-USDT"}]
    assert ack.verdict is Verdict.ACCEPTED
    assert [o.order_id for o in venue.orders] == ["2"]


@pytest.mark.parametrize(("kind", "route", "op"), SWEEPS[:4])
@pytest.mark.parametrize("side", [{"direction": "buy"}, {"offset": "open"}])
def test_a_legacy_side_goes_with_the_contract(
    kind: str, route: Transport, op: str, side: dict[str, str]
) -> None:
    venue = Venue([])
    ack, sent = cancel(kind, venue, Scope("BTC-USDT", **side), route=route)
    assert data_of(sent[0]) == [{"contract_code": "BTC-USDT", **side}]
    assert (ack.verdict, ack.code) == (Verdict.NOTHING, "1051")


@pytest.mark.parametrize("route", ["ws", "rest"])
def test_unified_everything_is_one_request_with_nothing_in_it(route: Transport) -> None:
    venue = Venue([order(str(n), f"C{n}-USDT", "unified") for n in range(30)])
    ack, sent = cancel("unified", venue, route=route)
    assert [data_of(batch) for batch in sent] == [[{}]]
    assert (ack.verdict, venue.orders) == (Verdict.ACCEPTED, [])


@pytest.mark.parametrize("route", ["ws", "rest"])
@pytest.mark.parametrize("kind", ["isolated", "cross"])
def test_legacy_everything_is_sent_beside_a_fresh_read(kind: str, route: Transport) -> None:
    known = order("1", "BTC-USDT", kind), order("2", "ETH-USDT", kind), order("3", "BTC-USDT", kind)
    venue = Venue([*known, order("4", "DOGE-USDT", kind), order("5", "SOL-USDT", "unified")])
    other = order("6", "XRP-USDT", "cross" if kind == "isolated" else "isolated")
    ack, sent = cancel(
        kind, venue, book=book_of(*known, other), route=route, contracts=("ltc-usdt", "eth-usdt")
    )
    assert data_of(sent[0][:3]) == [
        {"contract_code": "BTC-USDT"},
        {"contract_code": "ETH-USDT"},
        {"contract_code": "LTC-USDT"},
    ]
    assert ops(sent[0])[3].endswith("_openorders")
    assert data_of(sent[1]) == [{"contract_code": "DOGE-USDT"}]
    assert len(sent) == 2
    assert ack.verdict is Verdict.ACCEPTED
    assert [o.order_id for o in venue.orders] == ["5"]


def test_legacy_everything_without_a_book_finds_the_contracts_of_all_pages() -> None:
    venue = Venue([order(str(n), f"C{n % 70}-USDT") for n in range(170)])
    ack, sent = cancel("isolated", venue)
    assert [len(batch) for batch in sent] == [1, 3, 70]
    assert (ack.verdict, venue.orders) == (Verdict.ACCEPTED, [])


def test_legacy_with_nothing_known_and_nothing_found_sends_no_cancel() -> None:
    ack, sent = cancel("cross", Venue([order("1")]))
    assert ack == Ack(Verdict.NOTHING)
    assert [ops(batch) for batch in sent] == [["/linear-swap-api/v1/swap_cross_openorders"]]


def test_a_found_contract_outside_the_side_is_left_alone() -> None:
    venue = Venue([order("1", "BTC-USDT"), order("2", "ETH-USDT", side="sell")])
    _, sent = cancel("isolated", venue, Scope(direction="buy"))
    assert data_of(sent[1]) == [{"contract_code": "BTC-USDT", "direction": "buy"}]
    assert [o.order_id for o in venue.orders] == ["2"]


@pytest.mark.parametrize("route", ["ws", "rest"])
def test_a_unified_side_names_the_orders(route: Transport) -> None:
    known = [order(str(n), "BTC-USDT", "unified") for n in range(12)]
    venue = Venue(
        [*known, order("50", "ETH-USDT", "unified"), order("60", kind="unified", side="sell")]
    )
    ack, sent = cancel(
        "unified", venue, Scope(direction="buy"), book=book_of(*known, order("1")), route=route
    )
    assert data_of(sent[0][:2]) == [
        {"contract_code": "BTC-USDT", "order_id": [str(n) for n in range(10)]},
        {"contract_code": "BTC-USDT", "order_id": ["10", "11"]},
    ]
    assert ops(sent[0])[2] == "/v5/trade/order/opens"
    assert data_of(sent[1]) == [{"contract_code": "ETH-USDT", "order_id": ["50"]}]
    assert ack.verdict is Verdict.ACCEPTED
    assert [o.order_id for o in venue.orders] == ["60"]


@pytest.mark.parametrize(
    ("kind", "scope"),
    [
        ("isolated", Scope(direction="buy", offset="open")),
        ("cross", Scope("BTC-USDT", direction="buy", offset="open")),
        ("isolated", Scope(category="cross")),
        ("unified", Scope(category="SPOT")),
    ],
)
def test_what_cannot_be_asked_is_refused_unsent(kind: str, scope: Scope) -> None:
    ack, sent = cancel(kind, Venue([order("1")]), scope)
    assert (ack.verdict, ack.code, sent) == (Verdict.REFUSED, "", [])
    assert ack.text


def test_the_venue_has_no_other_actions() -> None:
    foreign = replace(action("cross"), id="spreads")
    ack, sent = hold(Htx(ACCOUNT).cancel(LEGACY, foreign, EVERYTHING, None, "ws"), Venue([]))
    assert (ack.verdict, sent) == (Verdict.REFUSED, [])


CHOSEN = [
    ("isolated", "ws", "cancel", 25),
    ("isolated", "rest", "/linear-swap-api/v1/swap_cancel", 25),
    ("cross", "ws", "cross_cancel", 25),
    ("cross", "rest", "/linear-swap-api/v1/swap_cross_cancel", 25),
    ("unified", "ws", "cancel_batch_orders", 10),
    ("unified", "rest", "/v5/trade/cancel_batch_orders", 10),
]


@pytest.mark.parametrize(("kind", "route", "op", "most"), CHOSEN)
def test_chosen_orders_go_by_contract_and_in_bearable_numbers(
    kind: str, route: Transport, op: str, most: int
) -> None:
    btc = [order(str(n), "BTC-USDT", kind) for n in range(most + 1)]
    eth = [order(str(n), "ETH-USDT", kind) for n in range(100, 100 + most)]
    foreign = order("900", "BTC-USDT", "cross" if kind == "unified" else "unified")
    mixed = (*(o for pair in zip(btc, eth, strict=False) for o in pair), btc[-1], foreign)
    venue = Venue([*btc, *eth, foreign])
    ack, sent = cancel(kind, venue, Scope(orders=mixed), route=route)

    def listed(orders: list[OpenOrder]) -> object:
        ids = [o.order_id for o in orders]
        return ids if kind == "unified" else ",".join(ids)

    assert ops(sent[0]) == [op] * 3
    assert data_of(sent[0]) == [
        {"contract_code": "BTC-USDT", "order_id": listed(btc[:most])},
        {"contract_code": "BTC-USDT", "order_id": listed(btc[most:])},
        {"contract_code": "ETH-USDT", "order_id": listed(eth)},
    ]
    assert len(sent) == 1
    assert (ack.verdict, venue.orders) == (Verdict.ACCEPTED, [foreign])


def test_chosen_orders_of_another_kind_send_nothing() -> None:
    ack, sent = cancel("cross", Venue([]), Scope(orders=(order("1"),)))
    assert (ack, sent) == (Ack(Verdict.NOTHING), [])


# --- cancels that go wrong -----------------------------------------------------------------------


def instead(
    venue: Venue, answers: dict[str, Reply], reading: Reply | None = None
) -> Callable[[Call], Reply]:
    """The venue, but for some contracts' cancels, or for its lists."""

    def answered(call: Call) -> Reply:
        if isinstance(call, RestCall) and call.path.endswith(("_openorders", "/opens")):
            return reading or venue(call)
        if isinstance(call, RestCall) and call.path in (FAMILY_PATH, OLD_FAMILY_PATH):
            return venue(call)
        (data,) = data_of((call,))
        assert isinstance(data, dict)
        return answers.get(data["contract_code"]) or venue(call)

    return answered


def refused(code: int) -> Reply:
    return SocketReply({"status": "error", "err_code": code, "err_msg": "text", "cid": "c1"})


TWO = (order("1", "BTC-USDT"), order("2", "ETH-USDT"))


@pytest.mark.parametrize(
    ("answers", "verdict", "text"),
    [
        ({"ETH-USDT": LOST}, Verdict.UNKNOWN, "no answer within 1.5 s (ETH-USDT)"),
        ({"ETH-USDT": refused(1000)}, Verdict.UNKNOWN, "text (ETH-USDT)"),
        ({"ETH-USDT": refused(1032)}, Verdict.BUSY, "text (ETH-USDT)"),
        ({"ETH-USDT": refused(1051)}, Verdict.ACCEPTED, ""),
        # refused for one contract alone: the book tells what is still open
        ({"ETH-USDT": refused(1014)}, Verdict.ACCEPTED, "text (ETH-USDT)"),
        (
            {"ETH-USDT": refused(1014), "BTC-USDT": refused(1032)},
            Verdict.BUSY,
            "text (BTC-USDT)",
        ),
        (
            {"ETH-USDT": refused(1205), "BTC-USDT": LOST},
            Verdict.UNKNOWN,
            f"{LOST.reason} (BTC-USDT)",
        ),
        (
            {"ETH-USDT": refused(1205), "BTC-USDT": refused(1205)},
            Verdict.REFUSED,
            "text (BTC-USDT)",
        ),
    ],
)
def test_a_sweep_is_as_good_as_its_worst_reply(
    answers: dict[str, Reply], verdict: Verdict, text: str
) -> None:
    ack, _ = cancel("isolated", instead(Venue(list(TWO)), answers), book=book_of(*TWO))
    assert (ack.verdict, ack.text) == (verdict, text)


def test_a_contract_without_cross_margin_does_not_spoil_a_sweep() -> None:
    ack, _ = cancel(
        "cross", instead(Venue([]), {"LTC-USDT": refused(1348)}), contracts=("LTC-USDT",)
    )
    assert ack.verdict is Verdict.NOTHING
    one, _ = cancel(
        "cross", instead(Venue([]), {"LTC-USDT": refused(1348)}), Scope(contract="LTC-USDT")
    )
    assert one.verdict is Verdict.REFUSED


@pytest.mark.parametrize("reading", [LOST, DENIED, RestReply(502, b"<html>")])
def test_a_sweep_whose_read_failed_leaves_doubt_but_still_cancels(reading: Reply) -> None:
    venue = Venue(list(TWO))
    ack, _ = cancel("isolated", instead(venue, {}, reading), book=book_of(*TWO))
    assert ack.verdict is Verdict.UNKNOWN
    assert ack.text.startswith("open orders could not be listed: ")
    assert venue.orders == []


@pytest.mark.parametrize(
    ("reading", "verdict"), [(LOST, Verdict.UNKNOWN), (DENIED, Verdict.REFUSED)]
)
def test_with_nothing_known_the_failed_read_is_the_answer(reading: Reply, verdict: Verdict) -> None:
    ack, sent = cancel("isolated", lambda _: reading)
    assert ack.verdict is verdict
    assert len(sent) == 1


def test_a_read_that_was_faster_than_the_cancel_brings_no_second_cancel() -> None:
    venue = Venue([order("1")])
    reading = legacy_list(orders=[LEGACY_ORDER], total_size=1)
    ack, sent = cancel("isolated", instead(venue, {}, reading), book=book_of(order("1")))
    assert (ack.verdict, len(sent)) == (Verdict.ACCEPTED, 1)


def test_failures_of_all_requests_are_listed() -> None:
    def failing(call: Call) -> Reply:
        (data,) = data_of((call,))
        assert isinstance(data, dict)
        items = [{"orderId": i, "code": 1063, "message": "filled"} for i in data["order_id"]]
        return reply({"code": 200, "message": "Success", "data": items})

    chosen = tuple(order(str(n), kind="unified") for n in range(25))
    ack, _ = cancel("unified", failing, Scope(orders=chosen), route="rest")
    assert [f.order_id for f in ack.failures] == [str(n) for n in range(25)]
    assert all(f.filled for f in ack.failures)


@pytest.mark.parametrize(
    ("code", "failed", "filled"),
    [(1063, ["1"], True), (1205, ["1"], False), (1061, [], False), (1032, [], False)],
)
@pytest.mark.parametrize("kind", ["isolated", "cross", "unified"])
def test_a_refusal_of_one_chosen_order_is_that_orders(
    kind: str, code: int, failed: list[str], filled: bool
) -> None:
    chosen = Scope(orders=(order("1", kind=kind),))
    ack, _ = cancel(kind, lambda _: refused(code), chosen)
    assert [failure.order_id for failure in ack.failures] == failed
    assert all(f.filled is filled and f.code == str(code) for f in ack.failures)
    two, _ = cancel(kind, lambda _: refused(code), Scope(orders=(order("1", kind=kind),) * 2))
    assert two.failures == ack.failures, "the same order twice is one"
    many = Scope(orders=(order("1", kind=kind), order("2", kind=kind)))
    assert cancel(kind, lambda _: refused(code), many)[0].failures == ()


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("isolated", {"errors": [{"order_id": "2", "err_code": 1063}], "successes": "1"}),
        ("unified", [{"orderId": "1", "code": 200}, {"order_id": "2", "code": 1063}]),
    ],
)
def test_a_chosen_order_that_the_answer_passes_over_is_in_doubt(kind: str, data: object) -> None:
    told = reply({"status": "ok", "data": data, "ts": 1})
    chosen = tuple(order(number, kind=kind) for number in "123")
    ack, _ = cancel(kind, lambda _: told, Scope(orders=chosen), route="rest")
    assert [(f.order_id, f.filled) for f in ack.failures] == [("2", True), ("3", False)]
    assert ack.verdict is Verdict.UNKNOWN
    ack, _ = cancel(kind, lambda _: told, Scope(orders=chosen[:2]), route="rest")
    assert ack.verdict is Verdict.ACCEPTED


kinds = st.sampled_from(["isolated", "cross", "unified"])
some_orders = st.lists(
    st.builds(
        OpenOrder,
        kinds,
        st.integers(1, 10**18).map(str),
        st.sampled_from(["BTC-USDT", "ETH-USDT", "BTC-USDT-241122"]),
        st.sampled_from(["buy", "sell"]),
        st.just("open"),
    ),
    unique_by=lambda o: o.order_id,
    max_size=30,
)
scopes = st.builds(
    Scope,
    st.none() | st.sampled_from(["BTC-USDT", "ETH-USDT"]),
    st.none() | st.sampled_from(["buy", "sell"]),
)


@settings(max_examples=150, deadline=None)
@given(some_orders, st.integers(0, 30), kinds, scopes, st.sampled_from(["ws", "rest"]))
def test_a_cancel_takes_exactly_its_scope(
    orders: list[OpenOrder], known: int, kind: str, scope: Scope, route: Transport
) -> None:
    """Whatever part of the book was known before."""
    venue = Venue(orders)
    ack, _ = cancel(kind, venue, scope, book_of(*orders[:known]), route)
    assert ack.verdict in (Verdict.ACCEPTED, Verdict.NOTHING)
    assert venue.orders == [o for o in orders if not (o.kind == kind and scope.covers(o))]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.binary(max_size=30) | st.sampled_from([b"{}", b'{"code":200}']), min_size=1),
    kinds,
    scopes,
)
def test_no_answer_raises_out_of_a_cancel(bodies: list[bytes], kind: str, scope: Scope) -> None:
    answers = iter(bodies * 100)
    cancel(kind, lambda _: RestReply(200, next(answers)), scope, book_of(*TWO), "rest")


# --- the account ---------------------------------------------------------------------------------


def asset_mode(value: object, name: str = "asset_mode") -> RestReply:
    return reply({"code": 200, "message": "Success", "data": {name: value}, "ts": 1603701351602})


def account_type(value: object) -> RestReply:
    return reply({"code": 200, "msg": "ok", "data": {"account_type": value}, "ts": 1603701351602})


SAYS_LEGACY, SAYS_UNIFIED = asset_mode(0), asset_mode(1)
NOT_FOUND = RestReply(404, b"Not found")
NO_V5 = reply({"code": 4002, "message": "not available for this account"})


@pytest.mark.parametrize(
    ("says", "family"),
    [
        (asset_mode(0), "legacy"),
        (asset_mode("0"), "legacy"),
        (asset_mode(1), "unified"),
        (asset_mode(2), "unified"),
        (asset_mode("1", "assets_mode"), "unified"),
        (asset_mode(0, "assets_mode"), "legacy"),
        (asset_mode(None), "unified"),
        (NO_V5, "legacy"),
    ],
)
def test_the_family_is_asked_from_v5(says: Reply, family: str) -> None:
    profile, sent = hold(Htx(ACCOUNT).probe(), lambda _: says)
    assert profile == Profile(family)
    assert sent == [(RestCall("GET", FAMILY_PATH),)]


@pytest.mark.parametrize(("told", "family"), [(1, "legacy"), (2, "unified"), ("2", "unified")])
def test_where_v5_does_not_say_the_old_call_is_asked(told: object, family: str) -> None:
    def answer(call: Call) -> Reply:
        assert isinstance(call, RestCall)
        return account_type(told) if call.path == OLD_FAMILY_PATH else NOT_FOUND

    profile, sent = hold(Htx(ACCOUNT).probe(), answer)
    assert profile == Profile(family)
    assert sent == [(RestCall("GET", FAMILY_PATH),), (RestCall("GET", OLD_FAMILY_PATH),)]


def test_an_account_that_neither_call_places_is_taken_for_unified_and_said_to_be() -> None:
    profile, _ = hold(Htx(ACCOUNT).probe(), lambda _: NOT_FOUND)
    assert profile.family == "unified", "its timer can be armed, and its orders cancelled"
    (warning,) = profile.warnings
    assert "assumed" in warning and "`family`" in warning


@pytest.mark.parametrize(
    "says",
    [
        LOST,
        reply({"code": 1032, "message": "too often"}),
        RestReply(502, b"<html>"),
        RestReply(200, b"<html>"),
    ],
)
def test_without_an_answer_it_is_asked_again_later(says: Reply) -> None:
    with pytest.raises(VenueError):
        hold(Htx(ACCOUNT).probe(), lambda _: says)


@pytest.mark.parametrize("code", [1051, 1066, 1510, 4002, 4003, 4004, 4005, 4007, 6002])
@pytest.mark.parametrize(
    ("kind", "mine", "other", "says"),
    [
        ("isolated", "legacy", "unified", SAYS_UNIFIED),
        ("cross", "legacy", "unified", SAYS_UNIFIED),
        ("unified", "unified", "legacy", SAYS_LEGACY),
    ],
)
def test_an_answer_of_the_wrong_family_is_a_refusal(
    code: int, kind: str, mine: str, other: str, says: Reply
) -> None:
    venue = instead(Venue([], family=says), {"BTC-USDT": refused(code)})
    ack, sent = cancel(kind, venue, Scope(contract="BTC-USDT"))
    assert (ack.verdict, ack.code, ack.wrong_account) == (Verdict.REFUSED, str(code), True)
    assert f"a {mine} cancel" in ack.text
    assert f"this {other} account" in ack.text
    assert "press again" in ack.text
    assert sent[-1] == (RestCall("GET", FAMILY_PATH),)


@pytest.mark.parametrize("kind", ["isolated", "cross"])
def test_a_sweep_of_the_wrong_family_is_a_refusal_though_its_list_was_refused_too(
    kind: str,
) -> None:
    """Contract by contract 1051, and 4002 for the list: no order of this account was reached."""
    venue = instead(Venue([], family=SAYS_UNIFIED), {}, refused(4002))
    ack, _ = cancel(kind, venue, contracts=("BTC-USDT", "ETH-USDT"))
    assert (ack.verdict, ack.wrong_account) == (Verdict.REFUSED, True)


@pytest.mark.parametrize("says", [SAYS_LEGACY, LOST, DENIED, NOT_FOUND])
def test_nothing_to_cancel_stands_where_the_family_is_right_or_not_told(says: Reply) -> None:
    venue = instead(Venue([], family=says), {"BTC-USDT": refused(1051)})
    ack, sent = cancel("isolated", venue, Scope(contract="BTC-USDT"))
    assert ack == Ack(Verdict.NOTHING, "1051", "text")
    assert len(sent) in (2, 3), "the cancel, and what is asked of the family"


TOO_OFTEN = reply({"status": "error", "err_code": 1032, "err_msg": "too often"})


@pytest.mark.parametrize("says", [LOST, TOO_OFTEN])
@pytest.mark.parametrize("code", [1066, 4002])
def test_a_refusal_is_not_certain_while_the_family_is_not_told(code: int, says: Reply) -> None:
    venue = instead(Venue([], family=says), {"BTC-USDT": refused(code)})
    ack, _ = cancel("isolated", venue, Scope(contract="BTC-USDT"))
    assert (ack.verdict, ack.code, ack.wrong_account) == (Verdict.UNKNOWN, str(code), False)
    assert "whether the account is legacy is not known" in ack.text
    venue = instead(Venue([], family=DENIED), {"BTC-USDT": refused(code)})
    assert cancel("isolated", venue, Scope(contract="BTC-USDT"))[0].verdict is Verdict.REFUSED


def test_the_remedy_for_a_family_that_the_settings_have_wrong_is_in_the_settings() -> None:
    venue = instead(Venue([], family=SAYS_UNIFIED), {"BTC-USDT": refused(1051)})
    htx = Htx(replace(ACCOUNT, family="legacy"))
    scope = Scope(contract="BTC-USDT")
    ack, _ = hold(htx.cancel(LEGACY, action("isolated"), scope, None, "ws"), venue)
    assert 'set family = "unified" in the settings' in ack.text


@pytest.mark.parametrize("code", [1014, 1032, 1205])
def test_the_family_is_not_asked_for_other_answers(code: int) -> None:
    ack, sent = cancel(
        "isolated", instead(Venue([]), {"BTC-USDT": refused(code)}), Scope(contract="BTC-USDT")
    )
    assert (len(sent), ack.wrong_account) == (1, False)


def test_a_family_that_the_venue_contradicts_is_warned_of() -> None:
    profile, _ = hold(Htx(replace(ACCOUNT, family="legacy")).probe(), lambda _: SAYS_UNIFIED)
    assert profile.family == "legacy"
    (warning,) = profile.warnings
    assert "family legacy" in warning
    assert "unified" in warning


@pytest.mark.parametrize("answer", [LOST, NOT_FOUND])
@pytest.mark.parametrize("family", ["legacy", "unified"])
def test_a_configured_family_stands_where_the_venue_does_not_say(
    answer: Reply, family: str
) -> None:
    profile, _ = hold(Htx(replace(ACCOUNT, family=family)).probe(), lambda _: answer)
    assert profile.family == family
    assert profile.warnings


@pytest.mark.parametrize("family", ["auto", "legacy", "unified"])
def test_a_refused_key_is_told(family: str) -> None:
    with pytest.raises(VenueError) as caught:
        hold(Htx(replace(ACCOUNT, family=family)).probe(), lambda _: DENIED)
    assert (caught.value.verdict, caught.value.code) == (Verdict.REFUSED, "1253")


def test_the_venues_clock() -> None:
    now, sent = hold(Htx(ACCOUNT).venue_time(), lambda _: reply({"status": "ok", "ts": 1603}))
    assert now == 1603
    assert sent == [(RestCall("GET", "/api/v1/timestamp", signed=False),)]
    with pytest.raises(VenueError):
        hold(Htx(ACCOUNT).venue_time(), lambda _: reply({"status": "ok"}))


def test_kinds_and_actions_are_those_of_the_family() -> None:
    htx: VenueAdapter = Htx(ACCOUNT)
    legacy, unified = ["isolated-trigger", "cross-trigger"], ["v5-algo"]
    for profile, ids, conditional in (
        (LEGACY, ["isolated", "cross"], legacy),
        (UNIFIED, ["unified"], unified),
        (Profile(), ["isolated", "cross", "unified"], [*legacy, *unified]),
    ):
        kinds = [kind.id for kind in htx.kinds(profile)]
        assert [kind for kind in kinds if kind not in conditional] == ids
        assert [kind for kind in kinds if kind in conditional] == conditional
        assert [a.id for a in htx.actions(profile)] == ids
        for a in htx.actions(profile):
            assert (a.kinds, a.routes, a.key) == ((a.id,), ("ws", "rest"), None)
            assert "trigger" in a.leaves
    fixed = Htx(replace(ACCOUNT, family="unified"))
    assert [a.id for a in fixed.actions(Profile())] == ["unified"]


def test_contracts_of_a_moment_ago_are_named_at_once_unless_they_are_many() -> None:
    venue = Venue([])
    for count, named in ((20, 20), (21, 0)):
        lately = frozenset(("isolated", f"C{n}-USDT") for n in range(count)) | {
            ("cross", "BTC-USDT")
        }
        exchange = Htx(ACCOUNT).cancel(
            LEGACY, action("isolated"), EVERYTHING, None, "ws", lately=lately
        )
        _, sent = hold(exchange, venue)
        assert sum(isinstance(call, SocketCall) for call in sent[0]) == named
