"""The cancel runs of one account: every press starts its own, whatever is under way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count

from tui.core.accounts import Account
from tui.core.actions import Action, Outcome, Report, Scope
from tui.core.clocks import Clock
from tui.core.desk import RunView
from tui.core.errors import describe_internal_error
from tui.core.orders import Book
from tui.service.account.ledger import Ledger
from tui.service.account.venue_clock import VenueClock
from tui.service.cancel.run import CancelRun, RunLimits, RunPorts, in_scope, reads

MOST_AT_ONCE = 30
"""Runs of one action and scope. A press beyond it starts its run all the same; the oldest run then
ends without an outcome, so that a key which is hammered does not fill the memory."""


@dataclass(eq=False, slots=True)
class Press:
    """One press: its scope, and the actions for which it has started a run."""

    scope: Scope
    at_s: float = 0.0
    """When it was made, monotonic."""
    actions: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Running:
    action: Action
    press: Press
    run: CancelRun
    view: RunView
    task: asyncio.Task[Report]
    ended: asyncio.Future[Report]
    given_up: bool = False
    """Ended before its outcome was known, because there were too many newer ones."""

    def repeats(self, action: Action, scope: Scope) -> bool:
        return self.action.id == action.id and self.press.scope == scope


class ActiveRuns:
    """What is under way. `ended` is called for each run that came to its end."""

    def __init__(
        self,
        account: Account,
        ports: RunPorts,
        ledger: Ledger,
        clock: Clock,
        venue_clock: VenueClock,
        limits: RunLimits,
        changed: Callable[[], None],
        ended: Callable[[Action, Report, Press], None],
    ) -> None:
        self._account = account
        self._ports = ports
        self._ledger = ledger
        self._clock = clock
        self._venue_clock = venue_clock
        self._limits = limits
        self._changed = changed
        self._ended = ended
        self._numbers = count()
        self._running: dict[int, _Running] = {}
        """By number; the oldest first."""

    def __bool__(self) -> bool:
        return bool(self._running)

    @property
    def views(self) -> tuple[RunView, ...]:
        return tuple(run.view for run in self._running.values())

    def reports_so_far(self, message: str) -> list[tuple[Report, Press]]:
        """What is known of each run that is under way. It may have sent once at least, and its
        outcome is not known: `message` and the step that it is at say so."""
        return [
            (
                replace(
                    one.run.report,
                    outcome=Outcome.UNRESOLVED,
                    attempts=max(1, one.run.report.attempts),
                    message=f"{message}: {one.view.step}",
                ),
                one.press,
            )
            for one in self._running.values()
        ]

    @property
    def tasks(self) -> list[asyncio.Task[Report]]:
        return [run.task for run in self._running.values()]

    @property
    def outcomes(self) -> list[asyncio.Future[Report]]:
        """Done when the report of the run has been taken."""
        return [run.ended for run in self._running.values()]

    def start(self, action: Action, press: Press) -> asyncio.Future[Report]:
        """Starts the run of this press for this action; its report comes with the result."""
        press.actions.add(action.id)
        self._make_room(action, press.scope)
        book = self._ledger.book
        started_ms = self._ledger.press_ms(self._clock().wall_ms)
        report = Report(
            self._account.name,
            self._account.venue,
            action.id,
            Outcome.UNRESOLVED,
            press.scope,
            started_ms=started_ms,
            open_before=_open_before(book, action, press.scope),
        )
        number = next(self._numbers)

        def step(words: str) -> None:
            if (running := self._running.get(number)) is not None:
                running.view = replace(running.view, step=words)
                self._changed()

        run = CancelRun(
            report,
            action,
            self._ports,
            self._clock,
            self._limits,
            step,
            before=book,
            pressed_ms=self._venue_clock.now_ms(),
        )
        task = asyncio.create_task(run.go(), name=f"{self._account.name} cancel {action.id}")
        view = RunView(action.id, press.scope, started_ms, "sending")
        ended: asyncio.Future[Report] = asyncio.get_running_loop().create_future()
        self._running[number] = _Running(action, press, run, view, task, ended)
        task.add_done_callback(lambda done: self._done(number, done))
        self._changed()
        return ended

    def carry_over(self, press: Press, actions: tuple[Action, ...]) -> None:
        """Starts the runs that this press does not have yet, for an account that turned out to
        have other actions than those it was pressed for."""
        for action in actions:
            if action.id not in press.actions:
                self.start(action, press)

    def _make_room(self, action: Action, scope: Scope) -> None:
        same = [
            one for one in self._running.values() if one.repeats(action, scope) and not one.given_up
        ]
        if len(same) >= MOST_AT_ONCE:
            same[0].given_up = True
            same[0].task.cancel()

    def _done(self, number: int, done: asyncio.Task[Report]) -> None:
        running = self._running.pop(number)
        if done.cancelled() and not running.given_up:
            running.ended.cancel()
        else:
            report = _report_of(running, done, self._clock().wall_ms)
            try:
                self._ended(running.action, report, running.press)
            finally:
                running.ended.set_result(report)
        self._changed()


def _report_of(running: _Running, done: asyncio.Task[Report], now_ms: int) -> Report:
    """What the run came to. One without an outcome of its own must not vanish: it is unresolved."""
    if done.cancelled():
        message = f"followed by {MOST_AT_ONCE} more presses before its outcome was known"
    elif error := done.exception():
        message = f"a fault of killdesk's own: {describe_internal_error(error)}"
        # What a run that failed has noted of itself is not to be relied upon.
        first = running.run.report
        bare = Report(first.account, first.venue, first.action, Outcome.UNRESOLVED, first.scope)
        return replace(bare, started_ms=first.started_ms, ended_ms=now_ms, message=message)
    else:
        return done.result()
    return replace(running.run.report, outcome=Outcome.UNRESOLVED, ended_ms=now_ms, message=message)


def _open_before(book: Book | None, action: Action, scope: Scope) -> int | None:
    """How many orders are known to be at stake; None where a kind of them was never read."""
    if book is None or not reads(book, action):
        return None
    return len(in_scope(book, action, scope))
