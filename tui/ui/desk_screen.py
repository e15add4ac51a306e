"""The dashboard: header, panels, frames, keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.timer import Timer
from textual.widget import Widget

from tui.core.actions import Scope
from tui.core.clocks import Clock
from tui.core.desk import AccountView, Desk, DeskView
from tui.core.frames import Frame
from tui.core.orders import OpenOrder
from tui.ui.after import after
from tui.ui.again import again
from tui.ui.alarms import Alarms
from tui.ui.buttons import CancelButton, KeyButton, PanicButton, ToolButton
from tui.ui.configuring import Configure
from tui.ui.drills import DrillMoved, Drills
from tui.ui.frame_log import FrameLog
from tui.ui.gauge_notes import asks_presence
from tui.ui.grid import PanelGrid
from tui.ui.header import Header, Notice
from tui.ui.keybar import KeyBar
from tui.ui.keymap import shown
from tui.ui.keys import DESK_KEYS, When
from tui.ui.outcome import OutcomeLines
from tui.ui.painted import Painted
from tui.ui.panel import AccountPanel
from tui.ui.panic_rows import PanicPress
from tui.ui.presses import ALL, DISARM, PANIC, Presses, Target
from tui.ui.sparing_screen import SparingScreen

if TYPE_CHECKING:
    from textual.events import Event, Resize


_TALL_FROM = 48
"""Rows from which the header takes three of them, to be seen from across a room."""


class DeskScreen(SparingScreen):
    """Where the desk is watched and cancelled. A press reaches the service before it is drawn."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-roomy")]  # noqa: RUF012  as in Screen
    BINDINGS: ClassVar[list[BindingType]] = [key.binding() for key in DESK_KEYS]

    def __init__(
        self,
        desk: Desk,
        presses: Presses,
        alarms: Alarms,
        clock: Clock,
        *,
        demo: bool,
        opened: Callable[[], None],
        panicked: Callable[[PanicPress], None],
        drills: Drills,
    ) -> None:
        super().__init__()
        self._opened = opened
        self._panicked = panicked
        self._clock = clock
        self._desk = desk
        self.drills = drills
        self._presses = presses
        self._alarms = alarms
        self._names: tuple[str, ...] = ()
        self._countdown: Timer | None = None
        self._barred: frozenset[When] = frozenset()
        self.stops_mouse: Callable[[Event], bool] = lambda _: False
        """Asked of all that the mouse does here; what it is true for ends there."""
        self._reload = False
        self.header = Header(clock, demo=demo)
        self.notice = Notice(demo=demo)
        self.grid = PanelGrid(presses, alarms, clock)
        self.log_ = FrameLog()
        self.keybar = KeyBar()

    def compose(self) -> ComposeResult:
        yield self.header
        yield self.notice
        with Widget(id="body"):
            yield self.grid
            yield self.log_
        yield self.keybar

    def on_mount(self) -> None:
        for bare in (
            self,
            self.query_one("#body"),
            self.grid,
        ):  # painting them anew costs most of each second's tick
            bare.BLANK = not self.app.no_color  # type: ignore[misc]  # a class variable by name
        self._countdown = self.set_interval(0.1, self._count_down, name="presses", pause=True)
        self._show_panic()
        self.drills.watch(self)
        self._opened()

    def on_resize(self, event: Resize) -> None:
        self._fit()

    def show(self, view: DeskView, frames: Sequence[Frame], missed: int) -> None:
        """Shows the newest picture and the frames since the last one."""
        if self.notice.value != view.notice:
            self.notice.put(view.notice)
            self.notice.set_class(bool(view.notice), "-shown")
            self._fit()
        names = tuple(account.name for account in view.accounts)
        if names != self._names:
            self._names = names
            self.log_.set_accounts(names)
        self.grid.show(view.accounts)
        self._show_header()
        self.keybar.offer(self.offered)
        self._make_room()
        if frames or missed:
            self.log_.extend(frames, missed)

    def _show_header(self) -> None:
        """The header says that accounts are ready once there are panels to see them in."""
        if all(panel.drawn for panel in self.grid.panels):
            note = self.drills.note(self._clock().wall_ms)
            self.header.show(self._desk.view, self._alarms.standing, note)
        else:
            after(0.02, self, self._show_header)

    def show_alarms(self) -> None:
        """Shows which alarms stand."""
        self.grid.show_alarms()
        self._show_header()
        self.keybar.offer(self.offered)

    def show_keys(self) -> None:
        """Shows other keys, wherever a key is named."""
        for button in self.query(KeyButton):
            button.rekey()
        self._pressed()
        for part in self.query(Painted):
            part.refresh()

    @property
    def offered(self) -> frozenset[When]:
        """Which of the keys that wait for something have something to do."""
        alarm = {When.ALARM} if self._alarms.standing else set()
        asked = asks_presence(self._desk.view.accounts)
        alone = {When.ALONE} if self.grid.alone else set()
        reload = {When.RELOAD} if self._reload else set()
        presence = {When.PRESENCE} if asked else set()
        return self._barred | alarm | alone | reload | presence

    def offer_reload(self, changed: bool) -> None:
        """Shows the key that takes over the settings file, once it was changed outside."""
        self._reload = changed
        self.keybar.offer(self.offered)

    def action_configure(self, what: str) -> None:
        """Accounts, settings, or the settings file anew."""
        if what != "reload" or self._reload:
            self.post_message(Configure(what))

    def bar(self, *, view_only: bool, locked: bool) -> None:
        """Shows that nothing can be sent from here, or nothing but a panic."""
        marks = ((view_only, When.VIEW_ONLY), (locked, When.LOCKED))
        self._barred = frozenset(when for barred, when in marks if barred)
        self.header.mark(view_only=view_only, locked=locked)
        self.set_class(view_only or locked, "-barred")
        self._pressed()
        for button in self.query(KeyButton):
            button.refresh()
        self.keybar.offer(self.offered)

    def tick(self) -> None:
        """A second has passed."""
        self.header.tick()
        self.grid.tick()

    def _forward_event(self, event: Event) -> None:
        """Private in Textual 8.2.8, and the one way to every widget; clicks on a locked desk are
        watched over by a test."""
        if not self.stops_mouse(event):
            super()._forward_event(event)

    def _fit(self) -> None:
        self.set_class(self.size.height >= _TALL_FROM, "-tall")
        self.grid.fit(self.size.width, self._rows)
        self._make_room()

    @property
    def _rows(self) -> int:
        """What header, notice and keys leave for panels and frames."""
        header = 3 if self.size.height >= _TALL_FROM else 1
        return self.size.height - header - 1 - bool(self.notice.value)

    def _make_room(self) -> None:
        """The frame log stands below the panels or beside them; it gives way to them."""
        planned = self.grid.plan
        beside = planned.log_width if planned is not None else 0
        self.query_one("#body").set_class(beside > 0, "-beside")
        self.log_.styles.width = beside or None
        self.log_.display = (
            planned is None or beside > 0 or self._rows - planned.height - planned.air >= 2
        )

    # Cancelling

    def press_panic(self, *, always_twice: bool = False) -> None:
        """Arms panic, or panics."""
        if self._presses.press(frozenset({PANIC}), always_twice=always_twice):
            panic = PanicPress.now(self._desk.view, self._clock().wall_ms)
            self._desk.panic()
            self._panicked(panic)
        self._pressed()

    def press(self, account: AccountView, targets: frozenset[Target]) -> None:
        """Arms the targets, or sends them."""
        if self._presses.press(targets):
            if len(targets) > 1 or Target(account.name, ALL) in targets:
                self._desk.cancel(account.name)
            else:
                (target,) = targets
                self._desk.cancel(account.name, target.action)
        self._pressed()

    def action_cancel(self) -> None:
        panel = self.grid.selected
        if panel is not None:
            self.press(panel.account, frozenset(button.target for button in panel.buttons))

    def action_cancel_key(self, key: str) -> None:
        """The action of that key: the selected panel's, else that of the one panel that has it."""
        selected = self.grid.selected
        having = [
            (panel, button)
            for panel in self.grid.panels
            for button in panel.buttons
            if button.spec.key == key
        ]
        mine = [pair for pair in having if pair[0] is selected] or having
        if len(mine) == 1:
            panel, button = mine[0]
            self.press(panel.account, frozenset({button.target}))
            self.grid.select(panel)
        elif mine:
            self.app.notify("Select one of the panels first.", markup=False)

    @on(KeyButton.Pressed)
    def _button_pressed(self, event: KeyButton.Pressed) -> None:
        event.stop()
        button = event.button
        if isinstance(button, PanicButton):
            self.press_panic()
            return
        panel = next(node for node in button.ancestors if isinstance(node, AccountPanel))
        if isinstance(button, CancelButton):
            self.press(panel.account, frozenset({button.target}))
        elif isinstance(button, ToolButton):
            self._use(button.tool, panel)
        self.grid.select(panel)

    def _use(self, tool: str, panel: AccountPanel) -> None:
        if tool == "arm":
            self.toggle_timer(panel.account)
        else:
            self.choose(panel.account)

    def _pressed(self) -> None:
        """Shows what is armed now, and counts it down while anything is."""
        self.grid.show_presses()
        self._show_panic()
        self.keybar.say(again(self.grid.panels, self._presses))
        if self._countdown is not None:
            if self._presses.armed:
                self._countdown.resume()
            else:
                self._countdown.pause()

    def _count_down(self) -> None:
        self._pressed()

    def _show_panic(self) -> None:
        key = shown("X") if self._presses.once else f"{shown('X')} {shown('X')}"
        self.header.query_one(PanicButton).show(self._presses.left_s(PANIC), key)

    # The rest of what keys and clicks do

    def action_choose(self) -> None:
        if self.grid.selected is not None:
            self.choose(self.grid.selected.account)

    def choose(self, account: AccountView) -> None:
        """Lets the trader choose orders, and cancels those, action by action."""
        from tui.ui.order_chooser import OrderChooser

        def chosen(orders: tuple[OpenOrder, ...] | None) -> None:
            for action in account.actions if orders else ():
                mine = tuple(order for order in orders or () if order.kind in action.kinds)
                if mine:
                    self._desk.cancel(account.name, action.id, Scope(orders=mine))

        self.app.push_screen(OrderChooser(account, once=self._presses.once), chosen)

    def action_report(self) -> None:
        if self.grid.selected is not None:
            self.report(self.grid.selected.account.name)

    def report(self, account: str) -> None:
        """Shows what the account's last cancels came to, in full."""
        from tui.ui.report_screen import ReportScreen

        self.app.push_screen(ReportScreen(self._desk.view, account))

    def action_readiness(self) -> None:
        """Shows why the selected account is ready or not."""
        from tui.ui.readiness_screen import ReadinessScreen

        if self.grid.selected is not None:
            name = self.grid.selected.account.name
            self.app.push_screen(ReadinessScreen(self._desk.view, name, self._clock))

    def action_where(self) -> None:
        """Lets the trader restrict a cancel of the selected panel."""
        from tui.ui.scope_chooser import ScopeChooser

        if self.grid.selected is not None:
            account = self.grid.selected.account
            once = self._presses.once
            self.app.push_screen(ScopeChooser(account, self._desk, once=once, clock=self._clock))

    @on(OutcomeLines.Asked)
    def _outcome_clicked(self, event: OutcomeLines.Asked) -> None:
        event.stop()
        panel = next(node for node in event.part.ancestors if isinstance(node, AccountPanel))
        self.grid.select(panel)
        self.report(panel.account.name)

    def action_arm(self) -> None:
        """The selected panel's timer, else that of the one account that has one."""
        selected = self.grid.selected
        having = [panel for panel in self.grid.panels if panel.account.timer is not None]
        mine = [panel for panel in having if panel is selected] or having
        if len(mine) == 1:
            self.toggle_timer(mine[0].account)
            self.grid.select(mine[0])
        elif mine:
            self.app.notify("Select one of the panels with a timer first.", markup=False)

    def toggle_timer(self, account: AccountView) -> None:
        """Arms at the first press. Disarming takes protection away: it always takes two."""
        if account.timer is None:
            return
        if account.timer.state.gone:
            self._desk.arm(account.name)
        elif self._presses.press(frozenset({Target(account.name, DISARM)}), always_twice=True):
            self._desk.disarm(account.name)
        self._pressed()

    def action_panel(self, number: int) -> None:
        if number <= len(self.grid.panels):
            self.grid.select(self.grid.panels[number - 1])

    def action_next(self, by: int) -> None:
        self.grid.step(by)

    @on(DrillMoved)
    def _drill_moved(self) -> None:
        from tui.ui.drill_screen import say_end

        self._show_header()
        say_end(self.drills, self.app)

    def action_drill(self) -> None:
        """Opens the drill; nothing begins by that alone."""
        from tui.ui.drill_screen import DrillScreen

        self.app.push_screen(DrillScreen(self._desk.view, self.drills, self._clock))

    def action_refresh(self) -> None:
        if self.grid.selected is not None:
            self._desk.refresh(self.grid.selected.account.name)

    def action_enlarge(self) -> None:
        """Gives the selected panel the desk, with plots; or every panel its place again."""
        self.grid.enlarge(not self.grid.alone)
        self._make_room()
        self.keybar.offer(self.offered)

    def action_all_panels(self) -> None:
        if self.grid.alone:
            self.action_enlarge()

    @on(AccountPanel.Enlarged)
    def _head_clicked_twice(self, event: AccountPanel.Enlarged) -> None:
        event.stop()
        self.grid.select(event.panel)
        self.action_enlarge()

    def action_frames(self, what: str) -> None:
        self.action_all_panels()  # the frames are out of sight while a panel is alone
        self.log_.act(what)

    @on(AccountPanel.Selected)
    def _panel_clicked(self, event: AccountPanel.Selected) -> None:
        event.stop()
        self.grid.select(event.panel)
