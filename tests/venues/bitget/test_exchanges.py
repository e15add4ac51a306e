"""Bitget exchanges: the countdown, cancels, lists, the key's rights, the venue's clock."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.core.accounts import Account
from tui.core.actions import EVERYTHING, Ack, Scope, Verdict
from tui.core.orders import Book, OpenOrder
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import Call, Exchange, Market, NoReply, Reply, RestCall, RestReply
from tui.venues.base.specs import Profile
from tui.venues.bitget.adapter import BITGET, KINDS, ORDERS, STRATEGY_ORDERS, TIMER, Bitget
from tui.venues.bitget.replies import batch_outcome, category_ack, strategy_outcome, timer_ack
from tui.venues.common.progress import Progress

BITGET_ACCOUNT = Bitget(Account("a", "bitget", BITGET.rest_url))
PROFILE = Profile()
CATEGORIES = ("SPOT", "MARGIN", "USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES")
T = TypeVar("T")
Venue = Callable[[RestCall], Reply]

A, N, R, B, U = (
    Verdict.ACCEPTED,
    Verdict.NOTHING,
    Verdict.REFUSED,
    Verdict.BUSY,
    Verdict.UNKNOWN,
)
KEY_CODES = (
    "40001 40002 40003 40006 40009 40011 40012 40013 40016 40018 40031 40036"
    " 40037 40038 40084 40085 22010 40007"
)
"""Of the key or the account as a whole."""
PRODUCT_CODES = "40014 40029 40054 40068 40099 40017 400171 400172 40019 40020 40034"
"""Which may be about one category."""
AUTH_CODES = f"{KEY_CODES} {PRODUCT_CODES}"


def drive(exchange: Exchange[T], venue: Venue | Reply) -> tuple[T, list[tuple[RestCall, ...]]]:
    """Runs an exchange to its end; returns what it means, and the batches it sent."""
    sent: list[tuple[RestCall, ...]] = []

    def answer(call: Call) -> Reply:
        assert isinstance(call, RestCall)
        return venue(call) if callable(venue) else venue

    try:
        calls = next(exchange)
        while True:
            assert calls, "a batch holds at least one call"
            sent.append(tuple(call for call in calls if isinstance(call, RestCall)))
            calls = exchange.send(tuple(answer(call) for call in calls))
    except StopIteration as end:
        return end.value, sent


def rest(status: int = 200, code: str | int = "00000", msg: str = "", **more: object) -> RestReply:
    body = {"code": code, "msg": msg, "requestTime": 1728625799912, **more}
    return RestReply(status, json.dumps(body).encode())


DONE = rest(msg="success", data="success")
NO_FAILURE = rest(data={"list": []})


# --- the countdown ---


@pytest.mark.parametrize("seconds", [0, 5, 10, 30, 60])
def test_the_countdown_is_text_of_seconds_in_compact_json(seconds: int) -> None:
    ack, sent = drive(BITGET_ACCOUNT.set_timer(Profile(), "bitget", seconds), DONE)
    body = f'{{"countdown":"{seconds}"}}'
    assert sent == [(RestCall("POST", "/api/v3/trade/countdown-cancel-all", body=body),)]
    assert ack == Ack(A, server_ms=1728625799912)


@pytest.mark.parametrize("seconds", [-1, 1, 4, 61, 3600])
def test_a_countdown_out_of_range_is_never_sent(seconds: int) -> None:
    with pytest.raises(VenueError) as caught:
        drive(BITGET_ACCOUNT.set_timer(Profile(), "bitget", seconds), DONE)
    assert caught.value.verdict is R


def test_another_timer_is_never_sent() -> None:
    with pytest.raises(VenueError) as caught:
        drive(BITGET_ACCOUNT.set_timer(Profile(), "okx-sprd", 30), DONE)
    assert caught.value.verdict is R


@pytest.mark.parametrize(
    ("reply", "verdict", "code"),
    [
        (DONE, A, ""),
        # everything of the documented success must be there
        (rest(data=None), U, "00000"),
        (rest(), U, "00000"),
        (rest(data=["success"]), U, "00000"),
        (rest(data="Success"), U, "00000"),
        (rest(400, data="success"), U, "HTTP 400"),
        (rest(500, data="success"), U, "HTTP 500"),
        (rest(200, "0", data="success"), U, "0"),
        (rest(200, 0, data="success"), U, "0"),
        # limits and the clock
        (rest(429, "429", "Too Many Requests"), B, "429"),
        (rest(200, 429), B, "429"),
        (RestReply(429, b"<html>"), B, "429"),
        (RestReply(429, b"{}"), B, "429"),
        (rest(400, "40004"), B, "40004"),
        (rest(400, "40005"), B, "40005"),
        (rest(400, "40008", "Request timestamp expired"), B, "40008"),
        # what will not work by repetition
        *[(rest(400, code), R, code) for code in AUTH_CODES.split()],
        (rest(200, "40014"), R, "40014"),
        # what may have worked
        (rest(400, "40015"), U, "40015"),
        (rest(400, "40200"), U, "40200"),
        (rest(400, "40725"), U, "40725"),
        (rest(400, "45001"), U, "45001"),
        (rest(400, "30007"), U, "30007"),
        (rest(400, "22001"), U, "22001"),
        (RestReply(502, b"<html>502 Bad Gateway</html>"), U, "HTTP 502"),
        (RestReply(200, b'{"data":"success"}'), U, "HTTP 200"),
        (RestReply(403, b"<html>"), U, "HTTP 403"),
        (NoReply("no answer within 1.5 s", sent=True), U, ""),
        (NoReply("not connected", sent=False), B, ""),
    ],
)
def test_what_the_reply_to_a_countdown_means(reply: Reply, verdict: Verdict, code: str) -> None:
    ack, _ = drive(BITGET_ACCOUNT.set_timer(Profile(), "bitget", 30), reply)
    assert (ack.verdict, ack.code) == (verdict, code)


@pytest.mark.parametrize(
    ("stamp", "server_ms"),
    [(1728625799912, 1728625799912), ("1728625799912", 1728625799912), (None, None), ("x", None)],
)
def test_the_venues_time_comes_as_number_or_text(stamp: object, server_ms: int | None) -> None:
    for reply in (rest(data="success", requestTime=stamp), rest(400, "40014", requestTime=stamp)):
        ack, _ = drive(BITGET_ACCOUNT.set_timer(Profile(), "bitget", 30), reply)
        assert ack.server_ms == server_ms


def test_a_retry_after_a_limit_waits_a_second() -> None:
    ack, _ = drive(BITGET_ACCOUNT.set_timer(Profile(), "bitget", 30), rest(429, "429"))
    assert 1.0 < ack.retry_after_s < 2.0


def test_the_timer_spec() -> None:
    assert BITGET.timers == (TIMER,)
    assert (TIMER.id, TIMER.min_s, TIMER.max_s) == ("bitget", 5, 60)
    assert TIMER.spacing_s > 1.0


# --- cancel by category ---


def cancel(
    scope: Scope,
    venue: Venue | Reply = NO_FAILURE,
    book: Book | None = None,
    progress: Progress | None = None,
    lately: frozenset[Market] = frozenset(),
) -> tuple[Ack, list[tuple[RestCall, ...]]]:
    exchange = BITGET_ACCOUNT.cancel(PROFILE, ORDERS, scope, book, "rest", progress, lately)
    return drive(exchange, venue)


def bodies(calls: tuple[RestCall, ...]) -> list[object]:
    assert {call.path for call in calls} == {"/api/v3/trade/cancel-symbol-order"}
    return [json.loads(call.body) for call in calls]


def test_everything_is_five_calls_at_once() -> None:
    ack, sent = cancel(EVERYTHING)
    assert ack.verdict is A
    assert len(sent) == 1
    assert bodies(sent[0]) == [{"category": category} for category in CATEGORIES]
    assert sent[0][0].body == '{"category":"SPOT"}'


def book_of(*orders: tuple[str, str], kinds: tuple[str, ...] = CATEGORIES) -> Book:
    """What was read of `kinds`, with one order for each category and symbol given."""
    named = enumerate(orders)
    return Book(kinds, tuple(OpenOrder(c, str(n), symbol) for n, (c, symbol) in named), 1)


class Listed:
    """A venue whose lists hold the orders given, and whose cancels take all of a category."""

    def __init__(self, *orders: tuple[str, str], silent: tuple[str, ...] = ()) -> None:
        self.orders = list(orders)
        self.silent = silent
        self.events: list[tuple[str, str]] = []

    def __call__(self, call: RestCall) -> Reply:
        if call.method == "GET":
            category = dict(call.query)["category"]
            assert call.within_s is not None
            self.events.append(("list", category))
            if category in self.silent:
                return NoReply("no answer within 0.3 s", sent=True)
            rows = [{"orderId": "7", "symbol": s} for c, s in self.orders if c == category]
            return rest(data={"list": rows or None, "cursor": None})
        asked = json.loads(call.body)
        self.events.append(("cancel", asked["category"]))
        return NO_FAILURE

    @property
    def cancelled(self) -> list[str]:
        return [category for what, category in self.events if what == "cancel"]


@pytest.mark.parametrize(
    ("scope", "book", "expected"),
    [
        (Scope(category="SPOT"), None, [{"category": "SPOT"}]),
        (
            Scope(category="SPOT", contract="BTCUSDT"),
            None,
            [{"category": "SPOT", "symbol": "BTCUSDT"}],
        ),
        (
            Scope(contract="XRPUSDT"),
            None,
            [{"category": category, "symbol": "XRPUSDT"} for category in CATEGORIES],
        ),
        (
            Scope(contract="xrpusdt"),
            book_of(("SPOT", "BTCUSDT")),
            [{"category": category, "symbol": "XRPUSDT"} for category in CATEGORIES],
        ),
    ],
)
def test_a_scope_is_cancelled_where_it_may_be(
    scope: Scope, book: Book | None, expected: list[object]
) -> None:
    _, sent = cancel(scope, book=book)
    assert [bodies(calls) for calls in sent] == [expected]


def test_categories_with_orders_go_first_and_the_others_are_listed_in_the_same_moment() -> None:
    venue = Listed()
    ack, sent = cancel(EVERYTHING, venue, book_of(("USDT-FUTURES", "BTCUSDT"), ("SPOT", "BTCUSDT")))
    assert len(sent) == 1
    assert venue.events[:2] == [("cancel", "SPOT"), ("cancel", "USDT-FUTURES")]
    others = ("MARGIN", "COIN-FUTURES", "USDC-FUTURES")
    assert venue.events[2:] == [("list", category) for category in others]
    assert (ack.verdict, ack.spared) == (A, others)


def test_a_fresh_order_in_a_category_that_seemed_empty_is_cancelled_too() -> None:
    venue = Listed(("COIN-FUTURES", "BTCUSD"))
    ack, sent = cancel(EVERYTHING, venue, book_of(("SPOT", "BTCUSDT")))
    assert venue.cancelled == ["SPOT", "COIN-FUTURES"]
    assert len(sent) == 2
    assert ack.spared == ("MARGIN", "USDT-FUTURES", "USDC-FUTURES")


def test_a_symbol_is_cancelled_in_categories_where_the_book_did_not_see_it() -> None:
    venue = Listed(("SPOT", "BTCUSDT"), ("MARGIN", "ETHUSDT"), ("USDT-FUTURES", "BTCUSDT"))
    ack, _ = cancel(Scope(contract="btcusdt"), venue, book_of(("SPOT", "BTCUSDT")))
    assert venue.cancelled == ["SPOT", "USDT-FUTURES"], "ETHUSDT is not in the scope"
    assert ack.spared == ("MARGIN", "COIN-FUTURES", "USDC-FUTURES")


def test_a_category_whose_list_does_not_come_is_cancelled() -> None:
    venue = Listed(silent=("MARGIN", "USDC-FUTURES"))
    ack, _ = cancel(EVERYTHING, venue, book_of(("SPOT", "BTCUSDT")))
    assert venue.cancelled == ["SPOT", "MARGIN", "USDC-FUTURES"]
    assert ack.spared == ("USDT-FUTURES", "COIN-FUTURES")


def test_a_category_that_was_never_read_is_cancelled_at_once() -> None:
    venue = Listed()
    cancel(EVERYTHING, venue, book_of(("SPOT", "BTCUSDT"), kinds=("SPOT", "USDT-FUTURES")))
    assert venue.cancelled == ["SPOT", "MARGIN", "COIN-FUTURES", "USDC-FUTURES"]
    assert ("list", "USDT-FUTURES") in venue.events


def test_where_orders_were_a_moment_ago_a_cancel_goes_at_once() -> None:
    venue = Listed()
    cancel(
        EVERYTHING,
        venue,
        book_of(),
        lately=frozenset({("MARGIN", "BTCUSDT"), ("USDC-FUTURES", "BTCPERP")}),
    )
    assert venue.events[:2] == [("cancel", "MARGIN"), ("cancel", "USDC-FUTURES")]
    assert venue.cancelled == ["MARGIN", "USDC-FUTURES"]


class UsedUp(Listed):
    """A venue that takes no category any more in this second, and up to `batches` of orders."""

    def __init__(self, *orders: tuple[str, str], batches: int = 5) -> None:
        super().__init__(*orders)
        self.batches = batches

    def __call__(self, call: RestCall) -> Reply:
        if call.method == "GET" or call.path.endswith("cancel-symbol-order"):
            reply = super().__call__(call)
            return reply if call.method == "GET" else rest(429, "429", "Too Many Requests")
        asked = json.loads(call.body)
        self.events.append(("batch", asked[0]["category"]))
        if self.batches <= 0:
            return rest(429, "429", "Too Many Requests")
        self.batches -= 1
        return rest(data=[{"orderId": one["orderId"]} for one in asked])


def test_where_the_second_is_used_up_the_orders_go_by_their_ids() -> None:
    venue = UsedUp(("MARGIN", "BTCUSDT"), ("USDT-FUTURES", "ETHUSDT"))
    progress = Progress()
    ack, _ = cancel(EVERYTHING, venue, progress=progress)
    assert venue.events[-2:] == [("batch", "MARGIN"), ("batch", "USDT-FUTURES")]
    assert (ack.verdict, progress.done) == (A, 5)
    assert ack.spared == ("SPOT", "COIN-FUTURES", "USDC-FUTURES"), "of those it lists nothing"


def test_what_the_ids_do_not_cover_is_left_to_be_sent_again() -> None:
    venue = UsedUp(("MARGIN", "BTCUSDT"), ("USDT-FUTURES", "ETHUSDT"), batches=1)
    progress = Progress()
    ack, _ = cancel(EVERYTHING, venue, progress=progress)
    assert (ack.verdict, progress.done, progress.parts) == (B, 4, 5)


def test_orders_outside_the_scope_do_not_go_by_their_ids() -> None:
    venue = UsedUp(("MARGIN", "BTCUSDT"), ("USDT-FUTURES", "ETHUSDT"))
    cancel(Scope(contract="ethusdt"), venue)
    assert [event for event in venue.events if event[0] == "batch"] == [("batch", "USDT-FUTURES")]


def test_only_a_category_that_was_refused_for_the_rate_is_sent_again() -> None:
    refused = {"MARGIN", "USDT-FUTURES"}

    def venue(call: RestCall) -> Reply:
        limited = call.method == "GET" or json.loads(call.body)["category"] in refused
        return rest(429, "429", "Too Many Requests") if limited else NO_FAILURE

    progress = Progress()
    ack, _ = cancel(EVERYTHING, venue, progress=progress)
    assert (ack.verdict, progress.done, progress.parts) == (B, 3, 5)
    refused.clear()
    ack, sent = cancel(EVERYTHING, venue, progress=progress)
    assert (ack.verdict, progress.done) == (A, 5)
    assert bodies(sent[0]) == [{"category": "MARGIN"}, {"category": "USDT-FUTURES"}]


@pytest.mark.parametrize(
    "scope",
    [
        Scope(direction="buy"),
        Scope(offset="open"),
        Scope(category="strategy"),
        Scope(category="spot margin"),
    ],
)
def test_a_scope_the_venue_cannot_keep_is_never_widened(scope: Scope) -> None:
    ack, sent = cancel(scope)
    assert (ack.verdict, sent) == (R, [])
    assert ack.text


def item(order_id: str, code: object = "", msg: str = "") -> dict[str, object]:
    return {"orderId": order_id, "clientOid": "", "code": code, "msg": msg}


@pytest.mark.parametrize(
    ("reply", "verdict", "failed"),
    [
        (rest(data={"list": [item("1"), item("2", "0"), item("3", "00000")]}), A, []),
        (rest(data={"list": [{"orderId": "1"}, {"orderId": "2", "code": None}]}), A, []),
        (rest(data={"list": None}), A, []),
        (rest(data=None), A, []),
        (rest(data={"list": [item("1", "24056", "notExisted")]}), A, []),
        (rest(data={"list": [item("1", "25204"), item("2", "43001"), item("3", "43025")]}), A, []),
        (rest(data={"list": [item("1"), item("2", "25203", "words")]}), A, ["2"]),
        (rest(data={"list": [item("1", 40725)]}), A, ["1"]),
        (rest(400, "22001", "No order to cancel"), N, []),
        (rest(400, "40014"), R, []),
        (rest(400, "40084"), R, []),
        (rest(429, "429"), B, []),
        (rest(400, "40008"), B, []),
        (rest(400, "40725"), U, []),
        (rest(500, data={"list": []}), U, []),
        (RestReply(502, b"<html>"), U, []),
        (NoReply("lost", sent=True), U, []),
        (NoReply("not connected", sent=False), B, []),
    ],
)
def test_what_the_reply_to_a_category_cancel_means(
    reply: Reply, verdict: Verdict, failed: list[str]
) -> None:
    ack, _ = cancel(Scope(category="SPOT"), reply)
    assert ack.verdict is verdict
    assert [failure.order_id for failure in ack.failures] == failed


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (rest(400, "22001"), A),
        (rest(400, "40014"), A),
        (rest(429, "429"), B),
        (NoReply("lost", sent=True), U),
        (rest(data={"list": [item("9", "25203")]}), A),
    ],
)
def test_one_category_that_went_another_way(reply: Reply, verdict: Verdict) -> None:
    def venue(call: RestCall) -> Reply:
        if call.method == "GET":
            return NoReply("no answer within 0.3 s", sent=True)
        return reply if "MARGIN" in call.body else NO_FAILURE

    ack, _ = cancel(EVERYTHING, venue)
    assert ack.verdict is verdict


def test_a_refusal_of_one_category_leaves_the_others_to_be_asked_again() -> None:
    def venue(call: RestCall) -> Reply:
        if call.method == "GET":
            return NoReply("no answer within 0.3 s", sent=True)
        if "MARGIN" in call.body:
            return rest(400, "40014", "no permission")
        return rest(429, "429") if "SPOT" in call.body else NO_FAILURE

    ack, _ = cancel(EVERYTHING, venue)
    assert ack.verdict is B


def test_a_category_that_is_refused_in_cancel_and_list_is_no_part_of_the_outcome() -> None:
    venue = Closed("MARGIN")
    ack, sent = cancel(EVERYTHING, venue)
    assert (ack.verdict, ack.code, ack.text) == (A, "", "")
    assert [len(batch) for batch in sent] == [5, 1], "its list decides"
    assert venue.asked == [(False, "MARGIN")]


def test_a_category_that_the_last_list_refused_is_still_cancelled_and_not_asked_for() -> None:
    venue = Closed("MARGIN")
    refused = (("MARGIN", "40014 no permission"),)
    readable = tuple(category for category in CATEGORIES if category != "MARGIN")
    known = Book(readable, (OpenOrder("SPOT", "1", "BTCUSDT"),), 1, refused=refused)
    ack, sent = cancel(EVERYTHING, venue, known)
    sent_for = [json.loads(call.body)["category"] for call in sent[0] if call.method == "POST"]
    assert sent_for == ["SPOT", "MARGIN"]
    assert (False, "MARGIN") not in venue.asked
    assert (ack.verdict, ack.code) == (A, "")


def test_nothing_open_beside_a_refused_category_is_no_refusal() -> None:
    refused = (("MARGIN", "40014 no permission"),)
    readable = tuple(category for category in CATEGORIES if category != "MARGIN")

    def venue(call: RestCall) -> Reply:
        if call.method == "GET":
            return rest(data={"list": None, "cursor": None})
        return rest(400, "40014", "no permission")

    ack, _ = cancel(EVERYTHING, venue, Book(readable, (), 1, refused=refused))
    assert (ack.verdict, ack.code, ack.spared) == (N, "", readable)


def test_where_every_category_is_refused_so_is_the_cancel() -> None:
    ack, _ = cancel(EVERYTHING, Closed(*CATEGORIES))
    assert (ack.verdict, ack.code) == (R, "40014")
    ack, _ = cancel(Scope(category="SPOT"), Closed("SPOT"))
    assert (ack.verdict, ack.code) == (R, "40014")


def test_a_refusal_of_one_category_is_told_while_the_book_is_read() -> None:
    refused = rest(400, "40014", "no permission")
    ack, _ = cancel(EVERYTHING, lambda call: refused if "MARGIN" in call.body else NO_FAILURE)
    assert (ack.verdict, ack.code, ack.text) == (A, "40014", "no permission (MARGIN)")
    ack, _ = cancel(EVERYTHING, refused)
    assert (ack.verdict, ack.code, ack.text) == (R, "40014", "no permission")


@pytest.mark.parametrize(("other", "verdict"), [(rest(429, "429"), B), (None, A)])
def test_a_refused_batch_does_not_decide_for_the_others(
    other: Reply | None, verdict: Verdict
) -> None:
    def venue(call: RestCall) -> Reply:
        if "USDT-FUTURES" in call.body:
            return rest(400, "40014", "no permission")
        return other or batch_reply(call)

    chosen = orders("SPOT", 3) + orders("USDT-FUTURES", 3, first=5000)
    assert cancel(Scope(orders=chosen), venue)[0].verdict is verdict


def test_nothing_anywhere_is_nothing() -> None:
    assert cancel(EVERYTHING, rest(400, "22001"))[0].verdict is N


# --- chosen orders ---


def orders(kind: str, count: int, first: int = 1000) -> tuple[OpenOrder, ...]:
    return tuple(OpenOrder(kind, str(first + i), "BTCUSDT") for i in range(count))


def batch_reply(call: RestCall, codes: dict[str, str] | None = None) -> Reply:
    if call.path.endswith("cancel-strategy-order"):
        return rest(data=None)
    asked = [entry["orderId"] for entry in json.loads(call.body)]
    return rest(
        data=[
            {"orderId": i, "clientOid": ""}
            | ({"code": codes[i], "msg": "words"} if codes and i in codes else {})
            for i in asked
        ]
    )


def test_chosen_orders_go_by_twenties_of_one_category() -> None:
    chosen = orders("SPOT", 45) + orders("USDT-FUTURES", 3, first=5000)
    ack, sent = cancel(Scope(orders=chosen), batch_reply)
    assert ack == Ack(A)
    (calls,) = sent
    assert {call.path for call in calls} == {"/api/v3/trade/cancel-batch"}
    batches = [json.loads(call.body) for call in calls]
    assert [len(batch) for batch in batches] == [20, 20, 5, 3]
    assert [{entry["category"] for entry in batch} for batch in batches] == [
        {"SPOT"},
        {"SPOT"},
        {"SPOT"},
        {"USDT-FUTURES"},
    ]
    assert batches[0][0] == {"orderId": "1000", "category": "SPOT", "symbol": "BTCUSDT"}
    assert " " not in calls[0].body


def test_chosen_strategy_orders_go_one_a_call() -> None:
    ack, sent = cancel(Scope(orders=orders("strategy", 2)), batch_reply)
    assert ack == Ack(A)
    assert sent == [
        tuple(
            RestCall("POST", "/api/v3/trade/cancel-strategy-order", body=f'{{"orderId":"{i}"}}')
            for i in ("1000", "1001")
        )
    ]


@pytest.mark.parametrize(
    ("codes", "verdict", "failed"),
    [
        ({}, A, []),
        ({"1001": "25204"}, A, []),
        ({"1000": "25204", "1001": "24056"}, N, []),
        ({"1001": "25203"}, U, ["1001"]),
        ({"1001": "40014"}, A, ["1001"]),
        ({"1000": "40014", "1001": "40014"}, R, ["1000", "1001"]),
        ({"1001": "429"}, B, ["1001"]),
    ],
)
def test_chosen_orders_in_part(codes: dict[str, str], verdict: Verdict, failed: list[str]) -> None:
    ack, _ = cancel(Scope(orders=orders("SPOT", 2)), lambda call: batch_reply(call, codes))
    assert ack.verdict is verdict
    assert [failure.order_id for failure in ack.failures] == failed


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (rest(429, "429"), B),
        (rest(400, "40014"), R),
        (rest(400, "40725"), U),
        (RestReply(502, b"<html>"), U),
        (NoReply("lost", sent=True), U),
        (NoReply("not connected", sent=False), B),
    ],
)
def test_a_batch_that_failed_as_a_whole_says_nothing_of_its_orders(
    reply: Reply, verdict: Verdict
) -> None:
    ack, _ = cancel(Scope(orders=orders("SPOT", 3)), reply)
    assert (ack.verdict, ack.failures) == (verdict, ())


@pytest.mark.parametrize("code", ["40084", "40085"])
@pytest.mark.parametrize(
    "scope", [EVERYTHING, Scope(orders=orders("SPOT", 1)), Scope(orders=orders("SPOT", 3))]
)
def test_the_wrong_account_mode_is_told_apart_from_other_refusals(code: str, scope: Scope) -> None:
    ack, _ = cancel(scope, rest(400, code, "words"))
    assert (ack.verdict, ack.code, ack.wrong_account) == (R, code, True)
    other, _ = cancel(scope, rest(400, "40014"))
    assert (other.verdict, other.wrong_account) == (R, False)


def test_an_order_the_answer_does_not_name_is_in_doubt() -> None:
    ack, _ = cancel(Scope(orders=orders("SPOT", 2)), rest(data=[{"orderId": "1000"}]))
    assert ack.verdict is U
    assert [failure.order_id for failure in ack.failures] == ["1001"]


# --- the book ---


def row(order_id: str, **more: str) -> dict[str, object]:
    return {
        "orderId": order_id,
        "category": "SPOT",
        "symbol": "BTCUSDT",
        "side": "buy",
        "price": "45000",
        "qty": "0.010",
        "orderStatus": "live",
        "createdTime": "1730186725663",
        **more,
    }


STRATEGY_ROW = {
    "orderId": "111111111111111111",
    "category": "USDT-FUTURES",
    "symbol": "BTCUSDT",
    "qty": "0.01",
    "posSide": "long",
    "status": "pending",
    "takeProfit": "110000",
    "stopLoss": "90000",
    "triggerPrice": "",
    "createdTime": "1730186725663",
}


def read(venue: Venue | Reply, *kinds: str) -> tuple[Book, list[tuple[RestCall, ...]]]:
    return drive(BITGET_ACCOUNT.read_book(PROFILE, kinds), venue)


def paged(
    rows: dict[str, list[dict[str, object]]], last_cursor: str | None = "7"
) -> Callable[[RestCall], Reply]:
    """A venue whose cursor is the last order id, and stays set on the last page."""

    def answer(call: RestCall) -> Reply:
        query = dict(call.query)
        if "strategy" in call.path:
            return rest(data=[])
        found = rows.get(query["category"], [])
        start = 0
        if "cursor" in query:
            start = 1 + [r["orderId"] for r in found].index(query["cursor"])
        page = found[start : start + int(query["limit"])]
        return rest(data={"list": page or None, "cursor": page[-1]["orderId"] if page else None})

    return answer


def test_the_book_of_all_kinds_is_asked_for_in_one_batch() -> None:
    def answer(call: RestCall) -> Reply:
        query = dict(call.query)
        if "strategy" in call.path:
            return rest(data=[STRATEGY_ROW] if query == {"category": "USDT-FUTURES"} else None)
        return rest(data={"list": [row("1")] if query["category"] == "SPOT" else None})

    book, sent = read(answer, *CATEGORIES, "strategy")
    assert len(sent) == 1
    assert [(call.path.rsplit("/", 1)[1], dict(call.query)) for call in sent[0]] == [
        *[("unfilled-orders", {"category": c, "limit": "100"}) for c in CATEGORIES],
        *[("unfilled-strategy-orders", {"category": c}) for c in CATEGORIES],
    ]
    assert book == Book(
        (*CATEGORIES, "strategy"),
        (
            OpenOrder("SPOT", "1", "BTCUSDT", "buy", "", "45000", "0.010", 1730186725663),
            OpenOrder(
                "strategy",
                "111111111111111111",
                "BTCUSDT",
                "long",
                "",
                "110000 / 90000",
                "0.01",
                1730186725663,
            ),
        ),
        0,
    )


@pytest.mark.parametrize(
    ("count", "requests"), [(0, 1), (1, 1), (99, 1), (100, 2), (101, 2), (200, 3), (400, 5)]
)
def test_all_pages_are_read(count: int, requests: int) -> None:
    book, sent = read(paged({"SPOT": [row(str(i)) for i in range(count)]}), "SPOT")
    assert (book.count(), len(sent)) == (count, requests)


def test_only_the_lists_that_go_on_are_asked_again() -> None:
    venue = paged({"SPOT": [row(str(i)) for i in range(150)]})
    book, sent = read(venue, *CATEGORIES)
    assert [len(batch) for batch in sent] == [5, 1]
    assert dict(sent[1][0].query) == {"category": "SPOT", "cursor": "99", "limit": "100"}
    assert (book.kinds, book.count()) == (CATEGORIES, 150)


@pytest.mark.parametrize(
    "data",
    [
        {"list": None, "cursor": None},
        {"list": [], "cursor": ""},
        {"list": [], "cursor": "123"},
        {"list": None},
    ],
)
def test_an_empty_list_has_many_faces(data: dict[str, object]) -> None:
    book, sent = read(rest(data=data), "SPOT")
    assert (book.kinds, book.orders, len(sent)) == (("SPOT",), (), 1)


def test_a_full_last_page_under_the_same_cursor_ends_the_list() -> None:
    page = rest(data={"list": [row(str(i)) for i in range(100)], "cursor": "99"})
    book, sent = read(page, "SPOT")
    assert (book.count(), len(sent)) == (100, 2)


def test_a_cursor_that_stands_still_while_orders_go_on_is_no_book() -> None:
    numbers = iter(range(10_000))

    def answer(call: RestCall) -> Reply:
        return rest(data={"list": [row(str(next(numbers))) for _ in range(100)], "cursor": "9"})

    with pytest.raises(VenueError):
        read(answer, "SPOT")
    assert next(numbers) == 200, "given up at the second page"


def test_a_list_without_end_is_given_up() -> None:
    numbers = iter(range(1_000_000))

    def answer(call: RestCall) -> Reply:
        rows = [row(str(next(numbers))) for _ in range(100)]
        return rest(data={"list": rows, "cursor": rows[-1]["orderId"]})

    with pytest.raises(VenueError):
        read(answer, "SPOT")


def test_a_cursor_that_cannot_be_signed_is_no_book() -> None:
    page = rest(data={"list": [row(str(i)) for i in range(100)], "cursor": "a b&c=ü"})
    with pytest.raises(VenueError):
        read(page, "SPOT")


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (rest(data=None), U),
        (rest(), U),
        (rest(data={}), U),
        (rest(data={"list": "x"}), U),
        (rest(data={"list": [1]}), U),
        (rest(data={"list": [{"symbol": "BTCUSDT"}]}), U),
        (rest(400, "22001"), U),
        *[(rest(400, code), R) for code in KEY_CODES.split()],
        (rest(429, "429"), B),
        (rest(502, data={"list": None}), U),
        (RestReply(502, b"<html>"), U),
        (NoReply("lost", sent=True), U),
    ],
)
def test_a_list_that_cannot_be_read_whole_is_no_book(reply: Reply, verdict: Verdict) -> None:
    with pytest.raises(VenueError) as caught:
        read(
            lambda call: reply if "MARGIN" in dict(call.query).values() else paged({})(call),
            *CATEGORIES,
        )
    assert caught.value.verdict is verdict


class Closed:
    """A venue that refuses categories to the key, as a whole or their strategy orders alone. Of the
    others each list has one order."""

    def __init__(self, *whole: str, strategy: tuple[str, ...] = (), code: str = "40014") -> None:
        self.whole = whole
        self.strategy = strategy
        self.code = code
        self.asked: list[tuple[bool, str]] = []

    def __call__(self, call: RestCall) -> Reply:
        if call.method == "POST":
            category = json.loads(call.body)["category"]
            return self._refusal() if category in self.whole else NO_FAILURE
        category, strategy = dict(call.query)["category"], "strategy" in call.path
        self.asked.append((strategy, category))
        if category in self.whole or (strategy and category in self.strategy):
            return self._refusal()
        if strategy:
            return rest(data=[STRATEGY_ROW | {"orderId": f"s-{category}"}])
        return rest(data={"list": [row(category)], "cursor": ""})

    def _refusal(self) -> Reply:
        return rest(400, self.code, "no permission")


@pytest.mark.parametrize("code", PRODUCT_CODES.split())
def test_a_refused_category_is_named_and_takes_no_other_down(code: str) -> None:
    book, _ = read(Closed("MARGIN", code=code), *CATEGORIES)
    assert book.kinds == tuple(category for category in CATEGORIES if category != "MARGIN")
    assert book.refused == (("MARGIN", f"{code} no permission"),)
    assert {order.order_id for order in book.orders} == {*CATEGORIES} - {"MARGIN"}


def test_where_every_category_is_refused_each_is_named() -> None:
    book, _ = read(Closed(*CATEGORIES), *CATEGORIES, "strategy")
    assert (book.kinds, book.orders) == ((), ())
    assert [kind for kind, _ in book.refused] == [*CATEGORIES, "strategy"]


@pytest.mark.parametrize("kinds", [("strategy",), (*CATEGORIES, "strategy")])
def test_a_refused_category_is_named_once_with_its_strategy_orders(kinds: tuple[str, ...]) -> None:
    venue = Closed("SPOT")
    book, sent = read(venue, *kinds)
    assert book.refused == (("SPOT", "40014 no permission"),)
    assert "strategy" in book.kinds
    assert book.count(["strategy"]) == 4, "those of the other categories"
    assert venue.asked.count((False, "SPOT")) == 1, "whether all of the category is refused"
    assert len(sent) == (2 if kinds == ("strategy",) else 1)


@pytest.mark.parametrize(
    ("strategy", "words"),
    [
        (("COIN-FUTURES",), "40014 no permission (COIN-FUTURES)"),
        (("SPOT", "MARGIN"), "40014 no permission (SPOT, MARGIN)"),
        (CATEGORIES, "40014 no permission"),
    ],
)
def test_strategy_orders_that_may_not_be_read_are_not_known_and_nothing_else_is_lost(
    strategy: tuple[str, ...], words: str
) -> None:
    for kinds in (("strategy",), (*CATEGORIES, "strategy")):
        book, _ = read(Closed(strategy=strategy), *kinds)
        assert book.kinds == kinds[:-1]
        assert book.refused == (("strategy", words),)
        assert book.count() == len(kinds) - 1


@pytest.mark.parametrize("code", ["40017", "400171", "400172", "40019", "40020"])
def test_spot_and_margin_have_no_strategy_orders_where_the_venue_knows_none(code: str) -> None:
    book, _ = read(Closed(strategy=("SPOT", "MARGIN"), code=code), "strategy")
    assert (book.kinds, book.refused, book.count()) == (("strategy",), (), 3)
    book, _ = read(Closed(strategy=("USDC-FUTURES",), code=code), "strategy")
    assert book.refused == (("strategy", f"{code} no permission (USDC-FUTURES)"),)


def test_a_category_that_the_account_does_not_have_is_asked_for_nothing() -> None:
    account = Bitget(Account("a", "bitget", BITGET.rest_url, absent=("MARGIN",)))
    venue = Closed("MARGIN")
    book, _ = drive(account.read_book(PROFILE, ("SPOT", "strategy")), venue)
    assert (book.kinds, book.refused, book.count()) == (("SPOT", "strategy"), (), 5)
    assert "MARGIN" not in {category for _, category in venue.asked}
    exchange = account.cancel(PROFILE, STRATEGY_ORDERS, EVERYTHING, None, "rest")
    _, sent = drive(exchange, StrategyVenue(0))
    asked = [dict(call.query)["category"] for call in sent[0]]
    assert asked == [category for category in CATEGORIES if category != "MARGIN"]
    nowhere = Bitget(Account("a", "bitget", BITGET.rest_url, absent=CATEGORIES))
    book, sent = drive(nowhere.read_book(PROFILE, ("strategy",)), venue)
    assert (book.kinds, book.count(), sent) == (("strategy",), 0, [])


def test_a_strategy_list_is_not_known_where_the_venue_does_not_say_why() -> None:
    def answer(call: RestCall) -> Reply:
        lost = "strategy" not in call.path
        return NoReply("lost", sent=True) if lost else rest(400, "40014", "no permission")

    with pytest.raises(VenueError):
        read(answer, "strategy")


def test_strategy_orders_that_failed_to_be_read_are_no_book() -> None:
    def answer(call: RestCall) -> Reply:
        return NoReply("lost", sent=True) if "strategy" in call.path else paged({})(call)

    with pytest.raises(VenueError):
        read(answer, "SPOT", "strategy")


def test_strategy_orders_count_once_and_only_while_they_wait() -> None:
    rows = [
        STRATEGY_ROW,
        STRATEGY_ROW | {"orderId": "2", "status": "cancelled"},
        STRATEGY_ROW | {"orderId": "3", "status": "submitting", "triggerPrice": "100000"},
    ]
    for data in (rows, {"list": rows, "cursor": "3"}):
        book, sent = read(rest(data=data), "strategy")
        assert [order.order_id for order in book.orders] == ["111111111111111111", "3"]
        assert len(sent) == 1


# --- strategy orders, where the settings ask for them ---

WITH_STRATEGY = Bitget(Account("a", "bitget", BITGET.rest_url, extras=("strategy",)))


class StrategyVenue:
    """Rests strategy orders, in spot and in futures, and cancels them one a call."""

    def __init__(self, count: int) -> None:
        self.rows = {str(9000 + i): STRATEGY_ROW | {"orderId": str(9000 + i)} for i in range(count)}
        self.codes: dict[str, str] = {}

    def __call__(self, call: RestCall) -> Reply:
        if call.method == "GET":
            if "strategy" not in call.path:
                return rest(data={"list": None, "cursor": None})
            half = {"SPOT": 0, "USDT-FUTURES": 1}.get(dict(call.query)["category"])
            return rest(data=[r for i, r in self.rows.items() if int(i) % 2 == half])
        assert call.path == "/api/v3/trade/cancel-strategy-order"
        order_id = json.loads(call.body)["orderId"]
        if order_id in self.codes:
            return rest(400, self.codes[order_id], "words")
        del self.rows[order_id]
        return rest(data=None)


def cancel_strategy(
    venue: Venue | Reply, scope: Scope = EVERYTHING, book: Book | None = None
) -> tuple[Ack, list[tuple[RestCall, ...]]]:
    return drive(WITH_STRATEGY.cancel(PROFILE, STRATEGY_ORDERS, scope, book, "rest"), venue)


def test_strategy_orders_have_an_action_only_where_the_settings_ask_for_it() -> None:
    assert [extra.id for extra in BITGET.extras] == ["strategy"]
    assert WITH_STRATEGY.actions(PROFILE) == (ORDERS, STRATEGY_ORDERS)
    assert (STRATEGY_ORDERS.key, STRATEGY_ORDERS.kinds) == (None, ("strategy",))
    assert [kind.id for kind in WITH_STRATEGY.kinds(PROFILE)] == [kind.id for kind in KINDS]


@pytest.mark.parametrize("count", [1, 9, 120])
def test_strategy_orders_are_listed_and_cancelled_one_by_one(count: int) -> None:
    venue = StrategyVenue(count)
    ack, sent = cancel_strategy(venue)
    assert (ack, venue.rows) == (Ack(A), {})
    assert [len(batch) for batch in sent] == [5, count]


def test_known_strategy_orders_go_at_once_and_the_others_after_the_list() -> None:
    venue = StrategyVenue(3)
    known = Book(("strategy",), (OpenOrder("strategy", "9000", "BTCUSDT"),), 1)
    ack, sent = cancel_strategy(venue, book=known)
    assert (ack.verdict, venue.rows) == (A, {})
    posts = [[call.method for call in batch].count("POST") for batch in sent]
    assert posts == [1, 2]


def test_known_strategy_orders_wait_for_no_list() -> None:
    venue = StrategyVenue(3)
    known = Book(("strategy",), (OpenOrder("strategy", "9000", "BTCUSDT"),), 1)

    def silent(call: RestCall) -> Reply:
        return venue(call) if call.method == "POST" else NoReply("no answer", sent=True)

    ack, _ = cancel_strategy(silent, book=known)
    assert (ack.verdict, list(venue.rows)) == (U, ["9001", "9002"])
    assert "strategy orders could not be listed" in ack.text


def test_strategy_orders_that_are_not_done_are_listed_and_sent_again() -> None:
    venue = StrategyVenue(25)
    venue.codes = {f"90{n:02}": "429" for n in range(10, 25)}
    ack, sent = cancel_strategy(venue)
    assert (ack.verdict, len(venue.rows)) == (B, 15)
    assert [len(batch) for batch in sent] == [5, 25]
    venue.codes.clear()
    ack, sent = cancel_strategy(venue)
    assert (ack.verdict, venue.rows) == (A, {})
    assert [len(batch) for batch in sent] == [5, 15]


def test_a_strategy_order_that_is_not_taken_is_a_failure_of_its_own() -> None:
    venue = StrategyVenue(3)
    venue.codes = {"9000": "40014", "9001": "25204"}
    ack, _ = cancel_strategy(venue)
    assert (ack.verdict, [f.order_id for f in ack.failures]) == (A, ["9000"])


def test_a_cancel_of_strategy_orders_keeps_to_its_scope() -> None:
    venue = StrategyVenue(3)
    venue.rows["9001"]["symbol"] = "ETHUSDT"
    ack, _ = cancel_strategy(venue, Scope(contract="ethusdt"))
    assert (ack.verdict, list(venue.rows)) == (A, ["9000", "9002"])
    for scope in (Scope(direction="buy"), Scope(offset="open"), Scope(category="USDT-FUTURES")):
        ack, sent = cancel_strategy(venue, scope)
        assert (ack.verdict, sent) == (R, [])
    ack, sent = cancel_strategy(venue, Scope(orders=orders("strategy", 1, first=9002)))
    assert (ack.verdict, list(venue.rows)) == (A, ["9000"])
    assert len(sent) == 1, "the chosen are known: no list is read before"


@pytest.mark.parametrize(
    ("reply", "verdict", "wrong_account"),
    [
        (rest(400, "40084"), R, True),
        (rest(400, "40014"), R, False),
        (rest(429, "429"), B, False),
        (RestReply(502, b"<html>"), U, False),
        (rest(data=[]), N, False),
    ],
)
def test_what_an_unlisted_strategy_cancel_means(
    reply: Reply, verdict: Verdict, wrong_account: bool
) -> None:
    ack, sent = cancel_strategy(reply)
    assert (ack.verdict, ack.wrong_account) == (verdict, wrong_account)
    # Whether a category is refused as a whole is asked where its strategy orders are.
    assert len(sent) == (2 if ack.code == "40014" else 1)


def test_strategy_orders_of_open_categories_go_where_another_is_refused() -> None:
    venue = StrategyVenue(4)

    def closed(call: RestCall) -> Reply:
        spot = call.method == "GET" and dict(call.query)["category"] == "SPOT"
        return rest(400, "40014", "no permission") if spot else venue(call)

    ack, _ = cancel_strategy(closed)
    assert (ack, list(venue.rows)) == (Ack(A), ["9000", "9002"])


def test_strategy_orders_that_are_refused_in_one_category_alone_are_told() -> None:
    venue = StrategyVenue(4)

    def closed(call: RestCall) -> Reply:
        spot = "unfilled-strategy" in call.path and dict(call.query)["category"] == "SPOT"
        return rest(400, "40014", "no permission") if spot else venue(call)

    ack, _ = cancel_strategy(closed)
    assert (ack.verdict, ack.code, ack.text) == (A, "40014", "no permission (SPOT)")
    assert list(venue.rows) == ["9000", "9002"]


# --- the key, the clock, facts ---


@pytest.mark.parametrize(
    ("perm_type", "permissions", "can_trade", "can_withdraw"),
    [
        ("read-and-write", ["uta_mgt", "uta_trade"], True, False),
        ("read-and-write", ["uta_trade", "withdraw"], True, True),
        ("read-only", ["uta_trade"], False, False),
        ("read_only", ["uta_trade"], False, False),
        ("read-and-write", ["uta_mgt"], False, False),
        ("read-and-write", [], False, False),
    ],
)
def test_what_the_key_may_do(
    perm_type: str, permissions: list[str], can_trade: bool, can_withdraw: bool
) -> None:
    reply = rest(data={"userId": "1", "permType": perm_type, "permissions": permissions})
    profile, sent = drive(BITGET_ACCOUNT.probe(), reply)
    assert sent == [(RestCall("GET", "/api/v3/account/info"),)]
    assert profile == Profile(can_trade=can_trade, can_withdraw=can_withdraw)


def test_a_venue_that_does_not_say_leaves_it_open() -> None:
    profile, _ = drive(BITGET_ACCOUNT.probe(), rest(data={"permissions": None}))
    assert (profile.can_trade, profile.can_withdraw) == (None, None)
    assert profile.warnings


def test_a_classic_account_is_refused() -> None:
    with pytest.raises(VenueError, match="Classic Account mode") as caught:
        drive(BITGET_ACCOUNT.probe(), rest(400, "40084", "You are in Classic Account mode"))
    assert (caught.value.verdict, caught.value.code) == (R, "40084")


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        (rest(400, "40006"), R),
        (rest(400, "40018", "Invalid IP"), R),
        (rest(400, "40008"), B),
        (rest(429, "429"), B),
        (RestReply(502, b"<html>"), U),
        (NoReply("lost", sent=True), U),
    ],
)
def test_a_refused_key_and_a_failed_question_are_errors(reply: Reply, verdict: Verdict) -> None:
    with pytest.raises(VenueError) as caught:
        drive(BITGET_ACCOUNT.probe(), reply)
    assert caught.value.verdict is verdict


def test_the_venues_clock() -> None:
    reply = rest(data={"serverTime": "1688008631614"})
    now_ms, sent = drive(BITGET_ACCOUNT.venue_time(), reply)
    assert now_ms == 1688008631614
    assert sent == [(RestCall("GET", "/api/v2/public/time", signed=False),)]


@pytest.mark.parametrize("reply", [rest(data={}), rest(data=None), rest(500), RestReply(200, b"")])
def test_a_clock_that_does_not_tell_is_an_error(reply: Reply) -> None:
    with pytest.raises(VenueError):
        drive(BITGET_ACCOUNT.venue_time(), reply)


def test_facts() -> None:
    assert BITGET_ACCOUNT.kinds(PROFILE) == KINDS
    assert [kind.id for kind in KINDS] == [*CATEGORIES, "strategy"]
    (action,) = BITGET_ACCOUNT.actions(PROFILE)
    assert (action.id, action.kinds, action.routes) == ("orders", CATEGORIES, ("rest",))
    assert "strategy" in action.leaves
    assert BITGET.passphrase
    assert BITGET.demo_trading


# --- whatever comes ---

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
CODES = st.sampled_from(["00000", "22001", "429", 429, "40014", "", None])
ROW = st.fixed_dictionaries({}, optional=dict.fromkeys(("orderId", "code", "msg"), CODES | JSON))
DATA = (
    st.lists(ROW, max_size=3)
    | st.fixed_dictionaries(
        {}, optional={"list": st.lists(ROW, max_size=3) | JSON, "cursor": CODES | JSON}
    )
    | st.just("success")
    | JSON
)
ENVELOPE = st.fixed_dictionaries(
    {}, optional={"code": CODES | JSON, "msg": JSON, "data": DATA, "requestTime": JSON}
)


@given(st.integers(100, 599), ENVELOPE | JSON)
def test_no_reply_raises_anything_but_a_venue_error(status: int, body: object) -> None:
    reply = RestReply(status, json.dumps(body).encode())
    assert isinstance(category_ack(reply), Ack)
    assert isinstance(batch_outcome(reply, ["1", "2"]), list | Ack)
    assert isinstance(strategy_outcome(reply, ["1"]), list | Ack)
    if timer_ack(reply).verdict is A:
        assert isinstance(body, dict)
        assert (body["code"], body["data"]) == ("00000", "success")
        assert 200 <= status < 300
    for exchange in (
        BITGET_ACCOUNT.read_book(PROFILE, (*CATEGORIES, "strategy")),
        BITGET_ACCOUNT.probe(),
        BITGET_ACCOUNT.venue_time(),
    ):
        try:
            drive(exchange, reply)
        except VenueError as error:
            assert error.verdict in (R, B, U)
