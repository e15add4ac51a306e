"""HTX cancels: the operations that the trade socket and REST share, in their three families.

Legacy isolated, legacy cross and unified V5 each see only their own orders. Field lists and
codes: https://www.htx.com/en-us/opend/newApiPages/ (USDT-M, "Websocket Trade" and "Trade").

Choices where the documentation is silent: nothing to cancel answers 1051 in V5 as it does in
the legacy families; a cancel of chosen legacy orders on a unified account answers 6002, a
cancel-all 1051 (seen live: it hides V5 orders) and a read 4002; V5 takes ids in arrays only; what
the key may not use at all answers 1205.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.simulator.htx.instruments import contract_types, listing
from tui.simulator.instruments import today
from tui.simulator.order_book import now_ms

if TYPE_CHECKING:
    from tui.simulator.accounts import Account
    from tui.simulator.order_book import Order

LEGACY_MOST_IDS = 25
V5_MOST_IDS = 10
PAIRS = ("BTC-USDT", "ETH-USDT", "SOL-USDT")

TEXTS = {
    1014: "This contract doesn't exist.",
    1030: "Input error.",
    1032: "The number of access exceeded the limit.",
    1033: "Incorrect field of contract period.",
    1035: "Incorrect field of form direction.",
    1036: "Incorrect field of open long form.",
    1051: "No orders to cancel.",
    1052: "The number exceeds the batch limit.",
    1061: "This order doesn't exist.",
    1062: "Cancelling. Please be patient.",
    1063: "The order has been executed.",
    1065: "The form number of client isn't an integer.",
    1071: "Repeated cancellation. Your order has been canceled.",
    1205: "No access permission.",
    4002: "The merged cross and isolated margin account for USDT-M futures is unavailable."
    "Please complete the query with v5/trade/order/opens",
    4007: "Unified account special interface, non - one account is not available",
    6002: "The account type is not supported by this interface.",
}

Data = Mapping[str, object]
Content = dict[str, object]


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    code: int
    text: str = ""

    @property
    def message(self) -> str:
        return self.text or TEXTS[self.code]


@dataclass(frozen=True, slots=True)
class Operation:
    """One cancel: `run` gives the content of a reply, without `ts`, or raises `Refusal`."""

    v5: bool
    run: Callable[[Account, Data, str], Content]


def perform(operation: Operation, account: Account, data: object, fault: str) -> Content:
    """The whole reply, success or refusal, as it goes out by REST."""
    try:
        if not isinstance(data, dict):
            raise Refusal(1030)
        return stamped(operation.run(account, data, fault), v5=operation.v5)
    except Refusal as refusal:
        return refused(refusal.code, refusal.message, v5=operation.v5)


def stamped(content: Content, *, v5: bool) -> Content:
    if v5:
        return {
            "code": 200,
            "message": "Success",
            **content,
            "args": None,
            "ts": now_ms(),
            "unknownException": False,
        }
    return {"status": "ok", **content, "ts": now_ms()}


def refused(code: int, text: str, *, v5: bool) -> Content:
    if v5:
        return {
            "code": code,
            "message": text,
            "data": None,
            "args": None,
            "ts": now_ms(),
            "unknownException": False,
        }
    return {"status": "error", "err_code": code, "err_msg": text, "ts": now_ms()}


# --- legacy -----------------------------------------------------------------------------------


def permit(account: Account, kind: str) -> None:
    """Refuses a kind of order that the key has no permission for."""
    if kind in account.refused:
        raise Refusal(1205)


def _legacy_kind(account: Account, kind: str, wrong_family: int) -> str:
    if account.family != "legacy":
        raise Refusal(wrong_family)
    permit(account, kind)
    return kind


def text_field(data: Data, name: str) -> str:
    """An optional string; anything else under that name is an input error."""
    value = data.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refusal(1030)
    return value.strip()


def isolated_contract(data: Data) -> str:
    """The contract of an isolated call, in any letter case."""
    contract = text_field(data, "contract_code").upper()
    if not contract:
        raise Refusal(1066, "contract_code cannot be empty.")
    if contract not in listing("isolated", today()).names():
        raise Refusal(1014)
    return contract


def cross_contract(data: Data) -> str:
    """The contract of a cross call: by its code, or by pair and type. The code wins."""
    contract = text_field(data, "contract_code").upper()
    if not contract:
        pair, kind = text_field(data, "pair").upper(), text_field(data, "contract_type")
        suffixes = contract_types(today())
        if not pair or not kind:
            raise Refusal(1014)
        if kind not in suffixes:
            raise Refusal(1033)
        contract = pair + suffixes[kind]
    elif not _is_cross(contract):
        raise Refusal(1014)
    if not _is_cross(contract):
        raise Refusal(1014)
    return contract


def _is_cross(contract: str) -> bool:
    suffixes = contract_types(today()).values()
    dated = any(contract == pair + suffix for pair in PAIRS for suffix in suffixes)
    return dated or contract in listing("cross", today()).names()


def _chosen(account: Account, kind: str, contract: str, data: Data, fault: str) -> Content:
    ids, by_client = _legacy_ids(data)
    targets: list[Order] = []
    named: dict[str, str] = {}
    errors: list[Content] = []
    for wanted in ids:
        order = account.book.find("" if by_client else wanted, wanted if by_client else "")
        if order is None or order.kind != kind or order.instrument != contract:
            errors.append(_error(wanted, 1061))
        elif not order.live:
            errors.append(_error(wanted, 1071 if order.state == "canceled" else 1063))
        else:
            targets.append(order)
            named[order.order_id] = wanted
    result = account.book.cancel(targets, fault=fault)
    errors += [_error(named[order.order_id], 1062) for order in result.failed]
    return _legacy_content(errors, [named[order.order_id] for order in result.done])


def _legacy_ids(data: Data) -> tuple[list[str], bool]:
    by_order, by_client = text_field(data, "order_id"), text_field(data, "client_order_id")
    ids = [part.strip() for part in (by_order or by_client).split(",") if part.strip()]
    if not ids:
        raise Refusal(1066, "order_id cannot be empty.")
    if len(ids) > LEGACY_MOST_IDS:
        raise Refusal(1052)
    if not all(part.isdecimal() for part in ids):
        raise Refusal(1030 if by_order else 1065)
    return ids, not by_order


def _error(order_id: str, code: int) -> Content:
    return {"order_id": order_id, "err_code": code, "err_msg": TEXTS[code]}


def _legacy_content(errors: list[Content], successes: list[str]) -> Content:
    return {"data": {"errors": errors, "successes": ",".join(successes)}}


def _all_of(account: Account, kind: str, contract: str, data: Data, fault: str) -> Content:
    direction, offset = text_field(data, "direction"), text_field(data, "offset")
    if direction and offset:
        raise Refusal(1030)
    if direction not in {"", "buy", "sell"}:
        raise Refusal(1035)
    if offset not in {"", "open", "close"}:
        raise Refusal(1036)
    targets = [
        order
        for order in account.book.open(kind)
        if order.instrument == contract
        and direction in {"", order.side}
        and offset in {"", order.offset}
    ]
    if not targets:
        raise Refusal(1051)
    result = account.book.cancel(targets, fault=fault)
    errors = [_error(order.order_id, 1062) for order in result.failed]
    return _legacy_content(errors, [order.order_id for order in result.done])


def cancel(account: Account, data: Data, fault: str) -> Content:
    kind = _legacy_kind(account, "isolated", 6002)
    return _chosen(account, kind, isolated_contract(data), data, fault)


def cross_cancel(account: Account, data: Data, fault: str) -> Content:
    kind = _legacy_kind(account, "cross", 6002)
    return _chosen(account, kind, cross_contract(data), data, fault)


def cancelall(account: Account, data: Data, fault: str) -> Content:
    contract = isolated_contract(data)
    return _all_of(account, _legacy_kind(account, "isolated", 1051), contract, data, fault)


def cross_cancelall(account: Account, data: Data, fault: str) -> Content:
    contract = cross_contract(data)
    return _all_of(account, _legacy_kind(account, "cross", 1051), contract, data, fault)


# --- unified V5 -------------------------------------------------------------------------------


def require_unified(account: Account) -> None:
    if account.family != "unified":
        raise Refusal(4007)


def v5_contract(data: Data, *, required: bool) -> str:
    contract = text_field(data, "contract_code").upper()
    if not contract and required:
        raise Refusal(1066, "contract_code cannot be empty.")
    if contract and not _is_cross(contract):
        raise Refusal(1014)
    return contract


def _v5_ids(data: Data, name: str) -> list[str]:
    value = data.get(name, [])
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise Refusal(1067, f"Illegal parameter {name}.")
    return value


def _v5_item(order_id: str, client_id: str, code: int, *, camel: bool) -> Content:
    order_key, client_key = (
        ("orderId", "clientOrderId") if camel else ("order_id", "client_order_id")
    )
    text = "Success" if code == 200 else TEXTS[code]
    return {order_key: order_id, client_key: client_id, "code": code, "message": text}


def cancel_batch_orders(account: Account, data: Data, fault: str) -> Content:
    require_unified(account)
    permit(account, "unified")
    contract = v5_contract(data, required=True)
    by_order, by_client = _v5_ids(data, "order_id"), _v5_ids(data, "client_order_id")
    if not by_order and not by_client:
        raise Refusal(1066, "order_id cannot be empty.")
    if max(len(by_order), len(by_client)) > V5_MOST_IDS:
        raise Refusal(1052)
    targets: list[Order] = []
    items: list[Content] = []
    # The official example fills both arrays; where both are given, order_id decides.
    for wanted in by_order or by_client:
        order = account.book.find(wanted) if by_order else account.book.find("", wanted)
        if order is not None and order in targets:
            continue
        if order is None or order.kind != "unified" or order.instrument != contract:
            missing = (wanted, "") if by_order else ("", wanted)
            items.append(_v5_item(*missing, 1061, camel=True))
        elif not order.live:
            items.append(_v5_item(order.order_id, order.client_id, 1071, camel=True))
        else:
            targets.append(order)
    result = account.book.cancel(targets, fault=fault)
    items += [_v5_item(o.order_id, o.client_id, 200, camel=True) for o in result.done]
    items += [_v5_item(o.order_id, o.client_id, 1062, camel=True) for o in result.failed]
    return {"data": items}


def cancel_order(account: Account, data: Data, fault: str) -> Content:
    require_unified(account)
    permit(account, "unified")
    contract = v5_contract(data, required=True)
    order_id, client_id = text_field(data, "order_id"), text_field(data, "client_order_id")
    if not order_id and not client_id:
        raise Refusal(1066, "order_id cannot be empty.")
    order = account.book.find(order_id, client_id)
    if order is None or order.kind != "unified" or order.instrument != contract:
        raise Refusal(1061)
    if not order.live:
        raise Refusal(1071)
    if account.book.cancel([order], fault=fault).failed:
        raise Refusal(1062)
    return {"data": {"order_id": order.order_id, "client_order_id": order.client_id}}


def cancel_all_orders(account: Account, data: Data, fault: str) -> Content:
    require_unified(account)
    permit(account, "unified")
    contract = v5_contract(data, required=False)
    wanted = {name: text_field(data, name) for name in ("margin_mode", "side", "position_side")}
    for name, allowed in (
        ("margin_mode", {"", "cross", "isolated"}),
        ("side", {"", "buy", "sell"}),
        ("position_side", {"", "long", "short", "both"}),
    ):
        if wanted[name] not in allowed:
            raise Refusal(1067, f"Illegal parameter {name}.")
    targets = [
        order
        for order in account.book.open("unified")
        if contract in {"", order.instrument}
        and wanted["side"] in {"", order.side}
        and wanted["margin_mode"] in {"", margin_mode(order)}
        and wanted["position_side"] in {"", position_side(order)}
    ]
    if not targets:
        raise Refusal(1051)
    result = account.book.cancel(targets, fault=fault)
    items = [_v5_item(o.order_id, o.client_id, 200, camel=False) for o in result.done]
    items += [_v5_item(o.order_id, o.client_id, 1062, camel=False) for o in result.failed]
    return {"data": items}


def margin_mode(order: Order) -> str:
    """Unified orders rest in both modes; the mode follows from the id, so it never changes."""
    return "cross" if order.kind == "cross" or int(order.order_id) % 2 == 0 else "isolated"


def position_side(order: Order) -> str:
    opening = order.offset == "open"
    return "long" if (order.side == "buy") == opening else "short"


OPERATIONS = {
    "cancel": Operation(v5=False, run=cancel),
    "cross_cancel": Operation(v5=False, run=cross_cancel),
    "cancelall": Operation(v5=False, run=cancelall),
    "cross_cancelall": Operation(v5=False, run=cross_cancelall),
    "cancel_order": Operation(v5=True, run=cancel_order),
    "cancel_batch_orders": Operation(v5=True, run=cancel_batch_orders),
    "cancel_all_orders": Operation(v5=True, run=cancel_all_orders),
}
