"""A payload line by line: wrapped to the width, coloured when it is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.ui.frames.highlight import Highlight, highlight_matches, json_inked


class PayloadLines(ScrollView, can_focus=True):
    """Lines of a payload, wrapped to the width, coloured when they are looked at."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"payload--{ink}" for ink in ("key", "string", "number", "mark", "match", "found", "quiet")
    }
    DEFAULT_CSS = """
    PayloadLines {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        background: $surface;
        color: $foreground;
        & > .payload--key { color: $killdesk-key; }
        & > .payload--string { color: $killdesk-string; }
        & > .payload--number { color: $killdesk-number; }
        & > .payload--mark { color: $killdesk-faint; }
        & > .payload--match { color: $killdesk-match; text-style: bold underline; }
        & > .payload--found { color: $killdesk-careful; text-style: bold reverse; }
        & > .payload--quiet { color: $killdesk-quiet; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "scroll_up", "Up", show=False),
        Binding("j", "scroll_down", "Down", show=False),
        Binding("space", "page_down", "Page down", show=False),
    ]
    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self._source: tuple[tuple[str, str], ...] = ()
        self._lines: list[tuple[str, str]] = []
        self._lit: tuple[Highlight, ...] = ()

    @property
    def text(self) -> str:
        """All lines as they were given, before wrapping."""
        return "\n".join(line for _, line in self._source)

    def show(self, lines: Iterable[tuple[str, str]], lit: Iterable[Highlight] = ()) -> None:
        """Lines with their sort: `json`, `quiet` or plain; what is looked for is lit in them."""
        self._source, self._lit = tuple(lines), tuple(lit)
        self._wrap()
        self.scroll_home(animate=False)

    def on_resize(self) -> None:
        self._wrap()

    def _wrap(self) -> None:
        width = self.scrollable_content_region.width
        if width < 2:
            return
        self._lines = [
            (sort, part) for sort, line in self._source for part in _wrapped(line, width)
        ]
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        index, width = self.scroll_offset.y + y, self.scrollable_content_region.width
        base = self.rich_style
        if index >= len(self._lines):
            return Strip.blank(width, base)
        sort, line = self._lines[index]
        strip = Strip(list(self._inked(sort, line)))
        return strip.crop_extend(0, width, base).apply_style(base)

    def _inked(self, sort: str, line: str) -> Iterator[Segment]:
        parts = json_inked(line, 0, "") if sort == "json" else [(line, sort)]
        for part, name in highlight_matches(parts, line, self._lit) if self._lit else parts:
            yield Segment(part, self._ink(name) if name else None)

    def _ink(self, name: str) -> Style:
        return self.get_component_rich_style(f"payload--{name}")


def _wrapped(line: str, width: int) -> list[str]:
    return [line] if cell_len(line) <= width else chop_cells(line, width)
