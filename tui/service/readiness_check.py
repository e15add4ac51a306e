"""Readiness of accounts, step by step, found out by the very service that a press would use."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from tui.core.accounts import Account
from tui.core.coverage import NOT_READ, Coverage
from tui.core.desk import AccountView, Health, ReadCredentials
from tui.core.readiness import is_untried, readiness_facts
from tui.service.desk.live import LiveDesk
from tui.service.secrets.credentials import PROMPT_TIMEOUT_S

PATIENCE_S = 10.0
LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a press needs, and whether it is there."""

    name: str
    ok: bool
    detail: str
    waiting: bool = False
    """Not known yet; once the check is over nothing waits."""
    at_s: float = 0.0
    """Seconds from the beginning of the check until it was known."""


@dataclass(frozen=True, slots=True)
class AccountCheck:
    """What the check of one account found."""

    account: str
    venue: str
    health: Health
    reason: str
    steps: tuple[Step, ...]
    coverage: Coverage
    """What a press would reach, and what rests beyond it; a press works all the same."""

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
            "open": self.coverage.open,
        }


def _go_on(checks: tuple[AccountCheck, ...]) -> bool:
    return True


def check_accounts(
    accounts: Sequence[Account],
    secrets: ReadCredentials,
    patience_s: float = PATIENCE_S,
    look: Callable[[tuple[AccountCheck, ...]], bool] = _go_on,
    origin: str = "found in the keyring",
    credentials_s: float = PROMPT_TIMEOUT_S,
) -> tuple[AccountCheck, ...]:
    """Connects each account as the dashboard does, and blocks until that is done or failed.

    Each account waits for its credentials for `credentials_s` at most, and then for its venue for
    `patience_s` at most; the accounts do not wait for each other.

    `look` is shown again and again how far it is, in this thread, and says whether to go on.
    `origin` says where the credentials come from.
    """
    desk = LiveDesk(accounts, secrets, answer_s=math.inf)
    desk.start()
    begun_s = time.monotonic()
    ends_s = dict.fromkeys((account.name for account in accounts), begun_s + credentials_s)
    known: dict[tuple[str, str], float] = {}
    where = {account.name: _where(account) for account in accounts}

    def check(account: AccountView, over: bool) -> AccountCheck:
        health, reason = account.health, account.reason
        if over and health is Health.CONNECTING:
            health, reason = Health.DOWN, reason or "no answer in time"
        steps = []
        for step in _steps(account, origin, where[account.name]):
            waiting = step.waiting and not over
            took_s = time.monotonic() - begun_s
            at_s = 0.0 if waiting else known.setdefault((account.name, step.name), took_s)
            steps.append(replace(step, waiting=waiting, at_s=at_s))
        return AccountCheck(
            account.name, account.venue, health, reason, tuple(steps), account.coverage
        )

    try:
        connecting: set[str] = set()
        while True:
            found, now_s = desk.view.accounts, time.monotonic()
            for account in found:
                if account.routes and account.name not in connecting:  # it has its credentials
                    connecting.add(account.name)
                    ends_s[account.name] = now_s + patience_s
            if not look(tuple(check(account, over=False) for account in found)):
                break
            if all(_settled(account) or now_s >= ends_s[account.name] for account in found):
                break
            time.sleep(LOOK_S)
        return tuple(check(account, over=True) for account in desk.view.accounts)
    finally:
        desk.stop()


def _settled(account: AccountView) -> bool:
    """Whether every way to the venue has been tried, and the word for it found."""
    tried = not any(is_untried(route) for route in account.routes)
    if account.health is Health.READY:
        return tried and all(one.reason != NOT_READ for one in account.coverage.remainder)
    return tried and account.health is Health.DOWN


def _where(account: Account) -> str:
    """The site and the hosts that an account's keys go to."""
    urls = (account.rest_url, account.ws_url)
    hosts = dict.fromkeys(urlsplit(url).netloc for url in urls if url)
    paper = ", paper trading" if account.demo_trading else ""
    return f"{account.site or 'own addresses'}: {', '.join(hosts)}{paper}"


def _steps(account: AccountView, origin: str, where: str) -> list[Step]:
    steps = [
        Step(fact.name, fact.ok, fact.cause or fact.text, waiting=fact.pending)
        for fact in readiness_facts(account)
    ]
    if not account.routes:
        return steps
    found = Step("credentials", ok=True, detail=origin)
    return [found, Step("site", ok=True, detail=where), *steps]
