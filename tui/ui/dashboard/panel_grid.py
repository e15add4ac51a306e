"""The panels side by side, laid out anew when the room or the accounts change."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.containers import ScrollableContainer

from tui.core.clocks import Clock
from tui.core.desk import AccountView
from tui.ui.alarms.model import Alarms
from tui.ui.dashboard.grid_layout import Plan, plan, plan_alone, plots_beside
from tui.ui.dashboard.press_arming import PressArming
from tui.ui.panel.panel import AccountPanel


class PanelGrid(ScrollableContainer, can_focus=False):
    """One panel per account, in the order of the desk; one of them is selected."""

    def __init__(self, presses: PressArming, alarms: Alarms, clock: Clock) -> None:
        super().__init__(id="panels")
        self._presses = presses
        self._alarms = alarms
        self._clock = clock
        self._panels: list[AccountPanel] = []
        self._selected = ""
        self._room = (0, 0)
        self.plan: Plan | None = None
        self.alone = False
        """The selected panel has all the room, with its plots; the others are out of sight."""

    @property
    def panels(self) -> tuple[AccountPanel, ...]:
        return tuple(self._panels)

    @property
    def selected(self) -> AccountPanel | None:
        """The panel that the keys act on."""
        chosen = (panel for panel in self._panels if panel.account.name == self._selected)
        return next(chosen, self._panels[0] if self._panels else None)

    def meant(self, has: Callable[[AccountPanel], object]) -> tuple[AccountPanel, ...]:
        """Whom a key means: the selected panel if it has what the key needs, else all that do."""
        having = tuple(panel for panel in self._panels if has(panel))
        return tuple(panel for panel in having if panel is self.selected) or having

    def show(self, accounts: Sequence[AccountView]) -> None:
        """Shows the accounts; panels stay as they are while the names do."""
        if [panel.account.name for panel in self._panels] != [a.name for a in accounts]:
            self._rebuild(accounts)
        else:
            for panel, account in zip(self._panels, accounts, strict=True):
                if account != panel.account:
                    panel.show(account)
        self._lay_out()

    def tick(self) -> None:
        """A second has passed."""
        for panel in self._panels:
            panel.tick()

    def show_presses(self) -> None:
        """Shows what is armed."""
        for panel in self._panels:
            panel.show_presses()

    def show_alarms(self) -> None:
        """Shows which alarms stand."""
        for panel in self._panels:
            panel.show_alarms()

    def select(self, panel: AccountPanel) -> None:
        """Makes the keys act on `panel`."""
        self._selected = panel.account.name
        for each in self._panels:
            each.select(each is panel)
        if self.alone:
            self._lay_out()
        if self.plan is not None and self.plan.visible_rows < self.plan.rows:
            self.scroll_to_widget(panel, animate=False)

    def step(self, by: int) -> None:
        """Selects the panel so many further on."""
        chosen = self.selected
        if chosen is not None:
            at = self._panels.index(chosen)
            self.select(self._panels[(at + by) % len(self._panels)])

    def enlarge(self, alone: bool) -> None:
        """Gives the selected panel all the room, or every panel its own again."""
        self.alone = alone
        self.plan = None
        self._lay_out()

    def fit(self, width: int, height: int) -> None:
        """Takes the room that the screen has for panels and frames together."""
        self._room = (width, height)
        self._lay_out()

    def _rebuild(self, accounts: Sequence[AccountView]) -> None:
        for panel in self._panels:
            panel.remove()
        self._panels = [
            AccountPanel(number, account, self._presses, self._alarms, self._clock)
            for number, account in enumerate(accounts, 1)
        ]
        self.plan = None
        self.mount(*self._panels)
        if self.selected is not None:
            self.select(self.selected)

    def _plan(self, width: int, height: int) -> Plan:
        if self.alone and self.selected is not None:
            return plan_alone(width, height, len(self.selected.buttons))
        return plan(width, height, [len(panel.buttons) for panel in self._panels])

    def _lay_out(self) -> None:
        width, height = self._room
        if not self._panels or height <= 0:
            return
        across = plots_beside(width)
        for panel in self._panels:
            panel.display = not self.alone or panel is self.selected
            panel.plot(self.alone and panel is self.selected, across=across)
        planned = self._plan(width, height)
        if planned == self.plan:
            return
        self.plan = planned
        self.styles.grid_size_columns = planned.columns
        self.styles.grid_rows = str(planned.row_height)
        self.styles.grid_gutter_horizontal = planned.air
        self.styles.margin = (planned.air, 0, 0, 0)
        self.styles.height = planned.height
        for panel in self._panels:
            panel.fit(planned.density, beside=planned.beside, airy=planned.airy)
        if self.selected is not None and planned.visible_rows < planned.rows:
            self.scroll_to_widget(self.selected, animate=False)
