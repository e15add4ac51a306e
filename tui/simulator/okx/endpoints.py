"""OKX's REST calls: what each does to the book, and how often it may be made.

https://www.okx.com/docs-v5/en/ . An empty body is taken where a call has no required parameter;
`sprdId` may be "" over REST, because OKX's own SDK sends that by default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.simulator.okx import orders as okx_orders
from tui.simulator.okx.orders import QUOTES, RFQS, Block, Refusal, Row, page, refusal
from tui.simulator.okx.trade import algo_orders_pending, orders_pending
from tui.simulator.order_book import now_ms
from tui.simulator.rate_limits import Rate

if TYPE_CHECKING:
    from tui.simulator.accounts import Account

Arguments = Mapping[str, object]
TIMER_RANGE_S = range(10, 121)

QUOTE_STATES = ("active", "canceled", "pending_fill", "filled", "expired", "failed")
RFQ_STATES = (*QUOTE_STATES, "traded_away")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`run` gives the rows of `data`; `bodiless` calls may come without a body."""

    method: str
    rate: Rate
    run: Callable[[Account, Arguments, str], list[Row]]
    bodiless: bool = False


def _timestamp() -> list[Row]:
    return [{"ts": str(now_ms())}]


def _cancel_all(block: Block) -> Callable[[Account, Arguments, str], list[Row]]:
    def run(account: Account, _arguments: Arguments, fault: str) -> list[Row]:
        okx_orders.cancel_all(account, block, fault)
        return _timestamp()

    return run


def _rows_or_refusal(rows: list[Row]) -> list[Row]:
    failed = [row for row in rows if row["sCode"] != "0"]
    if not failed:
        return rows
    if len(failed) < len(rows):
        raise Refusal("2", "Bulk operation partially succeeded.", tuple(rows))
    raise Refusal("1", "", tuple(rows))


def _cancel_quote(account: Account, arguments: Arguments, fault: str) -> list[Row]:
    return _rows_or_refusal([okx_orders.cancel_quote(account, arguments, fault)])


def _cancel_batch(block: Block) -> Callable[[Account, Arguments, str], list[Row]]:
    def run(account: Account, arguments: Arguments, fault: str) -> list[Row]:
        return _rows_or_refusal(okx_orders.cancel_batch(account, block, arguments, fault))

    return run


def _cancel_spread_order(account: Account, arguments: Arguments, fault: str) -> list[Row]:
    return _rows_or_refusal([okx_orders.cancel_spread_order(account, arguments, fault)])


def _mass_cancel(account: Account, arguments: Arguments, fault: str) -> list[Row]:
    spread = arguments.get("sprdId", "")
    if not isinstance(spread, str):
        raise refusal("51000", "sprdId")
    return okx_orders.mass_cancel(account, spread, fault)


def _countdown(timer: str, **more: str) -> Callable[[Account, Arguments, str], list[Row]]:
    def run(account: Account, arguments: Arguments, _fault: str) -> list[Row]:
        value = arguments.get("timeOut")
        if not isinstance(value, str) or not value.isdecimal():
            raise refusal("51000", "timeOut")
        seconds = int(value)
        now_s = now_ms() // 1000
        if seconds == 0:
            account.timers[timer].disarm()
            return [{"triggerTime": "0", **more, "ts": str(now_s)}]
        if seconds not in TIMER_RANGE_S:
            raise refusal("51000", "timeOut")
        account.timers[timer].arm(seconds)
        # Seconds, as in the documented examples, unlike most other times of OKX.
        return [{"triggerTime": str(now_s + seconds), **more, "ts": str(now_s)}]

    return run


def _pending(account: Account, query: Arguments, _fault: str) -> list[Row]:
    spread, state = query.get("sprdId", ""), query.get("state", "")
    if state not in ("", "live", "partially_filled"):
        raise refusal("51000", "state")
    rows = [
        order
        for order in account.book.open("spread")
        if spread in ("", order.instrument)
        and query.get("ordType", "") in ("", "limit")
        and state in ("", "live")
    ]
    return [okx_orders.spread_row(order) for order in page(rows, query, "beginId", "endId")]


def _order(account: Account, query: Arguments, _fault: str) -> list[Row]:
    order = account.book.find(str(query.get("ordId", "")), str(query.get("clOrdId", "")))
    if order is None or order.kind != "spread":
        raise refusal("51400")
    return [okx_orders.spread_row(order)]


def _quotes(account: Account, query: Arguments, _fault: str) -> list[Row]:
    state = query.get("state", "")
    if state and state not in QUOTE_STATES:
        raise refusal("51000", "state")
    rows = [
        quote
        for quote in account.book.every("quote")
        if state in ("", "active" if quote.live else quote.state)
        and query.get("quoteId", "") in ("", quote.order_id)
        and query.get("clQuoteId", "") in ("", quote.client_id)
        and query.get("rfqId", "") in ("", quote.parent_id)
    ]
    return [okx_orders.quote_row(quote) for quote in page(rows, query, "beginId", "endId")]


def _rfqs(account: Account, query: Arguments, _fault: str) -> list[Row]:
    """Of demo accounts none is asked for a quote: they list the RFQs that they made."""
    state = query.get("state", "")
    if state and state not in RFQ_STATES:
        raise refusal("51000", "state")
    rows = [
        rfq
        for rfq in account.book.every("rfq")
        if state in ("", "active" if rfq.live else rfq.state)
        and query.get("rfqId", "") in ("", rfq.order_id)
        and query.get("clRfqId", "") in ("", rfq.client_id)
    ]
    return [okx_orders.rfq_row(rfq) for rfq in page(rows, query, "beginId", "endId")]


def _config(account: Account, _query: Arguments, _fault: str) -> list[Row]:
    row: Row = {
        "uid": account.uid,
        "mainUid": account.uid,
        "acctLv": "3",
        "acctStpMode": "cancel_maker",
        "posMode": "net_mode",
        "autoLoan": False,
        "greeksType": "PA",
        "feeType": "0",
        "level": "Lv1",
        "levelTmp": "",
        "ctIsoMode": "automatic",
        "mgnIsoMode": "automatic",
        "spotOffsetType": "",
        "stgyType": "0",
        "roleType": "0",
        "traderInsts": [],
        "spotRoleType": "0",
        "spotTraderInsts": [],
        "opAuth": "1",
        "kycLv": "3",
        "label": account.name,
        "ip": "",
        "perm": "read_only,trade",
        "liquidationGear": "-1",
        "enableSpotBorrow": False,
        "spotBorrowAutoRepay": False,
        "type": "0",
        "settleCcy": "USDC",
        "settleCcyList": ["USD", "USDC", "USDG"],
    }
    return [row]


def _per_2s(limit: int) -> Rate:
    return Rate(limit, 2)


ONCE_A_SECOND = Rate(1, 1)
SIGNED = {
    "/api/v5/rfq/cancel-all-quotes": Endpoint("POST", _per_2s(2), _cancel_all(QUOTES), True),
    "/api/v5/rfq/cancel-all-rfqs": Endpoint("POST", _per_2s(2), _cancel_all(RFQS), True),
    "/api/v5/rfq/cancel-batch-quotes": Endpoint("POST", _per_2s(2), _cancel_batch(QUOTES)),
    "/api/v5/rfq/cancel-batch-rfqs": Endpoint("POST", _per_2s(2), _cancel_batch(RFQS)),
    "/api/v5/rfq/cancel-quote": Endpoint("POST", _per_2s(50), _cancel_quote),
    "/api/v5/rfq/cancel-all-after": Endpoint("POST", ONCE_A_SECOND, _countdown("okx-rfq")),
    "/api/v5/rfq/quotes": Endpoint("GET", _per_2s(2), _quotes),
    "/api/v5/rfq/rfqs": Endpoint("GET", _per_2s(2), _rfqs),
    "/api/v5/sprd/mass-cancel": Endpoint("POST", _per_2s(10), _mass_cancel, True),
    "/api/v5/sprd/cancel-order": Endpoint("POST", _per_2s(20), _cancel_spread_order),
    "/api/v5/sprd/cancel-all-after": Endpoint("POST", ONCE_A_SECOND, _countdown("okx-sprd")),
    "/api/v5/sprd/orders-pending": Endpoint("GET", _per_2s(10), _pending),
    "/api/v5/sprd/order": Endpoint("GET", _per_2s(20), _order),
    "/api/v5/trade/orders-pending": Endpoint("GET", _per_2s(60), orders_pending),
    "/api/v5/trade/orders-algo-pending": Endpoint("GET", _per_2s(20), algo_orders_pending),
    "/api/v5/trade/cancel-all-after": Endpoint(
        "POST", ONCE_A_SECOND, _countdown("okx-trade", tag="")
    ),
    "/api/v5/account/config": Endpoint("GET", _per_2s(5), _config),
}
PUBLIC = {
    "/api/v5/public/time": (_per_2s(10), _timestamp),
    "/api/v5/system/status": (Rate(1, 5), list[Row]),
}
