"""Open orders as rows with a mark each; only visible ones are drawn, so thousands open at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.core.orders import OpenOrder

_HEADS = ("", "kind", "contract", "side", "price", "size", "age", "order id")
_CAPS = (1, 12, 24, 14, 21, 12, 7)
_LEAST = (1, 6, 8, 4, 7, 5, 4)
_LEAST_ID = 12
_RIGHT = frozenset((4, 5, 6))


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order as the list shows it."""

    order: OpenOrder
    kind: str
    """The kind's name as the panel words it."""
    age: str
    barred: str = ""
    """Why it cannot be chosen; empty when it can."""

    @property
    def cells(self) -> tuple[str, ...]:
        order = self.order
        side = f"{order.side} {order.offset}".strip()
        return (
            self.kind,
            order.contract,
            side,
            order.price,
            order.size,
            self.age,
            order.order_id,
        )

    def holds(self, words: Iterable[str]) -> bool:
        """Whether every word occurs somewhere in the row."""
        text = " ".join(self.cells).lower()
        return all(word in text for word in words)


class OrderList(ScrollView, can_focus=True):
    """Rows, a cursor and marks. Marks belong to orders, so a filter never changes them."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"orders--{ink}"
        for ink in ("head", "text", "quiet", "buy", "sell", "chosen", "barred", "cursor")
    }
    DEFAULT_CSS = """
    OrderList {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        background: $surface;
        color: $foreground;
        & > .orders--head { color: $killdesk-quiet; }
        & > .orders--text { color: $foreground; }
        & > .orders--quiet { color: $killdesk-quiet; }
        & > .orders--buy { color: $killdesk-buy; }
        & > .orders--sell { color: $killdesk-sell; }
        & > .orders--chosen { color: $killdesk-careful; text-style: bold; }
        & > .orders--barred { color: $killdesk-faint; }
        & > .orders--cursor { background: $foreground 14%; }
        &:focus > .orders--cursor { background: $primary 35%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "edge(0)", "First", show=False),
        Binding("end", "edge(1)", "Last", show=False),
        Binding("space", "mark", "Choose", show=False),
    ]
    ALLOW_SELECT = False

    class Changed(Message):
        """The cursor or a mark has moved."""

    class Toggled(Message):
        """Marks have changed."""

    def __init__(self, rows: Sequence[OrderRow]) -> None:
        super().__init__()
        self._rows = tuple(rows)
        self._shown = list(range(len(self._rows)))
        self._chosen: set[int] = set()
        self._at = 0
        self._inks: dict[str, Style] = {}
        cells = [row.cells for row in self._rows]
        longest = (max(map(cell_len, column)) for column in zip(*cells, strict=True))
        self._natural = (1, *longest) if cells else (1,) * len(_HEADS)

    @property
    def chosen(self) -> tuple[OpenOrder, ...]:
        """The marked orders, in the order of the list."""
        return tuple(self._rows[number].order for number in sorted(self._chosen))

    @property
    def hidden_chosen(self) -> int:
        """How many marked orders the filter hides."""
        return len(self._chosen.difference(self._shown))

    @property
    def shown(self) -> int:
        return len(self._shown)

    @property
    def able(self) -> int:
        """How many rows can be chosen."""
        return sum(not row.barred for row in self._rows)

    @property
    def narrowed(self) -> bool:
        """Whether a filter hides some of the rows."""
        return len(self._shown) != len(self._rows)

    @property
    def total(self) -> int:
        return len(self._rows)

    @property
    def able_shown(self) -> bool:
        """Whether any order that the filter shows can be chosen."""
        return any(not self._rows[number].barred for number in self._shown)

    @property
    def current(self) -> OrderRow | None:
        """The row of the cursor."""
        return self._rows[self._shown[self._at]] if self._shown else None

    def narrow(self, line: str) -> None:
        """Shows the rows that hold every word of `line`."""
        words = line.lower().split()
        self._shown = [n for n, row in enumerate(self._rows) if row.holds(words)]
        self._at = 0
        self._fit()
        self.scroll_home(animate=False)
        self.post_message(self.Changed())

    def toggle_all(self) -> None:
        """Marks every shown row that can be chosen; when all are marked, none of them."""
        able = {number for number in self._shown if not self._rows[number].barred}
        if able <= self._chosen:
            self._chosen -= able
        else:
            self._chosen |= able
        self._tell_toggled()

    def action_mark(self) -> None:
        row = self.current
        if row is not None and not row.barred:
            self._chosen ^= {self._shown[self._at]}
            self._tell_toggled()

    def action_move(self, by: int) -> None:
        self._go(self._at + by)

    def action_page(self, by: int) -> None:
        self._go(self._at + by * max(1, self.size.height - 1))

    def action_edge(self, last: int) -> None:
        self._go(self.shown - 1 if last else 0)

    def on_click(self, event: events.Click) -> None:
        index = self.scroll_offset.y + event.y
        if 0 <= index < self.shown:
            self._go(index)
            self.action_mark()

    def on_mount(self) -> None:
        self._fit()

    def on_resize(self) -> None:
        self._fit()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._inks.clear()

    def _go(self, index: int) -> None:
        if not self._shown:
            return
        self._at = max(0, min(index, self.shown - 1))
        top, height = self.scroll_offset.y, max(1, self.size.height)
        if self._at < top:
            self.scroll_to(y=self._at, animate=False, force=True)
        elif self._at >= top + height:
            self.scroll_to(y=self._at - height + 1, animate=False, force=True)
        self.refresh()
        self.post_message(self.Changed())

    def _tell_toggled(self) -> None:
        self.refresh()
        self.post_message(self.Toggled())

    def _fit(self) -> None:
        if self.is_attached:
            self.virtual_size = Size(self.scrollable_content_region.width, self.shown)
            self.refresh()

    # Painting

    def widths(self, width: int) -> tuple[int, ...]:
        """Cells of each column but the id, which takes the rest."""
        wanted = [
            min(cap, max(natural, cell_len(head)))
            for cap, natural, head in zip(_CAPS, self._natural, _HEADS, strict=False)
        ]
        gaps = 2 * len(wanted) + 1
        for column in (1, 2, 4, 5, 3):  # what gives way first
            excess = sum(wanted) + gaps + _LEAST_ID - width
            if excess > 0:
                wanted[column] = max(_LEAST[column], wanted[column] - excess)
        return tuple(wanted)

    def head(self, width: int) -> str:
        """The names of the columns, aligned with the rows."""
        return "".join(part for part, _ in self._parts(_HEADS, width, ("",) * len(_HEADS)))

    def render_line(self, y: int) -> Strip:
        index, width = self.scroll_offset.y + y, self.scrollable_content_region.width
        base = self.rich_style
        if index >= self.shown:
            return Strip.blank(width, base)
        number = self._shown[index]
        row, chosen = self._rows[number], number in self._chosen
        mark = "■" if chosen else "-" if row.barred else "□"
        strip = Strip(
            Segment(part, self._ink(ink))
            for part, ink in self._parts((mark, *row.cells), width, _row_inks(row, chosen))
        )
        if index == self._at:
            base = base + self.get_component_rich_style("orders--cursor").background_style
        return strip.crop_extend(0, width, base).apply_style(base)

    def _parts(
        self, cells: Sequence[str], width: int, inks: Sequence[str]
    ) -> Iterable[tuple[str, str]]:
        yield " ", ""
        *front, last = cells
        for column, (cell, cells_wide) in enumerate(zip(front, self.widths(width), strict=True)):
            if column in _RIGHT and cell_len(cell) <= cells_wide:
                cell = " " * (cells_wide - cell_len(cell)) + cell
            yield f"{_fitted(cell, cells_wide)}  ", inks[column]
        room = width - sum(self.widths(width)) - 2 * len(front) - 1
        yield last_cells(last, room), inks[-1]

    def _ink(self, name: str) -> Style:
        if name not in self._inks:
            style = self.get_component_rich_style(f"orders--{name or 'text'}")
            self._inks[name] = style.without_color + Style(color=style.color)
        return self._inks[name]


def _row_inks(row: OrderRow, chosen: bool) -> tuple[str, ...]:
    if row.barred:
        return ("barred",) * len(_HEADS)
    way = row.order.side.lower()
    side = way if way in ("buy", "sell") else "text"
    mark = "chosen" if chosen else "quiet"
    return (mark, "quiet", "text", side, "text", "text", "quiet", "quiet")


def _fitted(text: str, cells: int) -> str:
    if cell_len(text) <= cells:
        return set_cell_size(text, cells)
    return f"{set_cell_size(text, cells - 1)}…"


def last_cells(text: str, cells: int) -> str:
    """`text`, or its end where that is what tells: orders of one moment differ in their last
    digits, paths in their last part."""
    if cell_len(text) <= cells:
        return text
    while text and cell_len(text) >= cells:
        text = text[1:]
    return f"…{text}" if cells > 0 else ""
