"""Bitget's cancels: whole categories, chosen orders, and strategy orders one by one.

Sources: the UTA pages "Cancel All Orders", "Cancel Batch" and "Cancel Strategy Order".
"""

from __future__ import annotations

from dataclasses import replace

from tui.core.actions import Ack, Scope, Verdict
from tui.core.orders import Book, OpenOrder
from tui.venues.base import JsonValue, RestCall, Talk, VenueError
from tui.venues.bitget_book import CATEGORIES, STRATEGY, read_book
from tui.venues.bitget_replies import (
    RETRY_S,
    WRONG_ACCOUNT,
    batch_outcome,
    category_ack,
    strategy_outcome,
)
from tui.venues.reading import OrderResult, chosen_ack, requests_ack
from tui.venues.writing import compact

A_BATCH = 20
"""Orders that one `cancel-batch` takes, all of one category."""
STRATEGY_A_SECOND = 10
"""Calls of `cancel-strategy-order`, each of one order."""


def cancel_categories(scope: Scope, book: Book | None) -> Talk[Ack]:
    """Cancels by category and symbol."""
    if scope.direction or scope.offset:
        return Ack(Verdict.REFUSED, "", "Bitget cancels by category and symbol, not by side")
    if scope.category == STRATEGY:
        return Ack(Verdict.REFUSED, "", "strategy orders have no cancel-all; choose them")
    if scope.category and scope.category not in CATEGORIES:
        return Ack(Verdict.REFUSED, "", "Bitget has no such category")
    categories = _categories(scope, book)
    answers = yield tuple(
        trade_call("cancel-symbol-order", _which(category, scope.contract))
        for category in categories
    )
    acks = list(map(category_ack, answers))
    if len({(ack.code, ack.text) for ack in acks}) > 1:
        acks = [_named(ack, category) for ack, category in zip(acks, categories, strict=True)]
    return requests_ack(acks)


def cancel_strategy(scope: Scope) -> Talk[Ack]:
    """Cancels the strategy orders that the venue lists now: there is no call that takes them all.

    As many go at once as the venue takes in a second. The rest is left to be asked for again,
    which then finds a shorter list.
    """
    if scope.direction or scope.offset or scope.category not in (None, STRATEGY):
        return Ack(Verdict.REFUSED, "", "strategy orders are told apart by symbol alone")
    try:
        book = yield from read_book((STRATEGY,))
    except VenueError as error:
        return replace(error.ack, wrong_account=error.code in WRONG_ACCOUNT)
    due = tuple(order for order in book.orders if scope.covers(order))
    if not due:
        return Ack(Verdict.NOTHING)
    ack = yield from cancel_chosen(due[:STRATEGY_A_SECOND])
    left = len(due) - STRATEGY_A_SECOND
    if left <= 0 or ack.verdict not in (Verdict.ACCEPTED, Verdict.NOTHING):
        return ack
    text = f"{left} strategy orders to go: the venue takes {STRATEGY_A_SECOND} a second"
    return replace(ack, verdict=Verdict.BUSY, text=text, retry_after_s=RETRY_S)


def _named(ack: Ack, category: str) -> Ack:
    """`ack` with the category behind the venue's text."""
    return replace(ack, text=f"{ack.text} ({category})".lstrip()) if ack.code or ack.text else ack


def _categories(scope: Scope, book: Book | None) -> tuple[str, ...]:
    """Where to cancel: the category asked for, else those where the symbol was seen, else all."""
    if scope.category:
        return (scope.category,)
    if scope.contract and book:
        seen = {order.kind for order in book.orders if scope.covers(order)}
        return tuple(c for c in CATEGORIES if c in seen) or CATEGORIES
    return CATEGORIES


def _which(category: str, symbol: str | None) -> JsonValue:
    return {"category": category, "symbol": symbol.upper()} if symbol else {"category": category}


def cancel_chosen(orders: tuple[OpenOrder, ...]) -> Talk[Ack]:
    """Orders by twenties of one category (5 calls per second), strategy orders one by one (10)."""
    groups = []
    for kind in dict.fromkeys(order.kind for order in orders):
        members = [order for order in orders if order.kind == kind]
        size = 1 if kind == STRATEGY else A_BATCH
        groups += [members[start : start + size] for start in range(0, len(members), size)]
    answers = yield tuple(_chosen_call(group) for group in groups)
    results: list[OrderResult] = []
    whole: list[Ack] = []
    for group, reply in zip(groups, answers, strict=True):
        ids = [order.order_id for order in group]
        read = strategy_outcome if group[0].kind == STRATEGY else batch_outcome
        outcome = read(reply, ids)
        if isinstance(outcome, list):
            results += outcome
        elif len(ids) == 1 and not outcome.wrong_account:
            results.append(OrderResult(ids[0], outcome.verdict, outcome.code, outcome.text))
        else:
            whole.append(outcome)
    return chosen_ack(whole, results)


def _chosen_call(group: list[OpenOrder]) -> RestCall:
    if group[0].kind == STRATEGY:
        return trade_call("cancel-strategy-order", {"orderId": group[0].order_id})
    body: JsonValue = [
        {"orderId": order.order_id, "category": order.kind, "symbol": order.contract}
        for order in group
    ]
    return trade_call("cancel-batch", body)


def trade_call(call: str, body: JsonValue) -> RestCall:
    """A trade call; the body is compact JSON, the very text that is signed and sent."""
    return RestCall("POST", f"/api/v3/trade/{call}", body=compact(body))
