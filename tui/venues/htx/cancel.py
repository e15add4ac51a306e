"""HTX's cancels: which requests an action takes, over the socket or by their REST twins.

All of them, of every contract and margin mode and by either way, share one limit of trade calls.

Sources: the official pages "[Isolated] ws cancel all Orders", "Ws Cancel batch Order" and their
neighbours in "Websocket Trade" and in the REST sections of both families.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias, TypeVar

from tui.core.actions import Ack, Action, Scope, Verdict
from tui.core.frames import Transport
from tui.core.orders import Book, OpenOrder
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import (
    Call,
    Exchange,
    JsonObject,
    JsonValue,
    Market,
    RateLimit,
    RestCall,
    SocketCall,
)
from tui.venues.common.acks import requests_ack
from tui.venues.common.exchanges import alongside
from tui.venues.common.parsing import compact
from tui.venues.common.progress import Part, Progress, send
from tui.venues.htx.open_orders import open_orders
from tui.venues.htx.replies import named, read_ack

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ops:
    """The operations of one kind of order."""

    chosen: str
    """Cancels listed orders of one contract."""
    sweep: str
    """Cancels all orders: of one contract (legacy), or of the account too (unified)."""
    most: int
    """Ids in one request."""


OPS = {
    "isolated": Ops("cancel", "cancelall", 25),
    "cross": Ops("cross_cancel", "cross_cancelall", 25),
    # The limit is documented for the REST twin alone; the socket is taken to have the same.
    "unified": Ops("cancel_batch_orders", "cancel_all_orders", 10),
}

TWINS = {
    "cancel": "/linear-swap-api/v1/swap_cancel",
    "cancelall": "/linear-swap-api/v1/swap_cancelall",
    "cross_cancel": "/linear-swap-api/v1/swap_cross_cancel",
    "cross_cancelall": "/linear-swap-api/v1/swap_cross_cancelall",
    "cancel_batch_orders": "/v5/trade/cancel_batch_orders",
    "cancel_all_orders": "/v5/trade/cancel_all_orders",
}
"""The REST path of each socket operation; fields and replies are the same."""

PressTarget: TypeAlias = tuple[str, str]
"""What one cancel names: a contract and an order id, or a contract and nothing."""


LIMIT = RateLimit("trade", 72, 3.0)
MOST_LATELY = 20


def limit_of(call: Call) -> RateLimit | None:
    """The limit that a cancel counts towards."""
    known = call.path in TWINS.values() if isinstance(call, RestCall) else call.op in TWINS
    return LIMIT if known else None


def lately_in(lately: frozenset[Market], kind: str) -> list[str]:
    """The contracts in which orders of this kind were a moment ago; none if they are many, since
    each then costs one of few calls."""
    contracts = sorted(contract for one, contract in lately if one == kind)
    return contracts if len(contracts) <= MOST_LATELY else []


def cancel(
    action: Action,
    scope: Scope,
    book: Book | None,
    route: Transport,
    contracts: tuple[str, ...],
    progress: Progress,
) -> Exchange[Ack]:
    """Cancels what `scope` covers of the action's kind of order. Never raises.

    `contracts` are named in legacy sweeps besides those that have open orders: HTX's legacy
    families have no cancel for the whole account, and without a name nothing could go at once.
    """
    kind = action.id
    refusal = _refusal(kind, scope)
    if refusal:
        return Ack(Verdict.REFUSED, "", refusal)
    if scope.orders:
        chosen = [_order(order) for order in scope.orders if order.kind == kind]
        return (yield from _send(_chosen(kind, chosen, route), progress))

    known = [o for o in book.orders if o.kind == kind and scope.covers(o)] if book else []
    if kind == "unified":
        if scope.direction or scope.offset:
            # The socket's cancel-all has no field for a side: name the orders instead.
            return (
                yield from _sweep(
                    kind,
                    [_order(order) for order in known],
                    lambda order: _order(order) if scope.covers(order) else None,
                    lambda targets: _chosen(kind, targets, route),
                    progress,
                )
            )
        return (yield from _send([_everything(kind, scope.contract, scope, route)], progress))
    if scope.contract:
        return (yield from _send([_everything(kind, scope.contract, scope, route)], progress))
    return (
        yield from _sweep(
            kind,
            [*map(_contract, known), *((name.upper(), "") for name in contracts)],
            lambda order: _contract(order) if scope.covers(order) else None,
            lambda targets: [_everything(kind, name, scope, route) for name, _ in targets],
            progress,
        )
    )


def _refusal(kind: str, scope: Scope) -> str:
    """Why this cannot be asked of HTX; empty when it can."""
    if kind not in OPS:
        return f"HTX has no action {kind}"
    if scope.orders:
        return ""
    if scope.category not in (None, kind):
        return f"{kind} orders have no category {scope.category}"
    if kind != "unified" and scope.direction and scope.offset:
        return "HTX takes a direction or an offset, not both"
    return ""


# --- requests ------------------------------------------------------------------------------------


def _everything(kind: str, contract: str | None, scope: Scope, route: Transport) -> Part:
    data: JsonObject = {}
    if contract:
        data["contract_code"] = contract.upper()
    if kind != "unified":
        if scope.direction:
            data["direction"] = scope.direction
        if scope.offset:
            data["offset"] = scope.offset
    call = _call(OPS[kind].sweep, data, route)
    return Part(f"all {compact(data)}", call, read_ack, contract or "")


def _chosen(kind: str, targets: Iterable[PressTarget], route: Transport) -> list[Part]:
    """The orders contract by contract, as many in a request as it may name."""
    ops = OPS[kind]
    parts: list[Part] = []
    for contract, ids in batches_of(targets, ops.most):
        listed: JsonValue = [*ids] if kind == "unified" else ",".join(ids)
        call = _call(ops.chosen, {"contract_code": contract, "order_id": listed}, route)
        parts.append(Part(f"{contract} {ids}", call, partial(read_ack, asked=ids), contract))
    return parts


def batches_of(targets: Iterable[PressTarget], most: int) -> list[tuple[str, tuple[str, ...]]]:
    """Contracts with order ids, no more than `most` ids each and none twice."""
    ids_by_contract: dict[str, list[str]] = {}
    for contract, order_id in dict.fromkeys(targets):
        ids_by_contract.setdefault(contract, []).append(order_id)
    return [
        (contract, tuple(ids[start : start + most]))
        for contract, ids in ids_by_contract.items()
        for start in range(0, len(ids), most)
    ]


def _call(op: str, data: JsonObject, route: Transport) -> Call:
    return (
        SocketCall(op, data) if route == "ws" else RestCall("POST", TWINS[op], body=compact(data))
    )


def _contract(order: OpenOrder) -> PressTarget:
    return order.contract.upper(), ""


def _order(order: OpenOrder) -> PressTarget:
    return order.contract, order.order_id


# --- exchanges -----------------------------------------------------------------------------------


def _send(parts: Sequence[Part], progress: Progress) -> Exchange[Ack]:
    """All of them at once."""
    yield from send(parts, progress)
    return requests_ack(acks_of(parts, progress))


def _sweep(
    kind: str,
    known: Iterable[PressTarget],
    target_of: Callable[[OpenOrder], PressTarget | None],
    parts_for: Callable[[list[PressTarget]], list[Part]],
    progress: Progress,
) -> Exchange[Ack]:
    """Cancels the known targets at once, and what a read sent beside them finds more.

    Without that read the cancel would be as old as the book it was made from.
    """
    named_first = list(dict.fromkeys(known))
    parts = parts_for(named_first)
    due = progress.due(parts)
    replies, found = yield from alongside(tuple(part.call for part in due), open_orders(kind))
    progress.take(due, replies)
    if isinstance(found, VenueError):
        if not parts:
            return found.ack
        text = f"open orders could not be listed: {found.text}"
        unknown = Ack(Verdict.UNKNOWN, found.code, text)
        return requests_ack([*acks_of(parts, progress), unknown])

    targets = dict.fromkeys(filter(None, map(target_of, found)))
    more = parts_for([target for target in targets if target not in named_first])
    yield from send(more, progress)
    return requests_ack(passing_by([*acks_of(parts, progress), *acks_of(more, progress)]))


def acks_of(parts: Sequence[Part], progress: Progress) -> list[Ack]:
    """The latest answers to these parts; where there are several, with the contract of each."""
    acks = [answer for answer in progress.answers(parts) if isinstance(answer, Ack)]
    if len(acks) == 1:
        return acks
    return [named(ack, part.label) for part, ack in zip(parts, acks, strict=True)]


def passing_by(acks: Iterable[Ack]) -> list[Ack]:
    """The answers to a sweep; a contract without cross margin mode (1348) has no cross orders."""
    return [replace(ack, verdict=Verdict.NOTHING) if ack.code == "1348" else ack for ack in acks]
