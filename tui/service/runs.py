"""The cancel runs of one account: started at once, joined when pressed again, and shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from tui.core.accounts import Account
from tui.core.actions import Action, Outcome, Report, Scope
from tui.core.clocks import Clock
from tui.core.desk import RunView
from tui.core.orders import Book
from tui.service.cancel_run import CancelRun, RunLimits, RunPorts, in_scope
from tui.service.ledger import Ledger
from tui.service.venue_clock import VenueClock

Key = tuple[str, Scope]


@dataclass(frozen=True, slots=True)
class _Running:
    view: RunView
    task: asyncio.Task[Report]


class Runs:
    """What is under way. `ended` is told of each run that came to its end."""

    def __init__(
        self,
        account: Account,
        ports: RunPorts,
        ledger: Ledger,
        clock: Clock,
        venue_clock: VenueClock,
        limits: RunLimits,
        changed: Callable[[], None],
        ended: Callable[[Action, Report], None],
    ) -> None:
        self._account = account
        self._ports = ports
        self._ledger = ledger
        self._clock = clock
        self._venue_clock = venue_clock
        self._limits = limits
        self._changed = changed
        self._ended = ended
        self._running: dict[Key, _Running] = {}

    def __bool__(self) -> bool:
        return bool(self._running)

    @property
    def views(self) -> tuple[RunView, ...]:
        return tuple(run.view for run in self._running.values())

    @property
    def tasks(self) -> list[asyncio.Task[Report]]:
        return [run.task for run in self._running.values()]

    def start(self, action: Action, scope: Scope) -> asyncio.Task[Report]:
        """Starts a run, or joins the one of the same action and scope that is under way."""
        key = (action.id, scope)
        if key in self._running:
            return self._running[key].task
        now, book = self._clock(), self._ledger.book
        report = Report(
            self._account.name,
            self._account.venue,
            action.id,
            Outcome.UNRESOLVED,
            scope,
            started_ms=now.wall_ms,
            open_before=_open_before(book, action, scope),
        )

        def step(words: str) -> None:
            if key in self._running:
                view = replace(self._running[key].view, step=words)
                self._running[key] = replace(self._running[key], view=view)
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
        self._running[key] = _Running(RunView(action.id, scope, now.wall_ms, "sending"), task)
        task.add_done_callback(lambda done: self._done(key, action, done))
        self._changed()
        return task

    def _done(self, key: Key, action: Action, done: asyncio.Task[Report]) -> None:
        self._running.pop(key, None)
        if not done.cancelled():
            error = done.exception()
            self._ended(action, self._unknown(key, action, error) if error else done.result())
        self._changed()

    def _unknown(self, key: Key, action: Action, error: BaseException) -> Report:
        """A run that failed by a fault of ours has no outcome; it must not vanish."""
        return Report(
            self._account.name,
            self._account.venue,
            action.id,
            Outcome.UNRESOLVED,
            key[1],
            started_ms=self._clock().wall_ms,
            ended_ms=self._clock().wall_ms,
            message=f"a fault of killdesk's own: {type(error).__name__}",
        )


def _open_before(book: Book | None, action: Action, scope: Scope) -> int | None:
    """How many orders are known to be at stake; None where a kind of them was never read."""
    if book is None or not set(action.kinds) <= set(book.kinds):
        return None
    return len(in_scope(book, action, scope))
