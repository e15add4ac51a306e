"""What a trader does on the dashboard, by key and by click."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.binding import BindingType

from tui.core.actions import Scope
from tui.core.clocks import Clock
from tui.core.desk import AccountView, Desk
from tui.core.orders import OpenOrder
from tui.ui.alarms.model import Alarms
from tui.ui.dashboard.press_arming import ALL, DISARM, PANIC, PressArming, PressTarget
from tui.ui.dashboard.view import DashboardView
from tui.ui.drill.controller import DrillController
from tui.ui.keys.bindings import DESK_KEYS, When
from tui.ui.panel.cancel_buttons import CancelButton, KeyButton, PanicButton, ToolButton
from tui.ui.panel.outcome import OutcomeLines
from tui.ui.panel.panel import AccountPanel
from tui.ui.panic.model import PanicPress
from tui.ui.settings.controller import Configure
from tui.ui.textual_compat.closed_screens import forget_closed_screens
from tui.ui.textual_compat.crash_report import FAILED, CrashReport

if TYPE_CHECKING:
    from textual.events import Event

SENDS_S = 0.03
"""After a panic this thread pauses for so long. To build the summary at once takes the interpreter
from the sends: the last account's cancel then leaves 30 to 50 ms after the press, not 10 to 15."""
COLLECT_TICKS = 2
"""Seconds after which what a closed dialog was made of is collected: it refers to itself, and the
garbage collector looks rarely by itself. Before it is taken down it would only be counted among
what stays. That takes some milliseconds."""


class DeskScreen(DashboardView):
    """Where the desk is watched and cancelled. A press reaches the service before it is drawn."""

    BINDINGS: ClassVar[list[BindingType]] = [key.binding() for key in DESK_KEYS]

    def __init__(
        self,
        desk: Desk,
        presses: PressArming,
        alarms: Alarms,
        clock: Clock,
        *,
        demo: bool,
        opened: Callable[[], None],
        panicked: Callable[[PanicPress], None],
        drills: DrillController,
    ) -> None:
        """`panicked` is called when everything has just been asked for."""
        super().__init__(desk, presses, alarms, clock, demo=demo, opened=opened, drills=drills)
        self._panicked = panicked
        self._ticks_to_collect = 0

    # Cancelling

    def press_panic(self, *, always_twice: bool = False, by: Event | None = None) -> None:
        """Arms panic, or panics; `by` is the click, if it was one."""

        def panic() -> None:
            press = PanicPress(self._clock().wall_ms)
            self.desk.panic()
            time.sleep(SENDS_S)
            self._panicked(press)
            self.show_presses()

        self._presses.press(frozenset({PANIC}), panic, always_twice=always_twice, by=by)
        self.show_presses()

    def press(
        self, account: AccountView, targets: frozenset[PressTarget], by: Event | None = None
    ) -> None:
        """Arms the targets, or sends them; `by` is the click, if it was one."""

        def cancel() -> None:
            if len(targets) > 1 or PressTarget(account.name, ALL) in targets:
                self.desk.cancel(account.name)
            else:
                (target,) = targets
                self.desk.cancel(account.name, target.action)
            self.show_presses()

        self._presses.press(targets, cancel, by=by)
        self.show_presses()

    def action_cancel(self) -> None:
        panel = self.grid.selected
        if panel is not None:
            self.press(panel.account, panel.targets())

    def action_cancel_key(self, key: str) -> None:
        """The action of that key, on the panel that is meant."""
        meant = self.grid.meant(lambda panel: panel.targets(key))
        if len(meant) == 1:
            self.press(meant[0].account, meant[0].targets(key))
            self.grid.select(meant[0])
        elif meant:
            self.app.notify("Select one of the panels first.", markup=False)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """A dialog above has closed."""
        forget_closed_screens()
        self._ticks_to_collect = self._ticks_to_collect or COLLECT_TICKS

    def tick(self) -> None:
        super().tick()
        if self._ticks_to_collect and self.is_current and not self._presses.armed:
            self._ticks_to_collect -= 1
            if not self._ticks_to_collect:
                gc.collect()

    def action_choose(self) -> None:
        if self.grid.selected is not None:
            self.choose(self.grid.selected.account)

    def choose(self, account: AccountView) -> None:
        """Lets the trader choose orders, and cancels those, action by action."""
        from tui.ui.orders.chooser import OrderChooser

        def chosen(orders: tuple[OpenOrder, ...] | None) -> None:
            for action in account.actions if orders else ():
                mine = tuple(order for order in orders or () if order.kind in action.kinds)
                if mine:
                    self.desk.cancel(account.name, action.id, Scope(orders=mine))

        self.app.push_screen(OrderChooser(account, self._presses, self._clock), chosen)

    def action_where(self) -> None:
        """Lets the trader restrict a cancel of the selected panel."""
        from tui.ui.orders.scope_chooser import ScopeChooser

        if self.grid.selected is not None:
            account = self.grid.selected.account
            self.app.push_screen(ScopeChooser(account, self.desk, self._presses))

    @on(KeyButton.Pressed)
    def _button_pressed(self, event: KeyButton.Pressed) -> None:
        event.stop()
        with self._contained():
            self._press_button(event.button, event.click)

    def _contained(self) -> AbstractContextManager[None]:
        """A click that fails ends nothing, as a key that fails."""
        app = self.app
        return app.contained(FAILED) if isinstance(app, CrashReport) else nullcontext()

    def _press_button(self, button: KeyButton, click: Event) -> None:
        if isinstance(button, PanicButton):
            self.press_panic(by=click)
            return
        panel = next(node for node in button.ancestors if isinstance(node, AccountPanel))
        if isinstance(button, CancelButton):
            self.press(panel.account, frozenset({button.target}), click)
        elif isinstance(button, ToolButton):
            self._use(button.tool, panel, click)
        self.grid.select(panel)

    def _use(self, tool: str, panel: AccountPanel, click: Event) -> None:
        if tool == "arm":
            self.toggle_timer(panel.account, click)
        else:
            self.choose(panel.account)

    # The timer

    def action_arm(self) -> None:
        """The timer of the panel that is meant."""
        meant = self.grid.meant(lambda panel: panel.account.timer is not None)
        if len(meant) == 1:
            self.toggle_timer(meant[0].account)
            self.grid.select(meant[0])
        elif meant:
            self.app.notify("Select one of the panels with a timer first.", markup=False)

    def toggle_timer(self, account: AccountView, by: Event | None = None) -> None:
        """Arms at the first press. Disarming takes protection away: it always takes two."""

        def disarm() -> None:
            self.desk.disarm(account.name)
            self.show_presses()

        if account.timer is None:
            return
        if account.timer.armable:
            self._presses.tap(lambda: self.desk.arm(account.name), by=by)
        else:
            target = frozenset({PressTarget(account.name, DISARM)})
            self._presses.press(target, disarm, always_twice=True, by=by)
        self.show_presses()

    # What stands above the desk for a while

    def action_report(self) -> None:
        if self.grid.selected is not None:
            self.report(self.grid.selected.account.name)

    def report(self, account: str) -> None:
        """Shows what the account's last cancels came to, in full."""
        from tui.ui.dialogs.report_screen import ReportScreen

        self.app.push_screen(ReportScreen(self.desk.view, account))

    @on(OutcomeLines.Asked)
    def _outcome_clicked(self, event: OutcomeLines.Asked) -> None:
        event.stop()
        panel = next(node for node in event.part.ancestors if isinstance(node, AccountPanel))
        self.grid.select(panel)
        with self._contained():
            self.report(panel.account.name)

    def action_readiness(self) -> None:
        """Shows why the selected account is ready or not."""
        from tui.ui.dialogs.readiness_screen import ReadinessScreen

        if self.grid.selected is not None:
            name = self.grid.selected.account.name
            self.app.push_screen(ReadinessScreen(self.desk.view, name, self._clock))

    def action_drill(self) -> None:
        """Opens the drill; nothing begins by that alone."""
        from tui.ui.drill.screen import DrillScreen

        self.app.push_screen(DrillScreen(self.desk.view, self.drills, self._clock))

    def action_configure(self, what: str) -> None:
        """Accounts, settings, or the settings file again: once it has changed, and for the sake of
        accounts that wait for the keyring."""
        waits = any(not account.routes for account in self.desk.view.accounts)
        if what != "reload" or waits or When.RELOAD in self.offered:
            self.post_message(Configure(what))

    # Panels and frames

    def action_panel(self, number: int) -> None:
        if number <= len(self.grid.panels):
            self.grid.select(self.grid.panels[number - 1])

    def action_next(self, by: int) -> None:
        self.grid.step(by)

    @on(AccountPanel.Selected)
    def _panel_clicked(self, event: AccountPanel.Selected) -> None:
        event.stop()
        self.grid.select(event.panel)

    def action_refresh(self) -> None:
        if self.grid.selected is not None:
            self.desk.refresh(self.grid.selected.account.name)

    def action_enlarge(self) -> None:
        """One panel alone, or all of them again."""
        self.enlarge(not self.grid.alone)

    def action_back(self) -> None:
        """All panels again; with all of them there, all frames again."""
        if self.grid.alone:
            self.enlarge(False)
        elif When.LOCKED not in self.offered:
            self.log_.give_up()

    @on(AccountPanel.Enlarged)
    def _head_clicked_twice(self, event: AccountPanel.Enlarged) -> None:
        event.stop()
        self.grid.select(event.panel)
        self.enlarge(not self.grid.alone)

    def action_frames(self, what: str) -> None:
        if self.grid.alone:
            self.enlarge(False)  # the frames are out of sight
        self.log_.act(what)
