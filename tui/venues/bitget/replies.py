"""What Bitget's answers mean: codes, envelopes, acknowledgements.

Sources: the Bitget documentation (https://www.bitget.com/api-doc/uta/), pages "REST API error
code", "CountDown Cancel All", "Cancel All Orders", "Cancel Batch", "Cancel Strategy Order". The
error page is thin; classes marked in the tables below follow what independent clients report.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.core.actions import Ack, OrderFailure, Verdict
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import TOO_MANY_REQUESTS, JsonValue, Reply, RestReply
from tui.venues.common.acks import OrderResult
from tui.venues.common.parsing import (
    NOT_NAMED,
    answer_of,
    asked_to_wait,
    codes,
    int_of,
    object_of,
    objects_of,
    read_error,
    refused_read,
    text_of,
)

OK = "00000"
RETRY_S = 1.1
"""The limits here are per second (1 for the timer, 5 for cancels): there is room after so long."""

WRONG_ACCOUNT = codes("40084 40085")
"""The account is a classic one, or a unified one, where the call is for the other."""

NOTHING = codes("22001 24056 25204 40768 43001 43025")
"""Nothing (left) to cancel: no order, or this order does not exist (any more)."""

LIMITED = "429"
CLOCK = codes("40004 40005 40008")
"""The timestamp was refused: a fresh look at the venue's clock mends it."""

PARAMETER = codes("40017 400171 400172 40019 40020")
"""A parameter is missing or not one of those that the call takes."""
PRODUCT = PARAMETER | codes("40014 40029 40034 40054 40068 40099")
"""What may be refused of one category alone: the key or the account has no access to the product,
or the call does not take the category."""
REFUSED = PRODUCT | codes("""
    40001 40002 40003 40006 40007 40009 40011 40012 40013 40016 40018 40031 40036 40037 40038
    40084 40085 22010
""")
"""Definitely not carried out, and asking again will not help: besides those above, what concerns
the key as a whole, its passphrase, signature or address, or the account's type or state."""


def verdict_of(code: str) -> Verdict:
    """The meaning of a code other than success.

    A code that is not known to be harmless is UNKNOWN, among them 40015 (system abnormal), 40200
    (upgrade), 40725 (an upstream service failed) and 40010: some clients call that a wrong
    signature, the page "Place Order" a request that timed out, after which the order is to be
    looked up. None says whether the request got through.
    """
    if code in NOTHING:
        return Verdict.NOTHING
    if code == LIMITED or code in CLOCK:
        return Verdict.BUSY
    if code in REFUSED:
        return Verdict.REFUSED
    return Verdict.UNKNOWN


@dataclass(frozen=True, slots=True)
class Envelope:
    """An answer taken apart."""

    ok: bool
    """Code 00000, and no HTTP error around it."""
    code: str
    text: str
    data: JsonValue
    server_ms: int | None
    """`requestTime`; it has been seen as a number and as text."""
    retry_after_s: float = RETRY_S

    @property
    def ack(self) -> Ack:
        """The meaning of a refusal."""
        return Ack(
            verdict_of(self.code),
            self.code,
            self.text,
            retry_after_s=RETRY_S,
            server_ms=self.server_ms,
            wrong_account=self.code in WRONG_ACCOUNT,
        )

    @property
    def error(self) -> VenueError:
        """The refusal as an error, for reads."""
        return read_error(self.ack, self.retry_after_s, limited=self.code == LIMITED)


def read_envelope(reply: Reply) -> Envelope:
    """Takes a reply apart: body code before HTTP status. Raises VenueError where there is none.

    HTTP 429 needs no envelope: a request over the limit is not carried out.
    """
    try:
        message, status = answer_of(reply)
    except VenueError:
        if isinstance(reply, RestReply) and reply.status == TOO_MANY_REQUESTS:
            raise _limited(reply) from None
        raise
    code, text = text_of(message.get("code")), text_of(message.get("msg"))
    if not code:
        if status == TOO_MANY_REQUESTS:
            raise _limited(reply)
        raise VenueError(Verdict.UNKNOWN, f"HTTP {status}", "an answer without a code")
    server_ms, data = int_of(message.get("requestTime")), message.get("data")
    wait_s = asked_to_wait(reply, RETRY_S)
    if code == OK and not 200 <= status < 300:
        text = "success inside an HTTP error"
        return Envelope(False, f"HTTP {status}", text, data, server_ms, wait_s)
    return Envelope(code == OK, code, text, data, server_ms, wait_s)


def _limited(reply: Reply) -> VenueError:
    wait_s = asked_to_wait(reply, RETRY_S)
    asks = f"; the gateway asks to wait {wait_s:g} s" if wait_s > RETRY_S else ""
    return VenueError(Verdict.BUSY, LIMITED, f"too many requests{asks}", wait_s, limited=True)


def data_of(reply: Reply) -> JsonValue:
    """`data` of a successful read. Raises VenueError for anything else."""
    try:
        envelope = read_envelope(reply)
    except VenueError as error:
        raise refused_read(error) from None
    if not envelope.ok:
        raise envelope.error
    return envelope.data


def timer_ack(reply: Reply) -> Ack:
    """`countdown-cancel-all`: accepted only as documented, in code, data and HTTP status alike."""
    try:
        envelope = read_envelope(reply)
    except VenueError as error:
        return error.ack
    ack = envelope.ack
    if envelope.ok and envelope.data == "success":
        return Ack(Verdict.ACCEPTED, server_ms=envelope.server_ms)
    if ack.verdict is Verdict.NOTHING:
        return Ack(Verdict.UNKNOWN, ack.code, ack.text, server_ms=ack.server_ms)
    return ack


def category_ack(reply: Reply) -> Ack:
    """`cancel-symbol-order`: accepted, with the orders that it lists as not taken.

    An order that is listed as gone already is no failure. The top-level success stands for the
    request, not for its orders.
    """
    try:
        envelope = read_envelope(reply)
    except VenueError as error:
        return error.ack
    if not envelope.ok:
        return envelope.ack
    failures = tuple(
        OrderFailure(text_of(item.get("orderId")), code, text_of(item.get("msg")))
        for item in objects_of(object_of(envelope.data).get("list"))
        if (code := text_of(item.get("code"))) not in ("", "0", OK) and code not in NOTHING
    )
    return Ack(Verdict.ACCEPTED, failures=failures, server_ms=envelope.server_ms)


def batch_outcome(reply: Reply, order_ids: Sequence[str]) -> list[OrderResult] | Ack:
    """`cancel-batch`: what became of each order. A failure of the whole says nothing of any.

    An order is taken only if the answer names it, without a code or with that of success.
    """
    try:
        envelope = read_envelope(reply)
    except VenueError as error:
        return error.ack
    if not envelope.ok:
        return envelope.ack
    named = {text_of(item.get("orderId")): item for item in objects_of(envelope.data)}
    results = []
    for order_id in order_ids:
        item = named.get(order_id)
        if item is None:
            results.append(OrderResult(order_id, Verdict.UNKNOWN, "", NOT_NAMED))
            continue
        code = text_of(item.get("code"))
        taken = code in ("", "0", OK)
        verdict = Verdict.ACCEPTED if taken else verdict_of(code)
        results.append(OrderResult(order_id, verdict, code, text_of(item.get("msg"))))
    return results


def strategy_outcome(reply: Reply, order_ids: Sequence[str]) -> list[OrderResult] | Ack:
    """`cancel-strategy-order`, which takes one order and answers with the code alone."""
    try:
        envelope = read_envelope(reply)
    except VenueError as error:
        return error.ack
    if not envelope.ok:
        return envelope.ack
    return [OrderResult(order_id, Verdict.ACCEPTED) for order_id in order_ids]
