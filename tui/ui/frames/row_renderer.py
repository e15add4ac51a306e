"""One frame as one line of the log, drawn only when it is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zlib import crc32

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.cache import LRUCache
from textual.strip import Strip

from tui.core.formatting import duration, time_of_day
from tui.core.frames import Frame
from tui.ui.frames.highlight import Highlight, highlight_matches, json_inked
from tui.ui.frames.json_text import json_start

MAX_CELLS = 2_000
"""A line is not drawn further than this; the whole frame is one key away."""
ACCOUNT_INKS = 6
ERROR = "\N{MULTIPLICATION SIGN}"
_ARROWS = {"out": "→", "in": "←", "note": "·"}
_GUTTER = {"cursor": "▌", "pair": "│", "": " "}
_MARKED = {"cursor": "█", "pair": "▐", "": "▐"}
_NARROW = 100
_STRIPS = 256
"""Lines that are kept as they were drawn: several screens of them."""


class RowRenderer:
    """Draws frames for one width, one set of names and one place to the right.

    When any of these changes a new painter is made, so a strip in its cache is never stale. A row
    is built as one strip of its final width: at thousands of frames a second every strip counts.
    """

    def __init__(
        self,
        inks: Mapping[str, Style],
        grounds: Mapping[str, Style],
        names: Sequence[str],
        width: int,
        left: int = 0,
        lit: Sequence[Highlight] = (),
    ) -> None:
        self._inks = {
            mark: {"": ground, **{name: ground + ink for name, ink in inks.items()}}
            for mark, ground in grounds.items()
        }
        self._accounts = {name: account_ink(number) for number, name in enumerate(names)}
        self._lit = tuple(lit)
        self._left = left
        self._narrow = width < _NARROW
        longest = max((cell_len(name) for name in names), default=8)
        self._name_cells = min(longest, 10 if self._narrow else 18)
        self._width = width
        self.room = max(1, width - self.body_start)
        """Cells that a payload has."""
        self._strips: LRUCache[tuple[int, str, bool, float | None], Strip] = LRUCache(_STRIPS)

    @property
    def body_start(self) -> int:
        """The cell at which payloads begin."""
        time = 8 if self._narrow else 12
        return 1 + time + 3 + self._name_cells + 1 + 4 + 1 + 7 + 1

    def strip(
        self, frame: Frame, ground: str = "", *, marked: bool = False, took_ms: float | None = None
    ) -> Strip:
        """The line: plain, or lit as `cursor` or `pair`; `took_ms` stands where it has no time."""
        key = (frame.seq, ground, marked, took_ms)
        strip = self._strips.get(key)
        if strip is None:
            inks = self._inks[ground]
            gutter = Segment(_GUTTER[ground], inks[""])
            if marked:
                gutter = Segment(_MARKED[ground], inks["marked"])
            latency = duration(took_ms if frame.latency_ms is None else frame.latency_ms)
            strip = Strip([gutter, *self._head(frame, latency, inks), *self._body(frame, inks)])
            if strip.cell_length != self._width:
                strip = strip.crop_extend(0, self._width, inks[""])
            self._strips[key] = strip
        return strip

    def _head(self, frame: Frame, latency: str, inks: Mapping[str, Style]) -> list[Segment]:
        error = frame.error
        arrow = ERROR if error else _ARROWS[frame.direction]
        time = time_of_day(frame.at_ms, decimals=0 if self._narrow else 3)
        name = _fitted(frame.account, self._name_cells)
        ink = self._accounts.get(frame.account)
        if ink is None:  # not of this desk: always the same colour
            ink = account_ink(crc32(frame.account.encode("utf-8", "replace")))
        return [
            Segment(f"{time} ", inks["time"]),
            Segment(f"{arrow} ", inks["error" if error else frame.direction]),
            Segment(f"{name} ", inks[ink]),
            Segment(f"{frame.transport:<4} {latency:>7.7} ", inks["quiet"]),
        ]

    def _body(self, frame: Frame, inks: Mapping[str, Style]) -> list[Segment]:
        """The payload from the left edge on, coloured as far as it is visible."""
        left, end = self._left, min(self._left + self.room, MAX_CELLS)
        text = frame.text if len(frame.text) <= end else f"{frame.text[: end - 1]}…"
        parts = inked(text, frame, self._lit)
        if not text[:-1].isascii():
            return self._wide_body(Strip(Segment(part, inks[ink]) for part, ink in parts), inks)
        segments: list[Segment] = []
        at = 0
        for part, ink in parts:
            at += len(part)
            if at > left:
                segments.append(
                    Segment(part[left - at :] if at - left < len(part) else part, inks[ink])
                )
        blank = end - max(at, left)
        if blank > 0:
            segments.append(Segment(" " * blank, inks[""]))
        return segments

    def _wide_body(self, body: Strip, inks: Mapping[str, Style]) -> list[Segment]:
        end = min(self._left + self.room, MAX_CELLS)
        if body.cell_length > end:
            body = Strip.join((body.crop(0, end - 1), Strip([Segment("…", inks["mark"])])))
        return list(body.crop(self._left, end))


def account_ink(number: int) -> str:
    """Accounts of the desk take colours in turn."""
    return f"account-{number % ACCOUNT_INKS}"


def inked(text: str, frame: Frame, lit: Sequence[Highlight] = ()) -> list[tuple[str, str]]:
    """`text` of a frame in parts, each with the name of its ink."""
    if frame.error or frame.direction == "note":
        parts = [(text, "error" if frame.error else "note")]
    else:
        start = json_start(text)
        parts = [] if start is None else json_inked(text, start, "lead")
        if start is None and text:
            parts.append((text, "lead"))
    return highlight_matches(parts, text, lit) if lit else parts


def _fitted(name: str, cells: int) -> str:
    if cell_len(name) <= cells:
        return set_cell_size(name, cells)
    return f"{set_cell_size(name, cells - 1)}…"
