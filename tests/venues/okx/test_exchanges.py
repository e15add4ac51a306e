"""OKX exchanges: cancels, lists, the key's rights, the venue's clock."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.accounts import Account
from tui.core.actions import EVERYTHING, Ack, Action, Scope, Verdict
from tui.core.frames import Transport
from tui.core.orders import Book, OpenOrder
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import (
    Call,
    Exchange,
    NoReply,
    Reply,
    RestCall,
    RestReply,
    SocketCall,
    SocketReply,
)
from tui.venues.base.specs import Profile
from tui.venues.okx.adapter import OKX, QUOTES, RFQS, SPREADS, Okx
from tui.venues.okx.replies import block_ack, chosen_outcome, mass_cancel_ack

OKX_ACCOUNT = Okx(Account("a", "okx", OKX.rest_url))
PROFILE = Profile()
SPREAD = "BTC-USDT_BTC-USDT-SWAP"
T = TypeVar("T")
Venue = Callable[[Call], Reply]

A, N, R, B, U = (
    Verdict.ACCEPTED,
    Verdict.NOTHING,
    Verdict.REFUSED,
    Verdict.BUSY,
    Verdict.UNKNOWN,
)


def drive(exchange: Exchange[T], venue: Venue) -> tuple[T, list[tuple[Call, ...]]]:
    """Runs an exchange to its end; returns what it means, and the batches it sent."""
    sent: list[tuple[Call, ...]] = []
    try:
        calls = next(exchange)
        while True:
            assert calls, "a batch holds at least one call"
            sent.append(calls)
            calls = exchange.send(tuple(venue(call) for call in calls))
    except StopIteration as end:
        return end.value, sent


def rest(status: int = 200, code: str | int = "0", msg: str = "", **more: object) -> RestReply:
    return RestReply(status, json.dumps({"code": code, "msg": msg, **more}).encode())


def ws(code: str = "0", msg: str = "", **more: object) -> SocketReply:
    text = json.dumps({"id": "1512", "op": "sprd-mass-cancel", "code": code, "msg": msg, **more})
    return SocketReply(json.loads(text))


def cancel(
    action: Action, scope: Scope, venue: Venue | Reply, route: Transport = "rest"
) -> tuple[Ack, list[tuple[Call, ...]]]:
    exchange = OKX_ACCOUNT.cancel(PROFILE, action, scope, None, route)
    return drive(exchange, venue if callable(venue) else lambda _: venue)


def orders(kind: str, count: int) -> tuple[OpenOrder, ...]:
    return tuple(OpenOrder(kind, str(1000 + i), SPREAD) for i in range(count))


TRUE = {"data": [{"result": True}]}
AUTH_CODES = [str(code) for code in (50101, *range(50103, 50112), 50113, 50114)]


# --- mass cancel of spreads ---


@pytest.mark.parametrize(
    ("scope", "route", "call"),
    [
        (EVERYTHING, "ws", SocketCall("sprd-mass-cancel", [{}])),
        (Scope(contract=SPREAD), "ws", SocketCall("sprd-mass-cancel", [{"sprdId": SPREAD}])),
        (EVERYTHING, "rest", RestCall("POST", "/api/v5/sprd/mass-cancel", body="{}")),
        (
            Scope(contract=SPREAD.lower()),
            "rest",
            RestCall("POST", "/api/v5/sprd/mass-cancel", body=f'{{"sprdId":"{SPREAD}"}}'),
        ),
    ],
)
def test_mass_cancel_is_one_call(scope: Scope, route: Transport, call: Call) -> None:
    ack, sent = cancel(SPREADS, scope, ws(**TRUE), route)
    assert ack.verdict is A
    assert sent == [(call,)]


@pytest.mark.parametrize("route", ["ws", "rest"])
@pytest.mark.parametrize(
    "scope", [Scope(direction="buy"), Scope(offset="open"), Scope(category="SPOT")]
)
def test_a_scope_the_venue_cannot_keep_is_never_widened(scope: Scope, route: Transport) -> None:
    for action in (SPREADS, QUOTES):
        ack, sent = cancel(action, scope, ws(**TRUE), route)
        assert ack.verdict is R
        assert sent == []


@pytest.mark.parametrize(
    ("reply", "verdict", "code"),
    [
        (ws(**TRUE), A, ""),
        (rest(**TRUE), A, ""),
        # only the boolean true is an acceptance
        (ws(data=[{"result": False}]), U, "0"),
        (ws(data=[{"result": "true"}]), U, "0"),
        (ws(data=[{"result": 1}]), U, "0"),
        (ws(data=[{}]), U, "0"),
        (ws(data=[]), U, "0"),
        (ws(), U, "0"),
        (ws(data={"result": True}), U, "0"),
        (ws(data=[{"result": True}, "x"]), U, "0"),
        (ws(data=[{"result": True}, {"result": False}]), U, "0"),
        (rest(500, **TRUE), U, "HTTP 500"),
        # documented refusals
        (ws("60013", "Invalid args", data=[]), R, "60013"),
        (ws("60011", "Please log in"), B, "60011"),
        (ws("60012", "Invalid request"), R, "60012"),
        (ws("60028"), R, "60028"),
        (ws("60033"), R, "60033"),
        (ws("64007"), U, "64007"),
        (rest(200, "51001", "Spread ID doesn't exist."), R, "51001"),
        (rest(400, "51000", "Parameter sprdId error"), R, "51000"),
        (rest(200, "51405", "You don't have any pending orders"), N, "51405"),
        # limits
        (rest(200, "50011"), B, "50011"),
        (rest(429, "50011"), B, "50011"),
        (rest(429, 50011, "Requests too frequent."), B, "50011"),
        (ws("60014"), B, "60014"),
        (rest(200, "50040"), B, "50040"),
        (rest(200, "50061"), B, "50061"),
        # the clock
        (rest(401, "50102", "Timestamp request expired."), B, "50102"),
        (rest(401, "50112"), B, "50112"),
        # key, permission, region
        *[(rest(401, code), R, code) for code in AUTH_CODES],
        (RestReply(401, b'{"msg":"API key doesn\'t exist","code":"50119"}'), R, "50119"),
        (rest(200, "50119"), R, "50119"),
        (rest(200, "50120"), R, "50120"),
        (rest(200, "50121"), R, "50121"),
        (rest(200, "50030"), R, "50030"),
        (rest(403, "50035"), R, "50035"),
        (rest(200, "50038"), R, "50038"),
        (rest(200, "50051"), R, "50051"),
        (rest(400, "50100"), R, "50100"),
        (rest(405, "50115"), R, "50115"),
        (rest(400, "50000", "Body for POST request cannot be empty."), R, "50000"),
        (rest(400, "50002"), R, "50002"),
        (rest(410, "50005"), R, "50005"),
        (rest(400, "50006"), R, "50006"),
        (rest(400, "50014"), R, "50014"),
        # the status does not decide: these may have been carried out
        (rest(400, "50004", "endpoint request timeout"), U, "50004"),
        (rest(429, "50013", "Systems are busy."), U, "50013"),
        (rest(500, "50026"), U, "50026"),
        (rest(503, "50001"), U, "50001"),
        (rest(200, "1", "Operation failed."), U, "1"),
        (rest(200, "2"), U, "2"),
        (rest(200, "50042", "Repeated request"), U, "50042"),
        (rest(200, "98765", "never heard of"), U, "98765"),
        # the row's own code goes first, sub-codes follow their code
        (rest(200, "1", data=[{"sCode": "51405", "sMsg": "none"}]), N, "51405"),
        (rest(200, "0", data=[{"result": True, "sCode": "51000"}]), R, "51000"),
        (rest(200, "51000_1000"), R, "51000_1000"),
        (rest(200, "51405_7"), N, "51405_7"),
        # no envelope at all
        (RestReply(502, b"<html>502 Bad Gateway</html>"), U, "HTTP 502"),
        (RestReply(429, b"slow down"), U, "HTTP 429"),
        (RestReply(200, b"[]"), U, "HTTP 200"),
        (RestReply(200, b'{"data":[{"result":true}]}'), U, "HTTP 200"),
        (NoReply("no answer within 1.5 s", sent=True), U, ""),
        (NoReply("not connected", sent=False), B, ""),
    ],
)
def test_what_the_reply_to_a_mass_cancel_means(reply: Reply, verdict: Verdict, code: str) -> None:
    ack, _ = cancel(SPREADS, EVERYTHING, reply)
    assert (ack.verdict, ack.code) == (verdict, code)
    assert ack.text.isprintable()


# --- all quotes ---


@pytest.mark.parametrize(
    ("reply", "verdict", "code", "server_ms"),
    [
        (rest(data=[{"ts": "1697026383085"}]), A, "", 1697026383085),
        (rest(data=[]), A, "", None),
        (rest(data=[{"ts": "soon"}]), A, "", None),
        (rest(502, data=[{"ts": "1697026383085"}]), U, "HTTP 502", None),
        (rest(200, "70409", "no active Quotes"), N, "70409", None),
        (rest(200, "70207", "no active RFQs"), N, "70207", None),
        (rest(200, "70408"), R, "70408", None),
        (rest(200, "70400"), R, "70400", None),
        (
            rest(200, "70400", "Quote cannot be canceled when its state is pending_fill."),
            R,
            "70400",
            None,
        ),
        (
            rest(200, "70400", "Quote cannot be canceled when its state is canceled."),
            N,
            "70400",
            None,
        ),
        (rest(200, "70008"), R, "70008", None),
        (rest(200, "70006"), R, "70006", None),
        (rest(200, "70015"), R, "70015", None),
        (rest(200, "70000"), R, "70000", None),
        (rest(200, "70208", "service is unavailable now"), U, "70208", None),
        (rest(200, "50011"), B, "50011", None),
        (rest(429, "50013"), U, "50013", None),
        (rest(401, "50113"), R, "50113", None),
        (NoReply("connection lost", sent=True), U, "", None),
        (NoReply("not connected", sent=False), B, "", None),
    ],
)
def test_cancel_all_quotes(
    reply: Reply, verdict: Verdict, code: str, server_ms: int | None
) -> None:
    ack, sent = cancel(QUOTES, EVERYTHING, reply)
    assert sent == [(RestCall("POST", "/api/v5/rfq/cancel-all-quotes", body="{}"),)]
    assert (ack.verdict, ack.code, ack.server_ms) == (verdict, code, server_ms)


def test_a_retry_after_a_limit_waits_for_the_venue() -> None:
    ack, _ = cancel(QUOTES, EVERYTHING, rest(200, "50011"))
    assert ack.retry_after_s > 1.0, "2 requests per 2 seconds"


def test_quotes_of_one_contract_cannot_be_cancelled_apart() -> None:
    ack, sent = cancel(QUOTES, Scope(contract=SPREAD), rest())
    assert (ack.verdict, sent) == (R, [])


# --- chosen orders ---


def one(code: str, text: str = "", top: str = "0") -> Venue:
    def answer(call: Call) -> Reply:
        data = call.data if isinstance(call, SocketCall) else [json.loads(call.body)]
        assert isinstance(data, list)
        row = {**data[0], "clOrdId": "", "sCode": code, "sMsg": text}  # type: ignore[dict-item]
        return ws(top, data=[row]) if isinstance(call, SocketCall) else rest(code=top, data=[row])

    return answer


@pytest.mark.parametrize("route", ["ws", "rest"])
def test_chosen_spread_orders_go_one_a_call_all_at_once(route: Transport) -> None:
    ack, sent = cancel(SPREADS, Scope(orders=orders("spread", 3)), one("0"), route)
    assert ack == Ack(A)
    assert len(sent) == 1
    assert sent[0] == tuple(
        SocketCall("sprd-cancel-order", [{"ordId": order_id}])
        if route == "ws"
        else RestCall("POST", "/api/v5/sprd/cancel-order", body=f'{{"ordId":"{order_id}"}}')
        for order_id in ("1000", "1001", "1002")
    )


@pytest.mark.parametrize(
    ("code", "verdict", "failed", "filled"),
    [
        ("51400", N, 0, False),
        ("51401", N, 0, False),
        ("51410", N, 0, False),
        ("51402", N, 1, True),
        ("51000", R, 1, False),
        ("50011", B, 1, False),
        ("50026", U, 1, False),
        ("5XXXX", U, 1, False),
    ],
)
def test_a_chosen_spread_order_that_was_not_taken(
    code: str, verdict: Verdict, failed: int, filled: bool
) -> None:
    ack, _ = cancel(SPREADS, Scope(orders=orders("spread", 1)), one(code, "words", "1"))
    assert (ack.verdict, ack.code, len(ack.failures)) == (verdict, code, failed)
    for failure in ack.failures:
        assert (failure.order_id, failure.code, failure.text) == ("1000", code, "words")
        assert failure.filled is filled


@pytest.mark.parametrize("code", ["51402", "51402_1000"])
def test_an_order_that_went_by_a_fill_says_so_without_a_row_of_its_own(code: str) -> None:
    ack, _ = cancel(SPREADS, Scope(orders=orders("spread", 1)), rest(200, code, "completed"))
    assert [(f.order_id, f.code, f.filled) for f in ack.failures] == [("1000", code, True)]


def test_one_refused_order_is_its_own_failure_and_not_the_others() -> None:
    def answer(call: Call) -> Reply:
        assert isinstance(call, RestCall)
        return one("51000" if "1001" in call.body else "0")(call)

    ack, _ = cancel(SPREADS, Scope(orders=orders("spread", 3)), answer)
    assert ack.verdict is A
    assert [f.order_id for f in ack.failures] == ["1001"]


def test_one_unanswered_order_leaves_doubt() -> None:
    def answer(call: Call) -> Reply:
        assert isinstance(call, RestCall)
        return NoReply("lost", sent=True) if "1001" in call.body else one("0")(call)

    ack, _ = cancel(SPREADS, Scope(orders=orders("spread", 3)), answer)
    assert ack.verdict is U
    assert [f.order_id for f in ack.failures] == ["1001"]


def quotes_reply(call: Call, bad: frozenset[str] = frozenset(), code: str = "70001") -> Reply:
    assert isinstance(call, RestCall)
    ids = json.loads(call.body)["quoteIds"]
    rows = [
        {"quoteId": i, "clQuoteId": "", "sCode": code if i in bad else "0", "sMsg": ""} for i in ids
    ]
    top = "0" if not bad & set(ids) else "1" if bad >= set(ids) else "2"
    return rest(code=top, data=rows)


def test_chosen_quotes_go_by_the_hundred() -> None:
    ack, sent = cancel(QUOTES, Scope(orders=orders("quote", 205)), quotes_reply)
    assert ack.verdict is A
    (calls,) = sent
    bodies = [json.loads(call.body) for call in calls if isinstance(call, RestCall)]
    assert [len(body["quoteIds"]) for body in bodies] == [100, 100, 5]
    assert {call.path for call in calls if isinstance(call, RestCall)} == {
        "/api/v5/rfq/cancel-batch-quotes"
    }
    ids = [quote_id for body in bodies for quote_id in body["quoteIds"]]
    assert ids == [str(1000 + i) for i in range(205)]


@pytest.mark.parametrize(
    ("bad", "code", "verdict", "failed"),
    [
        ({"1001", "1002"}, "70001", A, 0),
        ({"1000", "1001", "1002"}, "70001", N, 0),
        ({"1001"}, "70400", A, 1),
        ({"1000", "1001", "1002"}, "70400", R, 3),
        ({"1001"}, "50026", U, 1),
    ],
)
def test_chosen_quotes_in_part(bad: set[str], code: str, verdict: Verdict, failed: int) -> None:
    scope = Scope(orders=orders("quote", 3))
    ack, _ = cancel(QUOTES, scope, lambda call: quotes_reply(call, frozenset(bad), code))
    assert (ack.verdict, len(ack.failures)) == (verdict, failed)


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (rest(200, "50011"), B),
        (rest(401, "50113"), R),
        (rest(200, "1", "Operation failed."), U),
        (RestReply(502, b"<html>"), U),
        (NoReply("lost", sent=True), U),
    ],
)
def test_a_batch_that_failed_as_a_whole_says_nothing_of_its_orders(
    reply: Reply, verdict: Verdict
) -> None:
    ack, _ = cancel(QUOTES, Scope(orders=orders("quote", 3)), reply)
    assert (ack.verdict, ack.failures) == (verdict, ())


def test_an_order_the_answer_does_not_name_is_in_doubt() -> None:
    reply = rest(data=[{"quoteId": "1000", "sCode": "0", "sMsg": ""}])
    ack, _ = cancel(QUOTES, Scope(orders=orders("quote", 2)), reply)
    assert ack.verdict is U
    assert [f.order_id for f in ack.failures] == ["1001"]


def test_chosen_orders_of_the_other_kind_are_not_touched() -> None:
    ack, sent = cancel(SPREADS, Scope(orders=orders("quote", 2)), rest())
    assert (ack.verdict, sent) == (N, [])


# --- the book ---


def spread_row(number: int) -> dict[str, str]:
    return {
        "sprdId": SPREAD,
        "ordId": str(number),
        "px": "999",
        "sz": "3",
        "side": "buy",
        "state": "live",
        "pendingFillSz": "2",
        "cTime": "1597026383085",
    }


def quote_row(number: int, **more: str) -> dict[str, object]:
    legs = [
        {"px": "46000", "sz": "25", "instId": "BTC-USD-220114-25000-C", "side": "sell"},
        {"px": "45000", "sz": "1.5", "instId": "BTC-USDT", "side": "buy"},
    ]
    row = {"quoteId": str(number), "quoteSide": "sell", "cTime": "1608267227834", "legs": legs}
    return {**row, "state": "active", "clQuoteId": "", "clRfqId": "", **more}


def pages(rows: dict[str, list[dict[str, object]]]) -> Venue:
    """A venue that pages its lists as documented: newest first, older than `endId`."""

    def answer(call: Call) -> Reply:
        assert isinstance(call, RestCall)
        query = dict(call.query)
        key = "quoteId" if "rfq" in call.path else "ordId"
        found = sorted(rows[call.path], key=lambda row: -int(str(row[key])))
        if "endId" in query:
            found = [row for row in found if int(str(row[key])) < int(query["endId"])]
        return rest(data=found[: int(query["limit"])])

    return answer


SPREADS_PATH, QUOTES_PATH = "/api/v5/sprd/orders-pending", "/api/v5/rfq/quotes"
RFQS_PATH = "/api/v5/rfq/rfqs"
ORDERS_PATH, ALGOS_PATH = "/api/v5/trade/orders-pending", "/api/v5/trade/orders-algo-pending"


def read(venue: Venue | Reply, *kinds: str) -> tuple[Book, list[tuple[Call, ...]]]:
    exchange = OKX_ACCOUNT.read_book(PROFILE, kinds)
    return drive(exchange, venue if callable(venue) else lambda _: venue)


def test_the_book_of_both_kinds() -> None:
    venue = pages({SPREADS_PATH: [spread_row(7)], QUOTES_PATH: [quote_row(25092)]})  # type: ignore[dict-item]
    book, sent = read(venue, "spread", "quote")
    assert book == Book(
        ("spread", "quote"),
        (
            OpenOrder("spread", "7", SPREAD, "buy", "", "999", "3", 1597026383085),
            OpenOrder(
                "quote",
                "25092",
                "BTC-USD-220114-25000-C / BTC-USDT",
                "sell",
                "",
                "46000 / 45000",
                "25 / 1.5",
                1608267227834,
            ),
        ),
        0,
    )
    assert sent == [
        (
            RestCall("GET", SPREADS_PATH, (("limit", "100"),)),
            RestCall("GET", QUOTES_PATH, (("state", "active"), ("limit", "100"))),
        )
    ]


@pytest.mark.parametrize(
    ("count", "requests"), [(0, 1), (1, 1), (99, 1), (100, 2), (101, 2), (200, 3), (500, 6)]
)
def test_all_pages_are_read(count: int, requests: int) -> None:
    venue = pages({SPREADS_PATH: [spread_row(5000 + i) for i in range(count)]})  # type: ignore[misc]
    book, sent = read(venue, "spread")
    assert book.count() == count
    assert len(sent) == requests


def test_only_the_lists_that_go_on_are_asked_again() -> None:
    venue = pages({SPREADS_PATH: [spread_row(i) for i in range(150)], QUOTES_PATH: []})  # type: ignore[misc]
    book, sent = read(venue, "spread", "quote")
    assert [len(batch) for batch in sent] == [2, 1]
    assert (book.kinds, book.count()) == (("spread", "quote"), 150)


def test_a_kind_not_asked_for_is_not_read() -> None:
    book, sent = read(pages({QUOTES_PATH: []}), "quote")
    assert book.kinds == ("quote",)
    assert len(sent[0]) == 1


def test_an_order_on_two_pages_counts_once() -> None:
    replies = iter(
        [
            rest(data=[spread_row(1000 - i) for i in range(100)]),
            rest(data=[spread_row(901), spread_row(900)]),
        ]
    )
    book, _ = read(lambda _: next(replies), "spread")
    assert book.count() == 101


def test_quotes_others_made_on_our_rfqs_are_not_ours() -> None:
    rows = [
        quote_row(1, clQuoteId="cq1"),
        quote_row(2, clRfqId="cr1"),
        quote_row(3),
    ]
    book, _ = read(rest(data=rows), "quote")
    assert [order.order_id for order in book.orders] == ["1", "3"]


PENDING_QUERY = (("state", "pending_fill"), ("limit", "100"))


def test_what_is_pending_fill_is_read_apart() -> None:
    rows = {QUOTES_PATH: [quote_row(3), quote_row(4, clRfqId="theirs")], RFQS_PATH: []}
    book, sent = read(lambda call: rest(data=rows[call.path]), "pending-quote")  # type: ignore[union-attr]
    assert [(order.kind, order.order_id) for order in book.orders] == [("pending-quote", "3")]
    assert sent == [
        (RestCall("GET", QUOTES_PATH, PENDING_QUERY),),
        (RestCall("GET", RFQS_PATH, PENDING_QUERY),),
    ]


def test_an_rfq_of_ours_that_is_being_filled_is_pending_too() -> None:
    ours, theirs = rfq_row(1, clRfqId="cr1"), rfq_row(2, flowType="theirs")

    def answer(call: Call) -> Reply:
        assert isinstance(call, RestCall)
        return rest(data=[ours, theirs] if call.path == RFQS_PATH else [quote_row(1)])

    book, _ = read(answer, "pending-quote")
    assert [(order.kind, order.side) for order in book.orders] == [
        ("pending-quote", "sell"),
        ("pending-quote", "buy / sell"),
    ]


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (rest(data=[spread_row(1000 - i) for i in range(100)]), U),  # repeats itself for ever
        (rest(), U),
        (rest(data=None), U),
        (rest(data={}), U),
        (rest(data=[1]), U),
        (rest(data=[{"sprdId": SPREAD}]), U),
        (rest(200, "51405"), U),
        (rest(200, "50011"), B),
        (rest(401, "50113"), R),
        (rest(429, "50013"), U),
        (RestReply(502, b"<html>"), U),
        (NoReply("lost", sent=True), U),
        (NoReply("not connected", sent=False), B),
    ],
)
def test_a_list_that_cannot_be_read_whole_is_no_book(reply: Reply, verdict: Verdict) -> None:
    with pytest.raises(VenueError) as caught:
        read(reply, "spread")
    assert caught.value.verdict is verdict


def test_a_failure_on_the_second_page_is_no_book() -> None:
    replies = iter(
        [rest(data=[spread_row(1000 - i) for i in range(100)]), NoReply("lost", sent=True)]
    )
    with pytest.raises(VenueError):
        read(lambda _: next(replies), "spread")


def test_a_list_that_repeats_itself_is_given_up_at_once() -> None:
    page = rest(data=[spread_row(1000 - i) for i in range(100)])
    asked: list[Call] = []

    def answer(call: Call) -> Reply:
        asked.append(call)
        return page

    with pytest.raises(VenueError, match="repeats itself"):
        read(answer, "spread")
    assert len(asked) == 2


def test_a_list_without_end_is_given_up() -> None:
    counter = iter(range(10_000_000, 0, -1))
    with pytest.raises(VenueError, match="longer than"):
        read(lambda _: rest(data=[spread_row(next(counter)) for _ in range(100)]), "spread")


# --- what no action reaches: the order book and its conditional orders ---

ALGO_TYPES = (
    "conditional,oco",
    "trigger",
    "move_order_stop",
    "twap",
    "iceberg",
    "smart_iceberg",
    "chase",
)


def order_row(number: int) -> dict[str, object]:
    row = {"ordId": str(number), "instId": "BTC-USDT", "instType": "SPOT", "px": "13013.5"}
    return {**row, "sz": "0.001", "side": "buy", "state": "live", "cTime": "1724733617998"}


def algo_row(number: int, **more: str) -> dict[str, object]:
    row = {"algoId": str(number), "instId": "BTC-USDT-SWAP", "ordType": "conditional", "sz": "10"}
    return {**row, "side": "sell", "state": "live", "cTime": "1724751378980", "ordPx": "", **more}


def trade(orders: list[int], algos: dict[str, list[dict[str, object]]]) -> Venue:
    """A venue that pages both lists as documented: newest first, older than `after`."""

    def answer(call: Call) -> Reply:
        assert isinstance(call, RestCall)
        query = dict(call.query)
        assert query["limit"] == "100"
        assert set(query) <= {"limit", "after", "ordType"}
        key = "ordId" if call.path == ORDERS_PATH else "algoId"
        rows = [order_row(one) for one in orders]
        if call.path == ALGOS_PATH:
            rows = algos.get(query["ordType"], [])
        found = sorted(rows, key=lambda row: -int(str(row[key])))
        before = int(query.get("after", 10**9))
        return rest(data=[row for row in found if int(str(row[key])) < before][:100])

    return answer


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (99, 1), (100, 2), (250, 3)])
def test_the_order_book_is_read_to_its_last_page(count: int, requests: int) -> None:
    book, sent = read(trade([1000 + i for i in range(count)], {}), "order")
    assert (book.kinds, book.count(["order"]), len(sent)) == (("order",), count, requests)
    if count:
        assert book.orders[0] == OpenOrder(
            "order", str(999 + count), "BTC-USDT", "buy", "", "13013.5", "0.001", 1724733617998
        )
    if requests > 1:
        later = (("limit", "100"), ("after", str(1000 + count - 100)))
        assert sent[1] == (RestCall("GET", ORDERS_PATH, later),)


def test_conditional_orders_of_every_type_are_one_kind() -> None:
    algos = {one: [algo_row(100 * at + 1)] for at, one in enumerate(ALGO_TYPES)}
    book, sent = read(trade([], algos), "algo")
    assert sent == [
        (RestCall("GET", ALGOS_PATH, (("ordType", one), ("limit", "100"))),) for one in ALGO_TYPES
    ], "one after the other: a connection each would be too many"
    assert (book.kinds, book.count(["algo"])) == (("algo",), len(ALGO_TYPES))
    assert book.orders[0] == OpenOrder(
        "algo", "1", "BTC-USDT-SWAP", "sell", "", "", "10", 1724751378980
    )


def test_conditional_orders_are_read_to_the_last_page_of_each_type() -> None:
    algos = {"trigger": [algo_row(1000 + i) for i in range(150)], "chase": [algo_row(5)]}
    book, sent = read(trade([], algos), "algo")
    assert (book.count(["algo"]), [len(batch) for batch in sent]) == (151, [1] * 8)


@pytest.mark.parametrize(
    ("prices", "shown"),
    [
        ({"triggerPx": "100"}, "100"),
        ({"tpTriggerPx": "120", "slTriggerPx": "80"}, "120 / 80"),
        ({"activePx": "90"}, "90"),
        ({"pxLimit": "70"}, "70"),
        ({"last": "60", "ordPx": "-1"}, ""),
    ],
)
def test_a_conditional_order_shows_at_which_price_it_acts(
    prices: dict[str, str], shown: str
) -> None:
    book, _ = read(trade([], {"trigger": [algo_row(1, **prices)]}), "algo")
    assert [order.price for order in book.orders] == [shown]


@pytest.mark.parametrize("unknown", ALGO_TYPES)
def test_a_type_that_the_venue_does_not_know_is_none_of_its_orders(unknown: str) -> None:
    """The pages disagree on three types; of the others such an answer is a refusal."""

    def answer(call: Call) -> Reply:
        assert isinstance(call, RestCall)
        if ("ordType", unknown) in call.query:
            return rest(400, "51000", "Parameter ordType error")
        return rest(data=[algo_row(ALGO_TYPES.index(dict(call.query)["ordType"]))])

    book, _ = read(answer, "algo")
    if unknown in ("iceberg", "smart_iceberg", "chase"):
        assert (book.kinds, book.count(), book.refused) == (("algo",), 6, ())
    else:
        words = "51000 Parameter ordType error"
        assert (book.kinds, book.orders, book.refused) == ((), (), (("algo", words),))


@pytest.mark.parametrize(
    "answer", [rest(400, "51000", "Parameter instId error"), rest(200, "50030", "No permission")]
)
def test_any_other_refusal_of_a_type_leaves_conditional_orders_unknown(answer: Reply) -> None:
    def venue(call: Call) -> Reply:
        assert isinstance(call, RestCall)
        return answer if ("ordType", "chase") in call.query else rest(data=[])

    book, _ = read(venue, "algo")
    assert (book.kinds, [kind for kind, _ in book.refused]) == ((), ["algo"])


@pytest.mark.parametrize("kind", ["order", "algo"])
@pytest.mark.parametrize("trouble", [rest(429, "50011"), NoReply("lost", sent=True), rest()])
def test_a_list_of_the_order_book_that_is_not_whole_is_no_book(kind: str, trouble: Reply) -> None:
    def venue(call: Call) -> Reply:
        assert isinstance(call, RestCall)
        last = ("ordType", "chase") in call.query or call.path == ORDERS_PATH
        return trouble if last else rest(data=[])

    with pytest.raises(VenueError):
        read(venue, kind)


def test_the_lists_of_the_order_book_keep_to_their_limits() -> None:
    for path, calls in ((ORDERS_PATH, 60), (ALGOS_PATH, 20)):
        limit = OKX_ACCOUNT.read_limit(RestCall("GET", path))
        assert limit is not None
        assert (limit.name, limit.calls, limit.per_s) == (path, calls, 2.0)


# --- an account without one of the products ---

NO_PERMISSION = rest(200, "50030", "You don't have permission to use this API endpoint")
NOT_IN_THIS_MODE = rest(200, "51010", "Request unsupported under current account mode")
EVERY_KIND = ("spread", "quote", "rfq", "order", "algo", "pending-quote")
PRODUCT_CODES = ["50030", "50038", "50051", "50120", "51010", "51024", "70006", "70015"]


def without(product: str, refusal: Reply) -> Venue:
    """A venue that refuses every list under this path, and lists one order everywhere else."""

    def answer(call: Call) -> Reply:
        assert isinstance(call, RestCall)
        if call.path.startswith(f"/api/v5/{product}/"):
            return refusal
        row = {"sprdId": SPREAD, "ordId": "1", "algoId": "1", "quoteId": "1", "rfqId": "1"}
        return rest(data=[row])

    return answer


@pytest.mark.parametrize(
    ("product", "kinds"),
    [
        ("sprd", ("spread",)),
        ("rfq", ("quote", "rfq", "pending-quote")),
        ("trade", ("order", "algo")),
    ],
)
def test_a_refused_product_is_named_and_all_else_is_read(
    product: str, kinds: tuple[str, ...]
) -> None:
    words = "50030 You don't have permission to use this API endpoint"
    book, _ = read(without(product, NO_PERMISSION), *EVERY_KIND)
    assert dict(book.refused) == dict.fromkeys(kinds, words)
    assert set(book.kinds) == set(EVERY_KIND) - set(kinds)
    assert {order.kind for order in book.orders} == set(book.kinds)


@pytest.mark.parametrize("kind", EVERY_KIND)
@pytest.mark.parametrize("code", [*PRODUCT_CODES, "50035"])
def test_a_refused_list_alone_is_no_error_of_the_account(kind: str, code: str) -> None:
    book, _ = read(rest(403 if code == "50035" else 200, code, "not for you"), kind)
    assert (book.kinds, book.orders) == ((), ())
    assert book.refused == ((kind, f"{code} not for you"),)


@pytest.mark.parametrize("kind", EVERY_KIND)
@pytest.mark.parametrize(
    "reply",
    [
        *[rest(401, code) for code in AUTH_CODES],
        *[rest(200, code) for code in ("50007", "50012", "50027", "50119", "50121")],
    ],
)
def test_a_refusal_of_the_key_or_of_the_account_is_one(kind: str, reply: Reply) -> None:
    with pytest.raises(VenueError) as caught:
        read(reply, kind)
    assert caught.value.verdict is R


@pytest.mark.parametrize("code", ["50011", "50013", "50004", "50001", "98765"])
def test_what_is_no_certain_refusal_makes_no_list_refused(code: str) -> None:
    with pytest.raises(VenueError):
        read(without("sprd", rest(200, code)), "spread", "quote")


def test_a_list_refused_on_its_second_page_is_refused_whole() -> None:
    replies = iter([rest(data=[spread_row(1000 - i) for i in range(100)]), NO_PERMISSION])
    book, _ = read(lambda _: next(replies), "spread")
    assert (book.kinds, book.orders, len(book.refused)) == ((), (), 1)


@pytest.mark.parametrize("action", [SPREADS, QUOTES, RFQS])
@pytest.mark.parametrize("reply", [NO_PERMISSION, NOT_IN_THIS_MODE])
def test_a_cancel_of_a_refused_product_is_refused_with_the_venue_s_words(
    action: Action, reply: RestReply
) -> None:
    said = json.loads(reply.body)
    ack, _ = cancel(action, EVERYTHING, reply)
    assert (ack.verdict, ack.code, ack.text) == (R, said["code"], said["msg"])


# --- RFQs: always listed, cancelled where the settings ask for it ---

WITH_RFQS = Okx(Account("a", "okx", OKX.rest_url, extras=("rfqs",)))


def rfq_row(number: int, **more: str) -> dict[str, object]:
    legs = [
        {"instId": "BTC-USDT", "sz": "25", "side": "buy"},
        {"instId": "BTC-USDT-SWAP", "sz": "2", "side": "sell"},
    ]
    row = {"rfqId": str(number), "cTime": "1611033737572", "state": "active", "legs": legs}
    return {**row, "clRfqId": "", "flowType": "", **more}


def test_rfqs_are_cancelled_only_where_the_settings_ask_for_it() -> None:
    assert [extra.id for extra in OKX.extras] == ["rfqs"]
    assert RFQS not in OKX_ACCOUNT.actions(PROFILE)
    apart, reached = OKX_ACCOUNT.kinds(PROFILE), WITH_RFQS.kinds(PROFILE)
    assert [kind.id for kind in apart] == [kind.id for kind in reached]
    every = {kind.id: kind.every for kind in apart}
    assert every == {
        "spread": 1, "quote": 1, "rfq": 3, "order": 3, "algo": 6, "pending-quote": 3
    }, "other programs of the account share its limits"  # fmt: skip
    assert {kind.id: kind.every for kind in reached} == every | {"rfq": 1}
    assert WITH_RFQS.actions(PROFILE)[-1] == RFQS
    assert (RFQS.id, RFQS.key, RFQS.kinds) == ("rfqs", None, ("rfq",))


def test_the_rfqs_we_made_are_listed() -> None:
    rows = [rfq_row(3, clRfqId="ours"), rfq_row(2, flowType="theirs"), rfq_row(1)]
    book, sent = drive(WITH_RFQS.read_book(PROFILE, ("rfq",)), lambda _: rest(data=rows))
    assert sent == [(RestCall("GET", RFQS_PATH, (("state", "active"), ("limit", "100"))),)]
    assert [order.order_id for order in book.orders] == ["3", "1"]
    assert book.orders[0] == OpenOrder(
        "rfq", "3", "BTC-USDT / BTC-USDT-SWAP", "buy / sell", "", "", "25 / 2", 1611033737572
    )


def test_all_rfqs_go_by_one_call() -> None:
    ack, sent = cancel(RFQS, EVERYTHING, rest(data=[{"ts": "1697026383085"}]))
    assert ack == Ack(A, server_ms=1697026383085)
    assert sent == [(RestCall("POST", "/api/v5/rfq/cancel-all-rfqs", body="{}"),)]
    assert cancel(RFQS, EVERYTHING, rest(200, "70207"))[0].verdict is N
    assert cancel(RFQS, EVERYTHING, rest(200, "50011"))[0].verdict is B
    ack, sent = cancel(RFQS, Scope(contract=SPREAD), rest(data=[]))
    assert (ack.verdict, sent) == (R, [])
    assert "RFQs" in ack.text


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("70200", "The RFQ with {0} status cannot be canceled"),
        ("70400", "Quote cannot be canceled when its state is {0}."),
    ],
)
@pytest.mark.parametrize(
    ("state", "verdict", "filled"),
    [
        ("canceled", N, False),
        ("expired", N, False),
        ("traded_away", N, False),
        ("failed", N, False),
        ("filled", N, True),
        ("pending_fill", R, False),
        ("active", R, False),
    ],
)
def test_what_cannot_be_cancelled_in_its_state_is_gone_if_that_state_says_so(
    code: str, text: str, state: str, verdict: Verdict, filled: bool
) -> None:
    rows = [{"quoteId": "1", "sCode": code, "sMsg": text.format(state)}]
    found = chosen_outcome(rest(200, "1", data=rows), "quoteId", ["1"])
    assert isinstance(found, list)
    (result,) = found
    assert (result.verdict, result.filled) == (verdict, filled)


@pytest.mark.parametrize(
    ("code", "verdict", "failed"), [("0", A, 0), ("70000", N, 0), ("70200", R, 1), ("70208", U, 1)]
)
def test_chosen_rfqs_go_by_the_hundred(code: str, verdict: Verdict, failed: int) -> None:
    def answer(call: Call) -> Reply:
        assert isinstance(call, RestCall)
        assert call.path == "/api/v5/rfq/cancel-batch-rfqs"
        ids = json.loads(call.body)["rfqIds"]
        top = "0" if code == "0" else "1"
        rows = [{"rfqId": i, "clRfqId": "", "sCode": code, "sMsg": ""} for i in ids]
        return rest(200, top, data=rows)

    ack, sent = cancel(RFQS, Scope(orders=orders("rfq", 101)), answer)
    assert [len(json.loads(call.body)["rfqIds"]) for call in sent[0]] == [100, 1]  # type: ignore[union-attr]
    assert (ack.verdict, len(ack.failures)) == (verdict, failed * 101)


# --- the key, the clock, the timer ---


@pytest.mark.parametrize(
    ("perm", "can_trade", "can_withdraw"),
    [
        ("read_only", False, False),
        ("read_only,trade", True, False),
        ("read_only,withdraw,trade", True, True),
        ("read_only, trade", True, False),
    ],
)
def test_what_the_key_may_do(perm: str, can_trade: bool, can_withdraw: bool) -> None:
    reply = rest(data=[{"uid": "1", "perm": perm}])
    profile, sent = drive(OKX_ACCOUNT.probe(), lambda _: reply)
    assert sent == [(RestCall("GET", "/api/v5/account/config"),)]
    assert profile == Profile(can_trade=can_trade, can_withdraw=can_withdraw)


@pytest.mark.parametrize("reply", [rest(200, "50030", "no permission"), rest(data=[{}]), rest()])
def test_a_good_key_that_cannot_be_looked_up_is_usable(reply: Reply) -> None:
    profile, _ = drive(OKX_ACCOUNT.probe(), lambda _: reply)
    assert (profile.can_trade, profile.can_withdraw) == (None, None)
    assert len(profile.warnings) == 1


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (rest(401, "50113", "Invalid signature."), R),
        (rest(401, "50105"), R),
        (rest(401, "50119"), R),
        (rest(401, "50102"), B),
        (rest(200, "50011"), B),
        (rest(503, "50001"), U),
        (NoReply("lost", sent=True), U),
    ],
)
def test_a_refused_key_and_a_failed_question_are_errors(reply: Reply, verdict: Verdict) -> None:
    with pytest.raises(VenueError) as caught:
        drive(OKX_ACCOUNT.probe(), lambda _: reply)
    assert caught.value.verdict is verdict


def test_the_venues_clock() -> None:
    reply = rest(data=[{"ts": "1597026383085"}])
    now_ms, sent = drive(OKX_ACCOUNT.venue_time(), lambda _: reply)
    assert now_ms == 1597026383085
    assert sent == [(RestCall("GET", "/api/v5/public/time", signed=False),)]


@pytest.mark.parametrize(
    "reply", [rest(data=[]), rest(data=[{"ts": "now"}]), rest(503, "50001"), RestReply(200, b"x")]
)
def test_a_clock_that_does_not_tell_is_an_error(reply: Reply) -> None:
    with pytest.raises(VenueError):
        drive(OKX_ACCOUNT.venue_time(), lambda _: reply)


def test_facts() -> None:
    kinds = {kind.id: kind for kind in OKX_ACCOUNT.kinds(PROFILE)}
    assert list(kinds) == ["spread", "quote", "rfq", "order", "algo", "pending-quote"]
    reached = {kind for action in OKX_ACCOUNT.actions(PROFILE) for kind in action.kinds}
    assert reached == {"spread", "quote"}, "all else is the remainder"
    assert kinds["quote"].spacing_s > 1.0, "2 requests per 2 seconds"
    assert kinds["pending-quote"].spacing_s > 2.0, "a read of both takes both requests"
    actions = OKX_ACCOUNT.actions(PROFILE)
    assert [(a.id, a.key, a.routes, a.kinds) for a in actions] == [
        ("spreads", "s", ("ws", "rest"), ("spread",)),
        ("quotes", "u", ("rest",), ("quote",)),
    ]
    assert OKX.passphrase
    assert OKX.demo_trading


# --- whatever comes ---

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
CODES = st.sampled_from(["0", 0, "1", "50011", "70409", "51402", "", None])
ROW = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("result", "sCode", "sMsg", "ts", "ordId", "quoteId"), CODES | JSON)
)
ENVELOPE = st.fixed_dictionaries(
    {}, optional={"code": CODES | JSON, "msg": JSON, "data": st.lists(ROW, max_size=3) | JSON}
)


@given(st.integers(100, 599), ENVELOPE | JSON)
def test_no_reply_raises_anything_but_a_venue_error(status: int, body: object) -> None:
    reply = RestReply(status, json.dumps(body).encode())
    assert isinstance(block_ack(reply), Ack)
    ack = mass_cancel_ack(reply)
    if ack.verdict is A:
        assert isinstance(body, dict)
        assert all(row["result"] is True for row in body["data"])
        assert 200 <= status < 300
    assert isinstance(chosen_outcome(reply, "ordId", ["1", "2"]), list | Ack)
    for exchange in (
        OKX_ACCOUNT.read_book(PROFILE, ("spread", "quote", "pending-quote")),
        OKX_ACCOUNT.probe(),
        OKX_ACCOUNT.venue_time(),
    ):
        try:
            drive(exchange, lambda _: reply)  # type: ignore[arg-type]
        except VenueError as error:
            assert error.verdict in (R, B, U)
