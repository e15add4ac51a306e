"""Lines that scroll, one of which is picked."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.style import Style

from tui.ui.widgets.line_list import LineList


class SelectableLineList(LineList):
    """A cursor among the rows; enter or a click on it picks."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"picked"}
    DEFAULT_CSS = "SelectableLineList { pointer: pointer; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False),
        Binding("down,j", "move(1)", "down", show=False),
        Binding("pageup", "page(-1)", "page up", show=False),
        Binding("pagedown,space", "page(1)", "page down", show=False),
        Binding("home", "edge(0)", "first", show=False),
        Binding("end", "edge(1)", "last", show=False),
        Binding("enter", "pick", "open", show=False),
    ]

    class Picked(Message):
        """The row of that number is to be opened."""

        def __init__(self, row: int) -> None:
            self.row = row
            super().__init__()

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.row = 0

    def go(self, row: int) -> None:
        """Puts the cursor on a row, and that row in sight."""
        self.row = max(0, min(row, len(self._lines) - 1))
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if self.row < top:
            self.scroll_to(y=self.row, animate=False, force=True)
        elif self.row >= top + height:
            self.scroll_to(y=self.row - height + 1, animate=False, force=True)
        self.refresh()

    def action_move(self, by: int) -> None:
        self.go(self.row + by)

    def action_page(self, by: int) -> None:
        self.go(self.row + by * max(1, self.size.height - 1))

    def action_edge(self, last: int) -> None:
        self.go(len(self._lines) - 1 if last else 0)

    def action_pick(self) -> None:
        if self._lines:
            self.post_message(self.Picked(self.row))

    def on_click(self, event: events.Click) -> None:
        row = self.scroll_offset.y + event.y
        if 0 <= row < len(self._lines):
            again = row == self.row
            self.go(row)
            if again:
                self.action_pick()

    def ground(self, index: int) -> Style:
        ground = super().ground(index)
        return ground + self.get_visual_style("picked") if index == self.row else ground
