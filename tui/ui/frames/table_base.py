"""The ground on which frames are drawn: colours, cursor and pair, one visible line at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.core.frames import Frame
from tui.ui.frames.buffer import FrameBuffer
from tui.ui.frames.highlight import Highlight, lit_words
from tui.ui.frames.pairing import latency_ms
from tui.ui.frames.row_renderer import ACCOUNT_INKS, RowRenderer, account_ink
from tui.ui.frames.search import FrameSearch
from tui.ui.frames.selection import Marks
from tui.ui.widgets.styles import rich_style

INKS: Mapping[str, tuple[str, str]] = {
    "time": ("killdesk-faint", ""),
    "quiet": ("killdesk-faint", ""),
    "out": ("killdesk-out", ""),
    "in": ("killdesk-in", ""),
    "error": ("killdesk-fault", ""),
    "note": ("killdesk-quiet", "italic"),
    "lead": ("foreground", ""),
    "key": ("killdesk-key", ""),
    "string": ("killdesk-string", ""),
    "number": ("killdesk-number", ""),
    "mark": ("killdesk-faint", ""),
    "match": ("killdesk-match", "bold underline"),
    "found": ("killdesk-careful", "bold reverse"),
    "marked": ("killdesk-careful", "bold"),
    **{account_ink(of): (f"killdesk-account-{of}", "") for of in range(ACCOUNT_INKS)},
}
"""By ink the theme's colour, and how it stands."""


class FrameCanvas(ScrollView):
    """Draws rows of a ring's view. Which rows, and where the cursor stands, a subclass says."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"frames--cursor", "frames--pair"}
    DEFAULT_CSS = """
    FrameCanvas {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        background: $background;
        color: $foreground;
        & > .frames--pair { background: $foreground 8%; }
        & > .frames--cursor { background: $foreground 14%; }
        &:focus > .frames--cursor { background: $primary 35%; }
    }
    """
    ALLOW_SELECT = False

    def __init__(self, ring: FrameBuffer) -> None:
        super().__init__()
        self.ring = ring
        self.finder = FrameSearch(ring)
        self.marks = Marks()
        self._names: tuple[str, ...] = ()
        self._left = 0
        self._cursor: int | None = None
        self._painter: RowRenderer | None = None

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
            took_ms=latency_ms(cursor, pair) if ground and cursor and pair else None,
        )

    @property
    def lit(self) -> tuple[Highlight, ...]:
        """What a reader looks for: the words of the filter, the text of the search."""
        return lit_words(self.ring.wanted.words, self.finder.text)

    @property
    def painter(self) -> RowRenderer:
        """Draws the rows as wide as they are now."""
        if self._painter is None:
            self._painter = self._new_painter(self.scrollable_content_region.width)
        return self._painter

    def _new_painter(self, width: int) -> RowRenderer:
        plain = self.rich_style
        grounds = {"": plain}
        for mark in ("cursor", "pair"):
            style = self.get_component_rich_style(f"frames--{mark}")
            grounds[mark] = plain + style.background_style
        inks = {name: rich_style(self, *colour) for name, colour in INKS.items()}
        return RowRenderer(inks, grounds, self._names, max(1, width), self._left, self.lit)
