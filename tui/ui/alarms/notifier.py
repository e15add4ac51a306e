"""Alarms where they are heard and seen: the bell, the terminal's title, the dashboard, history."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.app import App

from tui.core.clocks import Clock
from tui.core.desk import Desk, DeskView
from tui.ui.alarms.desktop_notification import DesktopNotifier
from tui.ui.alarms.model import Alarms
from tui.ui.dashboard.screen import DeskScreen
from tui.ui.terminal.title import TerminalTitle

if TYPE_CHECKING:
    from tui.ui.alarms.event_history_screen import HistoryScreen


class AlarmNotifier:
    """Looks out for new alarms, tells of them, and takes them off once somebody has seen them."""

    def __init__(
        self,
        app: App[None],
        desk: Desk,
        alarms: Alarms,
        home: DeskScreen,
        clock: Clock,
        write: Callable[[str], None],
        *,
        notify: bool,
    ) -> None:
        """`write` goes to the terminal past the screen; `notify` says whether notes may."""
        self._app = app
        self._desk = desk
        self._alarms = alarms
        self._home = home
        self._clock = clock
        self.attention = DesktopNotifier(app, home, write, notify=notify)
        self.title = TerminalTitle(write)
        self._history: HistoryScreen | None = None
        """The one that was opened last."""

    def check_alarms(self, view: DeskView) -> None:
        """Rings for what is new. Also to be called when time has passed."""
        alarms = self._alarms
        before, history = alarms.standing, alarms.history.version
        if alarms.feed(view, self._clock()):
            self.attention.call("killdesk", alarms.told)
        self.update_title()
        if alarms.standing != before:
            self._home.show_alarms()
        if alarms.history.version != history:
            self._show_history()

    def update_title(self) -> None:
        """Says in the terminal's title how the desk is."""
        marks = str(self._home.header.marks)
        self.title.say(self._alarms.title(self._desk.view, marks))

    def seen(self, account: str | None = None) -> None:
        """Takes all alarms off, or those of one account, and puts that on record."""
        seen = self._alarms.acknowledge(account, self._clock().wall_ms)
        if seen:
            names = ", ".join(f"{alarm.where} {alarm.short}" for alarm in seen)
            self._desk.note("seen", names)
            self._app.notify(f"Seen: {names}", markup=False)
        self.update_title()
        self._show_history()
        self._home.show_alarms()

    def open_history(self) -> None:
        """Opens the history of alarms and outcomes."""
        from tui.ui.alarms.event_history_screen import HistoryScreen

        self._history = HistoryScreen(self._desk.view, self._alarms.history, self._clock)
        self._app.push_screen(self._history)

    def _show_history(self) -> None:
        """Brings the history up to date where it is open."""
        if self._history is not None and self._history in self._app.screen_stack:
            self._history.paint()
