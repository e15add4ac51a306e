"""A frame in full: what is known of it, its headers, and its payload laid out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.core.formatting import date, duration, size, time_of_day
from tui.core.frames import Frame
from tui.ui.frames.buffer import FrameBuffer
from tui.ui.frames.export import copy_frame, save_frames
from tui.ui.frames.highlight import Highlight
from tui.ui.frames.json_text import json_start, pretty
from tui.ui.frames.pairing import counterpart_name, latency_ms
from tui.ui.frames.payload_view import PayloadLines
from tui.ui.frames.title import FrameTitle, Part

_WAYS = {"out": "→ sent", "in": "← received", "note": "· note"}


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
        #keys { margin-top: 1; background: $surface; }
        PayloadLines { margin-top: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss", "Close", id="frame.close"),
        Binding("r", "raw", "Raw or laid out", id="frame.raw"),
        Binding("g,tab", "pair", "Its reply or request", id="frame.pair"),
        Binding("y", "copy", "Copy", id="frame.copy"),
        Binding("ctrl+s", "save", "Save", id="frame.save"),
        Binding("left,p", "step(-1)", "Previous", id="frame.previous"),
        Binding("right,n", "step(1)", "Next", id="frame.next"),
    ]

    def __init__(self, frame: Frame, ring: FrameBuffer, lit: Iterable[Highlight] = ()) -> None:
        super().__init__()
        self.frame = frame
        self._ring = ring
        self._lit = tuple(lit)
        self._raw = False

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(id="facts", markup=False)
            yield PayloadLines()
            yield FrameTitle(rule=" ", id="keys")

    def on_mount(self) -> None:
        self._show(self.frame)
        self.query_one(PayloadLines).focus()

    def action_copy(self) -> None:
        copy_frame(self.app, self.frame)

    def action_save(self) -> None:
        save_frames(self.app, [self.frame])

    def action_raw(self) -> None:
        """The payload as it crossed the wire, or laid out."""
        self._raw = not self._raw
        self._show(self.frame)

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

    @on(FrameTitle.Asked)
    async def _clicked(self, event: FrameTitle.Asked) -> None:
        event.stop()
        await self.run_action(event.action)

    def _show(self, frame: Frame) -> None:
        self.frame = frame
        pair = self._ring.pair(frame)
        self.query_one(Vertical).set_class(frame.error, "error")
        self.query_one("#facts", Static).update(facts(frame, pair))
        self.query_one(PayloadLines).show(lines(frame, raw=self._raw), self._lit)
        self.query_one(FrameTitle).show(self._keys(pair))

    def _keys(self, pair: Frame | None) -> Iterator[Part]:
        yield Part("esc close", action="dismiss")
        yield Part("r laid out" if self._raw else "r raw", action="raw")
        if pair is not None:
            yield Part(f"g {counterpart_name(self._ring, self.frame)}", action="pair")
        yield Part("y copy", action="copy")
        yield Part("ctrl+s save", action="save")
        yield Part("← previous", action="step(-1)")
        yield Part("→ next", action="step(1)")
        yield Part("↑ ↓ scroll")


def facts(frame: Frame, pair: Frame | None = None) -> Content:
    """What is known of a frame, in three lines."""
    way = _WAYS[frame.direction]
    first = Content.assemble(
        (f"{way} {frame.transport}", "bold $error" if frame.error else "bold"),
        "   ",
        (frame.account, "bold $primary"),
        "   error" if frame.error else "",
    )
    when = f"{date(frame.at_ms)} {time_of_day(frame.at_ms, decimals=3)} UTC   frame {frame.seq}"
    rest = list(_sizes(frame))
    if frame.latency_ms is not None:
        rest.append(f"{duration(frame.latency_ms)} after its request")
    elif pair is not None and latency_ms(frame, pair) is not None:
        rest.append(f"answered after {duration(latency_ms(frame, pair))}")
    if pair is not None:
        rest.append(f"{'request' if frame.request else 'reply'} is frame {pair.seq}")
    return Content("\n").join([first, Content(when.strip()), Content("   ".join(rest))])


def _sizes(frame: Frame) -> Iterator[str]:
    """On the wire and unpacked; of REST only the body is counted."""
    if frame.direction == "note":
        return
    if frame.transport == "rest" and not frame.size:
        yield "no body"
        return
    yield f"{size(frame.size)} on the wire"
    if frame.unpacked != frame.size:
        yield f"{size(frame.unpacked)} unpacked"


def lines(frame: Frame, *, raw: bool = False) -> Iterator[tuple[str, str]]:
    """Payload and headers, line by line, each with its sort; `raw` as it was recorded."""
    yield from _payload(frame.text, raw=raw)
    if frame.headers:
        yield "", ""
    for name, value in frame.headers:
        yield "quiet", f"{name}: {value}"


def _payload(text: str, *, raw: bool) -> Iterator[tuple[str, str]]:
    start = json_start(text)
    laid_out = None if start is None or raw else pretty(text[start:])
    if start is None or laid_out is None:
        yield "", text
        return
    if start:
        yield "", text[:start].rstrip()
    for line in laid_out:
        yield "json", line
