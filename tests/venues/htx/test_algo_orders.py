"""HTX's conditional orders of V5 accounts: a list of each of five types, and no button for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

import pytest

from tests.venues.htx.test_trigger_orders import LOST, refused
from tui.core.accounts import Account
from tui.core.orders import OpenOrder
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import Call, Exchange, Reply, RestCall, RestReply
from tui.venues.base.specs import Profile
from tui.venues.htx.adapter import READS, Htx
from tui.venues.htx.algo_orders import KIND, LIST, TYPES

T = TypeVar("T")
UNIFIED = Profile("unified")
HTX = Htx(Account("a", "htx", "https://api.hbdm.com"))
Row = dict[str, object]


def row(algo_id: str, **more: object) -> Row:
    return {
        "id": algo_id,
        "algo_id": algo_id,
        "contract_code": "BTC-USDT",
        "side": "sell",
        "position_side": "long",
        "margin_mode": "cross",
        "volume": "2",
        "state": "active",
        "created_time": "1737430710575",
        **more,
    }


class Venue:
    """Lists by type, in pages, older ids first."""

    def __init__(self, rows: dict[str, list[Row]], instead: dict[str, Reply] | None = None) -> None:
        self.rows = rows
        self.instead = instead or {}
        self.asked: list[RestCall] = []

    def __call__(self, call: Call) -> Reply:
        assert isinstance(call, RestCall)
        self.asked.append(call)
        query = dict(call.query)
        if call.path != LIST:
            return _reply([])
        if query["type"] in self.instead:
            return self.instead[query["type"]]
        assert query["direct"] == "next" if "from" in query else "direct" not in query
        rows = self.rows.get(query["type"], [])
        after = [one for one in rows if int(str(one["id"])) > int(query.get("from", "0"))]
        return _reply(after[: int(query["limit"])])


def _reply(rows: list[Row]) -> RestReply:
    return RestReply(200, json.dumps({"code": 200, "data": rows, "ts": 1}).encode())


def hold(exchange: Exchange[T], venue: Callable[[Call], Reply]) -> tuple[T, list[int]]:
    """The result, and how many calls each round had."""
    rounds: list[int] = []
    try:
        calls = next(exchange)
        while True:
            rounds.append(len(calls))
            calls = exchange.send(tuple(map(venue, calls)))
    except StopIteration as stop:
        result: T = stop.value
        return result, rounds


def test_the_lists_of_all_types_are_asked_for_in_turn_and_no_order_counts_twice() -> None:
    rows = {kind: [row(str(number))] for number, kind in enumerate(TYPES, 1)}
    rows["tpsl"] += [row("3"), row("4")]  # as if it held those of the narrower types too
    venue = Venue(rows)
    book, rounds = hold(HTX.read_book(UNIFIED, (KIND.id,)), venue)
    assert rounds == [1] * 5
    assert [dict(call.query) for call in venue.asked] == [
        {"type": kind, "limit": "100"} for kind in TYPES
    ]
    assert sorted(order.order_id for order in book.orders) == ["1", "2", "3", "4", "5"]
    assert (book.kinds, book.refused) == ((KIND.id,), ())


@pytest.mark.parametrize(
    ("prices", "price"),
    [
        ({"trigger_price": "13900.5", "price": "1"}, "13900.5"),
        ({"active_price": 90000.5, "callback_rate": "0.03"}, "90000.5"),
        ({"tp_trigger_price": "3", "tp_order_price": "", "sl_trigger_price": ""}, "3"),
        ({"tp_trigger_price": "3", "sl_trigger_price": "2"}, "3 / 2"),
    ],
)
def test_a_conditional_order_is_read_whole(prices: Row, price: str) -> None:
    book, _ = hold(HTX.read_book(UNIFIED, (KIND.id,)), Venue({"tpsl": [row("12", **prices)]}))
    order = OpenOrder(KIND.id, "12", "BTC-USDT", "sell", "close", price, "2", 1737430710575)
    assert book.orders == (order,)


def test_a_long_list_is_read_to_its_end() -> None:
    venue = Venue({"sl": [row(str(n)) for n in range(1, 231)]})
    book, rounds = hold(HTX.read_book(UNIFIED, (KIND.id,)), venue)
    assert (book.count(), rounds) == (230, [1] * 7)


def test_a_refused_list_loses_no_ordinary_order_and_says_why() -> None:
    venue = Venue({"tp": [row("1")]}, {"sl": refused(1205)})
    book, _ = hold(HTX.read_book(UNIFIED, ("unified", KIND.id)), venue)
    assert (book.kinds, book.count()) == (("unified",), 0)
    assert book.refused == ((KIND.id, "1205 words"),)


@pytest.mark.parametrize(
    "trouble",
    [
        LOST,
        refused(1032),
        refused(1253),
        RestReply(200, b'{"code":200,"data":{}}'),
        _reply([row("")]),
        _reply([{"algo_id": "1"}]),
    ],
)
def test_what_is_not_a_list_is_no_empty_one(trouble: Reply) -> None:
    with pytest.raises(VenueError):
        hold(HTX.read_book(UNIFIED, (KIND.id,)), Venue({}, {"sl": trouble}))


def test_no_action_reaches_them_even_with_the_extra_of_legacy_accounts() -> None:
    account = Account("a", "htx", "https://api.hbdm.com", extras=("triggers",))
    kinds = {kind.id: kind.every for kind in Htx(account).kinds(UNIFIED)}
    assert kinds == {"unified": 1, KIND.id: 6}
    assert [action.id for action in Htx(account).actions(UNIFIED)] == ["unified"]


def test_the_lists_count_towards_the_limit_of_reads() -> None:
    assert HTX.read_limit(RestCall("GET", LIST)) == READS
