"""Lines that scroll: only those in sight are drawn, so that thousands open at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style

from tui.ui.widgets.styles import inked
from tui.ui.widgets.value_widget import styled


class Line(Protocol):
    """One row of the list. Lines that are equal look the same."""

    def paint(self, width: int) -> Content:
        """The row on so many cells."""
        ...


@dataclass(frozen=True, slots=True)
class Said:
    """A row of words that is drawn already."""

    content: Content

    def paint(self, width: int) -> Content:
        return self.content.truncate(width, ellipsis=True)


Source = Callable[[int], Sequence[Line]]
"""Makes the rows for a width: what is long is wrapped there."""


class LineList(ScrollView, can_focus=True):
    """A list of rows. It stays where it was scrolled to when its rows change."""

    DEFAULT_CSS = """
    LineList {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "scroll_up", "up", show=False),
        Binding("j", "scroll_down", "down", show=False),
        Binding("space", "page_down", "page down", show=False),
    ]
    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._source: Source = lambda _: ()
        self._lines: Sequence[Line] = ()

    @property
    def text(self) -> str:
        """All rows in words, those out of sight too."""
        return "\n".join(self._paint(line).plain for line in self._lines)

    def put(self, source: Source) -> None:
        """Shows what `source` makes; nothing is redrawn when that is shown already."""
        self._source = source
        self._make()

    def on_resize(self) -> None:
        self._make()

    def _make(self) -> None:
        if self.scrollable_content_region.width <= 0:
            return
        made = self._source(self.scrollable_content_region.width)
        if made == self._lines:
            return
        self._lines = made
        self.virtual_size = Size(self.scrollable_content_region.width, len(made))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        index, width = self.scroll_offset.y + y, self.scrollable_content_region.width
        if index >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        drawn, ground = inked(self, self._paint(self._lines[index])), self.ground(index)
        strip = Strip(drawn.render_segments(ground))
        return strip.crop_extend(0, width, ground.rich_style)

    def ground(self, index: int) -> Style:
        """What the row of that number is drawn on."""
        return self.visual_style

    def _paint(self, line: Line) -> Content:
        try:
            return line.paint(self.scrollable_content_region.width)
        except Exception as error:  # noqa: BLE001  one row that cannot be drawn must not end the desk
            return styled(f"✕ cannot be drawn: {type(error).__name__}", ".ink--bad")


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
