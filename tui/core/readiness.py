"""The facts that a press depends on, each judged and put into words once.

`killdesk check`, the test of an account and the screen "why ready or not" all show these; what the
API key may do is worded here for the panel too.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tui.core.coverage import NOT_READ
from tui.core.desk import AccountView, Health, RouteView
from tui.core.formatting import clock_offset, count, duration

UNTRIED = ("not tried yet", "connecting")
"""What a route says of itself before its first try has ended."""
TRADE_ONLY = "trade-only"
CAN_WITHDRAW = "can withdraw"
NO_TRADING = "no trading"
_ROUTES = {"ws": "socket", "rest": "REST"}


class Standing(StrEnum):
    """How good a fact is for a press."""

    GOOD = "good"
    CAREFUL = "careful"
    """A press works, but this should be looked at."""
    BAD = "bad"
    UNKNOWN = "unknown"
    """The venue does not say; a press works all the same."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a press needs, and how it stands."""

    name: str
    standing: Standing
    text: str
    pending: bool = False
    """Not known yet, and still being found out."""
    cause: str = ""
    """Why it stands like this, where `text` says only what follows."""
    route: RouteView | None = None
    """The route that it is about."""

    @property
    def ok(self) -> bool:
        """Whether a press has what it needs of this."""
        return self.standing is not Standing.BAD


def readiness_facts(account: AccountView) -> tuple[Fact, ...]:
    """What a press on this account depends on. Without credentials there is no route to ask."""
    connecting = account.health is Health.CONNECTING
    if not account.routes:
        text = "none: nothing can be sent"
        none = Fact("credentials", Standing.BAD, text, connecting, account.reason)
        return (none, _open_orders(account, connecting))
    return (
        *(_route(route) for route in account.routes),
        _clock(account.clock_offset_ms, connecting),
        _key(account, connecting),
        _open_orders(account, connecting),
    )


def is_untried(route: RouteView) -> bool:
    """Whether the first try of a route has not ended."""
    return not route.up and route.detail in UNTRIED


def is_harmless(key_note: str) -> bool:
    """Whether a key cannot take money away, as far as is known."""
    return key_note != CAN_WITHDRAW


def _route(route: RouteView) -> Fact:
    name = _ROUTES.get(route.transport, route.transport)
    if not route.up:
        detail = route.detail or "down"
        return Fact(name, Standing.BAD, detail, pending=is_untried(route), route=route)
    trip = duration(route.round_trip_ms)
    return Fact(name, Standing.GOOD, f"round trip {trip}" if trip else "", route=route)


def _clock(offset_ms: float | None, connecting: bool) -> Fact:
    if offset_ms is None:
        text = "the venue's clock could not be read"
        return Fact("clock", Standing.BAD, text, pending=connecting)
    return Fact("clock", Standing.GOOD, clock_offset(offset_ms))


def _key(account: AccountView, connecting: bool) -> Fact:
    note = account.key_note
    if note:
        bad = Standing.BAD if note == NO_TRADING else Standing.CAREFUL
        return Fact("key", Standing.GOOD if note == TRADE_ONLY else bad, note)
    if account.book is None:  # the key may have been refused
        return Fact("key", Standing.BAD, "not accepted yet", pending=connecting)
    text = "the venue does not say what it may do"
    return Fact("key", Standing.UNKNOWN, text, pending=connecting)


def _open_orders(account: AccountView, connecting: bool) -> Fact:
    """The orders that a press reaches. A product that cannot be read is none of them."""
    name, known = "open orders", account.coverage.open
    if known is not None:
        fine = account.coverage.clear and not account.book_error
        return Fact(name, Standing.GOOD if fine else Standing.CAREFUL, f"{count(known)} open")
    text = account.book_error or NOT_READ
    if account.book is not None:
        return Fact(name, Standing.CAREFUL, text)
    return Fact(name, Standing.BAD, text, pending=connecting)
