"""The face of the dashboard: its parts, how they share the screen, and what they show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.geometry import Region
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, TextArea

from tui.core.clocks import Clock
from tui.core.desk import Desk, DeskView
from tui.core.frames import Frame
from tui.ui.alarms.model import Alarms
from tui.ui.app.scheduling import call_after
from tui.ui.app.toasts import rows_below
from tui.ui.dashboard.armed_prompt import armed_prompt
from tui.ui.dashboard.header import Header, Notice
from tui.ui.dashboard.key_bar import KeyBar
from tui.ui.dashboard.panel_grid import PanelGrid
from tui.ui.dashboard.press_arming import PANIC, PressArming
from tui.ui.drill.controller import DrillController, DrillMoved
from tui.ui.frames.log import FrameLog
from tui.ui.keys.bindings import When
from tui.ui.keys.keymap import shown, shown_name
from tui.ui.panel.cancel_buttons import KeyButton, PanicButton
from tui.ui.panel.timer_gauge_notes import asks_presence
from tui.ui.textual_compat.mouse_gate import MouseGate
from tui.ui.widgets.value_widget import ValueWidget

if TYPE_CHECKING:
    from textual.events import Resize

_TALL_FROM = 48
"""Rows from which the header takes three of them, to be seen from across a room."""


class DashboardView(MouseGate):
    """Header, panels, frames and keys, as the newest picture has them. It asks nothing of the desk
    but that picture."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-roomy")]  # noqa: RUF012  as in Screen

    def __init__(
        self,
        desk: Desk,
        presses: PressArming,
        alarms: Alarms,
        clock: Clock,
        *,
        demo: bool,
        opened: Callable[[], None],
        drills: DrillController,
    ) -> None:
        """`opened` is called once it stands, before its first paint."""
        super().__init__()
        self._opened = opened
        self._clock = clock
        self.desk = desk
        self.drills = drills
        self._presses = presses
        self._alarms = alarms
        self._names: tuple[str, ...] = ()
        self._countdown: Timer | None = None
        self._barred: frozenset[When] = frozenset()
        self._file = ""
        """How the settings file differs from what the desk runs on."""
        self._said = ""
        """What the desk itself has to say."""
        self._beside = 0
        """Columns of the frame log beside the panels."""
        self.header = Header(clock, demo=demo)
        self.add_class(self.header.marks.mode.value, update=False)
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
        self._said = view.notice
        self._show_notice()
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
            self._log_grew()

    def place_toasts(self) -> None:
        """Moves messages away from the newest frames."""
        log = self.log_.rows
        region = log.region if self.log_.display else Region()
        free = rows_below(self.size.height, region, log.virtual_size.height)
        for rack in self.query("ToastRack"):
            if rack.styles.margin.bottom != free:
                rack.styles.margin = 0, 0, free, 0

    def _log_grew(self) -> None:
        if any(rack.display for rack in self.query("ToastRack")):
            self.place_toasts()

    def _show_notice(self) -> None:
        """A file that was changed is said until it is taken over, with the key that does it."""
        unlock = "unlock, then " if When.LOCKED in self._barred else ""
        reload = shown("R") or f"reload in {shown('ctrl+p')}"
        file = self._file.replace("{R}", f"{unlock}{reload}")
        text = "; ".join(filter(None, (file, self._said)))
        if self.notice.value != text:
            self.notice.put(text)
            self.notice.set_class(bool(text), "-shown")
            self._fit()

    def _show_header(self) -> None:
        """The header says that accounts are ready once there are panels to see them in."""
        if all(panel.drawn for panel in self.grid.panels):
            note = self.drills.note(self._clock().wall_ms)
            self.header.show(self.desk.view, self._alarms.standing, note)
        else:
            call_after(0.02, self, self._show_header)

    def show_alarms(self) -> None:
        """Shows which alarms stand."""
        self.grid.show_alarms()
        self._show_header()
        self.keybar.offer(self.offered)

    def show_keys(self) -> None:
        """Shows other keys, wherever a key is named."""
        for button in self.query(KeyButton):
            button.rekey()
        self._show_notice()
        self.show_presses()
        for part in self.query(ValueWidget):
            part.refresh()

    @property
    def offered(self) -> frozenset[When]:
        """Which of the keys that wait for something have something to do."""
        alarm = {When.ALARM} if self._alarms.standing else set()
        asked = asks_presence(self.desk.view.accounts)
        alone = {When.ALONE} if self.grid.alone else set()
        reload = {When.RELOAD} if self._file else set()
        presence = {When.PRESENCE} if asked else set()
        typing = {When.TYPING} if self._typing else set()
        return self._barred | alarm | alone | reload | presence | typing

    def offer_reload(self, changed: str) -> None:
        """Shows how the settings file was changed outside, `{R}` in it the key that takes it over;
        empty when it says what the desk runs on."""
        self._file = changed
        self.keybar.offer(self.offered)
        self._show_notice()

    def bar(self, *, view_only: bool, locked: bool) -> None:
        """Shows that nothing can be sent from here, or nothing but a panic."""
        marks = ((view_only, When.VIEW_ONLY), (locked, When.LOCKED))
        self._barred = frozenset(when for barred, when in marks if barred)
        self.header.mark(view_only=view_only, locked=locked)
        self.log_.bar(locked)
        self._show_notice()
        self.show_presses()
        for button in self.query(KeyButton):
            button.refresh()
        self.keybar.offer(self.offered)

    def tick(self) -> None:
        """A second has passed."""
        self.header.tick()
        self._log_grew()
        self.grid.tick()

    @on(DrillMoved)
    def _drill_moved(self) -> None:
        from tui.ui.drill.screen import say_end

        self._show_header()
        say_end(self.drills, self.app)

    # What is armed

    def show_presses(self) -> None:
        """Shows what is armed now, and counts it down while anything is."""
        self.grid.show_presses()
        self._show_panic()
        self.keybar.say(armed_prompt(self.grid.panels, self._presses))
        if self._countdown is not None:
            if self._presses.armed:
                self._countdown.resume()
            else:
                self._countdown.pause()

    def _count_down(self) -> None:
        self.show_presses()

    def _show_panic(self) -> None:
        key, left_s = self.panic_key, self._presses.left_s(PANIC)
        once = left_s or (self._presses.once and not self._typing)
        for button in self.header.query(PanicButton):  # none while the screen goes away
            button.show(left_s, key if once else f"{key} {key}")

    @property
    def _typing(self) -> bool:
        return isinstance(self.focused, Input | TextArea)

    @property
    def panic_key(self) -> str:
        """The key that panics now, as it is shown: the one that armed it, and in a text field one
        that is no text."""
        if PANIC in self._presses.armed and self._presses.armed_by:
            return shown_name(self._presses.armed_by)
        key = shown("X")
        return shown("f12") if self._typing and len(key) == 1 else key

    def on_descendant_focus(self) -> None:
        self._show_typing()

    def on_descendant_blur(self) -> None:
        self._show_typing()

    def _show_typing(self) -> None:
        """While a text field has the focus, other keys work."""
        self.show_presses()
        self.keybar.offer(self.offered)

    # The room that each part gets

    def _fit(self) -> None:
        self.set_class(self.size.height >= _TALL_FROM, "-tall")
        self.grid.fit(self.size.width, self._rows)
        self._make_room()
        self.call_after_refresh(self._log_grew)

    @property
    def _rows(self) -> int:
        """What header, notice and keys leave for panels and frames."""
        header = 3 if self.size.height >= _TALL_FROM else 1
        return self.size.height - header - 1 - bool(self.notice.value)

    def enlarge(self, alone: bool) -> None:
        """Gives the selected panel the desk, with plots; or every panel its place again."""
        self.grid.enlarge(alone)
        self._make_room()
        self.keybar.offer(self.offered)

    def _make_room(self) -> None:
        """The frame log stands below the panels or beside them; it gives way to them."""
        planned = self.grid.plan
        beside = planned.log_width if planned is not None else 0
        self.query_one("#body").set_class(beside > 0, "-beside")
        if beside != self._beside:  # Textual lays everything out anew, even for the same width
            self._beside = beside
            self.log_.styles.width = beside or None
        self.log_.display = (
            planned is None or beside > 0 or self._rows - planned.height - planned.air >= 2
        )
