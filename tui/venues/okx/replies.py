"""What OKX's answers mean: codes, envelopes, acknowledgements.

Sources: the OKX v5 documentation, pages "Error Code" (REST: Public, Block Trading and Spread
Orderbook; WebSocket: Public), "General Info" (how `code` and `sCode` relate), and the page of each
call named below.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui.core.actions import Ack, Verdict
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import JsonObject, Reply
from tui.venues.common.acks import OrderResult
from tui.venues.common.parsing import (
    NOT_NAMED,
    answer_of,
    asked_to_wait,
    codes,
    int_of,
    read_error,
    refused_read,
    text_of,
)

RETRY_S = 1.1
"""Every limit in use here (5 or 2 requests per 2 s) has room again after so long."""

RFQ_GONE = "70000"
"""There is no such RFQ. Of one to be cancelled that is as good as cancelled."""

FILLED = "51402"
"""The order was completed before the cancel reached it."""

NOTHING = frozenset({"51405", "70409", "70207", "51400", "51401", FILLED, "51410", "70001"})
"""Nothing (left) to cancel: no pending orders, no active quotes or RFQs; of one order: it does not
exist, is cancelled, completed, or on its way out; of one quote: it does not exist."""

LIMITED = frozenset({"50011", "50040", "50061", "60014"})
"""The rate limits. 50011 comes with HTTP 429 and, at times, with HTTP 200."""

BUSY = LIMITED | {"60011", "50102", "50112"}
"""Not carried out, may work later: the rate limits, a socket not logged in yet (60011), and the
two timestamp codes, which a fresh look at the venue's clock mends."""

LIMITED = frozenset({"50011", "50040", "50061", "60014"})
"""Of these, those that say that there were too many requests."""

KEY_REFUSED = codes("""
    50035 50100 50101 50103 50104 50105 50106 50107 50108 50109 50110 50111 50113 50114 50119 50121
    60005 60007 60024 60032
""")
"""The key, its passphrase, its region, its environment or this machine's address is refused."""

REFUSED = KEY_REFUSED | codes("""
    50000 50002 50005 50006 50007 50008 50009 50010 50012 50014 50015 50016 50024 50025 50027
    50029 50030 50038 50041 50051 50053 50059 50060 50062 50067 50115 50120
    51000 51001 51003 51010 51024
    60012 60013 60018 60019 60027 60028 60033 64001 64002
    70000 70004 70006 70008 70009 70015 70200 70203 70400 70408
""")
"""Definitely not carried out, and asking again will not help."""

ACCOUNT_REFUSED = KEY_REFUSED - {"50035"} | codes("50007 50008 50009 50010 50012 50027")
"""Refusals of the key or of the whole account: blocked, frozen, restricted. Any other refusal of a
list concerns the product that it is of: no permission for it, not in this account mode, not in this
country, not in demo trading, too few assets for block trading, not with a key that is bound to no
address (50035 speaks of "this endpoint")."""

IN_STATE = frozenset({"70200", "70400"})
"""An RFQ or a quote cannot be cancelled in the state that the text names. Page "Error Code"."""
_STATE = re.compile(r"\b(?:state is|with) (\w+)", re.IGNORECASE)
"""`Quote cannot be canceled when its state is X`, `The RFQ with X status cannot be canceled`."""
_OVER = frozenset({"canceled", "cancelled", "filled", "expired", "traded_away", "failed"})
"""States in which nothing of it is left; not `pending_fill`."""

LOGIN_PERMANENT = KEY_REFUSED
LOGIN_PASSING = frozenset({"60004", "60006", "60009", "60023", "60031", "63999", "50102", "50112"})
"""A login failed, yet the same credentials may work later: clock, login rate, internal error.

60009 says no more than "login failed". It counts as passing: retrying a hopeless key costs an
attempt now and then, while giving up on a good one would cost the trader the button.
"""


def verdict_of(code: str, text: str = "") -> Verdict:
    """The meaning of a code other than success. Sub-codes (`51008_1000`) follow their code; where
    the text names a state, that decides (`IN_STATE`).

    A code that is not known to be harmless is UNKNOWN, among them 50004 (timeout behind the
    gateway, HTTP 400), 50013 (busy, HTTP 429), 50001 and 50026.
    """
    base = code.partition("_")[0]
    if base in NOTHING or _state_of(base, text) in _OVER:
        return Verdict.NOTHING
    if base in BUSY:
        return Verdict.BUSY
    if base in REFUSED:
        return Verdict.REFUSED
    return Verdict.UNKNOWN


def _state_of(code: str, text: str) -> str:
    """The state in which an RFQ or a quote cannot be cancelled; empty where none is named."""
    found = _STATE.search(text) if code in IN_STATE else None
    return found[1].lower() if found else ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """An answer taken apart. `code` and `text` tell the real reason: a row's, where it has one."""

    ok: bool
    """Code 0, no failed row, and no HTTP error around it."""
    code: str
    text: str
    rows: list[JsonObject] | None
    """None when `data` is not a list of objects."""
    retry_after_s: float = RETRY_S

    @property
    def ack(self) -> Ack:
        """The meaning of a refusal."""
        return Ack(verdict_of(self.code, self.text), self.code, self.text, retry_after_s=RETRY_S)

    @property
    def error(self) -> VenueError:
        """The refusal as an error, for reads."""
        return read_error(self.ack, self.retry_after_s, limited=self.code in LIMITED)


def read_envelope(reply: Reply) -> Envelope:
    """Takes a reply apart: body code before HTTP status. Raises VenueError where there is none."""
    message, status = answer_of(reply)
    code, text = text_of(message.get("code")), text_of(message.get("msg"))
    if not code:
        raise VenueError(Verdict.UNKNOWN, f"HTTP {status}", "an answer without a code")
    data = message.get("data")
    rows: list[JsonObject] | None = None
    if isinstance(data, list):
        objects = [row for row in data if isinstance(row, dict)]
        rows = objects if len(objects) == len(data) else None
    wait_s = asked_to_wait(reply, RETRY_S)
    for row in rows or ():
        row_code = text_of(row.get("sCode"))
        if row_code not in ("", "0"):
            return Envelope(False, row_code, text_of(row.get("sMsg")) or text, rows, wait_s)
    if code == "0" and not 200 <= status < 300:
        return Envelope(False, f"HTTP {status}", "success inside an HTTP error", rows, wait_s)
    return Envelope(code == "0", code, text, rows, wait_s)


def refuses_product(error: VenueError) -> bool:
    """Whether an error of a list says that this account may not use the product it is of."""
    base = error.code.partition("_")[0]
    return error.verdict is Verdict.REFUSED and base not in ACCOUNT_REFUSED


def unknown_parameter(error: VenueError, name: str) -> bool:
    """Whether the venue does not know the value of the parameter `name`: 51000 "Parameter {name}
    error"."""
    named = name.lower() in error.text.lower()
    return error.code.partition("_")[0] == "51000" and named


def rows_of(reply: Reply) -> list[JsonObject]:
    """The rows of a successful read. Raises VenueError for anything else."""
    try:
        envelope = read_envelope(reply)
    except VenueError as error:
        raise refused_read(error) from None
    if not envelope.ok:
        raise envelope.error
    if envelope.rows is None:
        raise VenueError(Verdict.UNKNOWN, "", "a list was promised and did not come")
    return envelope.rows


def taken(reply: Reply) -> Envelope | Ack:
    """The answer to a request that the venue took; of any other its meaning."""
    try:
        envelope = read_envelope(reply)
    except VenueError as error:
        return error.ack
    return envelope if envelope.ok else envelope.ack


def mass_cancel_ack(reply: Reply) -> Ack:
    """`sprd-mass-cancel` and its REST twin: accepted only by code 0 with `result` the boolean true.

    Anything else under code 0, `false` included, is UNKNOWN: the pages disagree on what `result`
    says. Pages "WS / Cancel all orders" and "Cancel All orders" of Spread Trading.
    """
    envelope = taken(reply)
    if isinstance(envelope, Ack):
        return envelope
    if envelope.rows and all(row.get("result") is True for row in envelope.rows):
        return Ack(Verdict.ACCEPTED)
    return Ack(Verdict.UNKNOWN, envelope.code, "accepted, but not with result true")


def block_ack(reply: Reply) -> Ack:
    """`rfq/cancel-all-quotes` and `cancel-all-rfqs`: code 0, with the time it was done.

    Pages "Cancel all Quotes" and "Cancel all RFQs".
    """
    envelope = taken(reply)
    if isinstance(envelope, Ack):
        return envelope
    stamp = int_of(envelope.rows[0].get("ts")) if envelope.rows else None
    return Ack(Verdict.ACCEPTED, server_ms=stamp)


def chosen_outcome(reply: Reply, key: str, order_ids: Sequence[str]) -> list[OrderResult] | Ack:
    """What a cancel of chosen orders did to each; `key` names the id in a row.

    A request that failed as a whole says nothing of its orders, so it gives one Ack instead. An
    order that a successful answer does not name is UNKNOWN. Pages "Cancel order" (Spread Trading)
    and "Cancel multiple Quotes", "Cancel multiple RFQs".
    """
    try:
        envelope = read_envelope(reply)
    except VenueError as error:
        return error.ack
    named = {text_of(row.get(key)): row for row in envelope.rows or () if "sCode" in row}
    if not named and not envelope.ok:
        return envelope.ack
    results = [_result(order_id, named.get(order_id)) for order_id in order_ids]
    if key != "rfqId":
        return results
    return [replace(r, verdict=Verdict.NOTHING) if r.code == RFQ_GONE else r for r in results]


def _result(order_id: str, row: JsonObject | None) -> OrderResult:
    if row is None:
        return OrderResult(order_id, Verdict.UNKNOWN, "", NOT_NAMED)
    code, text = text_of(row.get("sCode")), text_of(row.get("sMsg"))
    verdict = Verdict.ACCEPTED if code == "0" else verdict_of(code, text)
    return of_one_order(order_id, Ack(verdict, code, text))


def of_one_order(order_id: str, ack: Ack) -> OrderResult:
    """The meaning of an answer that is about this order alone."""
    code = ack.code.partition("_")[0]
    filled = code == FILLED or _state_of(code, ack.text) == "filled"
    return OrderResult(order_id, ack.verdict, ack.code, ack.text, filled)
