"""HTX conditional orders of the legacy families: trigger, TP/SL and trailing, in both margin modes.

https://www.htx.com/en-us/opend/newApiPages/ (USDT-M, "Swap Strategy Order Interface"). Every cancel
may be made five times a second, and so may the isolated list of trigger orders; the other lists
share the limit of reads. The isolated lists need a contract. Where the pages are silent: on a
unified account a cancel of chosen orders answers 6002, a cancel-all 1051 and a list 4002, as with
ordinary orders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tui.simulator.htx.cancel import (
    TEXTS,
    Content,
    Data,
    Operation,
    Refusal,
    cross_contract,
    isolated_contract,
    permit,
    text_field,
)
from tui.simulator.htx.open_orders import legacy_page
from tui.simulator.rate_limits import Rate

if TYPE_CHECKING:
    from tui.simulator.accounts import Account
    from tui.simulator.order_book import Order

SORTS = ("trigger", "tpsl", "track")
MARGINS = ("isolated", "cross")
MOST_IDS = {("isolated", "trigger"): 20}
USUAL_MOST_IDS = 10
FIVE_A_SECOND = Rate(limit=5, interval_s=1)


def sort_of(order: Order) -> str:
    """Orders rested together take turns; twelve of them hold every sort, mode and contract."""
    return SORTS[order.turn % len(SORTS)]


def margin_of(order: Order) -> str:
    return MARGINS[order.turn // 2 % len(MARGINS)]


def _path(margin: str, sort: str, what: str) -> str:
    cross = "cross_" if margin == "cross" else ""
    return f"/linear-swap-api/v1/swap_{cross}{sort}_{what}"


def _mine(account: Account, margin: str, sort: str) -> list[Order]:
    return [
        order
        for order in account.book.open("trigger")
        if (margin_of(order), sort_of(order)) == (margin, sort)
    ]


def _contract(margin: str, data: Data) -> str:
    return cross_contract(data) if margin == "cross" else isolated_contract(data)


def _side(sort: str, data: Data) -> tuple[str, str]:
    direction = text_field(data, "direction")
    offset = "" if sort == "tpsl" else text_field(data, "offset")
    if direction and offset:
        raise Refusal(1030)
    if direction not in {"", "buy", "sell"}:
        raise Refusal(1035)
    if offset not in {"", "open", "close"}:
        raise Refusal(1036)
    return direction, offset


# --- cancels ----------------------------------------------------------------------------------


def _cancel_all(margin: str, sort: str) -> Operation:
    def run(account: Account, data: Data, fault: str) -> Content:
        permit(account, "trigger")
        contract, (direction, offset) = _contract(margin, data), _side(sort, data)
        targets = [
            order
            for order in _mine(account, margin, sort)
            if order.instrument == contract
            and direction in {"", order.side}
            and offset in {"", order.offset}
        ]
        if account.family != "legacy" or not targets:
            raise Refusal(1051)
        return _outcome(account, targets, fault, [])

    return Operation(v5=False, run=run)


def _cancel(margin: str, sort: str) -> Operation:
    def run(account: Account, data: Data, fault: str) -> Content:
        if account.family != "legacy":
            raise Refusal(6002)
        permit(account, "trigger")
        contract = _contract(margin, data)
        ids = [part.strip() for part in text_field(data, "order_id").split(",") if part.strip()]
        if not ids:
            raise Refusal(1066, "order_id cannot be empty.")
        if len(ids) > MOST_IDS.get((margin, sort), USUAL_MOST_IDS):
            raise Refusal(1052)
        listed = {
            order.order_id: order
            for order in _mine(account, margin, sort)
            if order.instrument == contract
        }
        errors = [_error(order_id, 1061) for order_id in ids if order_id not in listed]
        return _outcome(account, [listed[i] for i in ids if i in listed], fault, errors)

    return Operation(v5=False, run=run)


def _outcome(account: Account, targets: list[Order], fault: str, errors: list[Content]) -> Content:
    result = account.book.cancel(targets, fault=fault)
    errors = errors + [_error(order.order_id, 1062) for order in result.failed]
    successes = ",".join(order.order_id for order in result.done)
    return {"data": {"errors": errors, "successes": successes}}


def _error(order_id: str, code: int) -> Content:
    return {"order_id": order_id, "err_code": code, "err_msg": TEXTS[code]}


# --- lists ------------------------------------------------------------------------------------


def _open(margin: str, sort: str) -> Callable[[Account, Mapping[str, object]], Content]:
    def run(account: Account, data: Data) -> Content:
        if account.family != "legacy":
            raise Refusal(4002)
        permit(account, "trigger")
        contract = text_field(data, "pair").upper()
        if margin == "isolated" or data.get("contract_code"):
            contract = _contract(margin, data)
        newest = reversed(_mine(account, margin, sort))
        rows = [_row(order) for order in newest if contract in {"", order.instrument}]
        return legacy_page(rows, data)

    return run


def _row(order: Order) -> Content:
    """What the three lists have in common, and then what each has beside."""
    margin, sort = margin_of(order), sort_of(order)
    row: Content = {
        "symbol": order.instrument.split("-")[0],
        "contract_code": order.instrument,
        "volume": int(order.size),
        "order_type": 1,
        "direction": order.side,
        "order_id": int(float(order.order_id)),
        "order_id_str": order.order_id,
        "order_source": "api",
        "created_at": order.created_ms,
        "status": 2,
        "margin_mode": margin,
        "margin_account": order.instrument if margin == "isolated" else "USDT",
    }
    if margin == "cross":
        row |= {"contract_type": "swap", "pair": order.instrument, "business_type": "swap"}
    if sort == "tpsl":
        return row | {
            "tpsl_order_type": "sl",
            "trigger_type": "le",
            "trigger_price": float(order.price),
            "order_price": 0,
            "order_price_type": "optimal_5",
            "source_order_id": None,
            "relation_tpsl_order_id": "-1",
        }
    row |= {"offset": order.offset, "lever_rate": 10, "reduce_only": 0}
    if sort == "track":
        return row | {
            "order_price_type": "formula_price",
            "callback_rate": 0.03,
            "active_price": float(order.price),
            "is_active": 0,
        }
    return row | {
        "trigger_type": "ge",
        "trigger_price": float(order.price),
        "order_price": float(order.price),
        "order_price_type": "limit",
    }


# --- what there is ----------------------------------------------------------------------------

_PLACES = tuple((margin, sort) for margin in MARGINS for sort in SORTS)
CANCELS = {_path(*place, "cancelall"): _cancel_all(*place) for place in _PLACES} | {
    _path(*place, "cancel"): _cancel(*place) for place in _PLACES
}
LISTS = {_path(*place, "openorders"): _open(*place) for place in _PLACES}
RATES = dict.fromkeys((*CANCELS, _path("isolated", "trigger", "openorders")), FIVE_A_SECOND)
"""The limits of their own; what is not named shares that of all reads."""
