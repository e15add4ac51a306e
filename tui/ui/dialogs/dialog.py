"""A screen above the desk that shows one thing in full, and keeps it up to date."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.types import CSSPathType

from tui.core.desk import DeskView
from tui.ui.app.style_files import styles
from tui.ui.keys.keymap import shown
from tui.ui.widgets.line_list import LineList
from tui.ui.widgets.value_widget import ValueWidget, styled

_ROOMY_FROM = 30
"""Rows of the screen from which a dialog leaves some of them free."""


class KeysLine(ValueWidget[str]):
    """What the keys do here."""

    def paint(self, value: str, width: int, height: int) -> Content:
        return styled(value, ".ink--quiet")


class DeskDialog(ModalScreen[None]):
    """A heading, lines that scroll, and the keys. It never takes the panic key away."""

    CSS_PATH: ClassVar[CSSPathType | None] = styles("dialogs/dialog.tcss")
    KEYS: ClassVar[str] = "↑ ↓ scroll   esc close"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss(None)", "close", id="dialog.close"),
    ]

    def __init__(self, view: DeskView) -> None:
        super().__init__()
        self.view = view
        self.lines = LineList(id="lines")
        self._keys = KeysLine(id="keys")

    def heading(self) -> ComposeResult:
        """What stands above the lines."""
        yield from ()

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield from self.heading()
            yield self.lines
            yield self._keys

    def on_mount(self) -> None:
        self.say_keys(self.KEYS)
        self.lines.focus()
        self.paint()

    def on_resize(self) -> None:
        """On a small screen every row counts."""
        self.set_class(self.size.height < _ROOMY_FROM, "-short")

    def say_keys(self, keys: str) -> None:
        """Says what the keys do; `{X}` stands for the panic key in force."""
        self._keys.put(keys.replace("{X}", shown("X")))

    def show(self, view: DeskView) -> None:
        """Shows a newer picture of the desk."""
        self.view = view
        if self.is_mounted:
            self.paint()

    def paint(self) -> None:
        """Puts the picture on the heading and the lines."""
        raise NotImplementedError
