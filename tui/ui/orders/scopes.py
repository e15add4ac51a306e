"""The parts of a book that can be cancelled for themselves, as far as the venue can restrict it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tui.core.actions import Action, Scope
from tui.core.desk import AccountView
from tui.core.orders import OpenOrder


@dataclass(frozen=True, slots=True)
class Part:
    """One restricted cancel that a trader may choose."""

    action: Action
    scope: Scope
    words: str
    """`BTC-USDT buy`, `USDT futures`."""

    def count(self, account: AccountView) -> int:
        """How many orders it would hit, by the book as it was last read."""
        return sum(self.scope.covers(order) for order in _orders(account, self.action))


def parts(account: AccountView) -> tuple[Part, ...]:
    """Every part that has orders now: whole contracts or categories first, the largest first."""
    return tuple(part for action in account.actions for part in _of_action(account, action))


def _of_action(account: AccountView, action: Action) -> Iterator[Part]:
    orders = _orders(account, action)
    labels = {kind.id: kind.label for kind in account.kinds}
    by_category = "category" in action.scopes
    categories = _ranked(order.kind for order in orders) if by_category else [None]
    for category in categories:
        mine = [order for order in orders if category in (None, order.kind)]
        head = labels.get(category, category) if category else ""
        if category:
            yield Part(action, Scope(category=category), head)
        contracts: list[str | None] = [None]
        if "contract" in action.scopes:
            contracts += _ranked(order.contract for order in mine)
        for contract in contracts:
            theirs = [order for order in mine if contract in (None, order.contract)]
            scope = Scope(contract=contract, category=category)
            words = f"{head} {contract}".strip() if contract else f"{head} all contracts".strip()
            if contract:
                yield Part(action, scope, words)
            if "direction" in action.scopes:
                for side in _ranked(order.side for order in theirs):
                    yield Part(action, _with(scope, direction=side), f"{words} {side}")
            if "offset" in action.scopes:
                for offset in _ranked(order.offset for order in theirs):
                    yield Part(action, _with(scope, offset=offset), f"{words} offset {offset}")


def _with(scope: Scope, direction: str | None = None, offset: str | None = None) -> Scope:
    """One of the two at most: no venue takes both."""
    return Scope(scope.contract, direction, offset, scope.category)


def _orders(account: AccountView, action: Action) -> list[OpenOrder]:
    listed = account.book.orders if account.book is not None else ()
    return [order for order in listed if order.kind in action.kinds]


def _ranked(values: Iterator[str]) -> list[str]:
    """Each value once, the most frequent first; what is empty is no restriction."""
    counts: dict[str, int] = {}
    for value in values:
        if value:
            counts[value] = counts.get(value, 0) + 1
    return sorted(counts, key=lambda value: (-counts[value], value))
