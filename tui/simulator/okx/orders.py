"""OKX spread orders, quotes and RFQs: what REST and the business socket share.

https://www.okx.com/docs-v5/en/#spread-trading and #block-trading. Where they are silent: a
mass cancel with nothing pending answers 51405 and a cancel of all quotes with none active
70409, so that a client must know both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.simulator.instruments import today
from tui.simulator.okx.instruments import listing

if TYPE_CHECKING:
    from tui.simulator.accounts import Account
    from tui.simulator.order_book import Order

Row = dict[str, object]
MOST_ROWS = 100
CANCEL_SOURCES = {"": "", "user": "1", "timer": "20"}

TEXTS = {
    "0": "",
    "50002": "JSON syntax error",
    "50011": "Too Many Requests",
    "50014": "Parameter {0} can not be empty.",
    "50030": "You don't have permission to use this API endpoint",
    "51000": "Parameter {0} error",
    "51001": "Spread ID does not exist.",
    "51010": "Request unsupported under current account mode",
    "51400": "Cancellation failed as the order does not exist.",
    "51401": "Cancellation failed as the order is already canceled.",
    "51402": "Cancellation failed as the order is already completed.",
    "51405": "Cancellation failed as you don't have any pending orders.",
    "51410": "Cancellation failed as the order is already in canceling status "
    "or pending settlement.",
    "70000": "RFQ does not exist.",
    "70001": "Quote does not exist.",
    "70200": "The RFQ with {0} status cannot be canceled",
    "70203": "Cancellation failed as rfq count exceeds the limit 100.",
    "70207": "There are no active RFQs.",
    "70400": "Quote cannot be canceled when its state is {0}.",
    "70408": "The number of quotes exceeds the limit 100.",
    "70409": "There are no active quotes.",
}


PRODUCTS = {"spread": "50030", "block": "51010", "trade": "50030"}
"""With which code a product is refused to an account. That block trading does not go with every
account mode is on its page; which code says so is not, and this one says what is the matter."""


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    """`rows` are the `data` that goes with the code."""

    code: str
    text: str
    rows: tuple[Row, ...] = ()


def refusal(code: str, *values: str) -> Refusal:
    return Refusal(code, TEXTS[code].format(*values))


def check_product(account: Account, product: str) -> None:
    """Refuses what this account may not use."""
    if product in account.refused:
        raise refusal(PRODUCTS[product])


def page(rows: list[Order], query: Mapping[str, object], newer: str, older: str) -> list[Order]:
    """One page of `rows`, newest first; the ids under the names `newer` and `older` bound it, and
    are themselves left out."""
    limit = _number(query, "limit", MOST_ROWS)
    if not 1 <= limit <= MOST_ROWS:
        raise refusal("51000", "limit")
    after, before = _number(query, newer, 0), _number(query, older, 0)
    chosen = [
        row
        for row in reversed(rows)
        if int(row.order_id) > after and (before == 0 or int(row.order_id) < before)
    ]
    return chosen[:limit]


def _number(query: Mapping[str, object], name: str, default: int) -> int:
    value = str(query.get(name, "")) or str(default)
    if not value.isdecimal():
        raise refusal("51000", name)
    return int(value)


def mass_cancel(account: Account, spread: str, fault: str) -> list[Row]:
    """Every spread order, or those of one spread. True means accepted, not done."""
    if spread and spread not in listing("spread", today()).names():
        raise refusal("51001")
    targets = [o for o in account.book.open("spread") if spread in {"", o.instrument}]
    if not targets:
        raise refusal("51405")
    account.book.cancel(targets, fault=fault)
    return [{"result": True}]


def cancel_spread_order(account: Account, arguments: Mapping[str, object], fault: str) -> Row:
    """The row of one cancel; `sCode` tells how it went."""
    order_id, client_id = _text(arguments, "ordId"), _text(arguments, "clOrdId")
    if not order_id and not client_id:
        raise refusal("51000", "ordId")
    order = account.book.find(order_id, client_id)
    if order is None or order.kind != "spread":
        return _order_row(order_id, client_id, "51400")
    if not order.live:
        ended = "51401" if order.state == "canceled" else "51402"
        return _order_row(order.order_id, order.client_id, ended)
    failed = account.book.cancel([order], fault=fault).failed
    return _order_row(order.order_id, order.client_id, "51410" if failed else "0")


def _order_row(order_id: str, client_id: str, code: str) -> Row:
    return {"ordId": order_id, "clOrdId": client_id, "sCode": code, "sMsg": TEXTS[code]}


def _text(arguments: Mapping[str, object], name: str) -> str:
    value = arguments.get(name, "")
    if not isinstance(value, str):
        raise refusal("51000", name)
    return value


@dataclass(frozen=True, slots=True)
class Block:
    """Quotes and RFQs: the same calls under other names."""

    kind: str
    id_key: str
    client_key: str
    none_active: str
    missing: str
    wrong_state: str
    too_many: str


QUOTES = Block("quote", "quoteId", "clQuoteId", "70409", "70001", "70400", "70408")
RFQS = Block("rfq", "rfqId", "clRfqId", "70207", "70000", "70200", "70203")


def cancel_all(account: Account, block: Block, fault: str) -> None:
    """Every active one; those being filled stay."""
    targets = account.book.open(block.kind)
    if not targets:
        raise refusal(block.none_active)
    account.book.cancel(targets, fault=fault)


def cancel_quote(account: Account, arguments: Mapping[str, object], fault: str) -> Row:
    quote_id, client_id = _text(arguments, "quoteId"), _text(arguments, "clQuoteId")
    if not quote_id and not client_id:
        raise refusal("51000", "quoteId")
    return _cancel_one(account, QUOTES, quote_id, client_id, fault)


def cancel_batch(
    account: Account, block: Block, arguments: Mapping[str, object], fault: str
) -> list[Row]:
    """The rows of chosen ones; the venue's ids win over the client's."""
    id_list, client_list = f"{block.id_key}s", f"{block.client_key}s"
    ids, client_ids = _texts(arguments, id_list), _texts(arguments, client_list)
    if not ids and not client_ids:
        raise refusal("51000", id_list)
    if len(ids or client_ids) > 100:
        raise refusal(block.too_many)
    pairs = [(i, "") for i in ids] or [("", i) for i in client_ids]
    rows: list[Row] = []
    for index, (order_id, client_id) in enumerate(pairs):
        # In a batch the fault fails every other one, not each of them.
        spared = fault == "partial" and index % 2 == 1
        rows.append(_cancel_one(account, block, order_id, client_id, "" if spared else fault))
    return rows


def _texts(arguments: Mapping[str, object], name: str) -> list[str]:
    value = arguments.get(name) or []
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise refusal("51000", name)
    return value


def _cancel_one(account: Account, block: Block, order_id: str, client_id: str, fault: str) -> Row:
    def row(order_id: str, client_id: str, code: str, state: str = "") -> Row:
        text = TEXTS[code].format(state)
        return {block.id_key: order_id, block.client_key: client_id, "sCode": code, "sMsg": text}

    found = account.book.find(order_id, client_id)
    if found is None or found.kind != block.kind:
        return row(order_id, client_id, block.missing)
    if not found.live:
        return row(found.order_id, found.client_id, block.wrong_state, found.state)
    if account.book.cancel([found], fault=fault).failed:
        return row(found.order_id, found.client_id, block.wrong_state, "pending_fill")
    return row(found.order_id, found.client_id, "0")


def spread_row(order: Order) -> Row:
    cancelled = order.state == "canceled"
    return {
        "sprdId": order.instrument,
        "ordId": order.order_id,
        "clOrdId": order.client_id,
        "tag": "",
        "px": order.price,
        "sz": order.size,
        "ordType": "limit",
        "side": order.side,
        "fillSz": "0",
        "fillPx": "",
        "tradeId": "",
        "accFillSz": "0",
        "pendingFillSz": "0" if cancelled else order.size,
        "pendingSettleSz": "0",
        "canceledSz": order.size if cancelled else "0",
        "state": order.state,
        "avgPx": "0",
        "cancelSource": CANCEL_SOURCES[order.cancel_source],
        "uTime": str(order.updated_ms),
        "cTime": str(order.created_ms),
    }


def quote_row(quote: Order) -> Row:
    state = "active" if quote.live else quote.state
    leg = {"px": quote.price, "sz": quote.size, "tdMode": "cross", "ccy": "USDT", "tgtCcy": ""}
    hedge = "sell" if quote.side == "buy" else "buy"
    return {
        "cTime": str(quote.created_ms),
        "uTime": str(quote.updated_ms),
        "state": state,
        "reason": "",
        "validUntil": str(quote.created_ms + 24 * 3_600_000),
        "rfqId": quote.parent_id,
        "clRfqId": "",
        "quoteId": quote.order_id,
        "clQuoteId": quote.client_id,
        "tag": "",
        "traderCode": "KILLDESK",
        "quoteSide": quote.side,
        "legs": [
            leg | {"instId": quote.instrument, "side": quote.side, "posSide": ""},
            leg | {"instId": f"{quote.instrument}-SWAP", "side": hedge, "posSide": ""},
        ],
    }


def rfq_row(rfq: Order) -> Row:
    """An RFQ as the one who asked sees it."""
    leg = {"sz": rfq.size, "tdMode": "cross", "ccy": "USDT", "posSide": "", "tgtCcy": ""}
    hedge = "sell" if rfq.side == "buy" else "buy"
    return {
        "cTime": str(rfq.created_ms),
        "uTime": str(rfq.updated_ms),
        "state": "active" if rfq.live else rfq.state,
        "counterparties": ["MAKER1", "MAKER2"],
        "validUntil": str(rfq.created_ms + 24 * 3_600_000),
        "rfqId": rfq.order_id,
        "clRfqId": rfq.client_id,
        "tag": "",
        "flowType": "",
        "traderCode": "KILLDESK",
        "allowPartialExecution": False,
        "legs": [
            leg | {"instId": rfq.instrument, "side": rfq.side},
            leg | {"instId": f"{rfq.instrument}-SWAP", "side": hedge},
        ],
        "groupId": "",
        "acctAlloc": [],
    }
