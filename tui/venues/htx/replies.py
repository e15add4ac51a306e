"""What HTX's replies say: one reading for three spellings, and the meaning of each code.

Sources: the official pages "[Isolated] ws cancel all Orders", "Ws Cancel batch Order", the error
code tables of the USDT-M pages, and the FAQ on cancelling. The classes are killdesk's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui.core.actions import Ack, OrderFailure, Verdict
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import JsonObject, JsonValue, NoReply, Reply, RestReply
from tui.venues.common.parsing import (
    NOT_NAMED,
    NotReadable,
    asked_to_wait,
    codes,
    gateway_error,
    int_of,
    object_of,
    objects_of,
    parse_object,
    refused_read,
    text_of,
)

# --- the codes -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code says of the whole request."""

    verdict: Verdict
    retry_after_s: float = 1.0


SETTLEMENT_RETRY_S = 5.0
"""HTX names no end of a settlement; it lasts minutes, and asking again costs little."""

_NOTHING = Meaning(Verdict.NOTHING)
_UNDER_WAY = Meaning(Verdict.ACCEPTED)
_BUSY = Meaning(Verdict.BUSY)
_SETTLING = Meaning(Verdict.BUSY, SETTLEMENT_RETRY_S)
_REFUSED = Meaning(Verdict.REFUSED)
_UNKNOWN = Meaning(Verdict.UNKNOWN)


FILLED = "1063"
"""The order was executed before the cancel reached it."""


def _table(*rows: tuple[Meaning, str]) -> dict[str, Meaning]:
    return {code: meaning for meaning, named in rows for code in named.split()}


LIMITED = "1032"
"""Asked too often. HTX says so with HTTP 200."""


OTHER_FAMILY = codes("1510 4002 4003 4004 4005 4007 6002")
"""The call is for accounts of another family."""

BUSINESS = _table(
    # "No orders" and "no such order" hold for the asked family and margin mode only: read the book.
    (_NOTHING, "1051 1017 1061 1063"),
    (_UNDER_WAY, "1062 1071"),
    (_BUSY, LIMITED),
    (_SETTLING, "1056 1059 1077 1078 1079 1080"),
    (_UNKNOWN, "1000 1001 1002 1003 1004 1005 1108"),
    (_REFUSED, " ".join(OTHER_FAMILY)),
    # a mistake in the request, 1066 perhaps the wrong family
    (_REFUSED, "1348 1066 1013 1014 1030 1031 1033 1034 1035 1036 1052 1065 1067 4006"),
    # restricted by the venue, no permission, key or signature refused
    (_REFUSED, "1088 403 1109 1110 1111 1112 1113 1114 1115 1205 1220 1228"),
    (_REFUSED, "1253 12001 12002 12003 12004 12005 12006 12007 12008 12009"),
)
"""Codes of `err_code` and `code`; one that is absent means UNKNOWN."""

KEY_CODES = frozenset({"403", "1253", *(f"{code}" for code in range(12001, 12010))})
"""The key, its signature or its address is refused, and so is every other call."""

FAMILY_CODES = OTHER_FAMILY | {"1051", "1066"}
"""What a cancel gets that was sent to the wrong account family, and 1051 elsewhere too."""

SOCKET = _table(
    (_BUSY, "2004 2030"),
    (_UNKNOWN, "2002"),  # this connection is not logged in: the other route may serve at once
    (_REFUSED, "2001 2003 2007 2010 2011 2012 2013 2014 2020 2021 2040"),
)
"""Codes of `err-code`, the socket layer's own. 2001, 2011 and 2012 differ from business codes."""

LOGIN_FOR_GOOD = frozenset({"2001", "2003", "2013", "2040"})
"""Login refusals that the same credentials will meet again."""


# --- one reading for three spellings -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """A reply in one spelling. `message` is empty when there was none that could be read."""

    ok: bool
    meaning: Meaning
    code: str = ""
    text: str = ""
    message: JsonObject | None = None
    gateway: VenueError | None = None
    """Of an answer that is not the venue's own."""


def error_of(message: JsonObject) -> tuple[str, str, dict[str, Meaning]]:
    """Code, text and code table of an error; the code is empty when the message tells none."""
    text = next(filter(None, (text_of(message.get(k)) for k in _TEXT_KEYS)), "")
    for key, no_error, table in _CODE_KEYS:
        code = text_of(message.get(key))
        if code not in ("", no_error):
            return code, text, table
    return "", text, BUSINESS


_CODE_KEYS = (
    ("err-code", "0", SOCKET),
    ("err_code", "0", BUSINESS),
    ("code", "200", BUSINESS),
)
_TEXT_KEYS = ("err-msg", "err_msg", "message", "msg")


def read_reply(reply: Reply) -> Said:
    """Reads any reply. The code decides before the HTTP status; an unknown one is no success."""
    if isinstance(reply, NoReply):
        if reply.sent:
            return Said(False, _UNKNOWN, text=reply.reason)
        return Said(False, _BUSY, text=f"not sent: {reply.reason}")
    if isinstance(reply, RestReply):
        try:
            message = parse_object(reply.body)
        except NotReadable as why:
            error = gateway_error(reply, why)
            return Said(False, _UNKNOWN, text=f"{error.code}: {error.text}", gateway=error)
        status = reply.status
    else:
        message, status = reply.message, 200

    code, text, table = error_of(message)
    result = message.get("status", "ok" if text_of(message.get("code")) else None)
    ok = not code and result == "ok"
    if ok and 200 <= status < 300:
        return Said(True, _UNDER_WAY, message=message)
    if ok:
        text = f"HTTP {status} around a success"
    elif not code:
        text = text or f"HTTP {status}: the reply tells neither success nor a code"
    return Said(False, table.get(code, _UNKNOWN), code, text, message)


def answer(reply: Reply) -> JsonObject:
    """The message of a successful reply to a question. Raises VenueError."""
    received = read_reply(reply)
    if received.ok and received.message is not None:
        return received.message
    if received.gateway is not None:
        error = refused_read(received.gateway)
        raise VenueError(
            error.verdict, "", received.text, error.retry_after_s, limited=error.limited
        )
    verdict = received.meaning.verdict
    if verdict not in (Verdict.REFUSED, Verdict.BUSY):
        verdict = Verdict.UNKNOWN
    wait_s = asked_to_wait(reply, _wait_s(received))
    limited = received.code == LIMITED
    raise VenueError(verdict, received.code, received.text, wait_s, limited=limited)


# --- acknowledgements ----------------------------------------------------------------------------


def read_ack(reply: Reply, asked: Sequence[str] = ()) -> Ack:
    """What the reply to a cancel says of it. Accepted is not cancelled: an order can still fill.

    `asked` are the orders that the cancel named: each that a success passes over is in doubt, and
    a refusal of the whole is that of the order where there was but one.
    """
    received = read_reply(reply)
    if received.message is None:
        return Ack(received.meaning.verdict, received.code, received.text)
    orders = _orders_of(received.message.get("data"))
    failures = orders.failures
    server_ms = int_of(received.message.get("ts"))
    if received.ok:
        named = orders.taken | orders.gone | {failure.order_id for failure in failures}
        doubts = tuple(
            OrderFailure(order_id, "", NOT_NAMED) for order_id in asked if order_id not in named
        )
        verdict = Verdict.UNKNOWN if doubts else Verdict.ACCEPTED
        text = doubts[0].text if doubts else ""
        return Ack(verdict, text=text, failures=failures + doubts, server_ms=server_ms)
    # A refusal of the whole that lists orders as taken contradicts itself and proves nothing.
    verdict = Verdict.UNKNOWN if orders.taken else received.meaning.verdict
    text = received.text
    if len(asked) == 1 and not failures and (verdict is Verdict.REFUSED or received.code == FILLED):
        failures = (OrderFailure(asked[0], received.code, text, filled=received.code == FILLED),)
    return Ack(verdict, received.code, text, failures, _wait_s(received), server_ms)


def named(ack: Ack, contract: str) -> Ack:
    """`ack` with the contract behind the venue's text, for requests that went one by one."""
    return replace(ack, text=f"{ack.text} ({contract})".lstrip()) if ack.code or ack.text else ack


@dataclass(frozen=True, slots=True)
class _Orders:
    """What a reply says of single orders."""

    taken: frozenset[str]
    gone: frozenset[str]
    """No such order (any more), or its cancel is under way: nothing is left to do for them, and so
    they are no failures. The book tells whether any of them rests after all."""
    failures: tuple[OrderFailure, ...]


def _orders_of(data: JsonValue) -> _Orders:
    others: list[tuple[str, str, str]]
    if isinstance(data, list):
        items = [
            (_order_id(item), text_of(item.get("code")), text_of(item.get("message")))
            for item in objects_of(data)
        ]
        taken = frozenset(order_id for order_id, code, _ in items if code == "200")
        others = [
            (order_id, code, text if code or text else "no result for this order")
            for order_id, code, text in items
            if code != "200"
        ]
    else:
        legacy = object_of(data)
        taken = frozenset(filter(None, text_of(legacy.get("successes")).split(",")))
        others = [
            (_order_id(item), text_of(item.get("err_code")), text_of(item.get("err_msg")))
            for item in objects_of(legacy.get("errors"))
        ]
    failed = [one for one in others if one[1] == FILLED or not _is_gone(one[1])]
    gone = frozenset(order_id for order_id, code, _ in others if _is_gone(code))
    failures = tuple(
        OrderFailure(order_id, code, text, filled=code == FILLED) for order_id, code, text in failed
    )
    return _Orders(taken, gone, failures)


def _is_gone(code: str) -> bool:
    return BUSINESS.get(code, _UNKNOWN) in (_NOTHING, _UNDER_WAY)


def _order_id(item: JsonObject) -> str:
    return text_of(item.get("order_id")) or text_of(item.get("orderId"))


def _wait_s(received: Said) -> float:
    """When to ask again: the end of the rate limit's interval if the reply tells it."""
    message = received.message or {}
    reset_ms = int_of(object_of(message.get("rate_limit")).get("reset"))
    now_ms = int_of(message.get("ts"))
    if received.meaning is not _BUSY or reset_ms is None or now_ms is None:
        return received.meaning.retry_after_s
    return min(max((reset_ms - now_ms) / 1000, 0.05), 3.0)
