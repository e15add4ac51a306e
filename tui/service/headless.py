"""The cancel run without a screen, for runbooks and cron: the same service as the dashboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui.core.accounts import Account
from tui.core.actions import Outcome, Report
from tui.core.desk import AccountView, Secrets
from tui.service.audit import Audit
from tui.service.live_desk import LiveDesk

LEARN_S = 3.0
"""How long a cancel waits to learn of what family an account is; then it goes out regardless."""


def cancel_accounts(
    accounts: Sequence[Account],
    secrets: Callable[[], Secrets],
    learn_s: float = LEARN_S,
    audit: Audit | None = None,
) -> Ended:
    """Cancels everything on each account, all at once; blocks until every outcome is known."""
    desk = LiveDesk(accounts, secrets, audit=audit)
    desk.start()
    try:
        reports = desk.cancel_to_the_end(learn_s)
        return Ended(reports, tuple(map(_not_covered, desk.view.accounts)))
    finally:
        desk.stop()


@dataclass(frozen=True, slots=True)
class NotCovered:
    """Orders of one account that no button reaches, by kind; only those that were read."""

    account: str
    kinds: dict[str, int]


@dataclass(frozen=True, slots=True)
class Ended:
    """What a headless cancel leaves to tell."""

    reports: list[Report]
    not_covered: tuple[NotCovered, ...]


def _not_covered(account: AccountView) -> NotCovered:
    book = account.book
    found = {
        kind.id: book.count([kind.id])
        for kind in account.kinds
        if book is not None and not kind.covered and kind.id in book.kinds
    }
    return NotCovered(account.name, {kind: count for kind, count in found.items() if count})


def in_words(report: Report) -> str:
    """One line: `okx-desk spreads: confirmed, 0 of 12 open, 212 ms`."""
    parts = [str(report.outcome)]
    if report.open_after is not None:
        of = f" of {report.open_before}" if report.open_before is not None else ""
        parts.append(f"{report.open_after}{of} open")
    if report.confirmed_ms is not None:
        parts.append(f"{report.confirmed_ms:.0f} ms")
    if report.outcome is not Outcome.CONFIRMED:
        parts.append(f"{report.code} {report.message}".strip())
    return f"{report.account} {report.action}: {', '.join(part for part in parts if part)}"
