"""A desk whose screen stands first: what the service needs is loaded and started behind it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from tui.core.actions import EVERYTHING, Outcome, Report, Scope
from tui.core.clocks import read_clock
from tui.core.desk import AccountView, Desk, DeskView, Health, NewSettings, RunView
from tui.core.frames import FrameFeed
from tui.core.sanitize import sanitize

if TYPE_CHECKING:
    from tui.service.audit.writer import Audit
    from tui.service.desk.live import LiveDesk

Opening: TypeAlias = "Callable[[], AbstractContextManager[LiveDesk]]"
_ALL = "everything"
STOP_S = 25.0
"""How long the end waits for a desk that is just being opened, and for one that closes."""


class DeferredDesk:
    """Implements `tui.core.desk.Desk`. What is asked before the desk is open is asked of it then.

    `opening` gives the started desk and stops it at its end; both are done in a thread of its own.
    """

    def __init__(
        self,
        accounts: Sequence[AccountView],
        opening: Callable[[], AbstractContextManager[LiveDesk]],
    ) -> None:
        self.frames = FrameFeed()
        self._view = DeskView(tuple(accounts))
        self._opening = opening
        self._desk: LiveDesk | None = None
        self._asked: list[Callable[[Desk], None]] = []
        self._between = threading.Lock()
        """Around what must not happen while the open desk takes over."""
        self._changed: Callable[[], None] | None = None
        self._audit: Audit | None = None
        self.lost = ""
        """Why the open desk is there no more; empty while it is."""
        self._failed = ""
        """Why it could not be opened."""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="killdesk opening", daemon=True)

    def start(self) -> None:
        """Opens the desk; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the desk, and waits for that."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(STOP_S)

    @property
    def last_words(self) -> str:
        """Where the record of the session lies; empty without one."""
        return self._audit.last_words if self._audit is not None else ""

    # --- Desk -------------------------------------------------------------------------------------

    @property
    def view(self) -> DeskView:
        desk = self._desk  # it may go at any moment
        return self._view if desk is None else desk.view

    def watch(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._ask(lambda desk: desk.watch(changed))

    def view_now(self, at_most_s: float) -> DeskView:
        """As that of the desk behind it; before that is there, what is shown in its place."""
        desk = self._desk
        return self.view if desk is None else desk.view_now(at_most_s)

    def caught_up(self) -> None:
        if (desk := self._desk) is not None:
            desk.caught_up()

    def screen_alive(self) -> None:
        if (desk := self._desk) is not None:
            desk.screen_alive()

    def cancel(self, account: str, action: str | None = None, scope: Scope = EVERYTHING) -> None:
        self._ask(lambda desk: desk.cancel(account, action, scope), account, action)

    def panic(self) -> None:
        self._ask(lambda desk: desk.panic(), *(each.name for each in self._view.accounts))

    def arm(self, account: str) -> None:
        self._ask(lambda desk: desk.arm(account))

    def disarm(self, account: str) -> None:
        self._ask(lambda desk: desk.disarm(account))

    def cancel_then_disarm(self, account: str) -> None:
        self._ask(lambda desk: desk.cancel_then_disarm(account), account)

    def confirm_presence(self) -> None:
        self._ask(lambda desk: desk.confirm_presence())

    def note(self, kind: str, text: str) -> None:
        self._ask(lambda desk: desk.note(kind, text))

    def refresh(self, account: str) -> None:
        self._ask(lambda desk: desk.refresh(account))

    def reconfigure(self, new: NewSettings) -> Future[str]:
        if (desk := self._desk) is not None:
            return desk.reconfigure(new)
        refused: Future[str] = Future()
        refused.set_result("the desk is still being opened; try again in a moment")
        return refused

    def _ask(self, command: Callable[[Desk], None], *cancelled: str | None) -> None:
        """Asks the desk, or keeps it for then; a cancel that is kept is shown on its account."""
        with self._between:
            desk = self._desk
            if desk is None:
                self._asked.append(command)
                run = RunView(_ALL, EVERYTHING, read_clock().wall_ms, "waiting for the desk")
                self._view = replace(
                    self._view,
                    accounts=tuple(
                        replace(one, runs=(run,)) if one.name in cancelled else one
                        for one in self._view.accounts
                    ),
                )
                if self._failed:
                    self._deny()
        if desk is not None:
            command(desk)
        elif cancelled:
            self._nudge()

    # --- in the thread ----------------------------------------------------------------------------

    def _keep(self) -> None:
        try:
            with self._opening() as desk:
                self._take_over(desk)
                self._over.wait()
        except Exception as error:  # noqa: BLE001  shown in the panels
            if self._desk is None:
                with self._between:
                    self._failed = _why(error)
                    self._deny()
                self._nudge()

    def _deny(self, outcome: Outcome = Outcome.DENIED) -> None:
        """There is no desk: a press that waits for it is not sent, and its report says so."""
        self._asked.clear()
        accounts = tuple(
            replace(
                one,
                health=Health.DOWN,
                reason=self._failed,
                runs=(),
                reports=tuple(self._ended(one, run, outcome) for run in one.runs) or one.reports,
            )
            for one in self._view.accounts
        )
        self._view = DeskView(accounts, self._failed)

    def _ended(self, account: AccountView, run: RunView, outcome: Outcome) -> Report:
        now_ms = read_clock().wall_ms
        return Report(
            account.name,
            account.venue,
            run.action,
            outcome,
            run.scope,
            started_ms=run.started_ms,
            ended_ms=now_ms,
            message=self._failed,
            coverage=account.coverage,
        )

    def _take_over(self, desk: LiveDesk) -> None:
        with self._between:
            for command in self._asked:
                command(desk)
            self._asked.clear()
            self.frames, self._desk, self._audit = desk.frames, desk, desk.audit
            desk.on_end = self._lose
        self._nudge()

    def _lose(self, why: str) -> None:
        """The open desk has ended: what was under way is unresolved, and presses are denied."""
        with self._between:
            if self._desk is None:
                return
            self._view = self._desk.view
            self._desk, self._failed, self.lost = None, why, why
            self._deny(Outcome.UNRESOLVED)
        self._nudge()

    def _nudge(self) -> None:
        if self._changed is not None:
            self._changed()


def awaited(name: str, venue: str, title: str, *, paper: bool = False) -> AccountView:
    """An account of which nothing is known yet but what it is."""
    return AccountView(
        name=name,
        venue=venue,
        title=title,
        health=Health.CONNECTING,
        reason="",
        family="",
        paper=paper,
        key_note="",
        routes=(),
        kinds=(),
        actions=(),
        book=None,
        book_error="",
        runs=(),
        reports=(),
        timers=(),
    )


def _why(error: Exception) -> str:
    return sanitize(str(error) or type(error).__name__, 200)
