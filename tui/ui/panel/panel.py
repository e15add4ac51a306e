"""One account: its state, its figures, its cancel buttons, its last outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from tui.core.clocks import Clock
from tui.core.desk import AccountView, Health
from tui.ui.alarms.model import Alarms
from tui.ui.dashboard.grid_layout import Density
from tui.ui.dashboard.press_arming import DISARM, PressArming, PressTarget
from tui.ui.keys.keymap import shown_name
from tui.ui.panel.cancel_buttons import CancelButton, ToolButton, count_of, specs
from tui.ui.panel.heading import ConnectionLines, PanelHeading, connection, title
from tui.ui.panel.order_counts import Freshness, OrderCounts, counts
from tui.ui.panel.outcome import OutcomeLines, endings
from tui.ui.panel.timer_gauge import Gauge

if TYPE_CHECKING:
    from tui.ui.panel.charts import Charts


class AccountPanel(Vertical):
    """Everything about one account. Its coloured edge tells the state from across the room."""

    class Selected(Message):
        """The panel was clicked."""

        def __init__(self, panel: AccountPanel) -> None:
            self.panel = panel
            super().__init__()

    class Enlarged(Message):
        """The head of the panel was clicked twice."""

        def __init__(self, panel: AccountPanel) -> None:
            self.panel = panel
            super().__init__()

    def __init__(
        self, number: int, account: AccountView, presses: PressArming, alarms: Alarms, clock: Clock
    ) -> None:
        super().__init__()
        self.account = account
        self._number = number
        self._presses = presses
        self._alarms = alarms
        self._density = Density.FULL
        self._clock = clock
        self._freshness = Freshness(clock)
        self._stale = self._freshness.stale(account)
        self._head = PanelHeading()
        self._head.tooltip = Content("Click twice: this panel alone, with plots.")
        self._connection = ConnectionLines(classes="connection")
        self._figures = OrderCounts(classes="figures")
        self._gauge = Gauge(clock)
        self._buttons = [CancelButton(spec) for spec in specs(account)]
        self._choose = ToolButton("choose", "choose orders", "orders", "o")
        self._arm = ToolButton("arm", "arm", "arm", "a")
        self._outcome = OutcomeLines(classes="outcome")
        self._charts: Charts | None = None
        self._show_timers(account)

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._connection
        yield Static(classes="gap")
        with Horizontal(classes="area"):
            yield self._figures
            yield self._gauge
        yield Static(classes="gap -below")
        with Widget(classes="act"):
            with Widget(classes="buttons"):
                yield from self._buttons
            with Horizontal(classes="tools"):
                yield self._choose
                yield self._arm
        yield self._outcome

    def on_mount(self) -> None:
        if self._charts is not None:
            self.mount(self._charts, before=self._outcome)
        self.show(self.account)

    @property
    def drawn(self) -> bool:
        """Whether there is something of the account to see."""
        return self._figures.value is not None and self._figures.is_mounted

    @property
    def buttons(self) -> tuple[CancelButton, ...]:
        """The cancel buttons, in the order of the account's actions."""
        return tuple(self._buttons)

    def targets(self, key: str = "") -> frozenset[PressTarget]:
        """What its cancel buttons reach; with a `key`, what the button of that key does."""
        return frozenset(one.target for one in self._buttons if key in ("", one.spec.key))

    def show(self, account: AccountView) -> None:
        """Shows a newer picture of the account."""
        wanted = specs(account)
        if len(wanted) != len(self._buttons):
            self._replace_buttons(account)
        for button, spec in zip(self._buttons, wanted, strict=True):
            if button.spec != spec:
                button.fit(spec)
        self.account = account
        self._stale = self._freshness.stale(account)
        self._paint_head()
        self._connection.put(connection(account))
        self._figures.put(counts(account, stale=self._stale))
        self._outcome.put(endings(account, stale=self._stale))
        if self._charts is not None:
            self._charts.show(account)
        self._show_timers(account)
        self.update_classes({f"-{state}": account.health is state for state in Health})
        self.set_class(not account.coverage.clear, "-uncovered")
        self.show_presses()

    def _show_timers(self, account: AccountView) -> None:
        held = bool(account.timers)
        self._gauge.display = self._arm.display = held
        alarms = self._alarms.of(account.name)
        present = any(alarm.present for alarm in alarms)
        self.update_classes({"-timed": held, "-alarmed": present, "-unseen": bool(alarms)})
        if held:
            self._gauge.show(*account.timers, alarms=alarms)

    def show_alarms(self) -> None:
        """Shows which alarms stand."""
        self._show_timers(self.account)

    def tick(self) -> None:
        """A second has passed: figures that nothing renews stop looking live."""
        if self._freshness.stale(self.account) is not self._stale:
            self.show(self.account)
        self._gauge.tick()

    def show_presses(self) -> None:
        """Shows what is armed and for how long."""
        by = shown_name(self._presses.armed_by) if self._presses.armed_by else ""
        for button in self._buttons:
            count = count_of(self.account, button.spec.kinds)
            left_s = self._presses.left_s(button.target)
            button.show(count, left_s, fresh=not self._stale, key=by)
        left_s = self._presses.left_s(PressTarget(self.account.name, DISARM))
        timer = self.account.timer
        held = timer is not None and not timer.armable
        self._arm.say("disarm" if held else "arm", "disarm" if held else "arm", left_s)

    def fit(self, density: Density, *, beside: bool, airy: bool) -> None:
        """Takes a size."""
        self._density = density
        small = density is not Density.WALL and density is not Density.FULL
        shape = {each.value: each is density for each in Density}
        stacked = not (small or beside or airy)
        self.update_classes(shape | {"-beside": beside, "-airy": airy, "-stacked": stacked})
        for tool in (self._choose, self._arm):
            tool.set_class(small, "-short")
            tool.set_class(small and density is not Density.MEDIUM, "-bare")
            tool.refresh(layout=True)
        self._paint_head()

    def plot(self, plotted: bool, *, across: bool) -> None:
        """Shows the recent past as plots below the rest, or no more; beside each other or not."""
        if self._charts is not None:
            self._charts.set_class(across, "-across")
        if plotted is (self._charts is not None):
            return
        if self._charts is not None:
            self._charts.remove()
            self._charts = None
            return
        from tui.ui.panel.charts import Charts

        self._charts = Charts(classes="-across" if across else None)
        self._charts.show(self.account)
        if self.is_mounted:
            self.mount(self._charts, before=self._outcome)

    def select(self, selected: bool) -> None:
        """Whether the keys act here."""
        self.set_class(selected, "-selected")
        self._paint_head()

    def _paint_head(self) -> None:
        tiny = self._density is Density.TINY
        selected = self.has_class("-selected")
        self._head.put(
            title(self._number, self.account, tiny=tiny, selected=selected, stale=self._stale)
        )

    def _replace_buttons(self, account: AccountView) -> None:
        for button in self._buttons:
            button.remove()
        self._buttons = [CancelButton(spec) for spec in specs(account)]
        self.query_one(".buttons").mount(*self._buttons)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Selected(self))
        if event.chain == 2 and event.widget is self._head:
            self.post_message(self.Enlarged(self))
