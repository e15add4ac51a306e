"""Bitget's cancels: whole categories, chosen orders, and strategy orders one by one.

No call takes all categories, and five calls of the one that takes a category are all that the venue
allows in a second. If a press used up all five, one that follows within the second would be refused
whole. So a press sends at once where orders may be: in categories where the last book or a press
before it saw some, and where nothing is known. Of the others it asks for the list in the same
moment, and sends where something rests after all or the list does not come at once. So an order
that was placed since the last book goes too, wherever it is, and a category is only spared on the
venue's word of this very moment. If a list was wrong in that, the verification shows the order, and
the run sends for its category (`Ack.spared`). Where no category is known to have any order, all
five go at once.

A category that is refused all the same, because presses before used the second up, does not wait
for the next one: its list is read and what it shows goes by `cancel-batch`, which has a limit of
its own. Only where that is not complete is the category sent again, when the venue allows it.

A category that the venue refuses to this key, cancel and list alike, says nothing of the others: it
is named with the lists (`Book.refused`), and the outcome of a cancel is that of the others.

Sources: the UTA pages "Cancel All Orders", "Cancel Batch" and "Cancel Strategy Order".
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from tui.core.actions import Ack, Scope, Verdict
from tui.core.orders import Book, OpenOrder
from tui.venues.base.errors import VenueError
from tui.venues.base.messages import Call, Exchange, JsonValue, Market, RateLimit, Reply, RestCall
from tui.venues.bitget.open_orders import CATEGORIES, STRATEGY, Listing, read_lists
from tui.venues.bitget.replies import (
    PRODUCT,
    WRONG_ACCOUNT,
    batch_outcome,
    category_ack,
    strategy_outcome,
)
from tui.venues.common.acks import OrderResult, chosen_ack, requests_ack
from tui.venues.common.exchanges import alongside, gather_exchanges
from tui.venues.common.parsing import compact
from tui.venues.common.progress import Answer, Part, Progress, send

A_BATCH = 20
"""Orders that one `cancel-batch` takes, all of one category."""
LIST_S = 0.3
"""How long the list of a category that seems empty is waited for before its cancel is sent."""
_TRADE = "/api/v3/trade/"
_A_SECOND = {"cancel-symbol-order": 5, "cancel-batch": 5, "cancel-strategy-order": 10}
_LIMITS = {f"{_TRADE}{call}": RateLimit(call, most, 1.0) for call, most in _A_SECOND.items()}


def limit_of(call: Call) -> RateLimit | None:
    """The limit that a cancel counts towards, each call its own."""
    return _LIMITS.get(call.path) if isinstance(call, RestCall) else None


def cancel_categories(
    categories: tuple[str, ...],
    scope: Scope,
    book: Book | None,
    progress: Progress,
    lately: frozenset[Market],
) -> Exchange[Ack]:
    """Cancels by category and symbol, first where orders are known or nothing is known.

    `categories` are those that the account has.
    """
    if scope.direction or scope.offset:
        return Ack(Verdict.REFUSED, "", "Bitget cancels by category and symbol, not by side")
    if scope.category == STRATEGY:
        return Ack(Verdict.REFUSED, "", "strategy orders have no cancel-all; choose them")
    if scope.category and scope.category not in categories:
        return Ack(Verdict.REFUSED, "", "the account has no such category")
    first, others = _in_order(categories, scope, book, lately)
    parts = [_category_part(category, scope.contract) for category in first]
    due = progress.due(parts)
    lists = [Listing(category, category) for category in others]
    questions = [replace(call, within_s=LIST_S) for one in lists if (call := one.call())]
    if due or questions:
        replies = yield (*(part.call for part in due), *questions)
        progress.take(due, replies[: len(due)])
        occupied = [
            one.kind
            for one, reply in zip(lists, replies[len(due) :], strict=True)
            if _may_have_orders(one, reply, scope)
        ]
        more = [_category_part(category, scope.contract) for category in occupied]
        yield from send(more, progress)
        parts += more
    empty, closed = yield from gather_exchanges(
        [_one_by_one(scope, parts, progress), _closed(parts, progress, book)]
    )
    asked = {part.label for part in parts} - empty
    spared = tuple(category for category in (*first, *others) if category not in asked)
    if spared or asked > closed:
        parts = [part for part in parts if part.label not in closed]
    acks = [answer for answer in progress.answers(parts) if isinstance(answer, Ack)]
    if len({(ack.code, ack.text) for ack in acks}) > 1:
        acks = [_named(ack, part.label) for ack, part in zip(acks, parts, strict=True)]
    if spared:
        acks.append(Ack(Verdict.NOTHING))
    return replace(requests_ack(acks), spared=spared)


def _one_by_one(
    scope: Scope, parts: Sequence[Part], progress: Progress
) -> Exchange[frozenset[str]]:
    """Cancels by their ids the orders of categories that the venue was too busy for.

    Gives the categories of which the venue lists no order.
    """
    busy = [part for part in parts if _is_busy(progress, part)]
    lists = {part.label: Listing(part.label, part.label) for part in busy}
    questions = [replace(call, within_s=LIST_S) for one in lists.values() if (call := one.call())]
    if not questions:
        return frozenset()
    replies = yield tuple(questions)
    read: dict[str, list[OpenOrder]] = {}
    for listing, reply in zip(lists.values(), replies, strict=True):
        with suppress(VenueError):
            listing.take(reply)
            read[listing.kind] = [o for o in listing.orders.values() if scope.covers(o)]
    batches = {category: _batches(orders) for category, orders in read.items()}
    answers = Progress()
    yield from send([part for group in batches.values() for part in group], answers)
    for part in busy:
        if part.label not in read or lists[part.label].call() is not None:
            continue
        ack = _together(answers.answers(batches[part.label]))
        if ack.verdict in (Verdict.ACCEPTED, Verdict.NOTHING):
            progress.settle(part, ack)
    return frozenset(category for category, orders in read.items() if not orders)


def _is_busy(progress: Progress, part: Part) -> bool:
    (answer,) = progress.answers([part])
    return isinstance(answer, Ack) and answer.verdict is Verdict.BUSY


def _closed(
    parts: Sequence[Part], progress: Progress, book: Book | None
) -> Exchange[frozenset[str]]:
    """The categories whose cancel the venue refuses to this key and whose list it refuses too, by
    the last book or, where that does not say so, now."""
    answers = zip(parts, progress.answers(parts), strict=True)
    refused = {part.label for part, ack in answers if isinstance(ack, Ack) and ack.code in PRODUCT}
    known = refused & dict(book.refused if book else ()).keys()
    lists = [Listing(category, category) for category in CATEGORIES if category in refused - known]
    questions = [replace(call, within_s=LIST_S) for one in lists if (call := one.call())]
    if not questions:
        return frozenset(known)
    replies = yield tuple(questions)
    closed = {one.kind for one, reply in zip(lists, replies, strict=True) if _is_closed(one, reply)}
    return frozenset(known | closed)


def _is_closed(listing: Listing, reply: Reply) -> bool:
    try:
        listing.take(reply)
    except VenueError as error:
        return error.code in PRODUCT
    return False


def cancel_strategy(
    categories: tuple[str, ...], scope: Scope, book: Book | None, progress: Progress
) -> Exchange[Ack]:
    """Cancels strategy orders one by one, as no call takes them all: those that are known at once,
    and those that the venue lists in the same moment in these categories after them."""
    if scope.direction or scope.offset or scope.category not in (None, STRATEGY):
        return Ack(Verdict.REFUSED, "", "strategy orders are told apart by symbol alone")
    known = [o for o in book.orders if o.kind == STRATEGY and scope.covers(o)] if book else []
    parts = _batches(known)
    due = progress.due(parts)
    calls = tuple(part.call for part in due)
    replies, found = yield from alongside(calls, read_lists((STRATEGY,), categories))
    progress.take(due, replies)
    if isinstance(found, VenueError):
        error = replace(found.ack, wrong_account=found.code in WRONG_ACCOUNT)
        if not parts:
            return error
        text = f"strategy orders could not be listed: {found.text}"
        doubt = replace(error, verdict=Verdict.UNKNOWN, text=text)
        return requests_ack([_together(progress.answers(parts)), doubt])
    sent = {part.key for part in parts}
    listed = _batches([order for order in found.orders if scope.covers(order)])
    more = [part for part in listed if part.key not in sent]
    yield from send(more, progress)
    ack = _together(progress.answers([*parts, *more]))
    refusal = found.refused.get(STRATEGY)
    if refusal is None:
        return ack
    return requests_ack([ack, refusal.ack]) if parts or more else refusal.ack


def _named(ack: Ack, category: str) -> Ack:
    """`ack` with the category behind the venue's text."""
    return replace(ack, text=f"{ack.text} ({category})".lstrip()) if ack.code or ack.text else ack


def _in_order(
    categories: tuple[str, ...], scope: Scope, book: Book | None, lately: frozenset[Market]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The categories in which a cancel goes out at once, those with orders first, and the others
    in which something may have been placed since."""
    if scope.category:
        return (scope.category,), ()
    if book is None:
        return categories, ()
    seen = {order.kind for order in book.orders if scope.covers(order)}
    symbol = scope.contract.upper() if scope.contract else ""
    before = {kind for kind, contract in lately if symbol in ("", contract.upper())}
    rank = {
        category: 0 if category in seen else 1 if category in before else 2
        for category in categories
        if category in seen or category in before or category not in book.kinds
    }
    first = tuple(sorted(rank, key=lambda category: rank[category]))
    if not first:
        return categories, ()
    return first, tuple(category for category in categories if category not in rank)


def _may_have_orders(listing: Listing, reply: Reply, scope: Scope) -> bool:
    """Whether a list shows orders of the scope, or leaves it open: then a cancel is to be sent."""
    try:
        listing.take(reply)
    except VenueError:
        return True
    return listing.call() is not None or any(map(scope.covers, listing.orders.values()))


def _category_part(category: str, symbol: str | None) -> Part:
    call = trade_call("cancel-symbol-order", _which(category, symbol))
    return Part(category, call, category_ack, label=category)


def _which(category: str, symbol: str | None) -> JsonValue:
    return {"category": category, "symbol": symbol.upper()} if symbol else {"category": category}


def cancel_chosen(orders: Sequence[OpenOrder], progress: Progress) -> Exchange[Ack]:
    """Orders by twenties of one category, strategy orders one by one."""
    return _together((yield from send(_batches(orders), progress)))


def _batches(orders: Sequence[OpenOrder]) -> list[Part]:
    parts = []
    for kind in dict.fromkeys(order.kind for order in orders):
        members = [order for order in orders if order.kind == kind]
        size = 1 if kind == STRATEGY else A_BATCH
        groups = [members[start : start + size] for start in range(0, len(members), size)]
        parts += [_chosen_part(group) for group in groups]
    return parts


def _together(answers: Sequence[Answer]) -> Ack:
    results: list[OrderResult] = []
    whole: list[Ack] = []
    for answer in answers:
        if isinstance(answer, list):
            results += answer
        else:
            whole.append(answer)
    return chosen_ack(whole, results)


def _chosen_part(group: Sequence[OpenOrder]) -> Part:
    ids = [order.order_id for order in group]
    read = strategy_outcome if group[0].kind == STRATEGY else batch_outcome

    def answer(reply: Reply) -> Answer:
        outcome = read(reply, ids)
        if isinstance(outcome, Ack) and len(ids) == 1 and not outcome.wrong_account:
            return [OrderResult(ids[0], outcome.verdict, outcome.code, outcome.text)]
        return outcome

    return Part(f"{group[0].kind} {' '.join(ids)}", _chosen_call(group), answer)


def _chosen_call(group: Sequence[OpenOrder]) -> RestCall:
    if group[0].kind == STRATEGY:
        return trade_call("cancel-strategy-order", {"orderId": group[0].order_id})
    body: JsonValue = [
        {"orderId": order.order_id, "category": order.kind, "symbol": order.contract}
        for order in group
    ]
    return trade_call("cancel-batch", body)


def trade_call(call: str, body: JsonValue) -> RestCall:
    """A trade call; the body is compact JSON, the very text that is signed and sent."""
    return RestCall("POST", f"{_TRADE}{call}", body=compact(body))
