"""The ground on which frames are drawn: colours, cursor and pair, one visible line at a time."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.core.frames import Frame
from tui.ui.frame_find import Finder
from tui.ui.frame_lit import Lit, lit_words
from tui.ui.frame_marks import Marks
from tui.ui.frame_pair import took
from tui.ui.frame_ring import FrameRing
from tui.ui.frame_row import INKS, RowPainter


class FrameCanvas(ScrollView):
    """Draws rows of a ring's view. Which rows, and where the cursor stands, a subclass says."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"frames--{ink}" for ink in INKS),
        "frames--cursor",
        "frames--pair",
    }
    DEFAULT_CSS = """
    FrameCanvas {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        scrollbar-background: $background;
        scrollbar-background-hover: $background;
        scrollbar-background-active: $background;
        scrollbar-color: $foreground 15%;
        scrollbar-color-hover: $foreground 30%;
        scrollbar-color-active: $foreground 40%;
        background: $background;
        color: $foreground;
        & > .frames--time, & > .frames--quiet { color: $killdesk-faint; }
        & > .frames--out { color: $killdesk-out; }
        & > .frames--in { color: $killdesk-in; }
        & > .frames--error { color: $killdesk-fault; }
        & > .frames--note { color: $killdesk-quiet; text-style: italic; }
        & > .frames--lead { color: $foreground; }
        & > .frames--key { color: $killdesk-key; }
        & > .frames--string { color: $killdesk-string; }
        & > .frames--number { color: $killdesk-number; }
        & > .frames--mark { color: $killdesk-faint; }
        & > .frames--match { color: $killdesk-match; text-style: bold underline; }
        & > .frames--found { color: $killdesk-careful; text-style: bold reverse; }
        & > .frames--marked { color: $killdesk-careful; text-style: bold; }
        & > .frames--account-0 { color: $killdesk-account-0; }
        & > .frames--account-1 { color: $killdesk-account-1; }
        & > .frames--account-2 { color: $killdesk-account-2; }
        & > .frames--account-3 { color: $killdesk-account-3; }
        & > .frames--account-4 { color: $killdesk-account-4; }
        & > .frames--account-5 { color: $killdesk-account-5; }
        & > .frames--pair { background: $foreground 8%; }
        & > .frames--cursor { background: $foreground 14%; }
        &:focus > .frames--cursor { background: $primary 35%; }
    }
    """
    ALLOW_SELECT = False

    def __init__(self, ring: FrameRing) -> None:
        super().__init__()
        self.ring = ring
        self.finder = Finder(ring)
        self.marks = Marks()
        self._names: tuple[str, ...] = ()
        self._left = 0
        self._cursor: int | None = None
        self._painter: RowPainter | None = None

    @property
    def shown(self) -> int:
        """How many rows there are to scroll through."""
        return len(self.ring.view)

    @property
    def cursor(self) -> Frame | None:
        """The frame of the cursor row."""
        return self.ring.get(self._cursor)

    def set_accounts(self, names: tuple[str, ...]) -> None:
        """The accounts of the desk in its order; they take their colours from it."""
        if names != self._names:
            self._names = names
            self.repaint()

    def repaint(self) -> None:
        """Draws every row anew."""
        self._painter = None
        if self.is_attached:
            self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._painter = None

    def render_line(self, y: int) -> Strip:
        index, width = self.scroll_offset.y + y, self.scrollable_content_region.width
        if index >= self.shown:
            return Strip.blank(width, self.rich_style)
        frame, cursor = self.ring.view[index], self.cursor
        pair = None if cursor is None else self.ring.pair(cursor)
        ground = "cursor" if frame is cursor else "pair" if frame is pair else ""
        return self.painter.strip(
            frame,
            ground,
            marked=frame.seq in self.marks,
            took_ms=took(cursor, pair) if ground and cursor and pair else None,
        )

    @property
    def lit(self) -> tuple[Lit, ...]:
        """What a reader looks for: the words of the filter, the text of the search."""
        return lit_words(self.ring.wanted.words, self.finder.text)

    @property
    def painter(self) -> RowPainter:
        """Draws the rows as wide as they are now."""
        if self._painter is None:
            self._painter = self._new_painter(self.scrollable_content_region.width)
        return self._painter

    def _new_painter(self, width: int) -> RowPainter:
        plain = self.rich_style
        grounds = {"": plain}
        for mark in ("cursor", "pair"):
            style = self.get_component_rich_style(f"frames--{mark}")
            grounds[mark] = plain + style.background_style
        inks = {name: self._ink(name) for name in INKS}
        return RowPainter(inks, grounds, self._names, max(1, width), self._left, self.lit)

    def _ink(self, name: str) -> Style:
        """A component's colour and weight without the ground it was blended on."""
        style = self.get_component_rich_style(f"frames--{name}")
        return style.without_color + Style(color=style.color)
