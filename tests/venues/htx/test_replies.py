"""HTX's replies: every documented success and failure, and what is never taken for a success."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.core.actions import Ack, OrderFailure, Verdict
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import JsonObject, NoReply, Reply, RestReply, SocketReply
from tui.venues.htx.replies import BUSINESS, SETTLEMENT_RETRY_S, SOCKET, answer, named, read_ack

TAKEN = "770323847022211072"
OTHER = "770323133537685504"


def socket(message: JsonObject) -> Reply:
    return SocketReply(message)


def rest(message: object, status: int = 200) -> Reply:
    return RestReply(status, json.dumps(message).encode())


def legacy(errors: object, successes: object) -> JsonObject:
    data: JsonObject = {"errors": errors, "successes": successes}  # type: ignore[dict-item]
    return {"status": "ok", "cid": "c1", "data": data, "ts": 1603701351602}


def error(order_id: str, code: int, text: str) -> JsonObject:
    return {"order_id": order_id, "err_code": code, "err_msg": text}


def unified(*items: JsonObject, code: int = 200, message: str = "Success") -> JsonObject:
    return {
        "code": code,
        "message": message,
        "data": [*items],
        "args": None,
        "ts": 1744041034439,
        "unknownException": False,
        "cid": "c1",
    }


# --- successes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("successes", [TAKEN, f"{TAKEN},{OTHER}", "563232668624008", "", None])
def test_legacy_success(successes: str | None) -> None:
    ack = Ack(Verdict.ACCEPTED, server_ms=1603701351602)
    assert read_ack(socket(legacy([], successes))) == ack
    assert read_ack(rest(legacy([], successes))) == ack


@pytest.mark.parametrize(
    "message",
    [
        {"status": "ok", "data": {"errors": []}, "ts": 1},
        {"status": "ok", "data": {}, "ts": 1},
        {"status": "ok", "data": None, "ts": 1},
        {"status": "ok", "ts": 1},
    ],
)
def test_legacy_success_with_fields_missing(message: JsonObject) -> None:
    assert read_ack(socket(message)) == Ack(Verdict.ACCEPTED, server_ms=1)


def test_legacy_success_with_an_error_inside() -> None:
    """The reply that the page of `cancelall` shows: that order is cancelled already."""
    message = legacy([error(OTHER, 1071, "Repeated withdraw.")], TAKEN)
    assert read_ack(socket(message)) == Ack(Verdict.ACCEPTED, server_ms=1603701351602)


@pytest.mark.parametrize(
    ("code", "failed", "filled"),
    [
        (1061, False, False),
        (1017, False, False),
        (1062, False, False),
        (1071, False, False),
        (1063, True, True),
        (1032, True, False),
        (1205, True, False),
        (9999, True, False),
    ],
)
def test_legacy_errors_of_single_orders(code: int, failed: bool, filled: bool) -> None:
    """What says that an order is gone, or on its way out, is no failure of its cancel."""
    ack = read_ack(socket(legacy([error(OTHER, code, "text")], "")), asked=[OTHER])
    assert ack.verdict is Verdict.ACCEPTED
    failure = OrderFailure(OTHER, str(code), "text", filled)
    assert ack.failures == ((failure,) if failed else ())


def test_an_order_that_was_filled_is_told_even_if_it_is_listed_as_taken() -> None:
    filled = read_ack(socket(legacy([error(TAKEN, 1063, "executed")], TAKEN)))
    assert filled.failures[0].filled


def test_unified_batch_success_in_both_spellings() -> None:
    """The reply that the page of `cancel_batch_orders` shows, and that of its table."""
    camel = unified(
        {"orderId": TAKEN, "clientOrderId": TAKEN, "code": 200, "message": "Success"},
        {"orderId": OTHER, "clientOrderId": OTHER, "code": 200, "message": "Success"},
    )
    snake = unified({"order_id": TAKEN, "client_order_id": "1", "code": 200, "message": "成功"})
    for message in (camel, snake):
        assert read_ack(socket(message)) == Ack(Verdict.ACCEPTED, server_ms=1744041034439)


@pytest.mark.parametrize("spelling", ["orderId", "order_id"])
def test_unified_success_with_failed_items(spelling: str) -> None:
    message = unified(
        {spelling: TAKEN, "code": 200, "message": "Success"},
        {spelling: OTHER, "code": 1061, "message": "This order doesnt exist."},
        {spelling: "3", "code": 1063, "message": "The order has been executed."},
        {spelling: "4"},
    )
    assert read_ack(socket(message)).failures == (
        OrderFailure("3", "1063", "The order has been executed.", filled=True),
        OrderFailure("4", "", "no result for this order"),
    )
    assert read_ack(socket(message)).verdict is Verdict.ACCEPTED


def test_unified_order_cancel_and_empty_sweep() -> None:
    single: JsonObject = {
        "code": 200,
        "message": "Success",
        "data": {"order_id": "1550915326489534464", "client_order_id": "577024243446975415"},
        "ts": 1789808631448,
        "cid": "C:1",
        "rate_limit": {
            "limit": "72",
            "interval": "3000",
            "remaining": "71",
            "reset": "1789808631448",
        },
    }
    accepted = Ack(Verdict.ACCEPTED, server_ms=1789808631448)
    assert read_ack(socket(single)) == accepted
    assert read_ack(socket({**single, "data": []})) == accepted
    assert read_ack(socket({**single, "data": None})) == accepted
    assert read_ack(socket({**single, "code": "200"})) == accepted


# --- codes ---------------------------------------------------------------------------------------

CLASSES = {
    Verdict.NOTHING: [1051, 1017, 1061, 1063],
    Verdict.ACCEPTED: [1062, 1071],
    Verdict.BUSY: [1032, 1056, 1059, 1077, 1078, 1079, 1080],
    Verdict.UNKNOWN: [
        *(1000, 1001, 1002, 1003, 1004, 1005, 1108),
        # not in a table as answers to a cancel, or not known at all
        *(1084, 2001, 2011, 2012, 1999, 500, 31337),
    ],
    Verdict.REFUSED: [
        *(1013, 1014, 1030, 1031, 1033, 1034, 1035, 1036, 1052, 1065, 1066, 1067, 4006),
        *(1348, 1510, 4002, 4003, 4004, 4005, 4007, 6002, 1088),
        *(403, 1109, 1110, 1111, 1112, 1113, 1114, 1115, 1205, 1220, 1228),
        *(1253, 12001, 12002, 12003, 12004, 12005, 12006, 12007, 12008, 12009),
    ],
}


@pytest.mark.parametrize(
    ("code", "verdict"), [(code, verdict) for verdict in CLASSES for code in CLASSES[verdict]]
)
def test_every_code_has_its_class_in_every_spelling(code: int, verdict: Verdict) -> None:
    old: JsonObject = {"status": "error", "err_code": code, "err_msg": "text", "ts": 7}
    new: JsonObject = {"code": code, "message": "text", "data": None, "args": None, "ts": 7}
    for reply in (
        socket({**old, "cid": "c1"}),
        socket({**new, "cid": "c1"}),
        rest(old),
        rest(new),
        rest({**new, "code": str(code)}),
        rest(old, status=400),
        rest(new, status=503),
    ):
        ack = read_ack(reply)
        assert (ack.verdict, ack.code, ack.server_ms) == (verdict, str(code), 7)
        assert ack.text.startswith("text")


def test_the_tables_hold_no_code_beyond_those() -> None:
    told = {str(code) for codes in CLASSES.values() for code in codes}
    assert BUSINESS.keys() <= told


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (2001, Verdict.REFUSED),
        (2002, Verdict.UNKNOWN),
        (2003, Verdict.REFUSED),
        (2004, Verdict.BUSY),
        (2011, Verdict.REFUSED),
        (2012, Verdict.REFUSED),
        (2030, Verdict.BUSY),
        (2040, Verdict.REFUSED),
        (1032, Verdict.UNKNOWN),
    ],
)
def test_hyphenated_codes_are_those_of_the_socket_layer(code: int, verdict: Verdict) -> None:
    ack = read_ack(socket({"err-code": code, "err-msg": "text", "cid": "c1", "ts": 7}))
    assert (ack.verdict, ack.code, ack.text) == (verdict, str(code), "text")


def test_the_tables_are_not_one() -> None:
    assert not BUSINESS.keys() & SOCKET.keys()


@pytest.mark.parametrize("code", [1510, 4002, 4007, 6002])
def test_a_wrong_family_has_the_venues_own_words(code: int) -> None:
    ack = read_ack(rest({"status": "error", "err_code": code, "err_msg": "Unified account."}))
    assert (ack.verdict, ack.code, ack.text) == (Verdict.REFUSED, str(code), "Unified account.")


def test_settlement_waits_longer_than_a_moment() -> None:
    ack = read_ack(rest({"status": "error", "err_code": 1056, "err_msg": "In settlement."}))
    assert ack.retry_after_s == SETTLEMENT_RETRY_S > 1


@pytest.mark.parametrize(
    ("limit", "wait_s"),
    [
        ({"reset": "1789808632200"}, 0.7),
        ({"reset": "1789808631000"}, 0.05),
        ({"reset": "1889808631448"}, 3.0),
        ({"reset": "soon"}, 1.0),
        (None, 1.0),
    ],
)
def test_a_rate_limit_waits_until_the_venue_says(limit: JsonObject | None, wait_s: float) -> None:
    message: JsonObject = {"status": "error", "err_code": 1032, "ts": 1789808631500}
    ack = read_ack(socket({**message, "rate_limit": limit}))
    assert ack.verdict is Verdict.BUSY
    assert ack.retry_after_s == pytest.approx(wait_s)


# --- what proves nothing -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        NoReply("no answer within 1.5 s", sent=True),
        RestReply(500, b""),
        RestReply(502, b"<html>Bad Gateway</html>"),
        RestReply(429, b"Too Many Requests"),
        RestReply(403, b"<html>blocked</html>"),
        RestReply(200, b""),
        RestReply(200, b"[]"),
        RestReply(200, b'{"status":"ok"'),
        RestReply(502, b'{"status":"ok","data":{"errors":[],"successes":"1"}}'),
        RestReply(500, b'{"code":200,"data":[]}'),
        RestReply(200, b"{}"),
        RestReply(200, b'{"status":"error"}'),
        RestReply(200, b'{"status":"OK"}'),
        RestReply(200, b'{"status":true}'),
        RestReply(200, b'{"code":true}'),
        RestReply(200, b'{"code":0}'),
        RestReply(200, b'{"code":200.5}'),
        RestReply(200, b'{"err-code":0}'),
        SocketReply({"cid": "c1"}),
        # contradictions
        RestReply(200, b'{"status":"ok","err_code":1004}'),
        RestReply(200, b'{"status":"error","err_code":1014,"data":{"successes":"1"}}'),
        RestReply(200, b'{"code":1067,"data":[{"order_id":"1","code":200}]}'),
    ],
)
def test_no_evidence_is_unknown(reply: Reply) -> None:
    ack = read_ack(reply)
    assert ack.verdict is Verdict.UNKNOWN
    assert ack.text or ack.code


def test_what_never_left_may_go_again() -> None:
    ack = read_ack(NoReply("the socket is down", sent=False))
    assert ack == Ack(Verdict.BUSY, "", "not sent: the socket is down")


def test_the_venues_text_is_made_safe() -> None:
    ack = read_ack(rest({"status": "error", "err_code": 1014, "err_msg": "\x1b[2J\u202egone"}))
    assert ack.text == "\\x1b[2J\\u{202e}gone"


def test_named_adds_the_contract_behind_words_only() -> None:
    assert named(Ack(Verdict.ACCEPTED), "BTC-USDT") == Ack(Verdict.ACCEPTED)
    assert named(Ack(Verdict.REFUSED, "1014", "no"), "BTC-USDT").text == "no (BTC-USDT)"


def success(message: dict[str, object]) -> bool:
    """What may count as a success, said once more and differently."""
    if any(message.get(key) not in (None, "", 0) for key in ("err-code", "err_code")):
        return False
    if message.get("code") in (200, "200"):
        return message.get("status", "ok") == "ok"
    return message.get("code") in (None, "") and message.get("status") == "ok"


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["status", "code", "err_code", "err-code", "data", "message"]),
        st.sampled_from(["ok", "error", "", None, 200, "200", 0, 1, 1999, "x"]),
    ),
    st.sampled_from([200, 400, 500]),
)
def test_nothing_but_a_success_is_accepted(message: dict[str, object], status: int) -> None:
    ack = read_ack(rest(message, status))
    if ack.verdict is Verdict.ACCEPTED:
        assert success(message)
        assert status == 200


# --- questions -----------------------------------------------------------------------------------


def test_a_question_is_answered() -> None:
    assert answer(rest({"status": "ok", "ts": 3})) == {"status": "ok", "ts": 3}


@pytest.mark.parametrize(
    ("reply", "verdict", "code"),
    [
        (rest({"status": "error", "err_code": 1253, "err_msg": "sign"}), Verdict.REFUSED, "1253"),
        (rest({"code": 1032, "message": "slow"}), Verdict.BUSY, "1032"),
        (rest({"code": 1051, "message": "none"}), Verdict.UNKNOWN, "1051"),
        (rest({"code": 1071, "message": "again"}), Verdict.UNKNOWN, "1071"),
        (rest({"code": 31337, "message": "new"}), Verdict.UNKNOWN, "31337"),
        (RestReply(502, b"<html>"), Verdict.UNKNOWN, ""),
        (NoReply("gone", sent=True), Verdict.UNKNOWN, ""),
        (NoReply("down", sent=False), Verdict.BUSY, ""),
    ],
)
def test_a_question_that_is_not_answered_raises(reply: Reply, verdict: Verdict, code: str) -> None:
    with pytest.raises(VenueError) as caught:
        answer(reply)
    assert (caught.value.verdict, caught.value.code) == (verdict, code)
    assert caught.value.text
