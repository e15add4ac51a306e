"""OKX's ordinary order book: what rests in it, and the algo orders that wait beside it.

https://www.okx.com/docs-v5/en/#order-book-trading-trade-get-order-list and
#order-book-trading-algo-trading-get-algo-order-list. Both lists are read only: nothing here places
or cancels such an order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui.simulator.okx.orders import CANCEL_SOURCES, Row, page, refusal

if TYPE_CHECKING:
    from tui.simulator.accounts import Account
    from tui.simulator.order_book import Order

Arguments = Mapping[str, object]

INSTRUMENT_TYPES = ("SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION", "EVENTS")
ORDER_TYPES = (
    "market",
    "limit",
    "post_only",
    "fok",
    "ioc",
    "optimal_limit_ioc",
    "mmp",
    "mmp_and_post_only",
    "op_fok",
    "rpi",
    "elp",
)
ALGO_TYPES = (
    "conditional",
    "oco",
    "trigger",
    "move_order_stop",
    "iceberg",
    "smart_iceberg",
    "twap",
    "chase",
)
TOGETHER = frozenset({"conditional", "oco"})
"""The only algo types that one request may name side by side."""


def orders_pending(account: Account, query: Arguments, _fault: str) -> list[Row]:
    instrument_type, family = _text(query, "instType"), _text(query, "instFamily")
    order_types = _text(query, "ordType")
    if instrument_type and instrument_type not in INSTRUMENT_TYPES:
        raise refusal("51000", "instType")
    if order_types and not set(order_types.split(",")) <= set(ORDER_TYPES):
        raise refusal("51000", "ordType")
    state = _text(query, "state")
    if state not in ("", "live", "partially_filled"):
        raise refusal("51000", "state")
    rows = [
        order
        for order in account.book.open("order")
        if instrument_type in ("", _instrument_type(order))
        and (not family or order.instrument.startswith(f"{family}-"))
        and _text(query, "instId") in ("", order.instrument)
        and (not order_types or "limit" in order_types.split(","))
        and state in ("", "live")
    ]
    return [_order_row(order) for order in page(rows, query, "before", "after")]


def algo_orders_pending(account: Account, query: Arguments, _fault: str) -> list[Row]:
    if not (types := _text(query, "ordType")):
        raise refusal("50014", "ordType")
    wanted = types.split(",")
    if not set(wanted) <= set(ALGO_TYPES) or (len(wanted) > 1 and not set(wanted) <= TOGETHER):
        raise refusal("51000", "ordType")
    instrument_type = _text(query, "instType")
    if instrument_type not in ("", "SPOT", "SWAP", "FUTURES", "MARGIN"):
        raise refusal("51000", "instType")
    rows = [
        order
        for order in account.book.open("algo")
        if _algo_type(order) in wanted
        and instrument_type in ("", _instrument_type(order))
        and _text(query, "instId") in ("", order.instrument)
        and _text(query, "algoId") in ("", order.order_id)
    ]
    return [_algo_row(order) for order in page(rows, query, "before", "after")]


def _text(query: Arguments, name: str) -> str:
    return str(query.get(name, ""))


def _instrument_type(order: Order) -> str:
    if order.instrument.endswith("-SWAP"):
        return "SWAP"
    return "FUTURES" if re.search(r"-\d{6}$", order.instrument) else "SPOT"


def _algo_type(order: Order) -> str:
    """Orders that are rested together are of every type in turn."""
    return ALGO_TYPES[order.turn % len(ALGO_TYPES)]


def _order_row(order: Order) -> Row:
    spot = _instrument_type(order) == "SPOT"
    return {
        "accFillSz": "0",
        "algoClOrdId": "",
        "algoId": "",
        "attachAlgoClOrdId": "",
        "attachAlgoOrds": [],
        "avgPx": "",
        "cTime": str(order.created_ms),
        "cancelSource": CANCEL_SOURCES[order.cancel_source],
        "cancelSourceReason": "",
        "category": "normal",
        "ccy": "",
        "clOrdId": order.client_id,
        "fee": "0",
        "feeCcy": "USDT",
        "fillPx": "",
        "fillSz": "0",
        "fillTime": "",
        "instId": order.instrument,
        "instType": _instrument_type(order),
        "isTpLimit": "false",
        "lever": "" if spot else "3",
        "linkedAlgoOrd": {"algoId": ""},
        "ordId": order.order_id,
        "ordType": "limit",
        "pnl": "0",
        "posSide": "net",
        "px": order.price,
        "pxType": "",
        "pxUsd": "",
        "pxVol": "",
        "quickMgnType": "",
        "rebate": "0",
        "rebateCcy": "USDT",
        "reduceOnly": "false",
        "side": order.side,
        "slOrdPx": "",
        "slTriggerPx": "",
        "slTriggerPxType": "",
        "source": "",
        "state": order.state,
        "stpId": "",
        "stpMode": "cancel_maker",
        "sz": order.size,
        "tag": "",
        "tdMode": "cash" if spot else "cross",
        "tgtCcy": "",
        "tpOrdPx": "",
        "tpTriggerPx": "",
        "tpTriggerPxType": "",
        "tradeId": "",
        "tradeQuoteCcy": "USDT",
        "uTime": str(order.updated_ms),
    }


def _algo_row(order: Order) -> Row:
    kind = _algo_type(order)
    row: Row = {
        "activePx": order.price if kind == "move_order_stop" else "",
        "actualPx": "",
        "actualSide": "",
        "actualSz": "0",
        "algoClOrdId": order.client_id,
        "algoId": order.order_id,
        "amendPxOnTriggerType": "0",
        "attachAlgoOrds": [],
        "cTime": str(order.created_ms),
        "callbackRatio": "0.05" if kind == "move_order_stop" else "",
        "callbackSpread": "",
        "ccy": "",
        "chaseType": "distance" if kind == "chase" else "",
        "chaseVal": "0" if kind == "chase" else "",
        "clOrdId": "",
        "closeFraction": "",
        "failCode": "",
        "instId": order.instrument,
        "instType": _instrument_type(order),
        "isTradeBorrowMode": "",
        "last": order.price,
        "lever": "3",
        "linkedOrd": {"ordId": ""},
        "maxChaseType": "",
        "maxChaseVal": "",
        "moveTriggerPx": "",
        "ordId": "",
        "ordIdList": [],
        "ordPx": "-1" if kind == "trigger" else "",
        "ordType": kind,
        "posSide": "net",
        "pxLimit": order.price if kind in ("iceberg", "twap") else "",
        "pxSpread": "0.5" if kind in ("iceberg", "twap") else "",
        "pxVar": "",
        "quickMgnType": "",
        "reduceOnly": "false",
        "side": order.side,
        "slOrdPx": "-1" if kind in TOGETHER else "",
        "slTriggerPx": order.price if kind in TOGETHER else "",
        "slTriggerPxType": "last" if kind in TOGETHER else "",
        "state": order.state,
        "sz": order.size,
        "szLimit": "1" if kind in ("iceberg", "twap") else "",
        "tag": "",
        "tdMode": "cross",
        "tgtCcy": "",
        "timeInterval": "60" if kind == "twap" else "",
        "tpOrdPx": "-1" if kind == "oco" else "",
        "tpTriggerPx": order.price if kind == "oco" else "",
        "tpTriggerPxType": "last" if kind == "oco" else "",
        "triggerPx": order.price if kind == "trigger" else "",
        "triggerPxType": "last" if kind == "trigger" else "",
        "triggerTime": "",
        "tradeQuoteCcy": "USDT",
        "uTime": str(order.updated_ms),
    }
    if kind == "smart_iceberg":
        row |= {"lmtOrderNumber": "4", "aggressiveness": "mid", "triggerParams": []}
    return row
