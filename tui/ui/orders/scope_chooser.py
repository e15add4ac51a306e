"""Cancelling only a part of an account: one contract, one direction, one category."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.types import CSSPathType
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.core.desk import AccountView, Desk
from tui.core.formatting import count, counting_seconds
from tui.ui.app.style_files import styles
from tui.ui.dashboard.press_arming import PressArming, PressTarget
from tui.ui.orders.chooser import ActBar
from tui.ui.orders.scopes import Part, parts


class ScopeChooser(ModalScreen[None]):
    """A list of parts with what each would hit. Enter arms the one at the cursor, then fires."""

    CSS_PATH: ClassVar[CSSPathType | None] = styles("dialogs/dialog.tcss")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,w", "dismiss(None)", "back", id="scope.close"),
        Binding("enter", "press", "cancel that part", show=False, priority=True),
    ]

    def __init__(self, account: AccountView, desk: Desk, presses: PressArming) -> None:
        super().__init__()
        self._account = account
        self._desk = desk
        self._presses = presses
        self._parts = parts(account)
        self._several = len({part.action.id for part in self._parts}) > 1
        self._ticks: Timer | None = None
        self._options = OptionList(*map(self._option, self._parts), markup=False, id="parts")

    def compose(self) -> ComposeResult:
        name = Content.assemble(
            ("where: cancel only a part   ", "$killdesk-quiet"),
            (self._account.name, "bold"),
            (f" {self._account.title}", "$killdesk-quiet"),
        )
        with Vertical(id="dialog"):
            yield Static(name, id="title", markup=False)
            yield self._options
            yield Static(_NOTHING, id="empty", markup=False)
            yield ActBar("Cancels the part at the cursor, and nothing else. Key enter.")
            keys = "↑ ↓ choose   enter cancel that part   esc back" if self._parts else "esc back"
            yield Static(keys, id="keys", markup=False)

    def on_mount(self) -> None:
        self._options.display = bool(self._parts)
        self.query_one("#empty").display = not self._parts
        self._ticks = self.set_interval(0.1, self._tell, name="scope", pause=True)
        self._options.focus()
        if self._parts:
            self._options.highlighted = 0
        self._tell()

    @property
    def part(self) -> Part | None:
        """The one at the cursor."""
        at = self._options.highlighted
        return self._parts[at] if at is not None and at < len(self._parts) else None

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._tell()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()  # a click chooses a part; the bar below, or enter, is the press

    def on_click(self, event: events.Click) -> None:
        if self.query_one(ActBar).is_mouse_over:
            self.action_press(event)

    def action_press(self, by: events.Event | None = None) -> None:
        """The first press arms the part at the cursor, the second one sends; `by` is the click."""
        part = self.part
        if part is None:
            return

        def cancel() -> None:
            self._desk.cancel(self._account.name, part.action.id, part.scope)
            if self.is_current:
                self.dismiss(None)

        self._presses.press(frozenset({self._target(part)}), cancel, by=by)
        if self.is_current:
            self._tell()

    def _target(self, part: Part) -> PressTarget:
        return PressTarget(self._account.name, f"{part.action.id} {part.scope}")

    def _tell(self) -> None:
        bar, part = self.query_one(ActBar), self.part
        if part is None:
            bar.update(Content("nothing to choose"), layout=False)
            return
        left_s = self._presses.left_s(self._target(part))
        newest = self._desk.view.account(self._account.name) or self._account
        of = f" ({part.action.label.upper()})" if self._several else ""
        what = f"CANCEL {count(part.count(newest))} {part.words.upper()}{of}"
        text = (
            f"AGAIN TO {what}   enter   {counting_seconds(left_s)}" if left_s else f"{what}   enter"
        )
        bar.set_class(True, "able")
        bar.set_class(left_s > 0, "armed")
        bar.update(Content(text), layout=False)
        if self._ticks is not None:
            (self._ticks.resume if left_s else self._ticks.pause)()

    def _option(self, part: Part) -> Option:
        label = f"  {part.action.label}" if self._several else ""
        return Option(
            Content.assemble(
                (f"{part.count(self._account):>6,}  ", "bold"),
                part.words,
                (label, "$killdesk-quiet"),
            )
        )


_NOTHING = (
    "There is nothing here to choose a part of: the venue lists no open orders, the book has not "
    "been read yet, or this venue's cancels cannot be restricted."
)
