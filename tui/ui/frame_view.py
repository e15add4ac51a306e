"""A frame in full: what is known of it, its headers, and its payload laid out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static

from tui.core.frames import Frame
from tui.ui.frame_copy import copy_frame
from tui.ui.frame_ring import FrameRing
from tui.ui.frame_text import day, duration, json_start, moment, pretty, size, spans

_WAYS = {"out": "→ sent", "in": "← received", "note": "· note"}


class PayloadLines(ScrollView, can_focus=True):
    """Lines of a payload, wrapped to the width, coloured when they are looked at."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"payload--{ink}" for ink in ("key", "string", "number", "mark", "quiet")
    }
    DEFAULT_CSS = """
    PayloadLines {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        scrollbar-background: $surface;
        scrollbar-background-hover: $surface;
        scrollbar-background-active: $surface;
        scrollbar-color: $foreground 15%;
        scrollbar-color-hover: $foreground 30%;
        scrollbar-color-active: $foreground 40%;
        background: $surface;
        color: $foreground;
        & > .payload--key { color: $killdesk-key; }
        & > .payload--string { color: $killdesk-string; }
        & > .payload--number { color: $killdesk-number; }
        & > .payload--mark { color: $killdesk-faint; }
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

    @property
    def text(self) -> str:
        """All lines as they were given, before wrapping."""
        return "\n".join(line for _, line in self._source)

    def show(self, lines: Iterable[tuple[str, str]]) -> None:
        """Lines with their sort: `json`, `quiet` or plain."""
        self._source = tuple(lines)
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
        at = 0
        for span in spans(line) if sort == "json" else ():
            if span.start > at:
                yield Segment(line[at : span.start])
            yield Segment(line[span.start : span.end], self._ink(span.kind))
            at = span.end
        yield Segment(line[at:], self._ink("quiet") if sort == "quiet" else None)

    def _ink(self, name: str) -> Style:
        return self.get_component_rich_style(f"payload--{name}")


class FrameScreen(ModalScreen[None]):
    """One frame of the ring; its pair and its neighbours are one key away."""

    DEFAULT_CSS = """
    FrameScreen {
        align: center middle;
        background: $background 60%;
        & > Vertical {
            width: 92%;
            height: 92%;
            max-width: 140;
            padding: 1 2;
            background: $surface;
            border-left: thick $primary;
            &.error { border-left: thick $error; }
        }
        #facts { height: auto; color: $foreground; }
        #keys { height: 1; margin-top: 1; color: $killdesk-quiet; }
        PayloadLines { margin-top: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss", "Close"),
        Binding("y", "copy", "Copy"),
        Binding("r,tab", "pair", "Its reply or request"),
        Binding("left,p", "step(-1)", "Previous"),
        Binding("right,n", "step(1)", "Next"),
    ]

    def __init__(self, frame: Frame, ring: FrameRing) -> None:
        super().__init__()
        self.frame = frame
        self._ring = ring

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(id="facts", markup=False)
            yield PayloadLines()
            yield Static(id="keys", markup=False)

    def on_mount(self) -> None:
        self._show(self.frame)
        self.query_one(PayloadLines).focus()

    def action_copy(self) -> None:
        copy_frame(self.app, self.frame)

    def action_pair(self) -> None:
        """Goes over to the reply of this request, or to the request of this reply."""
        pair = self._ring.pair(self.frame)
        if pair is not None:
            self._show(pair)

    def action_step(self, by: int) -> None:
        """Goes over to the frame above or below in the log."""
        frame = self._ring.step(self.frame.seq, by)
        if frame is not None:
            self._show(frame)

    def _show(self, frame: Frame) -> None:
        self.frame = frame
        pair = self._ring.pair(frame)
        self.query_one(Vertical).set_class(frame.error, "error")
        self.query_one("#facts", Static).update(facts(frame, pair))
        self.query_one(PayloadLines).show(lines(frame))
        turn = "" if pair is None else f"r {'request' if frame.request else 'reply'}   "
        keys = f"{turn}y copy   ← → previous, next   ↑ ↓ scroll   esc close"
        self.query_one("#keys", Static).update(Content(keys))


def facts(frame: Frame, pair: Frame | None = None) -> Content:
    """What is known of a frame, in three lines."""
    way = _WAYS[frame.direction]
    first = Content.assemble(
        (f"{way} {frame.transport}", "bold $error" if frame.error else "bold"),
        "   ",
        (frame.account, "bold $primary"),
        "   error" if frame.error else "",
    )
    when = f"{day(frame.at_ms)} {moment(frame.at_ms)} UTC   frame {frame.seq}"
    rest = [size(frame.size)]
    if frame.unpacked and frame.unpacked != frame.size:
        rest = [f"{size(frame.size)} on the wire", f"{size(frame.unpacked)} unpacked"]
    if frame.latency_ms is not None:
        rest.append(f"{duration(frame.latency_ms)} after its request")
    if pair is not None:
        rest.append(f"{'request' if frame.request else 'reply'} is frame {pair.seq}")
    return Content("\n").join([first, Content(when.strip()), Content("   ".join(rest))])


def lines(frame: Frame) -> Iterator[tuple[str, str]]:
    """Headers and payload, line by line, each with its sort."""
    for name, value in frame.headers:
        yield "quiet", f"{name}: {value}"
    if frame.headers:
        yield "", ""
    start = json_start(frame.text)
    laid_out = None if start is None else pretty(frame.text[start:])
    if start is None or laid_out is None:
        yield "", frame.text
        return
    if start:
        yield "", frame.text[:start].rstrip()
    for line in laid_out:
        yield "json", line


def _wrapped(line: str, width: int) -> list[str]:
    return [line] if cell_len(line) <= width else chop_cells(line, width)
