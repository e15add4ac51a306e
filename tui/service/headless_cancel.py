"""The cancel run without a screen, for runbooks and cron: the same service as the dashboard."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from tui.core.accounts import Account
from tui.core.actions import EVERYTHING, Outcome, Report, worst_first
from tui.core.coverage import Coverage
from tui.core.desk import ReadCredentials
from tui.core.formatting import duration
from tui.service.audit.writer import Audit
from tui.service.desk.live import LiveDesk
from tui.service.interrupts import Interrupts
from tui.service.secrets.credentials import PROMPT_TIMEOUT_S

LEARN_S = 3.0
"""How long a cancel waits to learn of what family an account is; then it goes out regardless."""


STOP_AT_ONCE_S = 1.0
"""What a second interrupt gives the service and the record to end."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What a headless cancel leaves to tell."""

    reports: list[Report]
    interrupted_by: int | None = None
    """The number of the signal that interrupted it; None if none did."""

    @property
    def outcome(self) -> Outcome:
        """The worst of all reports."""
        return worst_first(self.reports)[0].outcome if self.reports else Outcome.UNRESOLVED

    @property
    def coverage(self) -> dict[str, Coverage]:
        """What each account's press reached, and what rests beyond it."""
        return {report.account: report.coverage for report in self.reports}

    @property
    def nothing_left(self) -> bool:
        """Whether no cancel left this machine."""
        return all(report.outcome is Outcome.DENIED for report in self.reports)


def cancel_accounts(
    accounts: Sequence[Account],
    secrets: ReadCredentials,
    learn_s: float = LEARN_S,
    audit: Audit | None = None,
    interrupts: Interrupts | None = None,
    say: Callable[[str], object] = str,
    credentials_s: float = PROMPT_TIMEOUT_S,
) -> Ended:
    """Cancels everything on each account, all at once; blocks until every outcome is known.

    An account whose credentials come late goes late, and is denied after `credentials_s`; the
    others do not wait for it.

    After a first interrupt nothing new is sent; what has left is finished. After a second one
    what is known by then is the result. `say` is given a sentence about it.
    """
    interrupts = interrupts or Interrupts()
    desk = LiveDesk(accounts, secrets, audit=audit, answer_s=math.inf)
    desk.start()
    at_once = False
    try:
        work = desk.begin_cancel(learn_s, credentials_s)
        if not interrupts.wait(work):
            desk.withhold()
            say("interrupted: what has left is finished, nothing else is sent; again ends at once")
            at_once = not interrupts.wait(work)
        reports = desk.reports_so_far(STOP_AT_ONCE_S) if at_once else work.result()
        return Ended(reports, interrupts.first)
    finally:
        with suppress(Exception):  # the outcome is known: no fault of an end takes it away
            if at_once:
                work.cancel()
            desk.stop(*((STOP_AT_ONCE_S, STOP_AT_ONCE_S) if at_once else ()))


def in_words(report: Report) -> str:
    """One line: `okx-desk spreads: confirmed, 0 of 12 open, 212 ms`; a restricted scope by name."""
    parts = [str(report.outcome)]
    if report.open_after is not None:
        of = f" of {report.open_before}" if report.open_before is not None else ""
        parts.append(f"{report.open_after}{of} open")
    if report.confirmed_ms is not None:
        parts.append(duration(report.confirmed_ms))
    if report.outcome is not Outcome.CONFIRMED:
        parts.append(f"{report.code} {report.message}".strip())
    scope = "" if report.scope == EVERYTHING else f" {report.scope}"
    return f"{report.account} {report.action}{scope}: {', '.join(filter(None, parts))}"
