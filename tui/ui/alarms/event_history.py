"""What rang and what ended on this desk since it was opened, with times: for whoever asks later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tui.core.actions import Outcome, Report
from tui.core.clocks import Instant
from tui.core.desk import AccountView, DeskView
from tui.ui.panel.outcome import outcome_sign, scope_words
from tui.ui.panel.remainder import cover_of, remainder_of
from tui.ui.widgets.status import StatusLabel

CAPACITY = 1_000
KEPT_ORDERS = 20_000
"""Orders that all kept reports may list together; beyond that the oldest lose their details."""

Source = tuple[str, str]
"""An account, and what of it: a timer, or a cancel."""


@dataclass(frozen=True, slots=True)
class Event:
    """One alarm with its end, or one outcome."""

    number: int
    account: str
    what: str
    sign: StatusLabel
    at_ms: int
    """When it began; of an outcome, when it was known. Epoch ms."""
    bad: bool
    """Somebody had to look."""
    alarm: bool
    until_ms: int | None = None
    """When the alarm's cause was gone; None while it is not, and for outcomes."""
    lasted_s: float | None = None
    """From its begin to there, whatever was done to the wall clock meanwhile."""
    seen_ms: int | None = None
    """When the alarm was acknowledged."""
    report: Report | None = None
    remainder: str = ""
    """Of an outcome: what no press reached as it was known; empty when nothing rested there."""
    when: str = ""
    """Between which moments it happened, where that is not when it was noticed."""

    @property
    def where(self) -> str:
        """`okx-desk quotes`."""
        return f"{self.account} {self.what}".strip()


class History:
    """The last events, bounded. `version` moves with every change."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._events: dict[int, Event] = {}
        self._open: dict[Source, tuple[int, Instant]] = {}
        """The alarm of each source that is so still, and when it began."""
        self._unseen: dict[Source, list[int]] = {}
        self._outcomes: dict[tuple[str, str, object, int], int] = {}
        self._latest: dict[tuple[str, str, object, int], Report] = {}
        self._seen: dict[str, tuple[tuple[Report, ...], tuple[Report, ...]]] = {}
        self._next = 1
        self.version = 0

    def newest_first(self, *, only_bad: bool = False) -> tuple[Event, ...]:
        """The events, those that somebody had to look at alone if asked for."""
        return tuple(
            event for event in reversed(self._events.values()) if event.bad or not only_bad
        )

    # What the alarms tell

    def rose(
        self,
        source: Source,
        what: str,
        sign: StatusLabel,
        at: Instant,
        report: Report | None = None,
        when: str = "",
    ) -> None:
        """A source came to a trouble, or to a worse one: that is where the one before ends."""
        self.ended(source, at)
        event = Event(
            self._next,
            source[0],
            what,
            sign,
            at.wall_ms,
            bad=True,
            alarm=True,
            report=report,
            when=when,
        )
        number = self._add(event)
        self._open[source] = number, at
        unseen = [one for one in self._unseen.get(source, ()) if one in self._events]
        self._unseen[source] = [*unseen, number]

    def ended(self, source: Source, at: Instant) -> None:
        """The source's trouble is no more."""
        if source in self._open:
            number, began = self._open.pop(source)
            lasted_s = max(0.0, at.steady_since(began))
            self._change(number, until_ms=at.wall_ms, lasted_s=lasted_s)

    def seen(self, sources: Iterable[Source], at_ms: int) -> None:
        """Somebody has acknowledged the alarms of these sources."""
        for source in sources:
            for number in self._unseen.pop(source, ()):
                self._change(number, seen_ms=at_ms)

    # What the pictures tell

    def take(self, view: DeskView, now_ms: int) -> None:
        """Takes the outcomes of a picture, each once; what a later read adds goes to its report."""
        for account in view.accounts:
            # Almost every picture has the reports of the one before.
            if self._seen.get(account.name) == (account.reports, account.earlier):
                continue
            self._seen[account.name] = account.reports, account.earlier
            reports = (*account.earlier, *account.reports)
            for report in reports:
                self._take(account, report, now_ms)
            present = {_key(account, report) for report in reports}
            for gone in [key for key in self._latest if key[0] == account.name]:
                if gone not in present:
                    del self._latest[gone]
                    self._outcomes.pop(gone, None)

    def _take(self, account: AccountView, report: Report, now_ms: int) -> None:
        key = _key(account, report)
        before = self._latest.get(key)
        if before == report:
            return
        self._latest[key] = report
        if report.outcome is Outcome.UNRESOLVED:
            return  # an alarm stands for it
        if before is not None and before.outcome is report.outcome:
            self._change(self._outcomes[key], report=report, account=account)
        else:
            self._outcomes[key] = self._add(_event_of(self._next, account, report, now_ms))
        self._forget_details()

    def _add(self, event: Event) -> int:
        self._next += 1
        self.version += 1
        self._events[event.number] = event
        if len(self._events) > self._capacity:
            del self._events[next(iter(self._events))]
        return event.number

    def _change(
        self,
        number: int | None,
        *,
        until_ms: int | None = None,
        lasted_s: float | None = None,
        seen_ms: int | None = None,
        report: Report | None = None,
        account: AccountView | None = None,
    ) -> None:
        event = self._events.get(number) if number is not None else None
        if event is None:
            return
        self.version += 1
        self._events[event.number] = replace(
            event,
            until_ms=until_ms or event.until_ms,
            lasted_s=event.lasted_s if lasted_s is None else lasted_s,
            seen_ms=seen_ms or event.seen_ms,
            report=report or event.report,
        )
        if report is not None and account is not None:
            changed = _event_of(number or 0, account, report, event.at_ms)
            self._events[event.number] = replace(
                self._events[event.number], sign=changed.sign, remainder=changed.remainder
            )

    def _forget_details(self) -> None:
        """A report may list thousands of orders: the newest keep theirs."""
        orders = 0
        for event in reversed(self._events.values()):
            if event.report is None:
                continue
            orders += len(event.report.remaining) + len(event.report.scope.orders)
            if orders > KEPT_ORDERS and event.number != self._next - 1:
                self._events[event.number] = replace(event, report=None)


def _key(account: AccountView, report: Report) -> tuple[str, str, object, int]:
    return account.name, report.action, report.scope, report.started_ms


def _remainder(account: AccountView, report: Report) -> str:
    return next(iter(remainder_of(cover_of(account, report)).words), "")


def _event_of(number: int, account: AccountView, report: Report, now_ms: int) -> Event:
    cover = cover_of(account, report)
    return Event(
        number,
        account.name,
        scope_words(report, account.label(report.action)),
        outcome_sign(report, clear=cover.clear),
        report.ended_ms or now_ms,
        bad=report.outcome is not Outcome.CONFIRMED,
        alarm=False,
        report=report,
        remainder=_remainder(account, report),
    )
