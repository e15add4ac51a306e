"""HTX's conditional orders of the legacy families: trigger, TP/SL and trailing orders.

Each of the three sorts has calls of its own in either margin mode, and no cancel-all of ordinary
orders takes them. Sources, all in "Swap Strategy Order Interface": "[Isolated] Query Trigger Order
Open Orders", "[Isolated] Cancel All Trigger Orders", "[Isolated] Cancel Trigger Order" and their
neighbours for "[Cross]", "Take-profit and Stop-loss Orders" and "Trailing Orders".

The cross lists hold all contracts; the isolated ones tell of one contract each, so isolated orders
are known of the contracts that the settings name, and of no others. Without such a name nothing is
known of them, and the reason says so. They are therefore two kinds, one of each margin mode.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

from tui.core.actions import Ack, Action, Scope, Verdict
from tui.core.orders import Book, Kind, OpenOrder
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import Call, Exchange, JsonObject, RateLimit, RestCall
from tui.venues.base.specs import Extra
from tui.venues.common.acks import requests_ack
from tui.venues.common.exchanges import alongside, gather_exchanges
from tui.venues.common.parsing import compact, int_of, text_of
from tui.venues.common.progress import Part, Progress, send
from tui.venues.htx.cancel import acks_of, batches_of, passing_by
from tui.venues.htx.open_orders import Listing, figure, order_id_of, read_list
from tui.venues.htx.replies import read_ack

A_SECOND = 5
"""Calls of one cancel, or of the isolated list of trigger orders."""
MOST_IDS = 10
"""Ids in one cancel; isolated trigger orders would bear 20."""
RETRY_S = 1.1

EXTRA = Extra("triggers", most_contracts=A_SECOND)
ISOLATED = Kind("isolated-trigger", "isolated conditional", spacing_s=RETRY_S, every=6)
CROSS = Kind("cross-trigger", "cross conditional", spacing_s=RETRY_S, every=6)
KINDS = (ISOLATED, CROSS)
NO_CONTRACT = (
    "HTX lists these by contract alone: name your contracts in the settings, as `contracts`"
)
ACTION = Action(
    id=EXTRA.id,
    label="conditional orders",
    kinds=(ISOLATED.id, CROSS.id),
    routes=("rest",),
    leaves="isolated ones in contracts that the settings do not name",
    scopes=("contract", "direction", "offset"),
)


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of conditional order in one margin mode, and where its calls are."""

    kind: Kind
    path: str
    """What the names of its calls begin with."""

    @property
    def isolated(self) -> bool:
        return self.kind is ISOLATED


SORTS = tuple(
    Sort(kind, f"/linear-swap-api/v1/swap_{'' if kind is ISOLATED else 'cross_'}{name}")
    for kind in KINDS
    for name in ("trigger", "tpsl", "track")
)

ISOLATED_TRIGGERS = "/linear-swap-api/v1/swap_trigger_openorders"
LIST_PATHS = frozenset(f"{sort.path}_openorders" for sort in SORTS)
"""Of these only that of isolated trigger orders has a limit of its own."""
OWN_LIMIT = RateLimit("isolated trigger orders", A_SECOND, per_s=1.0)

Found = list[tuple[Sort, tuple[OpenOrder, ...]]]


def open_triggers(kind: str, contracts: tuple[str, ...]) -> Exchange[tuple[OpenOrder, ...]]:
    """Every open conditional order of one margin mode. Raises VenueError, REFUSED where no contract
    is named that the isolated lists could be asked for."""
    if kind == ISOLATED.id and not any(map(_is_swap, contracts)):
        raise VenueError(Verdict.REFUSED, "", NO_CONTRACT)
    found = yield from _listed(contracts, (kind,))
    return tuple(order for _, orders in found for order in orders)


def cancel(
    kinds: tuple[str, ...],
    scope: Scope,
    book: Book | None,
    contracts: tuple[str, ...],
    progress: Progress,
) -> Exchange[Ack]:
    """Cancels what is listed now of `kinds` and within `scope`, each order by the call of its sort.

    A cancel names one contract of one sort, and few may be sent in a second. So the contracts where
    orders are known go at once, in all sorts, if they are few enough; the others when the list that
    is asked for in the same moment shows orders there. Without a list, all contracts that are known
    are swept blindly.
    """
    if scope.category is not None:
        return Ack(Verdict.REFUSED, "", f"conditional orders have no category {scope.category}")
    by_id = bool(scope.orders or scope.direction or scope.offset)
    known = [] if by_id else _known_contracts(scope, book)
    parts = [] if by_id or len(known) > A_SECOND else _blindly(kinds, scope, known)
    due = progress.due(parts)
    lists = _listed(contracts, kinds)
    replies, found = yield from alongside(tuple(part.call for part in due), lists)
    progress.take(due, replies)
    rest = []
    if isinstance(found, VenueError):
        text = f"conditional orders could not be listed: {found.text}"
        rest = [replace(found.ack, text=text)]
        more = [] if by_id else _blindly(kinds, scope, [*contracts, *known])
    else:
        more = [p for sort, orders in found for p in _parts(sort, orders, scope, by_id)]
    sent = {part.key for part in parts}
    more = [part for part in more if part.key not in sent]
    yield from send(more, progress)
    acks = passing_by(acks_of([*parts, *more], progress))
    if acks or rest:
        return requests_ack([*acks, *rest])
    return Ack(Verdict.NOTHING) if found else Ack(Verdict.REFUSED, "", NO_CONTRACT)


# --- lists ---------------------------------------------------------------------------------------


def _listed(contracts: tuple[str, ...], kinds: tuple[str, ...]) -> Exchange[Found]:
    sorts = [sort for sort in SORTS if sort.kind.id in kinds]
    places = [(sort, contract) for sort in sorts for contract in _places(sort, contracts)]
    lists = yield from gather_exchanges(
        [
            read_list(Listing(f"{s.path}_openorders", partial(_order, s.kind.id), contract))
            for s, contract in places
        ]
    )
    return [(sort, orders) for (sort, _), orders in zip(places, lists, strict=True)]


def _places(sort: Sort, contracts: tuple[str, ...]) -> tuple[str, ...]:
    """The contracts to be listed one by one; a single empty one where the list has them all."""
    return tuple(filter(_is_swap, contracts)) if sort.isolated else ("",)


def _is_swap(contract: str) -> bool:
    """Dated contracts have no isolated margin mode."""
    return contract.count("-") == 1


def _order(kind: str, item: JsonObject) -> OpenOrder:
    return OpenOrder(
        kind,
        order_id_of(item),
        contract=text_of(item.get("contract_code")),
        side=text_of(item.get("direction")),
        offset=text_of(item.get("offset")),
        price=figure(item.get("trigger_price")) or figure(item.get("active_price")),
        size=figure(item.get("volume")),
        created_ms=int_of(item.get("created_at")),
    )


# --- cancels -------------------------------------------------------------------------------------


def _parts(sort: Sort, orders: Iterable[OpenOrder], scope: Scope, by_id: bool) -> Iterable[Part]:
    """The calls that cancel those of `orders` that are within the scope, and no other order."""
    mine = [order for order in orders if scope.covers(order)]
    if not by_id:
        return [_everything(sort, contract) for contract in dict.fromkeys(o.contract for o in mine)]
    return [
        Part(
            f"{sort.path} {contract} {ids}",
            _call(sort, "cancel", {"contract_code": contract, "order_id": ",".join(ids)}),
            partial(read_ack, asked=ids),
            contract,
        )
        for contract, ids in batches_of(((o.contract, o.order_id) for o in mine), MOST_IDS)
    ]


def _known_contracts(scope: Scope, book: Book | None) -> list[str]:
    """Those in which the book has orders of the scope."""
    orders = book.orders if book else ()
    mine = (o for o in orders if o.kind in ACTION.kinds and scope.covers(o))
    return list(dict.fromkeys(o.contract for o in mine))


def _blindly(kinds: tuple[str, ...], scope: Scope, contracts: Iterable[str]) -> list[Part]:
    named = [scope.contract.upper()] if scope.contract else list(dict.fromkeys(contracts))
    return [
        _everything(sort, contract)
        for sort in SORTS
        if sort.kind.id in kinds
        for contract in named
        if not sort.isolated or _is_swap(contract)
    ]


def _everything(sort: Sort, contract: str) -> Part:
    call = _call(sort, "cancelall", {"contract_code": contract})
    return Part(f"{sort.path} {contract}", call, read_ack, contract)


def _call(sort: Sort, what: str, body: JsonObject) -> RestCall:
    return RestCall("POST", f"{sort.path}_{what}", body=compact(body))


_LIMITS = {
    path: RateLimit(path, A_SECOND, 1.0)
    for sort in SORTS
    for path in (f"{sort.path}_cancel", f"{sort.path}_cancelall")
}


def limit_of(call: Call) -> RateLimit | None:
    """The limit that a cancel counts towards, each call its own."""
    return _LIMITS.get(call.path) if isinstance(call, RestCall) else None
