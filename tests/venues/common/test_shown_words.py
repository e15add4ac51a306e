"""What a trader reads of an answer: the venue's own code and text, ours only where it sent none.

What an answer means is tested beside; here it is what is said of it.
"""

from __future__ import annotations

import gzip
import json

import pytest

from tui.core.actions import Ack, OrderFailure, Verdict
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import NoReply, Reply, RestReply
from tui.venues.bitget import replies as bitget_replies
from tui.venues.common.acks import OrderResult, orders_ack, requests_ack
from tui.venues.common.parsing import (
    NOT_NAMED,
    NotReadable,
    answer_of,
    parse_object,
    read_error,
    text_of,
    unpack_gzip,
)
from tui.venues.htx import replies as htx_replies
from tui.venues.okx import replies as okx_replies

U, A, N, R, B = (
    Verdict.UNKNOWN,
    Verdict.ACCEPTED,
    Verdict.NOTHING,
    Verdict.REFUSED,
    Verdict.BUSY,
)


def rest(message: object, status: int = 200) -> RestReply:
    return RestReply(status, json.dumps(message).encode())


def told(error: VenueError) -> tuple[Verdict, str, str, float]:
    return error.verdict, error.code, error.text, error.retry_after_s


# --- OKX ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "code", "text"),
    [
        ({"code": "51000", "msg": "Parameter sprdId error"}, "51000", "Parameter sprdId error"),
        ({"code": "51000"}, "51000", ""),
        # A row's own reason is the real one; the venue's text of the whole stands in for its own.
        (
            {"code": "1", "msg": "failed", "data": [{"sCode": "51400", "sMsg": "does not exist"}]},
            "51400",
            "does not exist",
        ),
        ({"code": "1", "msg": "failed", "data": [{"sCode": "51400"}]}, "51400", "failed"),
        ({"code": "1", "msg": "failed", "data": [{"sCode": "0"}]}, "1", "failed"),
        ({"code": "1", "msg": "failed", "data": [{"sCode": "0"}, {"sCode": "9", "sMsg": "x"}]},
         "9", "x"),
    ],
)  # fmt: skip
def test_okx_a_refusal_in_the_venue_s_words(message: object, code: str, text: str) -> None:
    envelope = okx_replies.read_envelope(rest(message))
    assert envelope.ok is False
    assert (envelope.code, envelope.text) == (code, text)
    assert (envelope.ack.code, envelope.ack.text) == (code, text)
    assert envelope.ack.retry_after_s == okx_replies.RETRY_S


@pytest.mark.parametrize("status", [199, 300, 302, 500])
def test_okx_a_success_inside_an_http_error_is_none(status: int) -> None:
    row = {"ts": "1"}
    envelope = okx_replies.read_envelope(rest({"code": "0", "data": [row]}, status))
    assert envelope == okx_replies.Envelope(
        False, f"HTTP {status}", "success inside an HTTP error", [row]
    )
    assert okx_replies.read_envelope(rest({"code": "0", "data": [row]}, 299)).ok


def test_okx_what_is_said_where_the_venue_says_nothing() -> None:
    with pytest.raises(VenueError) as none:
        okx_replies.read_envelope(rest({"msg": "hello"}, 502))
    assert told(none.value) == (U, "HTTP 502", "an answer without a code", 1.0)
    with pytest.raises(VenueError) as no_list:
        okx_replies.rows_of(rest({"code": "0", "data": {"a": 1}}))
    assert told(no_list.value) == (U, "", "a list was promised and did not come", 1.0)
    ack = okx_replies.mass_cancel_ack(rest({"code": "0", "data": [{"result": False}]}))
    assert ack == Ack(U, "0", "accepted, but not with result true")


def test_okx_each_chosen_order_has_its_own_words() -> None:
    rows = [
        {"ordId": "1", "sCode": "0", "sMsg": ""},
        {"ordId": "2", "sCode": "51402", "sMsg": "completed"},
        {"ordId": "3", "sCode": "50011", "sMsg": "Too Many Requests"},
    ]
    found = okx_replies.chosen_outcome(
        rest({"code": "2", "msg": "part", "data": rows}), "ordId", ["1", "2", "3", "4"]
    )
    assert found == [
        OrderResult("1", A, "0", ""),
        OrderResult("2", N, "51402", "completed", filled=True),
        OrderResult("3", B, "50011", "Too Many Requests"),
        OrderResult("4", U, "", NOT_NAMED),
    ]


# --- Bitget ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"msg": "slow down"}'])
def test_bitget_too_many_requests_need_no_envelope(body: bytes) -> None:
    with pytest.raises(VenueError) as limited:
        bitget_replies.read_envelope(RestReply(429, body))
    assert told(limited.value) == (B, "429", "too many requests", bitget_replies.RETRY_S)


def test_bitget_a_refusal_in_the_venue_s_words() -> None:
    said = {"code": "40017", "msg": "Parameter verification failed", "requestTime": "17"}
    envelope = bitget_replies.read_envelope(rest(said, 400))
    assert envelope.ok is False
    assert envelope.ack == Ack(
        R,
        "40017",
        "Parameter verification failed",
        retry_after_s=bitget_replies.RETRY_S,
        server_ms=17,
    )
    with pytest.raises(VenueError) as none:
        bitget_replies.read_envelope(rest({"msg": "hello"}, 502))
    assert told(none.value) == (U, "HTTP 502", "an answer without a code", 1.0)


@pytest.mark.parametrize("status", [199, 300, 500])
def test_bitget_a_success_inside_an_http_error_is_none(status: int) -> None:
    said = {"code": "00000", "msg": "success", "requestTime": 17, "data": "success"}
    assert bitget_replies.read_envelope(rest(said, status)) == bitget_replies.Envelope(
        False, f"HTTP {status}", "success inside an HTTP error", "success", 17
    )
    assert bitget_replies.timer_ack(rest(said, 299)) == Ack(A, server_ms=17)


def test_bitget_a_classic_account_is_told_in_the_venues_own_words() -> None:
    envelope = bitget_replies.read_envelope(rest({"code": "40084", "msg": "not open"}, 400))
    assert envelope.text == "not open"
    assert envelope.ack.wrong_account


def test_bitget_each_order_of_a_category_has_its_own_words() -> None:
    listed = [
        {"orderId": "1"},
        {"orderId": "2", "code": "0"},
        {"orderId": "3", "code": "00000"},
        {"orderId": "4", "code": "24056", "msg": "notExisted"},
        {"orderId": "5", "code": "40015", "msg": "system abnormal"},
    ]
    answered = ["1", "2", "6", "3", "4", "5"]
    said = {"code": "00000", "requestTime": 17, "data": {"list": listed}}
    assert bitget_replies.category_ack(rest(said)) == Ack(
        A, failures=(OrderFailure("5", "40015", "system abnormal"),), server_ms=17
    )
    assert bitget_replies.batch_outcome(rest({**said, "data": listed}), answered) == [
        OrderResult("1", A),
        OrderResult("2", A, "0"),
        OrderResult("6", U, "", NOT_NAMED),
        OrderResult("3", A, "00000"),
        OrderResult("4", N, "24056", "notExisted"),
        OrderResult("5", U, "40015", "system abnormal"),
    ]
    assert bitget_replies.strategy_outcome(rest(said), ["9"]) == [OrderResult("9", A)]


def test_bitget_a_timer_has_nothing_that_is_not_there() -> None:
    """ "No order to cancel" is no answer to a countdown: it may run, or not."""
    said = {"code": "22001", "msg": "No order to cancel", "requestTime": 17}
    assert bitget_replies.timer_ack(rest(said, 400)) == Ack(
        U, "22001", "No order to cancel", server_ms=17
    )


# --- HTX ------------------------------------------------------------------------------------------


def test_htx_a_request_that_never_left_and_one_without_an_answer() -> None:
    assert htx_replies.read_ack(NoReply("not connected", sent=False)) == Ack(
        B, text="not sent: not connected"
    )
    assert htx_replies.read_ack(NoReply("no answer within 1.5 s", sent=True)) == Ack(
        U, text="no answer within 1.5 s"
    )


@pytest.mark.parametrize("status", [199, 300, 500])
def test_htx_a_success_inside_an_http_error_is_none(status: int) -> None:
    ack = htx_replies.read_ack(rest({"status": "ok", "data": {}, "ts": 17}, status))
    assert ack == Ack(U, text=f"HTTP {status} around a success", server_ms=17)
    assert htx_replies.read_ack(rest({"status": "ok", "data": {}}, 299)).verdict is A


def test_htx_what_is_said_where_the_venue_says_nothing() -> None:
    ack = htx_replies.read_ack(rest({"status": "error"}, 502))
    assert ack == Ack(U, text="HTTP 502: the reply tells neither success nor a code")
    said = {"status": "error", "err_msg": "busy", "data": None}
    assert htx_replies.read_ack(rest(said)).text == "busy"


def test_htx_the_contract_stands_behind_the_venue_s_words() -> None:
    assert htx_replies.named(Ack(R, "1030", "input error"), "BTC-USDT").text == (
        "input error (BTC-USDT)"
    )
    assert htx_replies.named(Ack(R, "1030"), "BTC-USDT").text == "(BTC-USDT)"
    assert htx_replies.named(Ack(A), "BTC-USDT") == Ack(A)


def test_htx_each_unified_order_has_its_own_words() -> None:
    items = [
        {"order_id": "1", "code": 200},
        {"order_id": "2", "code": 1205, "message": "no permission"},
        {"order_id": "3", "code": 1205},
        {"order_id": "4"},
    ]
    ack = htx_replies.read_ack(rest({"code": 200, "message": "Success", "data": items}))
    assert ack.failures == (
        OrderFailure("2", "1205", "no permission"),
        OrderFailure("3", "1205", ""),
        OrderFailure("4", "", "no result for this order"),
    )


# --- reads ----------------------------------------------------------------------------------------


def test_a_refused_read_says_when_to_ask_again_and_is_never_without_words() -> None:
    assert told(read_error(Ack(B, "1032", "too many", retry_after_s=0.4))) == (
        B,
        "1032",
        "too many",
        0.4,
    )
    assert told(read_error(Ack(N, "51405"))) == (U, "51405", "not understood", 1.0)


# --- several answers together ---------------------------------------------------------------------


def test_the_words_of_the_order_that_decides_are_those_of_the_cancel() -> None:
    results = [OrderResult("1", A), OrderResult("2", U, "50026", "System error")]
    assert orders_ack(results) == Ack(
        U, "50026", "System error", (OrderFailure("2", "50026", "System error"),)
    )
    assert orders_ack([OrderResult("1", N, "51405", "gone")]) == Ack(N, "51405", "gone")


def test_a_request_that_is_to_be_sent_again_forgets_no_failure_and_no_wrong_account() -> None:
    lost = OrderFailure("7", "1030", "input error")
    refused = Ack(R, "4002", "unified account", (lost,), wrong_account=True)
    busy = Ack(B, "1032", "too many", retry_after_s=0.4)
    assert requests_ack([refused, busy]) == Ack(
        B, "1032", "too many", (lost,), retry_after_s=0.4, wrong_account=True
    )
    other = Ack(R, "1030", "input error")
    assert requests_ack([other, refused, Ack(A)]).wrong_account
    assert requests_ack([refused, Ack(A)]) == Ack(
        A, "4002", "unified account", (lost,), wrong_account=True
    )


# --- HTX ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (NoReply("nobody answers", sent=True), "nobody answers"),
        (NoReply("refused", sent=False), "not sent: refused"),
        (
            RestReply(502, b"<html>"),
            "HTTP 502: a gateway could not reach the venue",
        ),
        (rest({"status": "ok"}, 500), "HTTP 500 around a success"),
        (rest({"status": "ok"}, 300), "HTTP 300 around a success"),
    ],
)
def test_htx_no_answer_is_no_success_and_says_why(reply: Reply, text: str) -> None:
    heard = htx_replies.read_reply(reply)
    assert heard.ok is False
    assert (heard.code, heard.text) == ("", text)


def test_htx_a_success_is_one_that_orders_may_still_outlive() -> None:
    heard = htx_replies.read_reply(rest({"status": "ok"}))
    assert heard.ok is True
    assert heard.meaning.verdict is A


def test_htx_an_order_that_the_answer_passes_over_is_named() -> None:
    ack = htx_replies.read_ack(rest({"status": "ok", "data": {"successes": "1"}}), ("1", "2"))
    assert ack.text == NOT_NAMED
    assert ack.failures == (OrderFailure("2", "", NOT_NAMED),)
    assert htx_replies.read_ack(rest({"status": "ok"})).text == ""


def test_htx_a_refused_order_has_the_words_of_the_refusal() -> None:
    message = {"status": "error", "err_code": 1033, "err_msg": "mistaken"}
    ack = htx_replies.read_ack(rest(message), ("7",))
    assert ack.failures == (OrderFailure("7", "1033", "mistaken"),)
    silent = htx_replies.read_ack(rest({"status": "error", "err_code": 1033}))
    assert (silent.code, silent.text) == ("1033", "")


def test_htx_a_refused_question_says_when_to_ask_again() -> None:
    with pytest.raises(VenueError) as refused:
        htx_replies.answer(rest({"status": "error", "err_code": 4002, "err_msg": "merged"}))
    assert told(refused.value) == (R, "4002", "merged", 1.0)
    with pytest.raises(VenueError) as settling:
        htx_replies.answer(rest({"status": "error", "err_code": 1056, "err_msg": "settling"}))
    assert told(settling.value) == (B, "1056", "settling", htx_replies.SETTLEMENT_RETRY_S)


# --- what cannot be read --------------------------------------------------------------------------


def test_what_cannot_be_read_is_said_in_a_few_words() -> None:
    with pytest.raises(NotReadable, match=r"^a web page instead of an answer$"):
        parse_object(b"<html>")
    with pytest.raises(NotReadable, match=r"^an empty message$"):
        parse_object(b" \n")
    with pytest.raises(NotReadable, match=r"^not JSON$"):
        parse_object(b'{"code":')
    with pytest.raises(NotReadable, match=r"^not gzip: Error .+"):
        unpack_gzip(b"no gzip at all")
    with pytest.raises(NotReadable, match=r"^bytes follow the packed message$"):
        unpack_gzip(gzip.compress(b"{}") + b"more")
    with pytest.raises(VenueError) as broken:
        answer_of(RestReply(502, b"<html>"))
    assert broken.value.text == "a gateway could not reach the venue"
    with pytest.raises(VenueError) as silent:
        answer_of(NoReply("x" * 300, sent=True))
    assert silent.value.text == "x" * 199 + "…"
    assert text_of("x" * 3_000) == "x" * 1_999 + "…"
