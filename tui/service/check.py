"""Readiness of accounts, step by step, found out by the very service that a press would use."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui.core.accounts import Account
from tui.core.desk import AccountView, Health
from tui.service.live_desk import LiveDesk, Secrets
from tui.service.readiness import UNTRIED

PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a press needs, and whether it is there."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class AccountCheck:
    """What the check of one account found."""

    account: str
    venue: str
    health: Health
    reason: str
    steps: tuple[Step, ...]

    @property
    def ready(self) -> bool:
        return self.health is Health.READY

    def as_json(self) -> dict[str, object]:
        """The shape that `killdesk check --json` prints for one account."""
        return {
            "account": self.account,
            "venue": self.venue,
            "health": self.health,
            "reason": self.reason,
            "steps": [
                {"name": step.name, "ok": step.ok, "detail": step.detail} for step in self.steps
            ],
        }


def check_accounts(
    accounts: Sequence[Account], secrets: Callable[[], Secrets], patience_s: float = PATIENCE_S
) -> tuple[AccountCheck, ...]:
    """Connects each account as the dashboard does; blocks for `patience_s` at most."""
    desk = LiveDesk(accounts, secrets)
    desk.start()
    try:
        until_s = time.monotonic() + patience_s
        while time.monotonic() < until_s:
            if all(_settled(account) for account in desk.view.accounts):
                break
            time.sleep(0.05)
        return tuple(_check(account) for account in desk.view.accounts)
    finally:
        desk.stop()


def _settled(account: AccountView) -> bool:
    """Whether every way to the venue has been tried, and the word for it found."""
    tried = all(route.up or route.detail not in UNTRIED for route in account.routes)
    return tried and account.health in (Health.READY, Health.DOWN)


def _check(account: AccountView) -> AccountCheck:
    health, reason = account.health, account.reason
    if health is Health.CONNECTING:
        health, reason = Health.DOWN, reason or "no answer in time"
    return AccountCheck(account.name, account.venue, health, reason, tuple(_steps(account)))


def _steps(account: AccountView) -> list[Step]:
    if not account.routes:
        return [Step("credentials", ok=False, detail=account.reason)]
    steps = [Step("credentials", ok=True, detail="found in the keyring")]
    for route in account.routes:
        took = f"{route.round_trip_ms:.0f} ms" if route.round_trip_ms is not None else ""
        steps.append(Step(_ROUTES[route.transport], route.up, route.detail or took))
    offset = account.clock_offset_ms
    steps.append(
        Step(
            "clock",
            offset is not None,
            "the venue's clock could not be read" if offset is None else f"{offset:+.0f} ms",
        )
    )
    asked = any(route.up for route in account.routes)
    said = account.key_note or ("the venue does not say" if asked else "not asked")
    steps.append(Step("key", asked and account.key_note != "no trading", said))
    book = account.book
    steps.append(
        Step(
            "open orders",
            book is not None,
            f"{book.count()} open" if book else account.book_error or "not read",
        )
    )
    return steps


_ROUTES = {"ws": "socket", "rest": "REST"}
