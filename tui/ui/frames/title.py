"""The line above the frames: which ones they are, whether they move, and what can be done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.core.formatting import count
from tui.core.sanitize import sanitize
from tui.ui.frames.buffer import FrameFilter
from tui.ui.frames.pairing import describe_counterpart
from tui.ui.frames.table import FrameTable
from tui.ui.widgets.styles import rich_style


@dataclass(frozen=True, slots=True)
class Part:
    """A few words of the line, and what a click on them asks for."""

    text: str
    ink: str = "quiet"
    action: str = ""
    spare: bool = False
    """Left out where there is no room for all."""


_INKS: Mapping[str, tuple[str, str, float]] = {
    "name": ("foreground", "bold", 1.0),
    "quiet": ("killdesk-quiet", "", 1.0),
    "good": ("killdesk-good", "", 1.0),
    "careful": ("killdesk-careful", "bold", 1.0),
    "rule": ("foreground", "", 0.22),
}
"""By ink the theme's colour, how it stands, and its share of the ground."""


class FrameTitle(Widget):
    """One line of parts on a rule. Its text is drawn as it is: nothing in it is markup.

    With `rule` a space it is a bare line.
    """

    DEFAULT_CSS = "FrameTitle { height: 1; background: $background; }"
    ALLOW_SELECT = False

    class Asked(Message):
        """A part was clicked."""

        def __init__(self, action: str) -> None:
            super().__init__()
            self.action = action

    def __init__(self, *, rule: str = "─", id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._rule = rule
        self._parts: tuple[Part, ...] = ()
        self._tools: tuple[Part, ...] = ()
        self._spots: list[tuple[int, int, str]] = []

    @property
    def text(self) -> str:
        """The line in words."""
        return "  ".join(part.text for part in self._parts)

    def show(self, parts: Iterable[Part], tools: Iterable[Part] = ()) -> None:
        """Says something else; the same again costs nothing. `tools` stand at the right end."""
        new = tuple(parts), tuple(tools)
        if new != (self._parts, self._tools):
            self._parts, self._tools = new
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width, rule = self.size.width, self._ink("rule")
        lead = self._rule.strip()
        segments, at = [Segment(lead, rule)], len(lead)
        self._spots = []
        parts = self._parts
        if _cells(parts) > width:
            parts = tuple(part for part in parts if not part.spare)
        for part in parts:
            at = self._put(segments, part, at)
        tools = self._tools
        while tools and at + _cells(tools) + 1 > width:
            tools = tools[:-1]
        fill = width - at - (_cells(tools) + 1 if tools else 0)
        if fill > 0:
            segments.append(Segment(self._rule * fill, rule))
        if tools:
            segments.append(Segment(" ", rule))
            at += fill + 1
        for part in tools:
            at = self._put(segments, part, at)
        return Strip(segments).adjust_cell_length(width, rule)

    def _put(self, segments: list[Segment], part: Part, at: int) -> int:
        """Adds a part and a gap, notes where a click finds it; returns where the next begins."""
        end = at + cell_len(part.text)
        segments.append(Segment(part.text, self._ink(part.ink)))
        segments.append(Segment("  ", self._ink("rule")))
        self._spots.append((at, end, part.action))
        return end + 2

    def _ink(self, name: str) -> Style:
        colour, how, share = _INKS[name]
        return self.rich_style + rich_style(self, colour, how, share)

    def on_click(self, event: events.Click) -> None:
        for start, end, action in self._spots:
            if start <= event.x < end and action:
                self.post_message(self.Asked(action))


def _cells(parts: Iterable[Part]) -> int:
    return sum(cell_len(part.text) + 2 for part in parts)


_WAYS = {None: "in, out", "in": "in only", "out": "out only", "note": "notes only"}


def heading(rows: FrameTable) -> Iterator[Part]:
    """Which frames these are, whether they move, and what the cursor's frame belongs to."""
    ring, finder = rows.ring, rows.finder
    wanted = ring.wanted
    yield Part("frames", "name", spare=True)
    yield Part(wanted.account or "all accounts", action="account", spare=not wanted.account)
    if rows.following:
        yield Part("following", "good", "pause")
    else:
        yield Part(f"paused, {count(rows.pending)} new", "careful", "pause")
    if rows.marks:
        yield Part(f"{count(len(rows.marks))} marked", "careful", "save")
    if rows.cursor is not None and (where := describe_counterpart(ring, rows.cursor)):
        yield Part(where, action="pair")
    if line := str(wanted):
        yield Part(f"filter: {sanitize(line)}", "name", "filter")
    if not wanted.empty:
        yield Part(f"{count(len(ring.view))} of {count(len(ring))}", action="filter")
    if finder.text:
        yield Part(f"find: {sanitize(finder.text)}", "name", "find")
        yield Part(_found(rows), "quiet" if finder.hits else "careful", "next")
        if finder.hits:
            yield Part("n next", action="next", spare=True)
            yield Part("N previous", action="previous", spare=True)
    if finder.text or not wanted.empty:
        yield Part("esc clears", action="clear", spare=True)
    if ring.lost:
        yield Part(f"{count(ring.lost)} lost", "careful" if ring.missed else "quiet")


def _found(rows: FrameTable) -> str:
    finder = rows.finder
    if not finder.hits:
        return "not found"
    place = finder.place(None if rows.cursor is None else rows.cursor.seq)
    if place is None:
        return f"{count(len(finder.hits))} found"
    turned = f", from the {finder.turned} again" if finder.turned else ""
    return f"{count(place)} of {count(len(finder.hits))}{turned}"


def tools(wanted: FrameFilter) -> Iterator[Part]:
    """What a click narrows, each with what it is now. The last gives way first."""
    yield Part("/ filter", action="filter")
    yield Part("ctrl+f find", action="find")
    yield Part("! errors only" if wanted.errors else "! errors", _ink(wanted.errors), "errors")
    ways = _WAYS[wanted.direction]
    yield Part(f"b {ways}", _ink(wanted.direction is not None), "direction")
    routes = "ws, rest" if wanted.transport is None else f"{wanted.transport} only"
    yield Part(f"t {routes}", _ink(wanted.transport is not None), "transport")
    yield Part("ctrl+s save", action="save")


def _ink(on: bool) -> str:
    return "name" if on else "quiet"
