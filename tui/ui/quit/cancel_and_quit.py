"""Cancel all, then disarm, then quit: how far that is, and why it came to nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from tui.core.actions import Outcome, Report
from tui.core.clocks import Instant
from tui.core.desk import AccountView, DeskView
from tui.ui.panel.outcome import running, scope_words
from tui.ui.quit.last_words import open_words

PATIENCE_S = 5.0
"""So long a disarm may take once no cancel is running, and a cancel until it starts."""

Press = tuple[str, int]
"""An action and the time of its press: tells one cancel of an account from another."""


class Stage(StrEnum):
    """How far one account is."""

    CANCELLING = "cancelling"
    DISARMING = "cancelled, disarming"
    CANCELLED = "cancelled"
    DISARMED = "cancelled and disarmed"
    FAILED = "failed"

    @property
    def done(self) -> bool:
        """Nothing of the account is left to wait for."""
        return self in (Stage.CANCELLED, Stage.DISARMED)


@dataclass(frozen=True, slots=True)
class Progress:
    """One account's way out."""

    account: str
    stage: Stage
    said: tuple[str, ...] = ()
    """The steps of what runs, why it failed, or what is open at the end."""
    clear: bool = True
    """Whether nothing is known to rest beyond what the cancels reached."""


class CancelAndQuit:
    """Fed with successive pictures after every account was cancelled, and those of `disarming` were
    asked to disarm once their cancels are confirmed.

    It ends well when no cancel runs any more, each account's is confirmed, and no timer of
    `disarming` runs. Whatever else comes of it is a failure that is told: nobody leaves with orders
    open and no timer.
    """

    def __init__(self, view: DeskView, disarming: Collection[str], now: Instant) -> None:
        self.accounts = tuple(account.name for account in view.accounts)
        self._disarming = frozenset(disarming)
        self._before = {account.name: _presses(account) for account in view.accounts}
        self._quiet_since = dict.fromkeys(self.accounts, now)
        self._seen: dict[str, tuple[object, object]] = {}
        self._failed: dict[str, tuple[str, ...]] = {}
        self.progress: tuple[Progress, ...] = ()
        self._running = True
        self.feed(view, now)

    @property
    def done(self) -> bool:
        """Nothing is left to wait for: killdesk may end."""
        return not self._running and all(one.stage.done for one in self.progress)

    @property
    def failed(self) -> bool:
        """It will not come to its end."""
        return bool(self._failed)

    def feed(self, view: DeskView, now: Instant) -> None:
        """Takes the newest picture. Also to be called when time has passed."""
        self._running = any(account.runs for account in view.accounts)
        self.progress = tuple(self._look(view.account(name), name, now) for name in self.accounts)

    def _look(self, account: AccountView | None, name: str, now: Instant) -> Progress:
        if account is None:
            return Progress(name, Stage.CANCELLED, ("no longer on the desk",))
        new = tuple(
            report
            for report in (*account.earlier, *account.reports)
            if (report.action, report.started_ms) not in self._before.get(name, frozenset())
        )
        bad = tuple(report for report in new if report.outcome is not Outcome.CONFIRMED)
        armed = name in self._disarming and account.has_armed_timer
        waited = self._waited(account, now)
        if bad:
            self._failed[name] = tuple(_why(account, bad))
        elif name not in self._failed and waited and (armed or not new):
            what = "the disarm" if new else "that it cancels"
            self._failed[name] = (f"{name}: the venue has not confirmed {what}",)
        if name in self._failed:
            return Progress(name, Stage.FAILED, self._failed[name])
        if account.runs or not new:
            steps = (
                f"{scope_words(each.run, account.label(each.run.action))}: {each.step}"
                for each in running(account.runs)
            )
            return Progress(name, Stage.CANCELLING, tuple(steps))
        if armed:
            return Progress(name, Stage.DISARMING)
        stage = Stage.DISARMED if name in self._disarming else Stage.CANCELLED
        return Progress(name, stage, (open_words(account),), account.coverage.clear)

    def _waited(self, account: AccountView, now: Instant) -> bool:
        """Nothing has run or come for so long that nothing more is to come."""
        seen = (account.runs, account.reports)
        if account.runs or self._seen.get(account.name) != seen:
            self._seen[account.name] = seen
            self._quiet_since[account.name] = now
        return now.since(self._quiet_since[account.name]) >= PATIENCE_S


def _presses(account: AccountView) -> frozenset[Press]:
    """The cancels that ended or began before this."""
    reports = (*account.earlier, *account.reports)
    ended = {(report.action, report.started_ms) for report in reports}
    return frozenset(ended | {(run.action, run.started_ms) for run in account.runs})


def _why(account: AccountView, bad: tuple[Report, ...]) -> Iterator[str]:
    """`okx-desk spreads: remaining, 3 of 12 open; the timer stays armed`."""
    timers = "the timer stays armed" if account.has_armed_timer else "no timer is armed"
    if sum(not timer.state.gone for timer in account.timers) > 1:
        timers = "the timers stay armed"
    for report in bad:
        count = f", {report.open_after} open" if report.open_after else ""
        text = " ".join(part for part in (report.code, report.message) if part)
        reason = f" ({text})" if text else ""
        what = scope_words(report, account.label(report.action))
        yield f"{account.name} {what}: {report.outcome}{count}{reason}; {timers}"
